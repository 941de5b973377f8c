"""Where a command writes: the result to stdout, the story to stderr, and one JSON document when asked."""

import json
import os
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TextIO

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape

PIPE_WIDTH = 160
"""Columns of tables that no terminal shows."""


def _console(stream: TextIO, *, stderr: bool) -> Console:
    piped = None if stream.isatty() else int(os.environ.get("COLUMNS", PIPE_WIDTH))
    return Console(stderr=stderr, width=piped, highlight=False)


result = _console(sys.stdout, stderr=False)
story = _console(sys.stderr, stderr=True)


def say(text: str) -> None:
    """One line of the story."""
    story.print(text, markup=False, soft_wrap=True)


@contextmanager
def telling() -> Generator[Callable[[str], None]]:
    """For long work: one line that changes on a terminal, one line for each step in a log."""
    if not sys.stderr.isatty():
        yield say
        return
    with story.status("") as status:
        yield lambda text: status.update(escape(text))


def print_json(value: BaseModel | Sequence[BaseModel]) -> None:
    """The whole of stdout: one document."""
    dumped = value.model_dump(mode="json") if isinstance(value, BaseModel) else [item.model_dump(mode="json") for item in value]
    sys.stdout.write(json.dumps(dumped, indent=2, ensure_ascii=False) + "\n")


def is_watched() -> bool:
    """Does a person look at a terminal?"""
    return sys.stdout.isatty() and sys.stderr.isatty()
