"""Candidates as folders: whole or absent, read-only, checked against the tree's name before each use."""

import shutil
import tempfile
from pathlib import Path

from activities.ledger.errors import LedgerError
from activities.ledger.objects import blob, trees
from activities.ledger.repository import Repository


def checkout(repository: Repository, tree: str, to: Path) -> Path:
    """Make the folder hold the tree; several callers at once are safe, and a folder that was changed is made anew."""
    if folder_tree(to) == tree:
        return to
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.parent))
        try:
            _write(repository, tree, scratch / "tree")
            _put(scratch, to, tree)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise LedgerError(f"candidate {tree[:12]} cannot be checked out to {to}: {error.strerror}") from error
    return to


def folder_tree(folder: Path) -> str | None:
    """The name of the tree that a folder holds, None when it is absent or holds what no candidate has."""
    if folder.is_symlink() or not folder.is_dir():
        return None
    blobs: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            return None
        if path.is_file():
            blobs[path.relative_to(folder).as_posix()] = blob(path.read_bytes()).name
    return trees(blobs)[-1].name


def _write(repository: Repository, tree: str, folder: Path) -> None:
    blobs = repository.contents(tree).blobs
    for path, content in zip(blobs, repository.read(blobs.values()), strict=True):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(0o444)


def _put(scratch: Path, to: Path, tree: str) -> None:
    while folder_tree(to) != tree:
        if to.exists() or to.is_symlink():
            to.rename(scratch / f"broken-{len(list(scratch.iterdir()))}")
        try:
            (scratch / "tree").rename(to)
        except FileExistsError:
            continue
        except OSError:
            if not to.exists():
                raise
