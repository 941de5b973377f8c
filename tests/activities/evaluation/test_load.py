"""The load generator brings the load that was planned, and counts what arrived in its window."""

import statistics
from pathlib import Path
from typing import Any

import pytest

from activities.evaluation.exchange import Arrival, Exchange
from activities.evaluation.figures import figures, most_rise, rise, tokens_inside
from activities.evaluation.loading import Loaded, drive
from activities.evaluation.steadiness import STRETCHES, is_steady
from activities.evaluation.traces import LoadPlan, Phase, Trace, Window
from scenarios.registry import find_scenario
from scenarios.scenario import Limits
from tests.activities.evaluation.scripted_server import Script, scripted_server

pytestmark = pytest.mark.alone

SCALE = find_scenario("chat").scale("tiny")


async def load(script: Script, folder: Path, *, phases: list[Phase] | None = None, **changes: Any) -> Loaded:
    """A whole load on a scripted server."""
    scale = SCALE.model_copy(update={"load": SCALE.load.model_copy(update=changes)})
    async with scripted_server(script, folder) as socket:
        plan = LoadPlan(socket=socket, scenario="chat", scale=scale, seed=5, window_seconds=scale.load.window_seconds, own=())
        return await drive(plan, say=(phases if phases is not None else []).append)


async def test_the_closed_loop_keeps_its_concurrency_and_ends_every_request(tmp_path: Path) -> None:
    script, phases = Script(), list[Phase]()
    loaded = await load(script, tmp_path, phases=phases)
    assert script.most_in_flight == SCALE.load.concurrency
    assert {trace.exchange.fault for trace in loaded.traces if not trace.abandoned} == {None}
    assert sum(trace.abandoned for trace in loaded.traces) <= SCALE.load.concurrency
    assert phases == ["warm-up", "window", "drain"]
    assert loaded.window.closed - loaded.window.opened == pytest.approx(SCALE.load.window_seconds, abs=0.1)


async def test_requests_are_the_scenarios_and_tell_nothing_of_the_phase(tmp_path: Path) -> None:
    script = Script()
    loaded = await load(script, tmp_path)
    drawn = find_scenario("chat").requests(5, SCALE)
    due = [request.body() for request, _ in zip(drawn, loaded.traces, strict=False)]
    assert sorted(map(repr, script.asked)) == sorted(map(repr, due)) == sorted(repr(trace.request.body()) for trace in loaded.traces)
    assert len({repr(body["messages"]) for body in script.asked}) == len(script.asked)
    assert len({tuple(body) for body in script.asked}) == 1


async def test_tokens_per_second_are_what_the_server_paces(tmp_path: Path) -> None:
    """The server sleeps per token, so it can be slower than its script, never faster."""
    loaded = await load(Script(token_seconds=0.01), tmp_path)
    shown = figures(loaded.traces, loaded.window, SCALE.limits)
    assert 0.3 * SCALE.load.concurrency / 0.01 < shown.tokens_per_second <= 1.05 * SCALE.load.concurrency / 0.01
    assert shown.tpot_p50 >= 0.0095
    assert shown.ttft_p50 >= 0.0095


async def test_a_failing_request_ends_the_load_at_once(tmp_path: Path) -> None:
    script = Script(fails_after=6)
    loaded = await load(script, tmp_path, window_seconds=60.0)
    assert any(trace.exchange.fault == "status 500: no more" for trace in loaded.traces)
    assert loaded.window.drained < 30


async def test_answers_that_do_not_end_have_failed(tmp_path: Path) -> None:
    loaded = await load(Script(hangs_after=8), tmp_path, drain_limit_seconds=0.3)
    late = [trace for trace in loaded.traces if trace.ended is None]
    assert len(late) == SCALE.load.concurrency
    assert all("0.3 s after the window closed" in (trace.exchange.fault or "") for trace in late)


async def test_the_end_of_a_queue_is_abandoned_and_an_overtaken_request_is_not(tmp_path: Path) -> None:
    """A serial server leaves a queue when the window closes; one that never serves the second request has dropped it."""
    serial = await load(Script(serial=True, token_seconds=0.02), tmp_path)
    queued = [trace for trace in serial.traces if trace.abandoned]
    assert len(queued) == SCALE.load.concurrency - 1
    assert serial.window.drained - serial.window.closed < 5
    shown = figures(serial.traces, serial.window, SCALE.limits)
    assert shown.latency_p99 > shown.latency_p50 > 0

    unfair = await load(Script(starves=1), tmp_path, drain_limit_seconds=0.3)
    assert "0.3 s after the window closed" in (unfair.traces[1].exchange.fault or "")
    assert not unfair.traces[1].abandoned


