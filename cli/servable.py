"""Finds what a person wants to have served, and prepares its start: source, build, model."""

from pathlib import Path

from activities.evaluation.build import BuildFailed, build_tree
from activities.evaluation.launching import launch_of, tree_digest
from activities.evaluation.server import Launch
from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.asked import check_question
from cli.lookup import find_champion, find_entry
from cli.mistakes import Failed, Misuse, misuse
from cli.output import say
from models.checkpoint import BrokenCheckpoint, UnknownModel, obtain_checkpoint
from scenarios.registry import find_scenario
from search.spec import Correctness
from search.value import Value
from targets.registry import find_target

MODEL = "small"


class Servable(Value):
    """A source tree with what it is to serve."""

    title: str
    tree: str
    folder: Path
    scenario: str
    target: str
    model: str
    search: str | None = None
    """The search that it comes from; None for a folder."""
    candidate: int = 0
    """Its number there."""
    correctness: Correctness = "lossless"
    """Under which it was searched for; a folder keeps to the stricter one."""


def find_servable(home: Home, what: str, *, candidate: int | None, model: str | None, scenario: str, target: str) -> Servable:
    """The champion, or the numbered candidate, of the search `what`; else the folder `what`."""
    ledger = Ledger.open(home.ledger) if home.ledger.exists() else None
    if ledger is not None and what in ledger.searches():
        return _from_search(home, ledger, what, candidate=candidate, model=model)
    folder = Path(what).expanduser().absolute()
    if not (folder / "serve.py").is_file():
        known = ", ".join(ledger.searches()) if ledger else ""
        raise Misuse(f"{what!r} is neither a search ({known or 'there is none yet'}) nor a folder with a serve.py")
    question = check_question(scenario, target=target, model=model or MODEL, correctness="lossless")
    return Servable(
        title=what, tree=tree_digest(folder), folder=folder, scenario=question.scenario, target=question.target, model=question.model
    )


async def prepare_launch(home: Home, servable: Servable) -> Launch:
    """Obtain the model and build the tree; Misuse for a bad model, Failed when the build fails."""
    scenario = find_scenario(servable.scenario)
    with misuse(UnknownModel, BrokenCheckpoint):
        checkpoint = await obtain_checkpoint(servable.model, family=scenario.family, models=home.models)
    try:
        build = await build_tree(servable.folder, home.builds / servable.tree)
    except BuildFailed as error:
        say(error.log.rstrip())
        raise Failed(f"{servable.title} cannot be built: {error.reason}") from None
    threads, scale = find_target(servable.target).threads(), scenario.scale(checkpoint.preset)
    return launch_of(servable.folder, build, model=checkpoint.folder, threads=threads, scale=scale)


def _from_search(home: Home, ledger: Ledger, search: str, *, candidate: int | None, model: str | None) -> Servable:
    entry = find_champion(ledger, search) if candidate is None else find_entry(ledger, search, candidate)
    spec = ledger.read_spec(search)
    return Servable(
        title=f"candidate {entry.number} of {search}",
        search=search,
        candidate=entry.number,
        tree=entry.source.tree,
        folder=ledger.checkout(entry.source.tree, home.trees / entry.source.tree),
        scenario=spec.scenario,
        target=spec.target,
        model=model or spec.model,
        correctness=spec.correctness,
    )
