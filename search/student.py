"""Student's t distribution for whole degrees of freedom, in plain Python so that workflow code may use it."""

import math


def cumulative(t: float, *, freedom: int) -> float:
    """Probability that a t variable with `freedom` degrees is at most `t` (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine = math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    series = term if freedom > 1 else 0.0
    for power in range(2 + odd, freedom - 1, 2):
        term *= cosine * cosine * (power - 1) / power
        series += term
    series *= math.sin(angle)
    inside = (angle + series) * 2 / math.pi if odd else series
    return (1 + inside) / 2


def quantile(probability: float, *, freedom: int) -> float:
    """The t below which `probability` of the distribution lies; for probabilities between 1e-9 and 1 - 1e-9."""
    if probability < 0.5:
        return -quantile(1 - probability, freedom=freedom)
    low, high = 0.0, 1.0
    while cumulative(high, freedom=freedom) < probability:
        low, high = high, high * 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if cumulative(middle, freedom=freedom) < probability else (low, middle)
    return high