async def test_the_open_loop_sends_when_requests_arrive(tmp_path: Path) -> None:
    script = Script()
    loaded = await load(script, tmp_path, mode="open", rate_per_second=60.0, concurrency=1000)
    drawn = find_scenario("chat").requests(5, SCALE.model_copy(update={"load": SCALE.load.model_copy(update={"rate_per_second": 60.0})}))
    due = [request.arrival_seconds for request, _ in zip(drawn, script.began, strict=False)]
    lags = [began - script.began[0] - (when - due[0]) for began, when in zip(script.began, due, strict=True)]
    assert statistics.median(lags) < 0.1
    assert sorted(trace.sent for trace in loaded.traces) == pytest.approx(due)


async def test_waiting_for_a_place_in_the_open_loop_counts_as_latency(tmp_path: Path) -> None:
    loaded = await load(Script(token_seconds=0.01), tmp_path, mode="open", rate_per_second=12.0, concurrency=1)
    shown = figures(loaded.traces, loaded.window, SCALE.limits)
    assert shown.ttft_p99 > 10 * 0.01


async def test_a_server_that_is_not_there_is_a_failed_request(tmp_path: Path) -> None:
    plan = LoadPlan(socket=tmp_path / "none", scenario="chat", scale=SCALE, seed=5, window_seconds=60.0, own=())
    loaded = await drive(plan, say=lambda _: None)
    assert all("the connection failed" in (trace.exchange.fault or "") for trace in loaded.traces)


def trace(sent: float, arrivals: list[tuple[float, int]]) -> Trace:
    """A request that ended with its last arrival."""
    told = tuple(Arrival(at, tokens) for at, tokens in arrivals)
    ids = tuple(range(sum(arrival.tokens for arrival in told)))
    return Trace(request=REQUEST, sent=sent, ended=told[-1].at, exchange=Exchange(status=200, token_ids=ids, arrivals=told))


REQUEST = next(find_scenario("chat").requests(1, SCALE))
WINDOW = Window(opened=10.0, closed=20.0, drained=25.0, steady=True, foreign_load=0.0)


def test_only_tokens_that_arrive_inside_the_window_count() -> None:
    spread = trace(8.0, [(9.0, 1), (10.0, 1), (15.0, 3), (20.0, 1), (21.0, 1)])
    assert tokens_inside(spread, WINDOW) == 4


def test_figures_follow_from_the_traces() -> None:
    traces = [trace(10.0, [(11.0, 1), (12.0, 2)]), trace(12.0, [(15.0, 1), (16.0, 2)]), trace(1.0, [(2.0, 5)])]
    shown = figures(traces, WINDOW, Limits(ttft_seconds=2.0, tpot_seconds=1.0))
    assert (shown.tokens, shown.tokens_per_second, shown.requests, shown.touching) == (6, 0.6, 2, 2)
    assert (shown.ttft_p50, shown.tpot_p50, shown.latency_p50, shown.goodput) == (2.0, 0.5, 3.0, 0.1)


def test_tokens_that_are_held_back_for_the_window_show_and_small_counts_do_not() -> None:
    """Few tokens scatter: seven in ten seconds after three in five are no leap, a thousand after two hundred are one."""
    few = [trace(0.0, [(6.0, 1), (7.0, 1), (8.0, 1), *((11.0 + number, 1) for number in range(9))])]
    assert 1.3 < rise(few, WINDOW) < most_rise(few, WINDOW)
    many = [trace(0.0, [*((5.0 + 0.025 * number, 1) for number in range(200)), *((10.0 + 0.01 * number, 1) for number in range(1000))])]
    assert rise(many, WINDOW) > most_rise(many, WINDOW) == 1.3
    assert rise([trace(0.0, [(11.0, 1)])], WINDOW) == float("inf") > most_rise([trace(0.0, [(11.0, 1)])], WINDOW)


def test_throughput_is_steady_when_both_halves_are_alike() -> None:
    even = [100 * number for number in range(STRETCHES + 2)]
    rising = [100 * number**2 for number in range(STRETCHES + 2)]
    assert is_steady(even)
    assert not is_steady(rising)
    assert not is_steady(even[:STRETCHES])
    assert not is_steady([0] * (STRETCHES + 2))
