"""Policies resolve by name, and an unknown name lists the known ones."""

import pytest

from search.policy import POLICIES, UnknownPolicy, find_policy


def test_known_names_resolve() -> None:
    assert {name: find_policy(name) for name in POLICIES} == dict(POLICIES)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownPolicy, match="unknown policy 'oracle'; known are bandit, best-of-n, evolve, random"):
        find_policy("oracle")
