"""Takes a search up from its ledger after it has ended, so that what it found can be judged again."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from activities.task import Foundation
from search.gate_test import GateTest
from search.lineage import is_crowned
from search.record import Record
from search.review import Review
from search.spec import Spec
from search.succession import reigning, standing
from workflows.state import Champion, SearchState

ENDED = "the search had ended"


def restore(
    spec: Spec,
    facts: Mapping[str, str],
    records: Sequence[Record],
    *,
    reviews: Sequence[Review],
    tests: Sequence[GateTest],
    reason: str,
    now: datetime,
) -> SearchState | None:
    """The state in which it begins nothing new; `reason` is why it ended. None for one that never had a champion."""
    champion = reigning(records, reviews)
    if champion is None:
        return None
    starter = next(record for record in records if record.number == 0)
    raised = sum(retrial.raised for review in reviews for retrial in review.retrials)
    state = SearchState(
        spec=spec,
        foundation=_foundation(facts, records, reviews),
        starter=starter.source,
        champion=Champion(number=champion.number, source=champion.source, claim=champion.hypothesis.claim),
        standing=standing(records, reviews),
        noise=next((review.noise for review in reversed(reviews) if review.noise is not None), 0.0),
        next_number=max(record.number for record in records) + 1,
        promotions=raised + sum(record.number > 0 and is_crowned(record) for record in records),
        exhausted=reason or ENDED,
        reopened=True,
        tests=tuple(test.name for test in tests),
        reviews=len(reviews),
    )
    return state.opened(now)


def _foundation(facts: Mapping[str, str], records: Sequence[Record], reviews: Sequence[Review]) -> Foundation:
    """By what was judged last."""
    last = reviews[-1].standard if reviews else max(records, key=lambda record: record.ended).standard
    told = {name: text for name, text in last.model_dump().items() if text}
    return Foundation.model_validate(
        {**{name: facts.get(name, "") for name in Foundation.model_fields}, "margin": facts.get("margin", "0"), **told}
    )
