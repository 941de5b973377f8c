"""The figures of one load: tokens per second, time to first token, time per output token, latency, goodput. Pure."""

import math
from collections.abc import Sequence

import numpy

from activities.evaluation.traces import Trace, Window
from scenarios.scenario import Limits
from scenarios.work import Traffic
from search.measurement import QUANTILES
from search.value import Value

TOGETHER_SECONDS = 0.002
"""Output tokens of one request that arrive within this time of each other may come from one pass of the model."""

LEAP = 1.3
DEVIATIONS = 3.0


class Figures(Value):
    """What one window shows. Times in seconds; quantiles are over requests that ended after the window opened."""

    tokens: int
    tokens_per_second: float
    ttft_p50: float
    ttft_p99: float
    tpot_p50: float
    tpot_p99: float
    latency_p50: float
    latency_p99: float
    ttft_quantiles: tuple[float, ...] = ()
    """At the shares of QUANTILES."""
    tpot_quantiles: tuple[float, ...] = ()
    latency_quantiles: tuple[float, ...] = ()
    request_tokens_per_second_p50: float
    goodput: float
    requests: int
    touching: int
    """Requests of which at least one token arrived inside the window."""


def figures(traces: Sequence[Trace], window: Window, limits: Limits) -> Figures:
    """Takes requests that ended right and abandoned ones, which count with the time that they had waited, as a lower bound."""
    ended = [trace for trace in traces if trace.ended is not None and trace.ended >= window.opened]
    counts = [tokens_inside(trace, window) for trace in traces]
    seconds = window.closed - window.opened
    waits = [window.closed - trace.sent for trace in traces if trace.abandoned]
    firsts = [ttft(trace) for trace in ended] + waits
    rests = [tpot(trace) for trace in ended if len(trace.exchange.token_ids) > 1]
    lasts = [latency(trace) for trace in ended] + waits
    good = sum(is_good(trace, limits) for trace in ended if (trace.ended or 0.0) <= window.closed)
    return Figures(
        tokens=sum(counts),
        tokens_per_second=sum(counts) / seconds if seconds > 0 else 0.0,
        ttft_p50=quantile(firsts, 0.5),
        ttft_p99=quantile(firsts, 0.99),
        tpot_p50=quantile(rests, 0.5),
        tpot_p99=quantile(rests, 0.99),
        latency_p50=quantile(lasts, 0.5),
        latency_p99=quantile(lasts, 0.99),
        ttft_quantiles=quantiles(firsts),
        tpot_quantiles=quantiles(rests),
        latency_quantiles=quantiles(lasts),
        request_tokens_per_second_p50=quantile(
            [len(trace.exchange.token_ids) / latency(trace) for trace in ended if latency(trace) > 0], 0.5
        ),
        goodput=good / seconds if seconds > 0 else 0.0,
        requests=len(ended),
        touching=sum(count > 0 for count in counts),
    )


def tokens_inside(trace: Trace, window: Window) -> int:
    """Output tokens that arrived while the window was open."""
    return sum(arrival.tokens for arrival in trace.exchange.arrivals if window.opened <= arrival.at < window.closed)


def rise(traces: Sequence[Trace], window: Window) -> float:
    """Tokens per second inside the window over those in the second half of the warm-up; infinite when none arrived before."""
    before, seconds = _before(traces, window), window.opened / 2
    inside = sum(tokens_inside(trace, window) for trace in traces) / (window.closed - window.opened)
    return inside / (before / seconds) if before > 0 else math.inf


def most_rise(traces: Sequence[Trace], window: Window) -> float:
    """What `rise` honest throughput may show: 1.3-fold, or three standard deviations of two counts where few tokens arrived before."""
    before, longer = _before(traces, window), 2 * (window.closed - window.opened) / window.opened
    deviation = math.sqrt((1 + 1 / longer) / before) if before > 0 else 0.0
    return max(LEAP, 1 + DEVIATIONS * deviation)


def _before(traces: Sequence[Trace], window: Window) -> int:
    """Tokens in the second half of the warm-up."""
    half = window.model_copy(update={"opened": window.opened / 2, "closed": window.opened})
    return sum(tokens_inside(trace, half) for trace in traces)


def traffic(traces: Sequence[Trace], window: Window) -> Traffic:
    """What must have been worked for inside the window: prompts that came and were read in it, and every token that arrived in it."""
    read = [trace for trace in traces if trace.sent >= window.opened and _first_inside(trace, window)]
    passes = contexts = attended = 0
    for trace in traces:
        made, last = 0, -math.inf
        prompt = len(trace.exchange.prompt_token_ids or ())
        for arrival in trace.exchange.arrivals:
            if window.opened <= arrival.at < window.closed:
                apart = arrival.at - last > TOGETHER_SECONDS
                passes += apart
                contexts += (prompt + made) * apart
                attended += (prompt + made) * arrival.tokens
            made, last = made + arrival.tokens, arrival.at
    return Traffic(
        seconds=window.closed - window.opened,
        in_flight=_mean_in_flight(traces, window),
        prompts=len(read),
        prompt_tokens=sum(len(trace.exchange.prompt_token_ids or ()) for trace in read),
        output_tokens=sum(tokens_inside(trace, window) for trace in traces),
        passes=passes,
        pass_context_tokens=contexts,
        context_tokens=attended,
    )


def _first_inside(trace: Trace, window: Window) -> bool:
    arrivals = trace.exchange.arrivals
    return bool(arrivals) and window.opened <= arrivals[0].at < window.closed


def _mean_in_flight(traces: Sequence[Trace], window: Window) -> float:
    """Over the window; an answer that never ended was in flight to its end."""
    spans = (min(trace.ended or window.closed, window.closed) - max(trace.sent, window.opened) for trace in traces)
    return sum(max(span, 0.0) for span in spans) / (window.closed - window.opened)


def ttft(trace: Trace) -> float:
    """Time to first token, from when the request was due."""
    return trace.exchange.arrivals[0].at - trace.sent if trace.exchange.arrivals else 0.0


def tpot(trace: Trace) -> float:
    """Mean time per output token after the first arrival; 0 when all arrived at once."""
    arrivals = trace.exchange.arrivals
    later = sum(arrival.tokens for arrival in arrivals[1:])
    return (arrivals[-1].at - arrivals[0].at) / later if later else 0.0


def latency(trace: Trace) -> float:
    """From when the request was due to its last byte."""
    return (trace.ended or trace.sent) - trace.sent


def is_good(trace: Trace, limits: Limits) -> bool:
    """Whether a user would have felt this request as fast."""
    return ttft(trace) <= limits.ttft_seconds and tpot(trace) <= limits.tpot_seconds


def quantiles(values: Sequence[float]) -> tuple[float, ...]:
    """At the shares of QUANTILES, with linear interpolation; none for no values."""
    return tuple(float(each) for each in numpy.quantile(values, QUANTILES)) if values else ()


def quantile(values: Sequence[float], share: float) -> float:
    """With linear interpolation; 0 for no values."""
    return float(numpy.quantile(values, share)) if values else 0.0
