"""`vibeserve model`: the weights that can be served."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.completion import models
from cli.figures import size
from cli.mistakes import misuse
from cli.options import Json
from cli.output import print_json, result, telling
from cli.settings import find_home
from models.checkpoint import BrokenCheckpoint, Checkpoint, UnknownModel, obtain_checkpoint
from models.preset import PRESETS, Preset
from search.value import Value

app = typer.Typer(help="The weights that can be served.")


class Listed(Value):
    """One preset in one line."""

    name: str
    family: str
    purpose: str
    parameters: int
    folder: Path | None = None
    """Where it lies once it was made."""


@app.command("list")
def list_models(as_json: Json = False) -> None:
    """List the presets, and which were made.

    \b
    Examples:
      vibeserve model list
      vibeserve model list --json
    """
    listed = [_listed(preset) for presets in PRESETS.values() for preset in presets.values()]
    if as_json:
        print_json(listed)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("model", "family", "purpose"):
        table.add_column(name)
    table.add_column("parameters", justify="right")
    table.add_column("made", overflow="fold")
    for each in listed:
        made = str(each.folder) if each.folder else f"not yet: vibeserve model make {each.name}"
        table.add_row(each.name, each.family, each.purpose, f"{each.parameters / 1e6:.1f} M", Text(made))
    result.print(table)


@app.command("make")
def make_model(
    model: Annotated[
        str,
        typer.Argument(metavar="MODEL", help="A preset, a Hugging Face folder, or a hub name.", show_default=False, autocompletion=models),
    ],
    family: Annotated[str, typer.Option(help="Family of the model.")] = "llama",
    as_json: Json = False,
) -> None:
    """Make a preset, fetch a model, or check a folder.

    \b
    Examples:
      vibeserve model make tiny
      vibeserve model make ./my-llama
    """
    with misuse(UnknownModel, BrokenCheckpoint), telling() as tell:
        tell(f"making {model} (one that was made is used as it is)")
        checkpoint = asyncio.run(obtain_checkpoint(model, family=family, models=find_home().models))
    if as_json:
        print_json(checkpoint)
    else:
        _describe(checkpoint)


def _listed(preset: Preset) -> Listed:
    folder = find_home().models / preset.folder_name
    made = folder if folder.is_dir() else None
    return Listed(name=preset.name, family=preset.family, purpose=preset.purpose, parameters=preset.parameters, folder=made)


def _describe(checkpoint: Checkpoint) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column()
    table.add_row("folder", Text(str(checkpoint.folder)))
    table.add_row("parameters", f"{checkpoint.parameters / 1e6:.1f} M in {checkpoint.dtype}, {size(checkpoint.weight_bytes)}")
    table.add_row(
        "shape", f"{checkpoint.layers} layers, hidden {checkpoint.hidden}, {checkpoint.heads} heads, {checkpoint.kv_heads} KV heads"
    )
    table.add_row("vocabulary", f"{checkpoint.vocabulary} tokens, context {checkpoint.context_tokens}")
    table.add_row("digest", checkpoint.digest)
    result.print(table)
