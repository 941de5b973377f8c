"""Puts a checkpoint into a rival's own form, once per model, rival, version and precision."""

import asyncio
import hashlib
import shutil
from pathlib import Path

from activities.evaluation.rivals.declaration import Entrant, Filling, fill
from activities.evaluation.rivals.place import Place
from activities.home import Home
from models.checkpoint import Checkpoint

_LIMIT_SECONDS = 1800
_TAIL = 400


class ConversionFailed(RuntimeError):
    """The rival's own converter did not do it; the message is the end of what it said."""


def converted_folder(entrant: Entrant, place: Place, checkpoint: Checkpoint, home: Home) -> Path:
    """Where the converted model is kept; another model, version or way of converting is another folder."""
    told = "\0".join((entrant.name, place.version, checkpoint.digest, entrant.precision.model_dump_json()))
    return home.conversions / f"{entrant.name.replace(':', '-')}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def is_due(entrant: Entrant, converted: Path) -> bool:
    """Whether `convert` has something to do."""
    return bool(entrant.precision.convert) and not converted.exists()


async def convert(entrant: Entrant, converted: Path, filling: Filling) -> None:
    """Fills the folder, which appears only when it is whole; raises `ConversionFailed`."""
    unfinished = converted.with_name(f".unfinished-{converted.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        for command in entrant.precision.convert:
            await _run([fill(word, {**filling, "converted": str(unfinished)}) for word in command])
        unfinished.rename(converted)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


async def _run(command: list[str]) -> None:
    child = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(_LIMIT_SECONDS):
            said, _ = await child.communicate()
    except TimeoutError:
        raise ConversionFailed(f"{command[0]} took longer than {_LIMIT_SECONDS} s") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise ConversionFailed(f"{command[0]} ended with code {child.returncode}: {said.decode(errors='replace').strip()[-_TAIL:]}")
