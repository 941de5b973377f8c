"""Follows a running search until it ends: a picture on a terminal, lines in a log."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.service import RPCError, RPCStatusCode

from cli.figures import moment
from cli.lines import changed_lines
from cli.mistakes import Failed
from cli.output import is_watched, say, story
from cli.temporal import RPC_LIMIT, NoWorker, OtherVersion, heartbeats, survey
from cli.view import picture
from search.value import Value
from workflows.identity import search_id
from workflows.progress import Progress

POLL_SECONDS = 1.0
CAUSE_LENGTH = 300
OPEN = (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW)


class Sight(Value):
    """One look at a search."""

    progress: Progress
    words: Mapping[int, str] = {}
    """The last words of each candidate's running step."""
    open: bool = True


class Screen(Protocol):
    """Where sights are shown."""

    def show(self, sight: Sight) -> None:
        """Bring the screen up to date."""
        ...

    def trouble(self, text: str) -> None:
        """Say why there is nothing new to see."""
        ...


async def follow(client: Client, search: str, *, patience_seconds: float) -> Progress:
    """Show a search until it ends; raises NoWorker when nobody answers for that long from the beginning, Failed when it breaks."""
    first = await first_sight(client, search, patience_seconds=patience_seconds)
    if not is_watched():
        return await _show_until_closed(client, search, first, LogScreen())
    with Live(console=story, refresh_per_second=4, transient=False) as live:
        return await _show_until_closed(client, search, first, TerminalScreen(live))


async def first_sight(client: Client, search: str, *, patience_seconds: float) -> Sight:
    """The first answer; a worker that has just been started gets its time."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            return await _look(client, search)
        except NoWorker:
            if time.monotonic() >= deadline:
                raise
            await asyncio.sleep(POLL_SECONDS / 4)


async def _show_until_closed(client: Client, search: str, sight: Sight, screen: Screen) -> Progress:
    screen.show(sight)
    while sight.open:
        await asyncio.sleep(POLL_SECONDS)
        try:
            sight = await _look(client, search)
            screen.show(sight)
        except OtherVersion as other:
            screen.trouble(str(other))
        except NoWorker:
            screen.trouble("no worker is running: vibeserve up")
        except RPCError as error:
            if error.status not in (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED):
                raise
            screen.trouble("the Temporal server does not answer: vibeserve up")
    if not sight.progress.finished:
        await _explain(client, search)
    return sight.progress


async def _look(client: Client, search: str) -> Sight:
    """State first, then the account: what a closed search tells is final."""
    description = await client.get_workflow_handle(search_id(search)).describe(rpc_timeout=RPC_LIMIT)
    progress = await survey(client, search)
    words = await heartbeats(client, search, progress.runners)
    return Sight(progress=progress, words=words, open=description.status in OPEN)


async def _explain(client: Client, search: str) -> None:
    """A search that closed without an outcome was broken or ended from outside; say by what."""
    try:
        await client.get_workflow_handle(search_id(search)).result(rpc_timeout=RPC_LIMIT)
    except WorkflowFailureError as error:
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        line = str(cause).split("\n", 1)[0][:CAUSE_LENGTH]
        raise Failed(f"the search {search} broke off: {line} (more: `vibeserve status` names the home, logs/worker.log in it)") from None


class LogScreen:
    """Lines with the time, one per change."""

    def __init__(self) -> None:
        """Nothing has been shown."""
        self._last: Progress | None = None
        self._trouble = ""

    def show(self, sight: Sight) -> None:
        """Say what changed."""
        for line in changed_lines(self._last, sight.progress, datetime.now(UTC)):
            say(line)
        self._last, self._trouble = sight.progress, ""

    def trouble(self, text: str) -> None:
        """Say it once."""
        if text != self._trouble:
            say(f"{moment(datetime.now(UTC))}  {text}")
        self._trouble = text


class TerminalScreen:
    """A picture that is drawn anew."""

    def __init__(self, live: Live) -> None:
        """Draw on `live`."""
        self._live = live
        self._last: RenderableType = Text("")

    def show(self, sight: Sight) -> None:
        """Draw the sight."""
        self._last = picture(sight.progress, sight.words, datetime.now(UTC), self._live.console.size)
        self._live.update(self._last)

    def trouble(self, text: str) -> None:
        """Keep what was seen last, with the trouble above it."""
        self._live.update(Group(Text(text, style="bold red"), self._last))
