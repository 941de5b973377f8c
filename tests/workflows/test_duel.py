"""What a win must withstand, on a real Temporal server with scripted measurements."""

from search.measurement import Arm
from search.record import Record
from search.spec import Spec
from search.verdict import Measured, Rejected
from tests.made import make_arm
from tests.workflows.conftest import Start
from tests.workflows.scripted import Script


async def outcome(start: Start, spec: Spec, script: Script) -> tuple[Record, Measured | Rejected]:
    """The record of candidate 1 and its verdict."""
    async with start(script, spec) as search:
        await search.result()
    record = script.records[1]
    assert not isinstance(record.verdict, Rejected) or record.verdict.stage
    assert isinstance(record.verdict, Measured | Rejected)
    return record, record.verdict


async def test_a_hopeless_candidate_is_stopped_by_its_first_pair(start: Start, spec: Spec) -> None:
    script = Script({0: 10.0, 1: 5.0})
    record, verdict = await outcome(start, spec, script)
    assert isinstance(verdict, Rejected)
    assert (verdict.stage, len(record.pairs), script.ran["pair 1"]) == ("screen", 1, 1)
    assert "hopeless: 0.50" in verdict.reason


async def test_a_win_is_confirmed_on_a_canary_load_too(start: Start, spec: Spec) -> None:
    record, verdict = await outcome(start, spec, Script({0: 10.0, 1: 50.0}))
    assert isinstance(verdict, Measured)
    assert verdict.kind == "promoted"
    assert verdict.confirmed_ratio and verdict.confirmed_interval and verdict.canary_ratio
    assert [pair.load for pair in record.pairs[-record.confirming_pairs :]][-2:] == ["announced", "canary"]
    assert "in the duel" in verdict.reason
    assert "beside the announced load (twice as many)" in verdict.reason


async def test_a_win_that_is_tuned_to_the_announced_load_is_none(start: Start, spec: Spec) -> None:
    def tuned(task: object, measured: Arm) -> Arm:
        return make_arm(8.0) if getattr(task, "load", "") == "canary" else measured

    record, verdict = await outcome(start, spec, Script({0: 10.0, 1: 50.0}, shape=tuned))
    assert isinstance(verdict, Measured)
    assert verdict.kind == "not_better"
    assert "0.800x beside the announced load" in verdict.reason
    assert sum(pair.load == "canary" for pair in record.pairs) == 3


async def test_throughput_is_not_bought_with_the_tail(start: Start, spec: Spec) -> None:
    def starving(task: object, measured: Arm) -> Arm:
        return measured.model_copy(update={"ttft_p99": 9.0})

    record, verdict = await outcome(start, spec, Script({0: 10.0, 1: 50.0}, shape=starving))
    assert isinstance(verdict, Measured)
    assert (verdict.kind, record.confirming_pairs) == ("not_better", 0)
    assert "its p99 TTFT of 9 s breaks the limit of 1 s" in verdict.reason
