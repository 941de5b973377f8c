"""What of a search's state is worth a notice."""

from collections.abc import Iterator
from datetime import datetime

from search.notice import LOW_SHARE, Notice, Occasion
from search.record import Record
from workflows.state import Outcome, SearchState, describe
from workflows.telling import progress_of


def promotion(state: SearchState, record: Record) -> Notice:
    """A candidate has become the champion."""
    words = f"{describe(record)}: {record.hypothesis.claim.rstrip('.')}"
    return _notice(state, "promotion", key=f"promotion-{record.number}", words=words, when=record.ended)


def low_budgets(state: SearchState, now: datetime) -> Iterator[Notice]:
    """Budgets of which little is left and of which nothing was said yet."""
    for spent in progress_of(state, now, phase="", runners=(), outcome="").spent:
        key = f"budget-{spent.name.partition(' (')[0].replace(' ', '-')}"
        if spent.limit and spent.used >= LOW_SHARE * spent.limit and key not in state.warned:
            words = f"{min(spent.used / spent.limit, 1.0):.0%} of the budget is used: {spent.name}"
            yield _notice(state, "budget", key=key, words=words, when=now)


def end(state: SearchState, outcome: Outcome, now: datetime) -> Notice:
    """It ended in order."""
    words = f"ended after {outcome.candidates} candidates: {outcome.reason}"
    if not outcome.champion:
        words += "; nothing was proven to be faster than the starter"
    return _notice(state, "end", key="end", words=words, when=now)


def failure(state: SearchState, reason: str, now: datetime) -> Notice:
    """It broke off."""
    return _notice(state, "failure", key="failure", words=f"broke off: {reason.rstrip('.')}", when=now)


def _notice(state: SearchState, occasion: Occasion, *, key: str, words: str, when: datetime) -> Notice:
    spec, champion, standing = state.spec, state.champion, state.standing
    plain = Notice(
        occasion=occasion, search=spec.name, key=key, when=when, words=words, scenario=spec.scenario, target=spec.target, model=spec.model
    )
    if champion is None or standing is None:
        return plain
    figures = {"ratio": standing.ratio, "low": standing.low, "high": standing.high}
    return plain.model_copy(update={"champion": champion.number, "claim": champion.claim, **figures})
