"""How a search ends: the champion's figure against the starter, the conclusion, and the last words of one that breaks off."""

from datetime import datetime

from activities.task import Conclusion
from search.measurement import log_ratios
from search.statistics import interval, median_ratio
from search.verdict import Interval
from workflows.arena import Arena
from workflows.state import SearchState

FINAL_LEVEL = 0.95
WORDS = 400


def conclusion_of(state: SearchState, arena: Arena, *, reason: str, now: datetime) -> Conclusion:
    """The figure of the final pairs where there are enough, else that of the chain of duels."""
    standing = state.standing
    assert state.champion is not None and standing is not None
    ratio, bounds = standing.ratio, Interval(low=standing.low, high=standing.high, level=FINAL_LEVEL)
    ratios = log_ratios(arena.pairs)
    if len(ratios) > 1:
        ratio, bounds = median_ratio(ratios), interval(ratios, FINAL_LEVEL)
    return Conclusion(
        setting=state.setting(),
        reason=reason,
        champion=state.champion.number,
        ratio=ratio,
        interval=bounds,
        pairs=tuple(arena.pairs),
        candidates=state.next_number - 1,
        when=now,
    )


def last_words(failure: BaseException) -> str:
    """The innermost cause, in one line."""
    while failure.__cause__ is not None:
        failure = failure.__cause__
    return str(failure).split("\n", 1)[0][:WORDS]
