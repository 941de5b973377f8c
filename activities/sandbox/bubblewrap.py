"""Turns a cell into the arguments of bubblewrap: what is visible inside, and nothing else.

Visible: the system's programs and libraries, the Python that runs us with its packages, a few stubs of /etc, what the cell
names, an empty /scratch. Not visible: the home folders, the project's own source, the ledger, other candidates, and, unless the
cell says otherwise, the network.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from activities.sandbox.call_filter import call_filter
from activities.sandbox.cell import MIB, Cell

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("activities", "cli", "models", "scenarios", "search", "targets", "workflows")
SYSTEM_FOLDERS = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")
NAME_SERVERS = "/etc/resolv.conf"
CERTIFICATES = ("/etc/ssl/certs", "/etc/ca-certificates", "/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted")
TEMPORARY_BYTES = 16 * MIB
FILTER = "seccomp"

STUBS = {
    "/etc/passwd": "candidate:x:{user}:{group}::/scratch:/bin/sh\n",
    "/etc/group": "candidate:x:{group}:\n",
    "/etc/hosts": "127.0.0.1 localhost candidate\n::1 localhost candidate\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}

ENVIRONMENT = {
    "HOME": "/scratch",
    "TMPDIR": "/scratch",
    "SCRATCH_DIR": "/scratch",
    "LANG": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "HF_HUB_OFFLINE": "1",
}

WAIT_FOR_GO = "import os,sys; os.read(int(sys.argv[1]),1) or os._exit(1); os.close(int(sys.argv[1])); os.execvp(sys.argv[2],sys.argv[2:])"
"""Runs inside and becomes the command. The end of the pipe means that the one who would have said go is dead. Bubblewrap's own
`--block-fd` takes that for a go, and what runs then has lost its parent before it could be tied to its life."""

ISOLATION = ("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session", "--clearenv")
NO_POWERS = ("--cap-drop", "ALL", "--hostname", "candidate")


def bubblewrap_arguments(cell: Cell, *, files: Mapping[str, int], status: int, go: int, sync: int | None) -> list[str]:
    """The whole command line. `files` maps the names in `contents` to descriptors that hold them; the other descriptors are
    bubblewrap's, where it says the process id and what it keeps open as long as the cell lives; at `go` the cell waits for
    a byte."""
    arguments = ["bwrap", *ISOLATION, *NO_POWERS, "--json-status-fd", str(status), "--seccomp", str(files[FILTER])]
    if sync is not None:
        arguments += ["--sync-fd", str(sync)]
    arguments += [*_system(cell), *_python(), *(_network() if cell.network else ())]
    for inside in STUBS:
        arguments += ["--ro-bind-data", str(files[inside]), inside]
    for inside, outside in cell.read_only.items():
        arguments += ["--ro-bind", str(outside), inside]
    for inside, outside in cell.writable.items():
        arguments += ["--bind", str(outside), inside]
    # Not left to bubblewrap: for root, /proc/sys of the host would be writable.
    arguments += ["--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", cell.folder]
    for name, text in {"PATH": _search_path(), **ENVIRONMENT, **cell.environment}.items():
        arguments += ["--setenv", name, text]
    return [*arguments, "--", sys.executable, "-I", "-S", "-c", WAIT_FOR_GO, str(go), *cell.command]


def contents() -> dict[str, bytes]:
    """What bubblewrap reads from descriptors: files of /etc that programs look for, with nothing of the host in them, and the filter."""
    stubs = {name: text.format(user=os.getuid(), group=os.getgid()).encode() for name, text in STUBS.items()}
    return {**stubs, FILTER: call_filter()}


def _system(cell: Cell) -> Iterator[str]:
    for folder in map(Path, SYSTEM_FOLDERS):
        if folder.is_symlink():
            yield from ("--symlink", str(folder.readlink()), str(folder))
        elif folder.is_dir():
            yield from ("--ro-bind", str(folder), str(folder))
    for file in SYSTEM_FILES:
        yield from ("--ro-bind-try", file, file)
    scratch = str(cell.limits.scratch_bytes)
    yield from ("--proc", "/proc", "--dev", "/dev")
    yield from ("--size", scratch, "--tmpfs", "/dev/shm", "--size", scratch, "--tmpfs", "/scratch")
    yield from ("--size", str(TEMPORARY_BYTES), "--tmpfs", "/tmp")


def _network() -> Iterator[str]:
    """The host's, with what it takes to find names and to trust servers."""
    yield "--share-net"
    yield from ("--ro-bind-try", str(Path(NAME_SERVERS).resolve()), NAME_SERVERS)
    for folder in CERTIFICATES:
        yield from ("--ro-bind-try", folder, folder)


def _python() -> Iterator[str]:
    """The interpreter and its packages, less this project where it lies among them."""
    prefixes = python_folders()
    roots = [*prefixes, *map(Path, SYSTEM_FOLDERS)]
    for prefix in prefixes:
        yield from ("--ro-bind", str(prefix), str(prefix))
    hidden = [folder for folder in _own_source() if any(folder.is_relative_to(root) for root in roots)]
    for folder in hidden:
        yield from ("--tmpfs", str(folder))
    for prefix in prefixes:
        if any(prefix.is_relative_to(folder) for folder in hidden):
            yield from ("--ro-bind", str(prefix), str(prefix))
    for folder in hidden:
        yield from ("--remount-ro", str(folder))


def python_folders() -> list[Path]:
    """Where the running interpreter and its packages lie, besides /usr, as named and as resolved."""
    named = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent]
    folders = {folder for name in named for folder in (name, name.resolve())}
    return sorted(folder for folder in folders if not folder.is_relative_to("/usr") or folder.is_relative_to(PROJECT))


def _own_source() -> list[Path]:
    """The project's folder, or its packages when it is installed among others."""
    if PROJECT.name in ("site-packages", "dist-packages"):
        return [PROJECT / package for package in PACKAGES if (PROJECT / package).is_dir()]
    return [PROJECT]


def _search_path() -> str:
    return f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
