"""Judge a tree again: find out whether that may be, and put it on a branch of its own."""

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.task import CopyTask, Retriable, RetryTask
from search.repetition import refusal
from search.source import Source


class Retrier:
    """Reads the journal, and makes the same commit each time."""

    def __init__(self, ledger: Ledger) -> None:
        """The ledger of this home."""
        self._ledger = ledger

    @activity.defn(name="find_retriable")
    def find(self, task: RetryTask) -> Retriable:
        """The candidate's hypothesis, or why it may not be tried again."""
        search = task.setting.search
        records, ended = self._ledger.records(search), {record.number for record in self._ledger.records(search)}
        begun = [one.copies for one in self._ledger.flights(search) if one.copies is not None and one.number not in ended]
        if refused := refusal(records, task.number, task.standard, begun=begun):
            return Retriable(refused=refused)
        return Retriable(hypothesis=next(record.hypothesis for record in records if record.number == task.number))

    @activity.defn(name="copy")
    def copy(self, task: CopyTask) -> Source:
        """The new branch's source: the same tree above the earlier candidate's."""
        search = task.setting.search
        source = next(record.source for record in self._ledger.records(search) if record.number == task.copies)
        return self._ledger.commit_files(
            candidate_branch(search, task.number),
            parent=source.commit,
            files=self._ledger.files(source.tree),
            message=f"Candidate {task.number}: candidate {task.copies} is tried again",
            when=task.when,
        )
