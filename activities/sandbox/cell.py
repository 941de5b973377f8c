"""What a confined command may see, write and use."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from search.value import Value

MIB = 1 << 20
GIB = 1 << 30

Positive = Annotated[int, Field(ge=1)]


class Limits(Value):
    """What a whole process tree may use together, if nothing else is said."""

    memory_bytes: Positive
    """Resident memory of all processes together."""
    processes: Positive = 1024
    """Processes and threads together."""
    open_files: Positive = 4096
    """Per process."""
    file_bytes: Positive = 4 * GIB
    """Size of one file."""
    scratch_bytes: Positive = GIB
    """What /scratch, and beside it /dev/shm, may hold; both live in memory."""
    writable_bytes: Positive = 16 * MIB
    """What all writable folders of the host together may hold."""
    writable_files: Positive = 256
    """How many files and folders they may hold."""
    log_bytes: Positive = 256 * MIB
    """What the command may print; the log keeps much less."""
    seconds: float | None = None
    """Wall clock."""


class Cell(Value):
    """A command and the only parts of the host that it meets."""

    command: tuple[str, ...]
    folder: str = "/"
    """Where it starts, as it sees it."""
    environment: Mapping[str, str] = {}
    read_only: Mapping[str, Path] = {}
    """Path inside to file or folder outside."""
    writable: Mapping[str, Path] = {}
    """Path inside to folder outside."""
    network: bool = False
    """The host's whole network, the services of this machine among it: for coding agents that a person allows it, never for a candidate."""
    limits: Limits


class Usage(Value):
    """What the process tree of a cell uses."""

    cpu_seconds: float = 0.0
    """User and system time, of ended processes too."""
    memory_bytes: int = 0
    peak_memory_bytes: int = 0
    processes: int = 0
    """Processes and threads together."""
