"""Lay out a piece of work for an outside author: its branch, its brief in the journal, its folder."""

from temporalio import activity

from activities.agents.briefing import steering_lines
from activities.agents.catalog import Catalog
from activities.agents.work_brief import work_brief
from activities.agents.work_folder import lay_out
from activities.home import Home
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.work_task import OpenTask, WorkTask
from search.source import Source
from search.verb import parked, steering


class WorkOpener:
    """Each part is made once, however often the step is tried; the folder can be made from the ledger at any time."""

    def __init__(self, ledger: Ledger, catalog: Catalog, home: Home) -> None:
        """The ledger of this home, the skills to be offered, and where folders lie."""
        self._ledger = ledger
        self._catalog = catalog
        self._home = home

    @activity.defn(name="open_work")
    def open(self, task: OpenTask) -> Source:
        """Where the work begins."""
        work = task.work
        search, path = work.setting.search, f"{work.place}.md"
        source = work.source or self._branch(task)
        brief = self._ledger.journal_text(search, path)
        if brief is None:
            verbs = self._ledger.verbs(search)
            asked = tuple(steering_lines(steering(verbs), parked(verbs)))
            brief = work_brief(work, self._ledger.records(search), self._catalog, asked)
            self._ledger.append(search, {path: brief}, message=f"work {work.name}, part {work.part}", when=task.when)
        lay_out(self._home.work_folder(search, work.number), self._ledger.files(source.tree), brief)
        return source

    def _branch(self, task: OpenTask) -> Source:
        work: WorkTask = task.work
        search = work.setting.search
        parent = next(record.source for record in self._ledger.records(search) if record.number == work.parent)
        return self._ledger.commit_files(
            candidate_branch(search, work.number),
            parent=parent.commit,
            files=self._ledger.files(parent.tree),
            message=f"Candidate {work.number}: open to its author",
            when=task.when,
        )
