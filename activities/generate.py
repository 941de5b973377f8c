"""Write the candidate that tests a hypothesis, as one commit on its own branch."""

from temporalio import activity

from activities.agents.catalog import Catalog
from activities.agents.compose import compose
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.task import GenerateTask
from search.source import Source


class Generator:
    """The offline agent: composes recipes. The same task makes the same commit."""

    def __init__(self, ledger: Ledger, catalog: Catalog) -> None:
        """The ledger of this home and the recipes that can be composed."""
        self._ledger = ledger
        self._catalog = catalog

    @activity.defn(name="generate")
    def generate(self, task: GenerateTask) -> Source:
        """The candidate's source, its parent being the source that the parent candidate was judged by."""
        hypothesis, search = task.hypothesis, task.setting.search
        assert hypothesis.composition is not None, "a recipe's hypothesis names its composition"
        return self._ledger.commit_files(
            candidate_branch(search, task.number),
            parent=self._parent(search, task.parent),
            files=compose(hypothesis.composition, self._catalog, scenario=task.setting.scenario),
            message=f"Candidate {task.number}: {hypothesis.claim}",
            when=task.when,
        )

    def _parent(self, search: str, number: int) -> str:
        return next(record.source.commit for record in self._ledger.records(search) if record.number == number)
