"""`vibeserve report`: the story of a search as one file."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cli.console.report import write_report
from cli.mistakes import Failed, Misuse
from cli.options import Search
from cli.output import say
from cli.settings import find_home

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PRINT_LIMIT_SECONDS = 120


def report(
    name: Search,
    output: Annotated[Path | None, typer.Option(help="The file to write.", show_default="NAME-report.html, .md or .pdf")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Markdown without pictures.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="PDF; needs chromium.")] = False,
) -> None:
    """Write the story of a search as one file.

    It holds the pictures, the method in words, and for every claim its commit, pairs, seeds and the digest of what judged it.
    The HTML needs nothing beside it and runs no script.

    \b
    Examples:
      vibeserve report first
      vibeserve report first --output first.html
      vibeserve report first --pdf
    """
    if markdown and pdf:
        raise Misuse("--markdown and --pdf: choose one")
    told = write_report(find_home(), name)
    file = output or Path(f"{name}-report.{'md' if markdown else 'pdf' if pdf else 'html'}")
    if pdf:
        _print(told.html, file)
    else:
        file.write_text(told.markdown if markdown else told.html, encoding="utf-8")
    say(f"wrote {file}")


def _print(html: str, file: Path) -> None:
    """Let chromium print the report."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise Failed("--pdf needs chromium, which is not on the PATH: install it, or write HTML and print that")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        page.write_text(html, encoding="utf-8")
        command = [browser, "--headless", "--disable-gpu", f"--user-data-dir={folder}/profile", "--no-pdf-header-footer"]
        command += ["--no-sandbox"] if os.geteuid() == 0 else []
        command += [f"--print-to-pdf={file.absolute()}", page.as_uri()]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PRINT_LIMIT_SECONDS, check=False)
    if ended.returncode or not file.exists():
        raise Failed(f"chromium did not print the report: {ended.stderr.strip().splitlines()[-1:]}")
