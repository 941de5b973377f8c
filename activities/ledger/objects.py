"""Git's objects as bytes, named by their hash: the same inputs give the same name on every machine."""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

IDENTITY = "VibeServe <vibeserve@localhost>"

Kind = Literal["commit", "tree", "blob", "tag"]
PACK_TYPES: Mapping[Kind, int] = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
REGULAR = b"100644"
FOLDER = b"40000"


@dataclass(frozen=True)
class GitObject:
    """One object and the name that git gives it."""

    kind: Kind
    data: bytes

    @cached_property
    def name(self) -> str:
        """The 40 hexadecimal digits of its hash."""
        return hashlib.sha1(b"%s %d\0" % (self.kind.encode(), len(self.data)) + self.data, usedforsecurity=False).hexdigest()


def blob(text: bytes) -> GitObject:
    """A file's content."""
    return GitObject("blob", text)


def trees(blobs: Mapping[str, str]) -> tuple[GitObject, ...]:
    """All folders of a mapping of path to blob name, inner ones first, the root last."""
    files: dict[str, str] = {}
    folders: dict[str, dict[str, str]] = {}
    for path, name in blobs.items():
        first, _, rest = path.partition("/")
        if rest:
            folders.setdefault(first, {})[rest] = name
        else:
            files[first] = name
    entries = [(name.encode(), REGULAR, identity) for name, identity in files.items()]
    inner: list[GitObject] = []
    for folder, content in folders.items():
        inner.extend(trees(content))
        entries.append((folder.encode() + b"/", FOLDER, inner[-1].name))
    data = b"".join(b"%s %s\0" % (mode, name.rstrip(b"/")) + bytes.fromhex(identity) for name, mode, identity in sorted(entries))
    return (*inner, GitObject("tree", data))


def commit(*, tree: str, parents: Iterable[str], message: str, when: datetime) -> GitObject:
    """A commit by the fixed identity at the given time."""
    stamp = f"{IDENTITY} {seconds(when)} +0000"
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {stamp}", f"committer {stamp}"]
    return GitObject("commit", ("\n".join(lines) + f"\n\n{message.rstrip()}\n").encode())


def tag(*, name: str, target: str, message: str, when: datetime) -> GitObject:
    """An annotated tag of a commit by the fixed identity at the given time."""
    lines = [f"object {target}", "type commit", f"tag {name}", f"tagger {IDENTITY} {seconds(when)} +0000"]
    return GitObject("tag", ("\n".join(lines) + f"\n\n{message.rstrip()}\n").encode())


def seconds(when: datetime) -> int:
    """Whole seconds since 1970; a time without a zone is refused, because it differs between machines."""
    if when.tzinfo is None:
        raise ValueError(f"the time {when.isoformat()} has no zone")
    return int(when.timestamp())


def pack(objects: Iterable[GitObject]) -> bytes:
    """The objects as one stream for `git unpack-objects` (gitformat-pack, version 2)."""
    unique = {each.name: each for each in objects}
    body = b"".join((struct.pack(">4sII", b"PACK", 2, len(unique)), *map(_packed, unique.values())))
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def _packed(each: GitObject) -> bytes:
    size = len(each.data)
    octets = [PACK_TYPES[each.kind] << 4 | size & 15]
    size >>= 4
    while size:
        octets[-1] |= 128
        octets.append(size & 127)
        size >>= 7
    return bytes(octets) + zlib.compress(each.data, 1)
