"""The many duels of the simulation are judged as the real rule judges each of them."""

import numpy as np
import pytest

from benchmarks.statistics.gate import LONGEST, floors, gate
from benchmarks.statistics.noise import model, pairs
from search.statistics import LookPlan, confirm, confirming_pairs, look, noise_floor

PLAN = LookPlan()


def judged(ratios: list[float], floor: float) -> tuple[bool, bool, int, int]:
    """Won, promoted, pairs of the duel, pairs of the confirmation: by the project's own functions."""
    for pairs_ in PLAN.looks:
        decision = look(ratios[:pairs_], PLAN, floor)
        if decision.outcome == "better":
            more = confirming_pairs(decision)
            return True, confirm(decision, ratios[pairs_ : pairs_ + more], PLAN, floor).holds, pairs_, more
        if decision.outcome != "continue":
            return False, False, pairs_, 0
    raise AssertionError("the last look always decides")


@pytest.mark.parametrize("name", ["normal", "heavy tails", "all at once"])
@pytest.mark.parametrize("gain", [0.0, 0.03, 0.05, 0.3])
def test_simulation_and_rule_agree_on_every_duel(name: str, gain: float) -> None:
    random = np.random.default_rng(5)
    aa = pairs(model(name), random, 40, 2)
    ratios = pairs(model(name), random, 40, LONGEST) + gain
    gated = gate(ratios, floors(aa), PLAN)
    found = zip(gated.better, gated.promoted, gated.duel_pairs, gated.confirming_pairs, strict=True)
    expected = [judged(list(row), noise_floor(list(first))) for row, first in zip(ratios, aa, strict=True)]
    assert [(bool(won), bool(kept), int(duel), int(more)) for won, kept, duel, more in found] == expected
