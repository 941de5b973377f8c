"""All commands, those of groups too."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import typer.main

from cli.commands import app


@cache
def all_commands() -> Mapping[str, Any]:
    """By what is typed, for example `model list`."""
    found: dict[str, Any] = {}
    for name, command in vars(typer.main.get_command(app))["commands"].items():
        below = vars(command).get("commands")
        found |= {f"{name} {inner}": each for inner, each in below.items()} if below else {name: command}
    return found
