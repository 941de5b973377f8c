"""The weights that a search serves: a synthetic preset, a folder, or a model of the hub, made or fetched once, and checked."""

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from models.architecture import Architecture
from models.digest import digest_files
from models.folder import BrokenCheckpoint, check_tokenizer, content_files, read_architecture, read_tensors
from models.preset import PRESETS, Preset
from models.tensor_file import DTYPES

__all__ = ["HUB_NAME", "BrokenCheckpoint", "Checkpoint", "UnknownModel", "obtain_checkpoint", "read_checkpoint"]

HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


class Checkpoint(Architecture):
    """A Hugging Face folder that was found whole."""

    name: str
    """As a person typed it."""
    preset: str | None
    folder: Path
    digest: str
    """SHA-256 over names and contents of configuration, tokenizer and weights."""
    family: str
    parameters: int
    weight_bytes: int
    dtype: str
    """Of most weights as stored, in torch's words: float32, bfloat16, float16."""


class UnknownModel(ValueError):
    """Neither a preset nor a folder nor a hub name; the message lists the presets."""


def read_checkpoint(
    folder: Path, *, name: str, family: str = "llama", preset: str | None = None, digests: Path | None = None
) -> Checkpoint:
    """Validates a Hugging Face folder; raises `BrokenCheckpoint` with one clear line.

    `digests` is a folder that remembers the digests of large files.
    """
    if not folder.is_dir():
        raise BrokenCheckpoint(f"{folder} is not a folder")
    architecture = read_architecture(folder, family=family)
    check_tokenizer(folder, architecture)
    tensors = read_tensors(folder, architecture, family=family).values()
    largest = max(tensors, key=lambda tensor: tensor.elements)
    return Checkpoint(
        **architecture.model_dump(),
        name=name,
        preset=preset,
        folder=folder.absolute(),
        digest=digest_files(content_files(folder), memory=digests),
        family=family,
        parameters=sum(tensor.elements for tensor in tensors),
        weight_bytes=sum(tensor.size_bytes for tensor in tensors),
        dtype=DTYPES[largest.dtype],
    )


async def obtain_checkpoint(name: str, *, family: str, models: Path) -> Checkpoint:
    """Finds, makes or downloads the checkpoint that a person named; `models` is the folder that keeps them.

    Raises `UnknownModel`, or `BrokenCheckpoint` also when it cannot be made or downloaded.
    """
    preset, folder = PRESETS.get(family, {}).get(name), _folder(name)
    if preset is not None:
        folder = await _made(preset, models)
    elif folder is None and HUB_NAME.fullmatch(name):
        folder = await _downloaded(name, models)
    if folder is None:
        known = ", ".join(PRESETS.get(family, {}))
        raise UnknownModel(f"unknown model {name!r}: neither a preset ({known}), nor a folder, nor a hub name like ORGANISATION/NAME")
    return await asyncio.to_thread(
        read_checkpoint, folder, name=name, family=family, preset=preset.name if preset else None, digests=models / ".digests"
    )


def _folder(name: str) -> Path | None:
    folder = Path(name).expanduser()
    return folder if folder.is_dir() else None


async def _made(preset: Preset, models: Path) -> Path:
    """The folder of a preset, which appears only when it is whole; two makers at once do no harm."""
    with _appearing(models / preset.folder_name) as unfinished:
        if unfinished is not None:
            arguments = ["--family", preset.family, "--preset", preset.name, "--out", str(unfinished)]
            await _child("models.make", arguments, failure=f"the preset {preset.name} could not be made")
    return models / preset.folder_name


async def _downloaded(name: str, models: Path) -> Path:
    """The folder of a model of the hub, which appears only when it is whole."""
    folder = models / "hub" / name.replace("/", "--")
    with _appearing(folder) as unfinished:
        if unfinished is not None:
            await _child("models.download", ["--name", name, "--out", str(unfinished)], failure=f"{name} could not be downloaded")
    return folder


@contextmanager
def _appearing(folder: Path) -> Generator[Path | None]:
    """An empty folder beside `folder` that takes its name at the end; None when `folder` is there already."""
    if folder.exists():
        yield None
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent.absolute()))
    try:
        yield unfinished
        unfinished.chmod(0o755)
        _rename(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _rename(unfinished: Path, folder: Path) -> None:
    try:
        unfinished.rename(folder)
    except OSError:
        if not folder.exists():
            raise


async def _child(module: str, arguments: list[str], *, failure: str) -> None:
    """Runs a module in a process of its own from this project; its last line says why it failed."""
    root = Path(__file__).parent.parent
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, cwd=root, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, told = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        lines = told.decode(errors="replace").strip().splitlines()
        raise BrokenCheckpoint(f"{failure}: {lines[-1] if lines else f'exit code {process.returncode}'}")
