"""Writes a whole search into a ledger, as a search does."""

from datetime import UTC, datetime, timedelta

from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.task import Conclusion, Setting
from search.composition import Choice, Composition
from search.hypothesis import Hypothesis
from search.judgement import Finding, Judgement
from search.measurement import Arm, Pair
from search.profile import Profile, Share
from search.recipe import Slot
from search.record import Gate, Record
from search.source import Source
from search.verdict import Baseline, Interval, Measured, Rejected, Verdict
from tests.made import make_arm, make_spec

WHEN = datetime(2026, 6, 5, 12, 0, tzinfo=UTC)
SPEC = make_spec(seed=1)
WON = Measured(kind="promoted", ratio=3.4, interval=Interval(low=3.2, high=3.6, level=0.99), pairs=3, confirmed_ratio=3.3)
REFUSED = Rejected(stage="correctness", reason="answer 3 differs at token 7", evidence="expected 11, got 12")
LOOKED = Finding(test="caches_answers", why="A second answer might come from a cache.", accepted=False, reason="it passed on the candidate")
JUDGEMENT = Judgement(session="0001-judge", summary="It looked for caches.", findings=(LOOKED,))
NOTHING = Measured(kind="undecided", ratio=1.0, interval=Interval(low=0.0, high=1e9, level=0.0), pairs=0, reason="time was over")


def tell(ledger: Ledger) -> None:
    """The starter, a champion (1), and from that one a refused (2), an undecided (3) and a running (4) candidate."""
    ledger.create_search(SPEC, facts={"device": "a test"}, when=WHEN)
    starter = _write(ledger, 0, parent=None)
    _settle(ledger, _record(0, starter, Baseline(), parent=None), promotion=0)
    faster = _write(ledger, 1, parent=starter)
    pairs = tuple(make_pair(number, 100.0, 340.0 + number) for number in range(1, 6))
    _settle(ledger, _record(1, faster, WON, parent=0, pairs=pairs, confirming=2), promotion=1)
    _settle(ledger, _record(2, _write(ledger, 2, parent=faster), REFUSED, parent=1), promotion=None)
    _settle(ledger, _record(3, _write(ledger, 3, parent=faster), NOTHING, parent=1), promotion=None)
    _write(ledger, 4, parent=faster)
    ledger.append("first", {"conclusion.json": _conclusion().model_dump_json()}, message="Search ended", when=WHEN)


def make_pair(number: int, champion: float, candidate: float, *, void: str | None = None) -> Pair:
    """Two arms of these tokens per second."""
    return Pair(
        number=number,
        seed=1000 + number,
        first="champion" if number % 2 else "candidate",
        champion=_arm(champion),
        candidate=_arm(candidate),
        device="a test",
        void=void,
    )


def _arm(score: float) -> Arm:
    return make_arm(score, ttft_p99=1.5, start_seconds=3.0, peak_memory_bytes=1 << 30, foreign_load=0.01)


def _write(ledger: Ledger, number: int, *, parent: Source | None) -> Source:
    return ledger.commit_files(
        candidate_branch("first", number),
        parent=parent.commit if parent else None,
        files={"serve.py": f"print('candidate {number}')\n"},
        message=f"Candidate {number}: an idea",
        when=WHEN,
    )


def _settle(ledger: Ledger, record: Record, *, promotion: int | None) -> None:
    ledger.write_verdict(SPEC, record, when=WHEN)
    if promotion is not None:
        ledger.promote("first", record.number, previous=None if promotion == 0 else 0, version=promotion, when=WHEN)
    ledger.append_record("first", record, when=WHEN)


def _record(
    number: int, source: Source, verdict: Verdict, *, parent: int | None, pairs: tuple[Pair, ...] = (), confirming: int = 0
) -> Record:
    composition = Composition(choices=(Choice(slot=Slot.CACHE, recipe="static-kv", settings={"length": 512}),))
    return Record(
        number=number,
        parent=parent,
        source=source,
        hypothesis=Hypothesis(
            claim=f"Claim {number}",
            mechanism="It streams fewer bytes.",
            evidence="Half of the time is spent in matrix products.",
            falsifier="No pair is won.",
            expected_log_gain=0.5,
            composition=composition if number else None,
        ),
        verdict=verdict,
        gates=(Gate(stage="conformance", passed=True, seconds=2.5, summary="17 checks"),),
        pairs=pairs,
        confirming_pairs=confirming,
        profile=_profile() if pairs else None,
        evaluator="0123abcd",
        device="a test",
        seeds=(11, 12),
        started=WHEN,
        ended=WHEN + timedelta(seconds=90),
        device_seconds=60.0,
        judgements=(JUDGEMENT,) if number == 1 else (),
    )


def _profile() -> Profile:
    return Profile(
        shares={Share.MATRIX_PRODUCTS: 0.7, Share.PYTHON: 0.3},
        operators=(),
        mean_batch=7.5,
        queue_share=0.1,
        bytes_per_second=1e10,
        flops_per_second=1e11,
        bytes_of_peak=0.5,
        flops_of_peak=0.25,
        window_seconds=5.0,
        output_tokens=500,
    )


def _conclusion() -> Conclusion:
    return Conclusion(
        setting=Setting(search="first", scenario="chat", target="cpu", model="tiny", correctness="lossless"),
        reason="the wall clock is used up",
        champion=1,
        ratio=3.35,
        interval=Interval(low=3.25, high=3.45, level=0.95),
        pairs=(),
        candidates=4,
        when=WHEN,
    )
