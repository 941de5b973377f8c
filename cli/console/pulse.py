"""What a running search tells right now; several who look share one question to Temporal."""

import asyncio
import time
from collections.abc import Mapping

from temporalio.client import Client
from temporalio.service import RPCError

from activities.home import Home
from cli.embedded import EngineFailed, open_client
from cli.temporal import NoWorker, OtherVersion, heartbeats, survey
from search.value import Value
from workflows.progress import Progress

KEPT_SECONDS = 1.5


class Sight(Value):
    """One look; without progress, `trouble` says why."""

    progress: Progress | None = None
    words: Mapping[int, str] = {}
    trouble: str = ""


class Pulse:
    """Asks at most once in a while."""

    def __init__(self, home: Home) -> None:
        """Nothing is connected yet."""
        self._home = home
        self._client: Client | None = None
        self._lock = asyncio.Lock()
        self._seen: dict[str, tuple[float, Sight]] = {}

    async def feel(self, search: str) -> Sight:
        """What the search tells, or why it does not."""
        async with self._lock:
            when, sight = self._seen.get(search, (0.0, Sight()))
            if time.monotonic() - when > KEPT_SECONDS:
                sight = await self._ask(search)
                self._seen[search] = (time.monotonic(), sight)
            return sight

    async def _ask(self, search: str) -> Sight:
        try:
            self._client = self._client or await open_client(self._home)
            progress = await survey(self._client, search)
            return Sight(progress=progress, words=await heartbeats(self._client, search, progress.runners))
        except OtherVersion as other:
            return Sight(trouble=str(other))
        except NoWorker:
            return Sight(trouble="no worker is running: vibeserve up")
        except (EngineFailed, RPCError, RuntimeError):
            self._client = None
            return Sight(trouble="Temporal does not answer or knows no such search; what you see is what the ledger holds")
