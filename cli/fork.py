"""`vibeserve fork`: a new search that begins from any commit of any search."""

import asyncio
import secrets
from datetime import timedelta
from typing import Annotated

import typer

from activities.agents.assignment import is_model_agent
from activities.agents.external import is_external_agent
from activities.ledger.ledger import Ledger
from cli.asked import check_affordable, check_author, make_spec
from cli.budget import known_budget
from cli.lookup import find_entries, open_ledger
from cli.mistakes import Misuse
from cli.options import AgentNetwork, Policy, Search
from cli.output import say
from cli.search import begin
from cli.settings import find_home
from cli.watch import how_to_come_back
from search.lineage import composition
from search.spec import Fork, Spec


def fork(
    name: Search,
    origin: Annotated[str, typer.Argument(metavar="N|COMMIT", help="A candidate, or any commit of the search.", show_default=False)],
    new: Annotated[str, typer.Option("--name", help="Name of the new search.", show_default=False)],
    agent: Annotated[str | None, typer.Option(help="Who writes candidates.", show_default="as before")] = None,
    agent_network: AgentNetwork = False,
    policy: Policy = None,
    candidates: Annotated[int | None, typer.Option(min=1, help="Budget: candidates.", show_default="as before")] = None,
    hours: Annotated[float | None, typer.Option(min=0.001, help="Budget: wall clock.", show_default="as before")] = None,
    usd: Annotated[float | None, typer.Option(min=0.01, help="Budget: dollars for models.", show_default="as before")] = None,
    tokens: Annotated[int | None, typer.Option(min=1, help="Budget: tokens of models.", show_default="as before")] = None,
) -> None:
    """Begin a new search from any state of another.

    Its starter is that tree, and all its figures are against that starter. What is asked stays the same; budgets begin anew.

    \b
    Examples:
      vibeserve fork first 4 --name second
      vibeserve fork first 3f2a9c1 --name second --candidates 10
    """
    home = find_home()
    ledger = open_ledger(home)
    find_entries(ledger, name)
    changes = {"candidates": candidates, "wall_clock": timedelta(hours=hours) if hours else None, "tokens": tokens, "dollars": usd}
    spec = forked(ledger.read_spec(name), find_origin(ledger, name, origin), new=new, agent=agent, network=agent_network, policy=policy)
    given = {limit: value for limit, value in changes.items() if value is not None}
    budget = known_budget(home, name).model_copy(update=given)
    if usd is not None:
        check_affordable(spec.agent, usd, home)
    asyncio.run(begin(home, spec.model_copy(update={"budget": budget})))
    say(how_to_come_back(new))


def forked(before: Spec, origin: Fork, *, new: str, agent: str | None, network: bool, policy: str | None) -> Spec:
    """The same question from another beginning; Misuse where nobody could go on from there."""
    chooser = policy if policy or agent else before.policy
    author = check_author(agent or before.agent, policy=chooser, network=network or (before.agent_network and agent is None))
    if not (is_model_agent(author.agent) or is_external_agent(author.agent)) and origin.composition is None:
        raise Misuse(
            f"no recipe wrote {origin.commit[:10]}, and --agent {author.agent} composes whole trees of recipes: "
            "name --agent openai:MODEL or --agent external"
        )
    changes = {"name": new, "seed": secrets.randbits(31), "fork": origin, "baseline": None, "baseline_of": None}
    return make_spec(**{**dict(before), **author.model_dump(), **changes})


def find_origin(ledger: Ledger, search: str, origin: str) -> Fork:
    """A candidate by its number, else a commit that the search's branches hold; Misuse for anything else."""
    entries = find_entries(ledger, search)
    records = {record.number: record for record in ledger.records(search)}
    if origin.isdecimal() and len(origin) < 7:
        entry = next((entry for entry in entries if entry.number == int(origin)), None)
        if entry is None:
            raise Misuse(f"the search {search} has no candidate {origin}; it has 0 to {entries[-1].number}")
        commit = entry.source.commit
    else:
        commit = ledger.find_commit(search, origin)
        if commit is None:
            raise Misuse(f"{origin} is no commit of a candidate of {search}: `git log --all` in its ledger lists them")
    tree = ledger.tree(commit)
    same = next((record for record in records.values() if record.source.tree == tree), None)
    number = same.number if same else None
    return Fork(search=search, commit=commit, number=number, composition=composition(same) if same else None)
