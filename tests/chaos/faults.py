"""What can be wrong with a machine without anything dying, inflicted in the middle of a search and mended again."""

import os
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from activities.ledger.ledger import Ledger
from tests.activities.ledger.samples import git
from tests.fakes.model_server import Answer, Fails
from tests.workflows.models_bench import Models


class Reachable(Models):
    """Models whose endpoint may be down."""

    down = False

    def __call__(self, asked: Mapping[str, Any]) -> Answer:
        """As scripted while it is up."""
        return Fails(503, "nobody is there") if self.down else super().__call__(asked)


class Fault(ABC):
    """One thing that is wrong; `words` must reach whoever watches."""

    words: str

    def __init__(self, disk: Path, ledger: Ledger, models: Reachable) -> None:
        self.disk = disk
        self.ledger = ledger
        self.models = models

    @abstractmethod
    def inflict(self) -> None:
        """Break it."""

    @abstractmethod
    def mend(self) -> None:
        """Make it whole."""


class FullDisk(Fault):
    """The disk of the ledger has no byte left."""

    words = "is full; free some space, nothing was lost"

    def inflict(self) -> None:
        with (self.disk / "filler").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    def mend(self) -> None:
        (self.disk / "filler").unlink()


class ReadOnly(Fault):
    """The ledger can be read only."""

    words = "cannot be written"

    def inflict(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(self.disk)], check=True)

    def mend(self) -> None:
        subprocess.run(["mount", "-o", "remount,rw", str(self.disk)], check=True)


class Damaged(Fault):
    """An object of the champion's tree is cut off."""

    words = "failed on the ledger"

    def inflict(self) -> None:
        search = self.ledger.searches()[0]
        name = git(self.ledger, "rev-parse", f"search/{search}/candidate/0:serve.py").strip()
        self._file = self.ledger.path / "objects" / name[:2] / name[2:]
        self._whole = self._file.read_bytes()
        self._file.chmod(0o644)
        self._file.write_bytes(self._whole[: len(self._whole) // 2])

    def mend(self) -> None:
        self._file.write_bytes(self._whole)
        self._file.chmod(0o444)


class Unreachable(Fault):
    """The endpoint of the models answers nobody."""

    words = "503"

    def inflict(self) -> None:
        self.models.down = True

    def mend(self) -> None:
        self.models.down = False


FAULTS: Mapping[str, type[Fault]] = {
    "the disk of the ledger is full": FullDisk,
    "the ledger is read-only": ReadOnly,
    "an object of the ledger is damaged": Damaged,
    "the models' endpoint is unreachable": Unreachable,
}


def mounted(disk: Path) -> bool:
    """Whether a disk of four mebibytes could be mounted there."""
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    return os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
