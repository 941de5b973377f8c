"""Write a finished candidate into the ledger: verdict commit, journal, and the champion's branch and tag."""

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.task import RecordTask
from search.source import Source

TIDY = 100
"""After so many candidates what lies loose is packed."""


class Recorder:
    """Each part is written once, however often the step is tried."""

    def __init__(self, ledger: Ledger) -> None:
        """The ledger of this home."""
        self._ledger = ledger

    @activity.defn(name="record")
    def record(self, task: RecordTask) -> Source:
        """The candidate's last commit, which carries its verdict."""
        search, record = task.setting.search, task.record
        verdict = self._ledger.write_verdict(self._ledger.read_spec(search), record, when=task.when)
        if task.promotion is not None:
            self._ledger.promote(search, record.number, previous=task.dethroned, version=task.promotion, when=task.when)
        self._ledger.append_record(search, record, when=task.when)
        if record.number % TIDY == TIDY - 1:
            self._ledger.tidy()
        return Source(commit=verdict, tree=record.source.tree)
