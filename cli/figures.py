"""How figures look: a ratio with its interval, durations, sizes, moments."""

from datetime import datetime, timedelta

from search.verdict import Interval

LEAST, MOST = 0.001, 1000.0


def ratio(value: float) -> str:
    """3.456 as `3.46x`; small gains keep three places, because 1 % matters, and what is too wide says no more than that."""
    if not LEAST < value < MOST:
        return "<0.001x" if value <= LEAST else ">1000x"
    return f"{value:.3f}x" if value < 2 else f"{value:.2f}x"


def bounds(low: float, high: float) -> str:
    """An interval beside its ratio."""
    return f"[{ratio(low)}, {ratio(high)}]"


def interval(value: Interval) -> str:
    """An interval with the confidence that its look may spend."""
    return f"{bounds(value.low, value.high)} at {value.level:.1%}"


def duration(seconds: float) -> str:
    """Seconds below a minute, then m:ss, then h:mm:ss."""
    whole = int(max(seconds, 0))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def moment(when: datetime) -> str:
    """The local time of day."""
    return when.astimezone().strftime("%H:%M:%S")


def day(when: datetime) -> str:
    """The local date and time of day."""
    return when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def milliseconds(seconds: float) -> str:
    """A latency."""
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def size(count: float) -> str:
    """Bytes in binary units."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"


def spent(used: float, limit: float | None, unit: str) -> str:
    """What is used of a budget, in its unit."""
    if unit in ("s", "seconds"):
        return f"{duration(used)} of {duration(limit)}" if limit is not None else duration(used)
    return f"{used:g} of {limit:g}" if limit is not None else f"{used:g}"


def since(start: datetime, now: datetime) -> str:
    """How long something has lasted."""
    return duration((now - start) / timedelta(seconds=1))
