"""Find who is to be judged again, let tests join the gate, and write down what a review found."""

from collections.abc import Sequence

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.review_task import AnalysisTask, Contender, Frontier, FrontierTask, KeepTask, ReviewTask
from search.lineage import is_crowned
from search.record import Record
from search.succession import frontier, succession


class Reviewer:
    """Each part is written once, however often the step is tried."""

    def __init__(self, ledger: Ledger) -> None:
        """The ledger of this home."""
        self._ledger = ledger

    @activity.defn(name="frontier")
    def frontier(self, task: FrontierTask) -> Frontier:
        """The starter, the champions in their order, and who was left undecided above 1."""
        search = task.setting.search
        return _frontier(frontier(self._ledger.records(search), self._ledger.reviews(search)))

    @activity.defn(name="champions")
    def champions(self, task: FrontierTask) -> Frontier:
        """The starter and every champion that still stands, in their order."""
        search = task.setting.search
        return _frontier(succession(self._ledger.records(search), self._ledger.reviews(search)))

    @activity.defn(name="keep_test")
    def keep_test(self, task: KeepTask) -> None:
        """The program, and who wrote it, why, and on which candidate it was found."""
        self._ledger.keep_test(task.setting.search, task.test, when=task.when)

    @activity.defn(name="keep_analysis")
    def keep_analysis(self, task: AnalysisTask) -> None:
        """What an analyst said about a candidate, or why it said nothing."""
        self._ledger.keep_analysis(task.setting.search, task.analysis, when=task.when)

    @activity.defn(name="review")
    def review(self, task: ReviewTask) -> None:
        """New verdicts on the branches, the champion's branch, and the review in the journal."""
        self._ledger.write_review(self._ledger.read_spec(task.setting.search), task.review, promotions=task.promotions)


def _frontier(records: Sequence[Record]) -> Frontier:
    contenders = (
        Contender(number=each.number, source=each.source, hypothesis=each.hypothesis, crowned=is_crowned(each)) for each in records
    )
    return Frontier(contenders=tuple(contenders))
