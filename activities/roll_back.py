"""Let an earlier champion reign again: the fall of those after it, the champion's branch, and the review that tells it."""

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.task import RollbackTask, RolledBack
from search.record import Record
from search.review import Review
from search.rollback import NoWayBack, reverse
from search.succession import reigning


class Reverser:
    """A second time it finds what the first wrote."""

    def __init__(self, ledger: Ledger) -> None:
        """The ledger of this home."""
        self._ledger = ledger

    @activity.defn(name="roll_back")
    def roll_back(self, task: RollbackTask) -> RolledBack:
        """The review, or why there is none."""
        search = task.setting.search
        records, reviews = self._ledger.records(search), self._ledger.reviews(search)
        known = next((review for review in reviews if review.number == task.review), None)
        try:
            review = known or _review(task, records, reviews)
        except NoWayBack as reason:
            return RolledBack(refused=str(reason))
        self._ledger.write_review(self._ledger.read_spec(search), review, promotions=task.promotions)
        champion = next(record for record in records if record.number == review.champion)
        return RolledBack(review=review, source=champion.source, claim=champion.hypothesis.claim)


def _review(task: RollbackTask, records: tuple[Record, ...], reviews: tuple[Review, ...]) -> Review:
    back = "the starter" if task.number == 0 else f"candidate {task.number}"
    why = f"rolled back to {back} by {task.author}" + (f": {task.why}" if task.why else "")
    reversal = reverse(records, reviews, task.number, reason=why)
    before = reigning(records, reviews)
    assert before is not None, "a search that can be rolled back has a champion"
    return Review(
        number=task.review,
        kind="rollback",
        why=why,
        author=task.author,
        standard=task.standard,
        tests=reviews[-1].tests if reviews else (),
        retrials=reversal.retrials,
        champion_before=before.number,
        champion=task.number,
        ratio=reversal.standing.ratio,
        low=reversal.standing.low,
        high=reversal.standing.high,
        started=task.when,
        ended=task.when,
    )
