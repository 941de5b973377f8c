"""What the steps on a machine share: grounds that stay open from step to step, and candidates checked out and built."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from activities.evaluation.ground import Ground, Say, Waited, opened_ground
from activities.evaluation.launching import prepare_launch
from activities.evaluation.referee import ReferenceFailed
from activities.evaluation.server import Launch
from activities.home import Home
from activities.ledger.ledger import Ledger
from activities.sandbox.requirement import require_sandbox
from activities.task import Setting
from search.source import Source
from search.verdict import Rejected
from targets.target import Target

Key = tuple[str, str, str]


class Workshop:
    """One per worker. A ground is opened by the first step that needs it; its reference process lives until the worker ends."""

    def __init__(self, home: Home, target: Target, ledger: Ledger) -> None:
        """Nothing is open yet."""
        self.home = home
        self.target = target
        self._ledger = ledger
        self._open: dict[Key, tuple[Ground, AsyncExitStack]] = {}
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def ground(self, setting: Setting, say: Say) -> AsyncGenerator[Ground]:
        """The ground of a setting for one step; forgotten when its reference fails, so that a retry starts a new one."""
        key = (setting.scenario, setting.model, setting.correctness)
        async with self._opening:
            if key not in self._open:
                self._open[key] = await self._opened(setting, say)
        ground, _ = self._open[key]
        try:
            yield replace(ground, holder=f"search {setting.search}", say=say, waited=Waited())
        except ReferenceFailed:
            await self._forget(key)
            raise

    async def launch(self, ground: Ground, source: Source) -> Launch | Rejected:
        """The candidate checked out and built; both are kept by tree."""
        folder = await asyncio.to_thread(self._ledger.checkout, source.tree, self.home.trees / source.tree)
        return await prepare_launch(ground, folder, tree=source.tree)

    async def close(self) -> None:
        """End all references."""
        for key in list(self._open):
            await self._forget(key)

    async def _opened(self, setting: Setting, say: Say) -> tuple[Ground, AsyncExitStack]:
        require_sandbox()
        stack = AsyncExitStack()
        ground = await stack.enter_async_context(
            opened_ground(
                setting.scenario,
                target_name=self.target.name,
                model=setting.model,
                correctness=setting.correctness,
                home=self.home,
                holder=f"search {setting.search}",
                say=say,
            )
        )
        return ground, stack

    async def _forget(self, key: Key) -> None:
        entry = self._open.pop(key, None)
        if entry:
            await entry[1].aclose()


@asynccontextmanager
async def open_workshop(home: Home, target: Target) -> AsyncGenerator[Workshop]:
    """A workshop that is closed with the worker."""
    workshop = Workshop(home, target, Ledger.open(home.ledger))
    try:
        yield workshop
    finally:
        await workshop.close()
