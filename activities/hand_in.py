"""Keep what an outside author handed in: who and why in the journal, the tree as a commit on the candidate's branch."""

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.work_task import HandInTask
from search.source import Source


class HandInKeeper:
    """The same task makes the same commit."""

    def __init__(self, ledger: Ledger) -> None:
        """The ledger of this home."""
        self._ledger = ledger

    @activity.defn(name="hand_in")
    def keep(self, task: HandInTask) -> Source:
        """The candidate's source; where nothing was handed in, that with which the work began."""
        work, handing = task.work, task.handing
        search = work.setting.search
        text = handing.model_dump_json(indent=1) + "\n"
        self._ledger.append(search, {f"{work.place}.json": text}, message=f"work {work.name}, part {work.part} ends", when=task.when)
        if handing.tree is None or handing.tree == task.source.tree:
            return task.source
        hypothesis = handing.hypothesis or work.hypothesis
        words = f"repair {work.part}" if work.part or hypothesis is None else hypothesis.claim
        return self._ledger.commit_files(
            candidate_branch(search, work.number),
            parent=task.source.commit,
            files=self._ledger.files(handing.tree),
            message=f"Candidate {work.number}: {words}",
            when=task.when,
        )
