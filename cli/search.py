"""`vibeserve search`: begin a durable search and look at it."""

import asyncio
import secrets
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

import typer
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.asked import (
    check_affordable,
    check_author,
    check_baseline,
    check_question,
    free_name,
    make_spec,
    read_looks,
)
from cli.embedded import EngineState, ensure_up
from cli.examination import require_machine
from cli.live import follow
from cli.mistakes import Misuse
from cli.notify import named_receivers
from cli.options import Agent, AgentNetwork, Baseline, Correctness, Json, Model, Notify, Policy, Scenario, Target
from cli.output import print_json, say
from cli.reach import asking, reach
from cli.settings import find_home
from cli.summary import summarize
from cli.watch import how_to_come_back, patience
from search.baseline import baseline_name
from search.spec import Budget, Spec
from search.value import Value
from workflows.identity import SEARCHES_QUEUE, search_id
from workflows.progress import Progress
from workflows.state import SearchState


class Started(Value):
    """A search that runs in the background."""

    search: str
    workflow: str


def search(
    scenario: Scenario,
    name: Annotated[str | None, typer.Option(help="Name of the search.", show_default="scenario and day")] = None,
    target: Target = "cpu",
    model: Model = "small",
    agent: Agent = "recipes",
    agent_network: AgentNetwork = False,
    policy: Policy = None,
    baseline: Baseline = None,
    correctness: Correctness = "lossless",
    candidates: Annotated[int, typer.Option(min=1, help="Budget: candidates besides the starter.")] = 20,
    hours: Annotated[float, typer.Option(min=0.001, help="Budget: wall clock.")] = 1.0,
    usd: Annotated[float | None, typer.Option(min=0.01, help="Budget: dollars for models.", show_default="none")] = None,
    tokens: Annotated[int | None, typer.Option(min=1, help="Budget: tokens of models.", show_default="none")] = None,
    parallel: Annotated[int, typer.Option(min=1, max=100, help="Candidates in flight.")] = 1,
    looks: Annotated[str, typer.Option(help="Numbers of pairs after which a duel may decide.")] = "3,10,20",
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the policy.", show_default="drawn")] = None,
    notify: Notify = None,
    detach: Annotated[bool, typer.Option("--detach", help="Begin it and return.")] = False,
    as_json: Json = False,
) -> None:
    """Begin a durable search and look at it.

    Ctrl-C leaves it running. The engine (an embedded Temporal server and a worker) is started when it does not run yet.

    \b
    Examples:
      vibeserve search chat
      vibeserve search chat --name first --model tiny --candidates 4 --hours 0.1
      vibeserve search chat --correctness bounded --parallel 2 --detach
      vibeserve search chat --detach --notify team
      vibeserve search chat --name evolved --policy evolve --baseline random
    """
    home = find_home()
    question = check_question(scenario, target=target, model=model, correctness=correctness)
    spec = make_spec(
        **question.model_dump(),
        name=free_name(scenario, home) if name is None else name,
        **check_author(agent, policy=policy, network=agent_network).model_dump(),
        seed=secrets.randbits(31) if seed is None else seed,
        parallel=parallel,
        looks=read_looks(looks),
        budget=Budget(candidates=candidates, wall_clock=timedelta(hours=hours), tokens=tokens, dollars=check_affordable(agent, usd, home)),
        baseline=baseline,
        notify=named_receivers(home, notify or []),
    )
    asyncio.run(begin(home, check_baseline(spec, home)))
    if detach:
        return _leave(spec.name, as_json=as_json)
    return _look(home, spec, as_json=as_json)


def _look(home: Home, spec: Spec, *, as_json: bool) -> None:
    try:
        progress = asyncio.run(_follow(home, spec.name))
    except KeyboardInterrupt:
        say(how_to_come_back(spec.name))
        return
    if as_json:
        print_json(progress)
    else:
        summarize(progress)
        if spec.baseline:
            _announce(spec.name, baseline_name(spec.name, spec.baseline))


def _announce(name: str, baseline: str) -> None:
    say(f"its baseline follows at the same budget:  vibeserve watch {baseline}")
    say(f"both side by side:                        vibeserve history {name}")


def _leave(name: str, *, as_json: bool) -> None:
    if as_json:
        print_json(Started(search=name, workflow=search_id(name)))
    else:
        say(how_to_come_back(name))


async def begin(home: Home, spec: Spec) -> None:
    """Start a search whose name is free."""
    if home.ledger.exists() and spec.name in Ledger.open(home.ledger).searches():
        raise _taken(spec.name)
    require_machine(home)
    engine = await ensure_up(home, say, target=spec.target)
    with asking(spec.name):
        await _start(await reach(home), spec)
    say(f"search {spec.name} began" + (f": {_page(engine, spec.name)}" if engine.ui_url else ""))


def _page(engine: EngineState, name: str) -> str:
    """Where Temporal's own web page shows the workflow."""
    return f"{engine.ui_url}/namespaces/{engine.namespace}/workflows/{quote(search_id(name), safe='')}"


async def _start(client: Client, spec: Spec) -> None:
    try:
        await client.start_workflow(
            "Search",
            SearchState(spec=spec),
            id=search_id(spec.name),
            task_queue=SEARCHES_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )
    except WorkflowAlreadyStartedError:
        raise _taken(spec.name) from None


def _taken(name: str) -> Misuse:
    return Misuse(f"a search named {name} exists already: `vibeserve watch {name}` shows it, another --name begins a new one")


async def _follow(home: Home, name: str) -> Progress:
    with asking(name):
        return await follow(await reach(home), name, patience_seconds=patience(home))
