"""Which files a candidate may consist of: plain names, bounded sizes, nothing that changes how git treats the tree."""

import re
from collections.abc import Mapping

from activities.ledger.errors import UnfitFiles

NAME = re.compile(r"[A-Za-z0-9_+.-]{1,100}")
PATH_LENGTH = 240
DEPTH = 8
FILES = 500
FILE_BYTES = 2 * 2**20
TREE_BYTES = 8 * 2**20


def fit_files(files: Mapping[str, str]) -> Mapping[str, bytes]:
    """The files as bytes; raises UnfitFiles with the first thing that is wrong."""
    if not files:
        raise UnfitFiles("a candidate needs at least one file")
    if len(files) > FILES:
        raise UnfitFiles(f"a candidate may have at most {FILES} files, this one has {len(files)}")
    for path in files:
        _check_path(path)
    _check_collisions(files)
    content = {path: _encoded(path, text) for path, text in files.items()}
    total = sum(map(len, content.values()))
    if total > TREE_BYTES:
        raise UnfitFiles(f"a candidate may have at most {TREE_BYTES} bytes, this one has {total}")
    return content


def _check_path(path: str) -> None:
    parts = path.split("/")
    if len(path) > PATH_LENGTH or len(parts) > DEPTH:
        raise UnfitFiles(f"the file name {path[:PATH_LENGTH]!r} is too long or too deep")
    for part in parts:
        if not NAME.fullmatch(part) or part in {".", ".."}:
            raise UnfitFiles(f"the file name {path!r} is refused: each part is made of letters, digits and _ + . -")
        if part.lower().startswith(".git") or part.lower().startswith("git~") or part.endswith("."):
            raise UnfitFiles(f"the file name {path!r} is refused: it could be taken for git's own")


def _check_collisions(files: Mapping[str, str]) -> None:
    """Names must differ in more than case, and no file may also be a folder, or some machines cannot hold the tree."""
    seen: dict[str, str] = {}
    for path in files:
        twin = seen.setdefault(path.lower(), path)
        if twin != path:
            raise UnfitFiles(f"the file names {twin!r} and {path!r} differ only in case")
    for path in files:
        parts = path.lower().split("/")
        for length in range(1, len(parts)):
            folder = "/".join(parts[:length])
            if folder in seen:
                raise UnfitFiles(f"{seen[folder]!r} is both a file and a folder")


def _encoded(path: str, text: str) -> bytes:
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise UnfitFiles(f"the file {path!r} is not text: {error.reason}") from error
    if len(content) > FILE_BYTES:
        raise UnfitFiles(f"the file {path!r} has {len(content)} bytes, at most {FILE_BYTES} are allowed")
    return content
