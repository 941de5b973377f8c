"""Create a search in the ledger: its journal, and the starter as candidate 0."""

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.sources import read_sources
from activities.task import FoundTask
from scenarios.registry import find_scenario
from search.source import Source


class Founder:
    """Writes to the ledger; a second time it finds what the first wrote."""

    def __init__(self, ledger: Ledger) -> None:
        """The ledger of this home."""
        self._ledger = ledger

    @activity.defn(name="found")
    def found(self, task: FoundTask) -> Source:
        """The starter's source."""
        spec = task.spec
        self._ledger.create_search(spec, facts=task.foundation.facts(), when=task.when)
        fork = spec.fork
        return self._ledger.commit_files(
            candidate_branch(spec.name, 0),
            parent=fork.commit if fork else None,
            files=self._ledger.files(fork.commit) if fork else read_sources(find_scenario(spec.scenario).starter),
            message=f"Candidate 0: {f'as {fork.search} had it at {fork.commit}' if fork else f'the starter of {spec.scenario}'}",
            when=task.when,
        )
