"""A duel's course, with pairs that are made up: no server, no machine."""

from collections.abc import Callable

import pytest

from search.contest import LATE, NOISY, Ask, Contest
from search.measurement import MOST_VOIDS, Pair
from search.statistics import LookPlan
from search.verdict import Measured, Rejected
from tests.made import make_arm

FAILED = Rejected(stage="duel", reason="it fell over")


class Bench:
    """Candidates that are `speeds` times as fast as the champion, as the ask says."""

    def __init__(self, speed: Callable[[Ask], float | Rejected | None]) -> None:
        self.speed = speed
        self.asked: list[Ask] = []

    async def measure(self, ask: Ask) -> Pair | Rejected:
        self.asked.append(ask)
        speed = self.speed(ask)
        if isinstance(speed, Rejected):
            return speed
        wobble = 1 + 0.001 * (len(self.asked) % 3)
        return Pair(
            number=ask.number,
            seed=len(self.asked),
            first="champion",
            champion=make_arm(10.0),
            candidate=make_arm(10.0 * wobble * (speed or 1.0)),
            device="made up",
            load=ask.load,
            load_words="half as long" if ask.load == "canary" else "",
            void=None if speed else "a neighbour worked",
        )

    def stages(self) -> list[str]:
        """In order, each once."""
        return list(dict.fromkeys(ask.stage for ask in self.asked))


async def held(bench: Bench, *, late: bool = False) -> tuple[Measured | Rejected, Contest]:
    contest = Contest(LookPlan(), 0.0, bench.measure, is_late=lambda: late)
    return await contest.run(), contest


async def test_a_clear_win_takes_three_pairs_three_held_out_ones_and_a_canary() -> None:
    bench = Bench(lambda ask: 5.0)
    verdict, contest = await held(bench)
    assert isinstance(verdict, Measured) and verdict.kind == "promoted" and verdict.confirmed_ratio and verdict.canary_ratio
    assert [len(pairs) for pairs in contest.rounds] == [3, 3, 1]
    assert bench.stages() == ["screen", "duel", "confirm", "canary"]
    assert [ask.number for ask in bench.asked] == [1, 2, 3, 1, 2, 3, 1]


async def test_void_pairs_are_measured_again_until_the_machine_is_too_noisy() -> None:
    patient, contest = await held(Bench(lambda ask: None if ask.stage == "duel" and ask.number == 2 else 5.0))
    assert isinstance(patient, Measured) and patient.kind == "promoted"
    assert [len(pairs) for pairs in contest.rounds] == [4, 3, 1]
    noisy, contest = await held(Bench(lambda ask: None))
    assert isinstance(noisy, Measured) and (noisy.kind, noisy.reason, noisy.pairs) == ("undecided", NOISY, 0)
    assert len(contest.rounds[0]) == MOST_VOIDS


@pytest.mark.parametrize("stage", ["screen", "duel", "confirm", "canary"])
async def test_a_candidate_that_fails_in_a_pair_is_refused_in_every_round(stage: str) -> None:
    verdict, _ = await held(Bench(lambda ask: FAILED if ask.stage == stage else 5.0))
    assert verdict == FAILED


async def test_a_win_that_does_not_hold_on_other_seeds_is_none() -> None:
    bench = Bench(lambda ask: 0.9 if ask.stage == "confirm" else 1.5)
    verdict, _ = await held(bench)
    assert isinstance(verdict, Measured) and verdict.kind == "not_better"
    assert bench.stages() == ["screen", "duel", "confirm"]


async def test_no_further_look_begins_after_the_deadline_but_one_that_has_begun_is_finished() -> None:
    unclear = Bench(lambda ask: 1.2 if ask.number % 2 else 0.95)
    verdict, contest = await held(unclear, late=True)
    assert isinstance(verdict, Measured) and (verdict.kind, verdict.reason) == ("undecided", LATE)
    assert [len(pairs) for pairs in contest.rounds] == [3]
    won, _ = await held(Bench(lambda ask: 5.0), late=True)
    assert isinstance(won, Measured) and won.kind == "promoted"


async def test_each_ask_tells_the_pairs_so_far_and_the_interval_from_the_second_on() -> None:
    bench = Bench(lambda ask: 5.0)
    await held(bench)
    assert [len(ask.log_ratios) for ask in bench.asked] == [0, 1, 2, 0, 1, 2, 0]
    assert [ask.interval is not None for ask in bench.asked[:3]] == [False, False, True]
