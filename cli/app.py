"""The command `vibeserve`: runs one command, catches errors once, and leaves in the way the Temporal client needs."""

import os
import sys
import time
import traceback
from pathlib import Path
from typing import NoReturn

import typer

from cli.commands import app
from cli.mistakes import Misuse
from cli.output import say
from cli.settings import find_home

DONE, FAILED, MISUSED = 0, 1, 2
SETTLE_SECONDS = 0.1
"""The Temporal client can crash an interpreter that ends right after a call (sdk-python issue 300)."""

OWN_PACKAGES = ("activities", "cli", "models", "scenarios", "search", "targets", "workflows")


def main() -> NoReturn:
    """The entry point."""
    _leave(run(sys.argv[1:] or ["--help"]))


def run(arguments: list[str]) -> int:
    """One command; its exit code."""
    try:
        code = app(arguments, prog_name="vibeserve", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except typer.TyperException as error:
        return _misused(f"{error.format_message().rstrip('.') or 'name a command'}{_way_on(error)}")
    except Misuse as error:
        return _misused(str(error))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else FAILED
    except Exception as error:  # noqa: BLE001 (the one place where an error becomes a line)
        _complain(_words(error))
        return FAILED


def _misused(text: str) -> int:
    _complain(text)
    return MISUSED


def _way_on(error: typer.TyperException) -> str:
    """The help of the command that was meant."""
    path: str = getattr(getattr(error, "ctx", None), "command_path", "vibeserve")
    return f"; see `{path} --help`"


def _complain(text: str) -> None:
    say(f"vibeserve: {' '.join(text.split())}")


def _words(error: Exception) -> str:
    """The error's own words when one of our parts or the system chose them; else also where its trace lies."""
    told = str(error) or type(error).__name__
    if isinstance(error, OSError) or type(error).__module__.split(".")[0] in OWN_PACKAGES:
        return told
    trace = _keep_trace()
    return f"{type(error).__name__}: {told}" + (f" (trace: {trace})" if trace else "")


def _keep_trace() -> Path | None:
    path = find_home().logs / "command.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as log:
            log.write(traceback.format_exc())
    except OSError:
        return None
    return path


def _leave(code: int) -> NoReturn:
    if "temporalio" in sys.modules:
        time.sleep(SETTLE_SECONDS)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            code = code or FAILED
    os._exit(code)
