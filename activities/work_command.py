"""Let a command line write a candidate: a coding CLI in the sandbox, in a folder of its own, within limits."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from temporalio import activity

from activities.agents.external import command_of
from activities.agents.work_folder import BRIEF, STATED, lay_out, read_work
from activities.evaluation.server import describe_ending
from activities.heartbeat import Say, beating
from activities.home import Home
from activities.ledger.errors import UnfitFiles
from activities.ledger.ledger import Ledger
from activities.sandbox.cell import GIB, Cell, Limits
from activities.sandbox.confinement import Confined, confine
from activities.sandbox.removal import remove_folder
from activities.work_task import CommandTask, Handing, Stated
from models.checkpoint import Checkpoint, obtain_checkpoint
from scenarios.registry import find_scenario

FOLDER = "/work"
LOOK_SECONDS = 1.0
WORDS_LENGTH = 160
EVIDENCE_BYTES = 6000
SECRET_LENGTH = 6
"""A variable with a shorter value is a switch and no key."""
UNSTATED = f"{STATED} is missing: it says what the tree tests, as a JSON object with {', '.join(Stated.model_fields)}"


class Commander:
    """What a command handed in is in the journal before anybody is told; a command that was cut off begins again, from the same tree."""

    def __init__(self, ledger: Ledger, home: Home, environment: Mapping[str, str]) -> None:
        """The ledger of this home, where folders lie, and the variables that commands may see."""
        self._ledger = ledger
        self._home = home
        self._environment = environment

    @activity.defn(name="work_command")
    async def work(self, task: CommandTask) -> Handing:
        """The folder once the command has ended well, or why not."""
        search, path = task.work.setting.search, f"{task.work.place}.json"
        known = await asyncio.to_thread(self._ledger.journal_text, search, path)
        if known is not None:
            return Handing.model_validate_json(known)
        async with beating("the command begins") as say:
            handing = await self._run(task, say)
        text, words = handing.model_dump_json(indent=1) + "\n", f"work {task.work.name}, part {task.work.part} ends"
        await asyncio.to_thread(self._ledger.append, search, {path: text}, message=words, when=task.when)
        return handing

    async def _run(self, task: CommandTask, say: Say) -> Handing:
        scenario = find_scenario(task.work.setting.scenario)
        model = await obtain_checkpoint(task.work.setting.model, family=scenario.family, models=self._home.models)
        folder = await asyncio.to_thread(self._folder, task)
        self._home.runs.mkdir(parents=True, exist_ok=True)
        logs = Path(tempfile.mkdtemp(prefix="", dir=self._home.runs))
        try:
            cell = self._cell(task, folder, model, memory_bytes=scenario.scale(model.preset).memory_bytes)
            async with confine(cell, log=logs / "log") as confined:
                code = await _told(confined, lambda text: say(self._hidden(text)))
                ending, tail = describe_ending(confined) or "ended", confined.log_tail(EVIDENCE_BYTES)
        finally:
            await asyncio.to_thread(shutil.rmtree, logs)
        if code or confined.breach:
            return Handing(by=task.work.agent, failed=self._hidden(f"the command {ending}"), evidence=self._hidden(tail))
        return await asyncio.to_thread(self._read, task, folder)

    def _hidden(self, text: str) -> str:
        """Without what the variables hold, keys above all: the journal is shown to others."""
        for secret in (value for value in self._environment.values() if len(value) >= SECRET_LENGTH):
            text = text.replace(secret, "***")
        return text

    def _folder(self, task: CommandTask) -> Path:
        """Whatever an earlier attempt left is removed."""
        work = task.work
        folder = self._home.work_folder(work.setting.search, work.number)
        if folder.exists():
            remove_folder(folder)
        brief = self._ledger.journal_text(work.setting.search, f"{work.place}.md")
        assert brief is not None, "work begins with its brief"
        return lay_out(folder, self._ledger.files(task.source.tree), brief)

    def _cell(self, task: CommandTask, folder: Path, model: Checkpoint, *, memory_bytes: int) -> Cell:
        return Cell(
            command=("/bin/sh", "-c", command_of(task.work.agent)),
            folder=FOLDER,
            environment={**self._environment, "VIBESERVE_BRIEF": f"{FOLDER}/{BRIEF}"},
            read_only={"/model": model.folder.resolve()},
            writable={FOLDER: folder},
            network=task.work.network,
            limits=Limits(memory_bytes=memory_bytes, writable_bytes=2 * GIB, writable_files=50_000, seconds=task.seconds),
        )

    def _read(self, task: CommandTask, folder: Path) -> Handing:
        """The tree's objects go into the ledger; the commit is a step of its own."""
        handing = Handing(by=task.work.agent)
        try:
            tree = self._ledger.keep_files(read_work(folder))
            stated = _stated(folder)
        except UnfitFiles as error:
            return handing.model_copy(update={"failed": f"what the command left is no candidate: {error}", "correctable": True})
        handing = handing.model_copy(update={"tree": tree, "hypothesis": stated.hypothesis() if stated else None})
        if stated is None and task.work.hypothesis is None:
            return handing.model_copy(update={"failed": UNSTATED, "correctable": True})
        if tree == task.source.tree and (task.work.hypothesis or not task.work.part):
            return handing.model_copy(update={"failed": "the command changed nothing that could be tested"})
        return handing


async def _told(confined: Confined, say: Say) -> int:
    """The exit code; meanwhile the last line that it printed is told."""
    waiting = asyncio.create_task(confined.wait())
    try:
        while not waiting.done():
            await asyncio.wait({waiting}, timeout=LOOK_SECONDS)
            lines = [line.strip() for line in confined.log_tail(WORDS_LENGTH * 4).split("\n") if line.strip()]
            say(lines[-1][-WORDS_LENGTH:] if lines else "the command works")
        return waiting.result()
    finally:
        waiting.cancel()


def _stated(folder: Path) -> Stated | None:
    """What the author says that it tests; None when it says nothing."""
    path = folder / STATED
    if path.is_symlink() or not path.is_file():
        return None
    try:
        return Stated.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise UnfitFiles(f"{STATED}: {'.'.join(map(str, first['loc'])) or 'the document'}: {first['msg']}") from None
