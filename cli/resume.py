"""`vibeserve resume`: go on after a pause, or from the ledger alone where Temporal's database is gone."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.chronicle import read_conclusion
from cli.embedded import ensure_up
from cli.lookup import find_entries, open_ledger
from cli.mistakes import Failed, Misuse
from cli.options import Search
from cli.orders import Author, Why, order_of, send
from cli.output import say
from cli.reach import asking, is_running, reach
from cli.settings import find_home
from search.verb import Resume
from workflows.identity import SEARCHES_QUEUE, search_id
from workflows.state import SearchState
from workflows.taking_up import Memory, take_up


def resume(
    name: Search,
    from_ledger: Annotated[bool, typer.Option("--from-ledger", help="Rebuild it from git: Temporal does not know it any more.")] = False,
    why: Why = "",
    author: Author = None,
) -> None:
    """Let a paused search go on.

    With --from-ledger a search that Temporal has lost (its database was deleted, or the search was imported) goes on from its ledger:
    budgets, champion, standing, tests, verbs and numbers are as they were, and what was in flight begins again with what its authors wrote.

    \b
    Examples:
      vibeserve resume first
      vibeserve resume first --from-ledger
    """
    home = find_home()
    if from_ledger:
        say(asyncio.run(_take_up(home, name)))
    else:
        say(asyncio.run(send(home, name, order_of(Resume(), author=author, why=why))))


async def _take_up(home: Home, name: str) -> str:
    ledger = open_ledger(home)
    find_entries(ledger, name)
    await ensure_up(home, say, target=ledger.read_spec(name).target)
    with asking(name):
        state = await resume_from_ledger(await reach(home), ledger, name)
    flying = [str(cut.flight.number) for cut in state.interrupted]
    again = f"; begun again: {', '.join(flying)}" if flying else ""
    paused = f"; it is paused as before: vibeserve resume {name}" if state.paused else f": vibeserve watch {name}"
    return f"the search {name} goes on from its ledger at candidate {state.next_number}{again}{paused}"


async def resume_from_ledger(client: Client, ledger: Ledger, name: str) -> SearchState:
    """Start the search with what its ledger tells; Failed where it runs, Misuse where it has ended or cannot go on."""
    if read_conclusion(ledger, name):
        raise Misuse(f"the search {name} has ended: `vibeserve fork {name} N --name NEW` goes on from any of its candidates")
    if await is_running(client, name):
        raise Failed(f"the search {name} runs: Temporal has not lost it")
    state = take_up(read_memory(ledger, name), now=datetime.now(UTC))
    if state is None:
        raise Misuse(f"the starter of the search {name} was refused: there is nothing to go on from")
    try:
        await client.start_workflow(
            "Search",
            state,
            id=search_id(name),
            task_queue=SEARCHES_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )
    except WorkflowAlreadyStartedError:
        raise Failed(f"the search {name} runs: another command was first") from None
    return state


def read_memory(ledger: Ledger, name: str) -> Memory:
    """All that the ledger knows of it."""
    began, last = ledger.times(name)
    return Memory(
        spec=ledger.read_spec(name),
        facts=ledger.read_facts(name),
        records=ledger.records(name),
        reviews=ledger.reviews(name),
        analyses=tuple(ledger.analyses(name).values()),
        tests=ledger.tests(name),
        verbs=ledger.verbs(name),
        flights=ledger.flights(name),
        noise=ledger.noise(name),
        began=began,
        last=last,
    )
