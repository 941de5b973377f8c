"""A patch as lines with syntax colours; candidate text is only ever the text of an element."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_for_filename  # pyright: ignore[reportUnknownVariableType] (its options have no types)
from pygments.lexers.python import PythonLexer
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

from search.value import Value

FILE = re.compile(r"^diff --git ", re.MULTILINE)
HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
MOST_LINES = 1500
"""Of one file; what is longer is cut, and says so."""
COLOURED_CHARACTERS = 200_000


class Line(Value):
    """One line of a hunk; `kind` is added, removed, same or gap."""

    kind: str
    old: int | None = None
    new: int | None = None
    code: str
    """Escaped markup."""


class FilePatch(Value):
    """What changed in one file."""

    path: str
    added: int
    removed: int
    lines: tuple[Line, ...]
    left_out: int = 0


@lru_cache(maxsize=64)
def read_patch(text: str) -> tuple[FilePatch, ...]:
    """The files of a patch as `git diff` prints it."""
    starts = [match.start() for match in FILE.finditer(text)]
    return tuple(_file(text[start:end]) for start, end in zip(starts, [*starts[1:], len(text)], strict=True))


def _file(text: str) -> FilePatch:
    lines = text.rstrip("\n").split("\n")
    body = next((index for index, line in enumerate(lines) if line.startswith("@@")), len(lines))
    path = _path(lines[:body])
    hunks = lines[body:]
    kept = hunks[:MOST_LINES]
    return FilePatch(
        path=path,
        added=sum(line.startswith("+") for line in hunks),
        removed=sum(line.startswith("-") for line in hunks),
        lines=tuple(_numbered(kept, _lexer(path) if sum(map(len, kept)) < COLOURED_CHARACTERS else TextLexer())),
        left_out=len(hunks) - len(kept),
    )


def _path(head: Sequence[str]) -> str:
    for prefix in ("+++ b/", "--- a/", "rename to "):
        for line in head:
            if line.startswith(prefix):
                return line.removeprefix(prefix).strip('"')
    return head[0].rsplit(" b/", 1)[-1]


def _numbered(lines: Sequence[str], lexer: Lexer) -> Iterator[Line]:
    old = new = 0
    before = iter(_coloured([line[1:] for line in lines if line[:1] in ("-", " ", "")], lexer))
    after = iter(_coloured([line[1:] for line in lines if line[:1] in ("+", " ", "")], lexer))
    for line in lines:
        if hunk := HUNK.match(line):
            old, new = int(hunk[1]), int(hunk[2])
            yield Line(kind="gap", code=str(escape(line)))
        elif line.startswith("+"):
            yield Line(kind="added", new=new, code=next(after))
            new += 1
        elif line.startswith("-"):
            yield Line(kind="removed", old=old, code=next(before))
            old += 1
        elif line.startswith("\\"):
            yield Line(kind="gap", code=str(escape(line)))
        else:
            next(before)
            yield Line(kind="same", old=old, new=new, code=next(after))
            old, new = old + 1, new + 1


def _coloured(lines: Sequence[str], lexer: Lexer) -> list[str]:
    """Each line on its own, though all are read together, so that a text over several lines has its colour."""
    cleaned = [line.replace("\r", "␍").replace("\x0b", " ").replace("\x0c", " ") for line in lines]
    marked = highlight("\n".join(cleaned), lexer, HtmlFormatter[str](nowrap=True)).split("\n")
    marked = marked[:-1] if len(marked) == len(lines) + 1 else marked
    return marked if len(marked) == len(lines) else [str(escape(line)) for line in cleaned]


def _lexer(path: str) -> Lexer:
    if path.endswith(".py"):
        return PythonLexer(stripnl=False, ensurenl=False)  # found by its name, all other languages would be looked at first
    try:
        return get_lexer_for_filename(path, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False, ensurenl=False)


def as_markup(line: Line) -> Markup:
    """The code of a line for a page: Pygments and `escape` have escaped it already."""
    return Markup(line.code)
