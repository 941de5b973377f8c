"""A bare git repository: objects in, objects out, references by compare-and-swap; independent of anyone's git settings."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # else `import git` itself fails where git is not installed

from git.cmd import Git
from git.exc import GitCommandNotFound

from activities.ledger.errors import LedgerError, RefConflict
from activities.ledger.lock import locked
from activities.ledger.objects import Folder, GitObject, pack, read_tree

NOTHING = "0" * 40
BARE = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[gc]\n\tauto = 0\n"
CONFIG: Mapping[str, str] = {
    "gc.auto": "0",
    "pack.threads": "1",
    "commit.gpgsign": "false",
    "tag.gpgsign": "false",
    "core.hooksPath": "/dev/null",
    "core.quotePath": "false",
    "core.fsync": "loose-object,pack,pack-metadata,reference",
    "core.fsyncMethod": "batch",
    "core.filesRefLockTimeout": "1000",
    "core.packedRefsTimeout": "1000",
    "log.showSignature": "false",
}


@dataclass(frozen=True)
class Contents:
    """What is below a tree: files by path, and the names of all objects."""

    blobs: Mapping[str, str]
    names: frozenset[str]


class Repository:
    """Threads and processes may share one; nothing is cached."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._git = Git(str(self.path) if self.path.is_dir() else None)
        self._git.update_environment(**_environment(self.path))

    def initialise(self) -> None:
        """Make an empty repository at the path, whole or not at all, as gitrepository-layout(5) describes it."""
        scratch = self.path.with_name(f".{self.path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            (scratch / "objects").mkdir(parents=True)
            (scratch / "refs").mkdir()
            (scratch / "config").write_text(BARE)
            (scratch / "HEAD").write_text("ref: refs/heads/main\n")
            scratch.rename(self.path)
        except OSError as error:
            if not self.is_bare():  # else another process was first
                raise LedgerError(f"the ledger {self.path} cannot be made: {error.strerror}") from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def is_bare(self) -> bool:
        """Whether a bare repository is at the path."""
        return (self.path / "HEAD").is_file() and self.run("config", "--local", "--type=bool", "--default=false", "core.bare") == b"true\n"

    def run(self, *arguments: str, feed: bytes = b"") -> bytes:
        """Run one git command and return what it prints."""
        status, output, complaint = self.attempt(*arguments, feed=feed)
        if status:
            raise LedgerError(_reason(self.path, arguments[0], status, complaint))
        return output

    def attempt(self, *arguments: str, feed: bytes = b"", keep: tuple[int, ...] = ()) -> tuple[int, bytes, str]:
        """Run one git command and return its status, output and complaint; it inherits the descriptors in `keep`."""
        command = ["git", f"--git-dir={self.path}", *arguments]
        try:
            running = self._git.execute(command, istream=subprocess.PIPE, as_process=True, pass_fds=keep)
        except GitCommandNotFound as error:
            raise LedgerError("git is not installed or not on the PATH; install it and try again") from error
        child = cast("subprocess.Popen[bytes]", running)  # GitPython's wrapper, which ends the child when it is dropped
        output, complaint = child.communicate(feed)
        return child.returncode, output, complaint.decode(errors="replace")

    def tidy(self) -> None:
        """Pack what lies loose, with packs that are small beside it; nothing is dropped, and others may read and write meanwhile."""
        self.run("repack", "-d", "-q", "--geometric=2")

    def store(self, objects: Iterable[GitObject]) -> None:
        """Write objects that refer only to each other and to what the ledger holds; those that it has already are left alone."""
        self.run("unpack-objects", "-q", feed=pack(objects))

    def store_checked(self, objects: Iterable[GitObject]) -> None:
        """The same for objects that refer to names from outside: LedgerError when the ledger lacks one of them."""
        self.run("unpack-objects", "-q", "--strict", feed=pack(objects))

    def read(self, names: Iterable[str]) -> Iterator[bytes]:
        """Contents of objects in the order of their names, by one process."""
        for name, found in self._batch(names):
            if found is None:
                raise LedgerError(f"the ledger {self.path} lacks object {name}")
            yield found[1]

    def folders(self, names: Iterable[str]) -> Mapping[str, tuple[str, Folder]]:
        """Name and content of the folders `COMMIT:PATH` or `TREE`, by what they were asked by; those that are absent are left out."""
        return {asked: (found[0], read_tree(found[1])) for asked, found in self._batch(names) if found is not None}

    def _batch(self, names: Iterable[str]) -> Iterator[tuple[str, tuple[str, bytes] | None]]:
        """What was asked for, with its name and content."""
        asked = list(names)
        output = self.run("cat-file", "--batch", feed="".join(f"{name}\n" for name in asked).encode())
        position = 0
        for name in asked:
            end = output.index(b"\n", position)
            header = output[position:end].decode()
            if header.endswith(" missing"):
                yield name, None
                position = end + 1
                continue
            size = int(header.rsplit(" ", 1)[1])
            yield name, (header.split(" ", 1)[0], output[end + 1 : end + 1 + size])
            position = end + size + 2

    def contents(self, tree: str, *below: str) -> Contents:
        """Everything below a tree or commit, or only what has one of these paths or, where one ends in a slash, lies in that folder."""
        blobs: dict[str, str] = {}
        names: set[str] = set()
        for line in self.run("ls-tree", "-r", "-t", "-z", "--full-tree", tree, *below).split(b"\0")[:-1]:
            facts, _, path = line.partition(b"\t")
            _, kind, name = facts.decode().split(" ")
            names.add(name)
            if kind == "blob":
                blobs[path.decode()] = name
        return Contents(blobs, frozenset(names))

    def where(self, ref: str) -> str | None:
        """What a reference stands at, None when there is none of this name."""
        status, output, complaint = self.attempt("show-ref", "--verify", "--hash", ref)
        if status and "not a valid ref" not in complaint:
            raise LedgerError(_reason(self.path, "show-ref", status, complaint))
        return None if status else output.decode().strip()

    def move(self, ref: str, new: str, expected: str | None) -> None:
        """Compare and swap: harmless when the reference has reached `new` before, else RefConflict unless it stands at `expected`."""
        try:
            with locked(self.path / "vibeserve.lock") as lock:
                swap = ("update-ref", "--no-deref", ref, new, expected or NOTHING)
                status, _, complaint = self.attempt(*swap, keep=(lock,))
                if status and ".lock': File exists" in complaint:
                    (self.path / f"{ref}.lock").unlink(missing_ok=True)  # left by a killed git: whoever moves references holds our lock
                    status, _, complaint = self.attempt(*swap, keep=(lock,))
        except OSError as error:
            raise LedgerError(f"the ledger {self.path} cannot be written: {error.strerror}") from error
        if not status:
            return
        found = self.where(ref)
        if found is not None and self.attempt("merge-base", "--is-ancestor", new, found)[0] == 0:
            return
        if found != expected:
            raise RefConflict(ref, expected, found)
        raise LedgerError(_reason(self.path, "update-ref", status, complaint))


def _environment(path: Path) -> Mapping[str, str]:
    settings = {f"GIT_CONFIG_KEY_{number}": key for number, key in enumerate(CONFIG)}
    settings |= {f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(CONFIG.values())}
    return {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_PARAMETERS": "",
        "GIT_CONFIG_COUNT": str(len(CONFIG)),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NAMESPACE": "",
        "GIT_COMMON_DIR": str(path),
        "GIT_OBJECT_DIRECTORY": str(path / "objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": "",
        "GIT_INDEX_FILE": str(path / "no-index"),
        **settings,
    }


def _reason(path: Path, command: str, status: int, complaint: str) -> str:
    if "No space left on device" in complaint or "Disk quota exceeded" in complaint:
        return f"the disk that holds the ledger {path} is full; free some space, nothing was lost"
    if status == -signal.SIGXFSZ or "File too large" in complaint:
        return f"a file of the ledger {path} would be larger than this machine allows"
    if "ermission denied" in complaint or "insufficient permission" in complaint or "Read-only file system" in complaint:
        return f"the ledger {path} cannot be written: permission denied"
    if "not a git repository" in complaint:
        return f"{path} is not a git repository; move it away, or name another home"
    lines = [line for line in complaint.splitlines() if line.strip()]
    words = lines[-1] if lines else f"ended by signal {-status}" if status < 0 else f"exit code {status}"
    return f"git {command} failed on the ledger {path}: {words}"
