"""Tools that read and change the candidate's own files; each change is a whole new tree."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from activities.agents.tools.tool import BadCall, Tool, bounded
from search.value import Value

Files = Mapping[str, str]

MOST_HITS = 80


class NoArguments(Value):
    """None."""


class ReadFile(Value):
    """Which lines."""

    path: str
    first_line: Annotated[int, Field(ge=1)] = 1
    lines: Annotated[int, Field(ge=1, le=2000)] = 400


class SearchFiles(Value):
    """What to look for."""

    pattern: Annotated[str, Field(min_length=1, max_length=200, description="a plain text, not a regular expression")]


class EditFile(Value):
    """Replace a text that occurs exactly once."""

    path: str
    old: Annotated[str, Field(min_length=1)]
    new: str


class CreateFile(Value):
    """Write a whole file; one of this name is replaced."""

    path: str
    text: str


class DeleteFile(Value):
    """Remove a file."""

    path: str


LIST = Tool("list_files", "List the files of your tree with their lines.", NoArguments)
READ = Tool("read_file", "Read a file of your tree, with line numbers.", ReadFile)
SEARCH = Tool("search_files", "Find lines of your tree that hold a text.", SearchFiles)
EDIT = Tool("edit_file", "Replace a text that occurs exactly once in a file by another.", EditFile)
CREATE = Tool("create_file", "Write a whole file; one of the same name is replaced.", CreateFile)
DELETE = Tool("delete_file", "Remove a file.", DeleteFile)


def list_files(files: Files) -> str:
    """Names with their numbers of lines."""
    return "\n".join(f"{len(files[path].splitlines()):>6} lines  {path}" for path in sorted(files)) or "no files"


def read_file(files: Files, asked: ReadFile) -> str:
    """Lines with their numbers."""
    lines = _text(files, asked.path).splitlines()
    shown = lines[asked.first_line - 1 : asked.first_line - 1 + asked.lines]
    numbered = "\n".join(f"{number:>5}  {line}" for number, line in enumerate(shown, start=asked.first_line))
    return bounded(f"{asked.path}, {len(lines)} lines\n{numbered}")


def search_files(files: Files, asked: SearchFiles) -> str:
    """Path, line number and line of each hit."""
    pattern = re.compile(re.escape(asked.pattern))
    hits = [
        f"{path}:{number}: {line.strip()[:200]}"
        for path in sorted(files)
        for number, line in enumerate(files[path].splitlines(), start=1)
        if pattern.search(line)
    ]
    more = f"\n{len(hits) - MOST_HITS} more" if len(hits) > MOST_HITS else ""
    return "\n".join(hits[:MOST_HITS]) + more if hits else "nothing holds that text"


def edit_file(files: Files, asked: EditFile) -> Files:
    """The tree with one passage replaced."""
    text = _text(files, asked.path)
    found = text.count(asked.old)
    if found != 1:
        raise BadCall(f"`old` occurs {found} times in {asked.path}, it must occur exactly once: nothing was changed")
    return {**files, asked.path: text.replace(asked.old, asked.new)}


def create_file(files: Files, asked: CreateFile) -> Files:
    """The tree with this file."""
    return {**files, asked.path: asked.text}


def delete_file(files: Files, asked: DeleteFile) -> Files:
    """The tree without this file."""
    _text(files, asked.path)
    return {path: text for path, text in files.items() if path != asked.path}


def _text(files: Files, path: str) -> str:
    if path not in files:
        raise BadCall(f"there is no file {path!r}; list_files shows what there is")
    return files[path]
