"""Keep one file in a search's journal: what an operator did, what a candidate began with, the noise of the machine."""

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.task import NoteTask


class Noter:
    """The same note again makes no commit."""

    def __init__(self, ledger: Ledger) -> None:
        """The ledger of this home."""
        self._ledger = ledger

    @activity.defn(name="note")
    def note(self, task: NoteTask) -> None:
        """The file, unless something stands there already: whoever was first is kept."""
        if self._ledger.journal_text(task.setting.search, task.path) is None:
            self._ledger.append(task.setting.search, {task.path: task.text}, message=task.message, when=task.when)
