"""Whether throughput has stopped changing, judged by the bytes that arrived in equal stretches of time."""

from collections.abc import Sequence

STRETCHES = 6
_TOLERANCE = 0.15


def is_steady(totals: Sequence[int]) -> bool:
    """Whether the second half of the last `STRETCHES` brought as much as the first, within 15 %.

    `totals` are the bytes received since the load began, read at equal distances. The candidate can only lengthen the warm-up by what it
    sends here: the window itself has a fixed length and is counted in verified tokens.
    """
    if len(totals) <= STRETCHES:
        return False
    last = totals[-1 - STRETCHES :]
    first = last[STRETCHES // 2] - last[0]
    second = last[-1] - last[STRETCHES // 2]
    return first > 0 and abs(second - first) <= _TOLERANCE * max(first, second)
