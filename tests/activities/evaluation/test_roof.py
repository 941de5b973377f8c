"""The physical limit follows from the model, the traffic and the peaks, and a score beyond it first calls the peaks into question."""

from pathlib import Path

import pytest

from activities.evaluation.exchange import Arrival, Exchange
from activities.evaluation.figures import traffic
from activities.evaluation.ground import Ground
from activities.evaluation.roof import Roof, is_beyond, limit_share, open_roof
from activities.evaluation.traces import Trace, Window
from activities.evaluation.verification import Bounded, Lossless
from scenarios.work import Traffic
from targets.cpu import Cpu
from targets.peaks import Peaks, read_peaks, write_peaks

LOSSLESS = Lossless(margin=0.001)
WINDOW = Window(opened=10.0, closed=20.0, drained=25.0, steady=True, foreign_load=0.0)


def peaks(*, read: float = 1e9, flops: float = 1e12, int8: float | None = None) -> Peaks:
    """A machine of this very class."""
    device = Cpu().fingerprint()
    return Peaks(
        device_class=device.device_class,
        cores=2,
        abilities=device.abilities,
        read_bytes_per_second={1 << 30: read},
        flops_per_second={1: flops / 10, 512: flops},
        int8_ops_per_second=int8,
    )


def decoding(**changes: float) -> Traffic:
    """A thousand tokens one at a time, eight requests in flight."""
    plain = Traffic(
        seconds=1.0,
        in_flight=8.0,
        prompts=0,
        prompt_tokens=0,
        output_tokens=1000,
        passes=1000,
        pass_context_tokens=0,
        context_tokens=0,
    )
    return plain.model_copy(update=changes)


def share(ground: Ground, brought: Traffic, found: Peaks, **policy: object) -> float:
    """Under the lossless policy unless another is given."""
    return limit_share(ground.scenario, ground.checkpoint, policy.get("policy", LOSSLESS), brought, found)  # pyright: ignore[reportArgumentType]


def test_decoding_streams_all_matrices_once_per_step(ground: Ground) -> None:
    model = ground.checkpoint
    embedded = model.vocabulary * model.hidden
    matrices = 4 * (model.parameters - embedded - (2 * model.layers + 1) * model.hidden)
    assert share(ground, decoding(), peaks(flops=1e18)) == pytest.approx(1000 / 8 * matrices / 1e9)
    assert share(ground, decoding(passes=250), peaks(flops=1e18)) == pytest.approx(250 / 8 * matrices / 1e9)


def test_computing_bounds_what_reading_does_not(ground: Ground) -> None:
    slow = peaks(read=1e18, flops=1e9)
    assert share(ground, decoding(prompt_tokens=1000), slow) > 1.5 * share(ground, decoding(), slow) > 0
    assert share(ground, decoding(context_tokens=10**6), slow) > share(ground, decoding(), slow)


def test_a_bounded_policy_counts_with_int8(ground: Ground) -> None:
    bounded = Bounded(margin=0.001, tolerance=ground.scenario.tolerance)
    quick = peaks(int8=4e12)
    assert share(ground, decoding(), quick, policy=bounded) == pytest.approx(share(ground, decoding(), quick) / 4)


def test_traffic_counts_what_must_have_happened_inside_the_window() -> None:
    def trace(sent: float, *arrivals: tuple[float, int]) -> Trace:
        told = tuple(Arrival(at, tokens) for at, tokens in arrivals)
        ids = tuple(range(sum(arrival.tokens for arrival in told)))
        exchange = Exchange(status=200, token_ids=ids, prompt_token_ids=(1, 2, 3), arrivals=told)
        return Trace.model_validate({"request": REQUEST, "sent": sent, "ended": told[-1].at, "exchange": exchange})

    brought = traffic([trace(8.0, (9.0, 1), (11.0, 1), (11.001, 1)), trace(12.0, (13.0, 2), (14.0, 1), (22.0, 1))], WINDOW)
    assert (brought.output_tokens, brought.prompts, brought.prompt_tokens) == (5, 1, 3)
    assert brought.passes == 3
    assert brought.pass_context_tokens == (3 + 1) + 3 + (3 + 2)
    assert brought.in_flight == pytest.approx((1.001 + 8.0) / 10)


async def test_peaks_that_a_score_exceeds_are_measured_again_and_only_grow(ground: Ground, tmp_path: Path) -> None:
    class Better(Cpu):
        async def probe(self) -> Peaks:
            return peaks(read=2e9, flops=5e11)

    write_peaks(tmp_path / "probe.json", peaks())
    roof = await open_roof(Better(), tmp_path / "probe.json")
    assert isinstance(roof, Roof)
    async with ground.leased() as lease:
        await roof.raise_for(1.2, lease)
        assert roof.peaks == peaks()
        await roof.raise_for(1.3, lease)
    assert roof.peaks == peaks(read=2e9, flops=1e12).model_copy(update={"flops_per_second": {1: 1e11, 512: 1e12}})
    assert read_peaks(tmp_path / "probe.json") == roof.peaks
    assert not is_beyond(None)


REQUEST = {"number": 0, "endpoint": "/v1/completions", "prompt": "x", "max_tokens": 4}
