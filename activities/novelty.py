"""Ask the ledger whether a candidate's tree was judged before."""

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.task import NoveltyTask
from search.novelty import repeated
from search.verdict import Rejected


class NoveltyGate:
    """Reads the journal only."""

    def __init__(self, ledger: Ledger) -> None:
        """The ledger of this home."""
        self._ledger = ledger

    @activity.defn(name="novelty")
    def novelty(self, task: NoveltyTask) -> Rejected | None:
        """Why the candidate needs no gates, with the earlier one's verdict; None when its tree is new."""
        return repeated(self._ledger.records(task.setting.search), task.number, task.source)
