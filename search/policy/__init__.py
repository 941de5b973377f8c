"""Policies: who decides which candidate comes next."""

from search.policy.registry import POLICIES, UnknownPolicy, find_policy
from search.policy.situation import Policy, Proposal, Situation

__all__ = ["POLICIES", "Policy", "Proposal", "Situation", "UnknownPolicy", "find_policy"]
