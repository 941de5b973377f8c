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
Entry = tuple[bytes, str]
"""Mode and name of what stands in a folder."""
Folder = Mapping[str, Entry]
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
    entries: dict[str, Entry] = {name: (REGULAR, identity) for name, identity in files.items()}
    inner: list[GitObject] = []
    for folder, content in folders.items():
        inner.extend(trees(content))
        entries[folder] = (FOLDER, inner[-1].name)
    return (*inner, tree(entries))


def tree(entries: Folder) -> GitObject:
    """One folder; git sorts a folder's name as if it ended in a slash."""
    ordered = sorted((name.encode() + (b"/" if mode == FOLDER else b""), mode, identity) for name, (mode, identity) in entries.items())
    return GitObject("tree", b"".join(b"%s %s\0" % (mode, name.rstrip(b"/")) + bytes.fromhex(identity) for name, mode, identity in ordered))


def read_tree(data: bytes) -> Folder:
    """What stands directly in a folder."""
    entries: dict[str, Entry] = {}
    position = 0
    while position < len(data):
        end = data.index(b"\0", position)
        mode, _, name = data[position:end].partition(b" ")
        position = end + 21
        entries[name.decode()] = (mode, data[end + 1 : position].hex())
    return entries


def replaced(folders: Mapping[str, Folder], blobs: Mapping[str, str]) -> tuple[GitObject, ...]:
    """The folders, the root last, once these files stand in them; `folders` holds all that the files' paths go through, the root as ""."""
    changed = {path: dict(folder) for path, folder in folders.items()}
    for path, name in blobs.items():
        folder, _, file = path.rpartition("/")
        changed[folder][file] = (REGULAR, name)
    made: list[GitObject] = []
    for path in sorted(changed, key=lambda path: (-path.count("/") - bool(path), path)):
        made.append(tree(changed[path]))
        above, _, name = path.rpartition("/")
        if path:
            changed[above][name] = (FOLDER, made[-1].name)
    return tuple(made)


def ways(paths: Iterable[str]) -> tuple[str, ...]:
    """All folders that these files' paths go through, the root as ""."""
    found = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(path.count("/") + 1)}
    return tuple(sorted(found))


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
