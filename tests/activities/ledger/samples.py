"""Searches, records and pairs as a real search makes them."""

import subprocess
from datetime import UTC, datetime, timedelta

from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from search.hypothesis import Hypothesis
from search.measurement import Arm, Pair
from search.profile import Profile, Share
from search.record import Gate, Record
from search.source import Source
from search.spec import Budget, Spec
from search.verdict import Interval, Measured, Verdict
from tests import made

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WON = Measured(kind="promoted", ratio=4.61, interval=Interval(low=4.2, high=5.02, level=0.99), pairs=3, confirmed_ratio=4.5)
LOST = Measured(kind="not_better", ratio=0.98, interval=Interval(low=0.9, high=1.05, level=0.99), pairs=10)


def minutes(number: float) -> datetime:
    """A time after the start of the search."""
    return NOON + timedelta(minutes=number)


def make_spec(name: str = "first", **changes: object) -> Spec:
    """A small search on the CPU."""
    asked = {"parallel": 2, "budget": Budget(candidates=5, wall_clock=timedelta(minutes=10)), **changes}
    return made.make_spec(name, **asked)


def make_arm(tokens_per_second: float) -> Arm:
    """One measured arm."""
    more = {"goodput": 1.5, "requests": 50, "window_seconds": 10.0, "start_seconds": 3.0, "foreign_load": 0.01, "verified_tokens": 500}
    return made.make_arm(tokens_per_second, **more)


def make_pair(number: int, champion: float = 50.0, candidate: float = 230.0, void: str | None = None) -> Pair:
    """One measured pair."""
    first = "champion" if number % 2 else "candidate"
    arms = {"champion": make_arm(champion), "candidate": make_arm(candidate)}
    return Pair(number=number, seed=100 + number, first=first, device="EPYC, 2 cores", void=void, **arms)


def make_record(number: int, source: Source, *, parent: int | None = None, verdict: Verdict = WON, **changes: object) -> Record:
    """One finished candidate."""
    record = Record(
        number=number,
        parent=parent,
        source=source,
        hypothesis=Hypothesis(
            claim="batching requests doubles tokens per second",
            mechanism="weights are read once per step",
            evidence="mean batch is 1",
            falsifier="ratio below 1.5",
            expected_log_gain=0.7,
        ),
        verdict=verdict,
        gates=(
            Gate(stage="conformance", passed=True, seconds=4.2, summary="23 checks"),
            Gate(stage="correctness", passed=True, seconds=12.6, summary="16 answers, 811 tokens"),
        ),
        pairs=(make_pair(1), make_pair(2, void="foreign load of 31 %"), make_pair(3), make_pair(4), make_pair(5), make_pair(6)),
        confirming_pairs=2,
        profile=Profile(
            shares={Share.MATRIX_PRODUCTS: 0.6, Share.PYTHON: 0.3, Share.WAITING: 0.1},
            operators=(),
            mean_batch=7.5,
            queue_share=0.1,
            bytes_per_second=2e10,
            flops_per_second=1e11,
            bytes_of_peak=0.5,
            flops_of_peak=0.25,
            window_seconds=10.0,
            output_tokens=2000,
        ),
        evaluator="e" * 64,
        device="EPYC, 2 cores",
        seeds=(11, 22),
        started=minutes(number),
        ended=minutes(number + 0.5),
        device_seconds=21.5,
    )
    return record.model_copy(update=changes)


def begin(ledger: Ledger, name: str = "first") -> Spec:
    """Create a search."""
    spec = make_spec(name)
    ledger.create_search(spec, facts={"model_digest": "abc"}, when=NOON)
    return spec


def propose(ledger: Ledger, search: str, number: int, parent: Source | None = None) -> Source:
    """Commit the files of a candidate on its branch."""
    return ledger.commit_files(
        candidate_branch(search, number),
        parent=parent.commit if parent else None,
        files={"serve.py": f"print({number})\n", "engine/core.py": "step = 1\n"},
        message=f"Candidate {number}",
        when=minutes(number),
    )


def git(ledger: Ledger, *arguments: str, feed: str | None = None) -> str:
    """What plain git says about the ledger."""
    command = ["git", f"--git-dir={ledger.path}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, input=feed).stdout


def assert_sound(ledger: Ledger) -> None:
    """No object is broken or missing."""
    git(ledger, "fsck", "--strict", "--no-dangling")
