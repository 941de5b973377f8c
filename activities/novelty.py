"""Ask the ledger whether a candidate's tree was judged before."""

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.task import Novelty, NoveltyTask
from search.novelty import repeated


class NoveltyGate:
    """Reads the journal only."""

    def __init__(self, ledger: Ledger) -> None:
        """The ledger of this home."""
        self._ledger = ledger

    @activity.defn(name="novelty")
    def novelty(self, task: NoveltyTask) -> Novelty:
        """A rejection with the earlier one's verdict, when the tree is not new."""
        return Novelty(rejected=repeated(self._ledger.records(task.setting.search), task.number, task.source))
