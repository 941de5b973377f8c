"""A profile tells where a server's time goes, whatever the server says about it."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from activities.evaluation.ground import Ground
from activities.evaluation.launching import prepare_launch, tree_digest
from activities.evaluation.profile_report import OperatorTime, Report, Steps, busiest, classify, operators, shares
from activities.evaluation.profile_shim import read_steps, self_times
from activities.evaluation.profiling import matrix_parameters, profile_candidate
from activities.evaluation.server import Launch
from search.profile import Profile, Share
from search.verdict import Rejected
from targets.peaks import Peaks
from tests.conftest import Start
from tests.skills.engines import composed

pytestmark = pytest.mark.alone

PEAKS = Peaks(
    device_class="a machine",
    cores=2,
    abilities=frozenset(),
    read_bytes_per_second={1 << 20: 1e11, 1 << 30: 1e10},
    flops_per_second={1: 1e10, 512: 1e11},
)

names = st.sampled_from(["aten::linear", "aten::addmm", "aten::softmax", "aten::add", "native::attend", "native::step", "aten::argmax", ""])
seconds = st.floats(min_value=-0.01, max_value=10)
reports = st.builds(
    Report,
    seconds=st.floats(0, 10),
    busy_seconds=st.floats(0, 20),
    operators=st.lists(st.builds(OperatorTime, name=names, root=names, calls=st.integers(0, 10**6), seconds=seconds), max_size=30).map(
        tuple
    ),
    steps=st.dictionaries(st.sampled_from(["decode", "mixed"]), st.builds(Steps, steps=st.integers(0, 100), seconds=st.floats(0, 10))),
)


@given(reports, st.floats(0.1, 10))
def test_shares_add_up_to_one_whatever_is_reported(report: Report, window: float) -> None:
    found = shares(report, window)
    assert set(found) == set(Share)
    assert sum(found.values()) == pytest.approx(1)
    assert min(found.values()) >= 0


@given(reports)
def test_the_dearest_operators_come_first_and_few(report: Report) -> None:
    found = operators(report)
    assert len(found) <= 30
    assert [one.seconds for one in found] == sorted((one.seconds for one in found), reverse=True)
    assert sum(one.seconds for one in found) == pytest.approx(report.operator_seconds)


@pytest.mark.parametrize(
    ("root", "name", "share"),
    [
        ("aten::linear", "aten::t", Share.MATRIX_PRODUCTS),
        ("aten::scaled_dot_product_attention", "aten::bmm", Share.ATTENTION),
        ("Torch-Compiled Region: 0/0", "aten::mm", Share.MATRIX_PRODUCTS),
        ("native::linear", "native::linear", Share.MATRIX_PRODUCTS),
        ("native::attend", "native::attend", Share.ATTENTION),
        ("aten::argmax", "aten::argmax", Share.SAMPLING),
        ("aten::rms_norm", "aten::mean", Share.OTHER_OPERATORS),
        ("aten::sum", "aten::sum", Share.OTHER_OPERATORS),
    ],
)
def test_operators_are_known_by_what_they_are_part_of(root: str, name: str, share: Share) -> None:
    assert classify(name, root) == share


@pytest.mark.parametrize(
    "field",
    [
        {"seconds": float("nan")},
        {"busy_seconds": -1},
        {"seconds": 1e9},
        {"operators": [{"name": "x" * 500, "root": "", "calls": 1, "seconds": 1.0}]},
        {"more": 1},
    ],
)
def test_a_report_beyond_all_bounds_is_refused(field: dict[str, object]) -> None:
    whole = {"seconds": 1.0, "busy_seconds": 1.0, "operators": [], "steps": {}}
    Report.model_validate(whole)
    with pytest.raises(ValidationError):
        Report.model_validate({**whole, **field})


def event(name: str, start: int, duration: int, thread: int = 1) -> SimpleNamespace:
    return SimpleNamespace(name=lambda: name, start_ns=lambda: start, duration_ns=lambda: duration, start_thread_id=lambda: thread)


def test_an_operators_own_time_excludes_what_it_called() -> None:
    second = 10**9
    events = [
        event("outer", 0, 10 * second),
        event("inner", 2 * second, 3 * second),
        event("inner", 6 * second, second),
        event("leaf", 6 * second, second),
    ]
    events += [event("outer", 5 * second, 2 * second, thread=2)]
    found = self_times(events)
    assert found["outer", "outer"] == [2, pytest.approx(10 - 3 - 1 + 2)]
    assert found["outer", "inner"] == [2, pytest.approx(3)]
    assert found["outer", "leaf"] == [1, pytest.approx(1)]


def test_a_timeline_is_summed_by_kind_and_garbage_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "timeline"
    before = '{"kind": "decode", "seconds": 9, "requests": 9, "tokens": 9}\n'
    step = '{"kind": "decode", "start": 1, "seconds": 0.5, "requests": 3, "tokens": 3}\n'
    path.write_text(before + step + "garbage\n" + step + '{"kind": "pre')
    assert read_steps(path, len(before)) == {"decode": {"steps": 2, "seconds": 1.0, "requests": 6, "tokens": 6}}
    assert read_steps(tmp_path / "none", 0) == {}


def test_the_engine_is_the_process_that_computes() -> None:
    front = Report(seconds=1, busy_seconds=0.9, operators=(), steps={})
    engine = Report(
        seconds=1, busy_seconds=0.5, operators=(OperatorTime(name="aten::mm", root="aten::mm", calls=1, seconds=0.4),), steps={}
    )
    assert busiest([front, engine]) == busiest([engine, front]) == engine


def test_matrix_parameters_are_those_of_the_checkpoint(ground: Ground) -> None:
    """All but the norms, and the table of embeddings where it is not the head as well."""
    checkpoint = ground.checkpoint
    rest = checkpoint.parameters - matrix_parameters(checkpoint)
    table = checkpoint.vocabulary * checkpoint.hidden
    norms = (2 * checkpoint.layers + 1) * checkpoint.hidden
    assert rest in (norms, norms + table)


async def launched(ground: Ground, candidate: Path) -> Launch:
    launch = await prepare_launch(ground, candidate, tree=tree_digest(candidate))
    assert isinstance(launch, Launch)
    return launch


async def profiled(ground: Ground, candidate: Path) -> Profile:
    found = await profile_candidate(ground, await launched(ground, candidate), PEAKS)
    assert isinstance(found, Profile), found
    assert sum(found.shares.values()) == pytest.approx(1)
    assert found.output_tokens > 0
    assert 0 < found.bytes_of_peak <= 1
    assert 0 < found.flops_of_peak <= 1
    assert 0 < found.queue_share < 1
    return found


async def test_the_starter_spends_time_in_matrix_products_and_attention(ground: Ground) -> None:
    found = await profiled(ground, ground.scenario.starter)
    assert found.shares[Share.MATRIX_PRODUCTS] > 0.01
    assert found.shares[Share.ATTENTION] > 0.001
    assert found.mean_batch == 0


async def test_native_products_in_a_forked_engine_are_seen(ground: Ground, tmp_path: Path) -> None:
    recipes = {"native_gemm": {}, "native_attention": {}, "continuous_batching": {"max_batch": 4}, "process_front": {}}
    found = await profiled(ground, composed(tmp_path / "tree", fused_llama={}, **recipes))
    calls = {one.name: one.calls for one in found.operators}
    assert calls["native::linear"] > calls["native::attend"] > 0
    assert 1 < found.mean_batch <= 4


async def test_a_server_that_crashes_has_no_profile(ground: Ground, start: Start) -> None:
    found = await profile_candidate(ground, start("crashes_at_start"), PEAKS)
    assert isinstance(found, Rejected)
    assert found.stage == "profile"
