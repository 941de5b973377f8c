"""The noise model: what a machine adds to the log-score of a window, as a sum of independent parts of known size.

    log score = effect of the code + restart + modes + window + tails + skew - spike + drift + step + own

A window is one fresh server under load. All sizes are log-units, so 0.03 is 3 %. The parts belong to a server start (restart, modes),
to the window (window, tails, skew, spike), to the machine's clock, which champion and candidate share (drift, step), or to one side alone
(own, lopsided). Each `Noise` below has a standard deviation of about 3 % per pair, the drifts not counted, which pairs cancel.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from search.value import Value

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]

DRIFT_WINDOWS = 64
"""A slow drift and a step are spread over so many windows: a duel of 20 pairs with its confirmation."""


class Noise(Value):
    """Sizes of the parts; a part of size 0 is absent."""

    name: str
    model: str
    """In words, for the table."""
    restart: float = 0.0
    """Standard deviation of what a server start keeps for its life: memory layout, huge pages, threads placed."""
    modes: float = 0.0
    """Distance between two ways in which a server may come up, each half of the time."""
    window: float = 0.0
    """Standard deviation of normal noise per window."""
    tails: float = 0.0
    """Standard deviation of noise with the tails of Student's t with 3 degrees of freedom."""
    skew: float = 0.0
    """Standard deviation of exponential noise that only slows."""
    spikes: float = 0.0
    """Mean loss in a window that foreign load hits without being voided; the loss is exponential."""
    spike_share: float = 0.05
    """Share of windows that are hit."""
    drift: float = 0.0
    """Standard deviation of the straight drift over a duel, heat for example."""
    step: float = 0.0
    """A lasting loss that begins at some moment of the duel: a neighbour moves in."""
    own: float = 0.0
    """Standard deviation of what a side keeps from its last window, so that neighbouring pairs resemble each other."""
    own_memory: float = 0.3
    """Correlation of a side's own part between neighbouring windows of that side."""
    lopsided: float = 0.0
    """Standard deviation of exponential noise in the candidate's windows alone, about its median: code that is no copy."""


MODELS: tuple[Noise, ...] = (
    Noise(name="normal", model="each window normal", window=0.0212),
    Noise(name="restart", model="a random effect per server start, 3 times as large as the window's noise", restart=0.0201, window=0.0067),
    Noise(name="two modes", model="a server comes up in one of two modes that differ by 4 %", modes=0.04, window=0.007),
    Noise(name="heavy tails", model="Student's t with 3 degrees of freedom", tails=0.0212),
    Noise(name="skew", model="exponential noise that only slows", skew=0.0212),
    Noise(name="spikes", model="foreign load takes 6 % on average from one window in twenty", spikes=0.06, window=0.01),
    Noise(name="slow drift", model="normal, and a straight drift of 20 % over the duel", window=0.0212, drift=0.2),
    Noise(name="step", model="normal, and a lasting loss of 15 % at some moment", window=0.0212, step=0.15),
    Noise(name="memory", model="each side keeps 0.3 of its own last deviation", own=0.018, window=0.0112),
    Noise(
        name="all at once",
        model="restart, heavy tails, spikes, drift, step and memory together",
        restart=0.01,
        tails=0.012,
        spikes=0.06,
        spike_share=0.03,
        drift=0.1,
        step=0.1,
        own=0.006,
    ),
    Noise(name="lopsided", model="exponential noise in the candidate's windows alone; equal medians", lopsided=0.03),
)


def model(name: str) -> Noise:
    """The model of that name."""
    return next(noise for noise in MODELS if noise.name == name)


def windows(noise: Noise, random: np.random.Generator, candidates: Flags) -> Reals:
    """Log-scores of identical code, windows in the order of time; `candidates` (sessions x windows) says whose each window is."""
    shape = candidates.shape
    scores = noise.window * random.standard_normal(shape)
    scores += noise.restart * random.standard_normal(shape)
    if noise.modes:
        scores += noise.modes * (random.integers(0, 2, shape) - 0.5)
    if noise.tails:
        scores += noise.tails / np.sqrt(3) * random.standard_t(3, shape)
    if noise.skew:
        scores -= noise.skew * (random.standard_exponential(shape) - 1)
    if noise.spikes:
        scores -= noise.spikes * random.standard_exponential(shape) * (random.random(shape) < noise.spike_share)
    return scores + _clock(noise, random, shape) + _sides(noise, random, candidates)


def pairs(noise: Noise, random: np.random.Generator, sessions: int, count: int) -> Reals:
    """Log-ratios (sessions x pairs) of identical code: two windows back to back, the order of each pair tossed."""
    first = random.random((sessions, count)) < 0.5
    candidates = np.stack((first, ~first), axis=2).reshape(sessions, 2 * count)
    scores = windows(noise, random, candidates).reshape(sessions, count, 2)
    return np.where(first, scores[..., 0] - scores[..., 1], scores[..., 1] - scores[..., 0])


def blocks(noise: Noise, random: np.random.Generator, sessions: int, *, champion: int, candidate: int) -> tuple[Reals, Reals]:
    """Log-scores of all champion windows, then of all candidate windows, as rules without pairs measure them."""
    order = np.zeros((sessions, champion + candidate), dtype=bool)
    order[:, champion:] = True
    scores = windows(noise, random, order)
    return scores[:, :champion], scores[:, champion:]


def _clock(noise: Noise, random: np.random.Generator, shape: tuple[int, ...]) -> Reals | Literal[0]:
    """What passes over both sides as time goes."""
    if not (noise.drift or noise.step):
        return 0
    sessions, count = shape
    now = np.arange(count) / DRIFT_WINDOWS
    drift = noise.drift * random.standard_normal((sessions, 1)) * now
    return drift - noise.step * (now >= random.random((sessions, 1)))


def _sides(noise: Noise, random: np.random.Generator, candidates: Flags) -> Reals | Literal[0]:
    """What belongs to one side alone."""
    if noise.lopsided:
        return np.where(candidates, -noise.lopsided * (random.standard_exponential(candidates.shape) - np.log(2)), 0.0)
    if not noise.own:
        return 0
    mine = np.cumsum(candidates, axis=1) - 1
    theirs = np.cumsum(~candidates, axis=1) - 1
    series = [np.take_along_axis(_remembering(noise, random, candidates.shape), np.maximum(turns, 0), axis=1) for turns in (mine, theirs)]
    return np.where(candidates, series[0], series[1])


def _remembering(noise: Noise, random: np.random.Generator, shape: tuple[int, ...]) -> Reals:
    series = noise.own * random.standard_normal(shape)
    fresh = np.sqrt(1 - noise.own_memory**2)
    for window in range(1, shape[1]):
        series[:, window] = noise.own_memory * series[:, window - 1] + fresh * series[:, window]
    return series
