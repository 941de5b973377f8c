"""Candidates of best-of-n are independent: each descends from the starter, and what was measured changes nothing."""

import random

from search.policy.bandit import Bandit
from search.policy.best_of_n import BestOfN
from search.verdict import Verdict
from tests.search.catalog import after, measured, refused, starting
from tests.search.landscape import landscape, reached


def drawn(verdict: Verdict) -> list[str]:
    """The keys of six proposals in a row, each ended with the verdict."""
    situation, keys = starting(), list[str]()
    for number in range(6):
        proposal = BestOfN().propose(situation, random.Random(number))
        assert proposal is not None and proposal.hypothesis.composition is not None
        assert proposal.parent == 0
        keys.append(proposal.hypothesis.composition.key())
        situation = after(situation, proposal, verdict)
    return keys


def test_verdicts_do_not_change_the_draws() -> None:
    assert drawn(refused()) == drawn(measured("promoted", 3.0)) == drawn(measured("not_better", 0.5))


def test_draws_differ_in_size_and_content() -> None:
    proposals = [BestOfN().propose(starting(), random.Random(seed)) for seed in range(30)]
    keys = {each.hypothesis.composition.key() for each in proposals if each and each.hypothesis.composition}
    assert len(keys) > 20
    assert len({key.count(";") for key in keys}) > 3


def test_learning_beats_drawing_at_equal_budgets() -> None:
    truths = [landscape(seed) for seed in range(25)]
    learned, independent = (reached(policy, truths, candidates=6)[-1] for policy in (Bandit(), BestOfN()))
    assert learned > 1.1 * independent
