"""What the tests of all folders share: one tiny model with its reference, and candidates put together from small files."""

import os
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from activities.evaluation.ground import Ground, opened_ground
from activities.evaluation.server import Launch
from activities.home import Home
from targets.cpu import Cpu
from targets.lease import Lease, leased
from targets.peaks import Peaks
from targets.registry import TARGETS
from tests.hostile.assembly import assemble_candidate

MIB = 1 << 20

Assemble = Callable[[str], Path]
Start = Callable[[str], Launch]


def pytest_configure() -> None:
    """A shell without job control starts its background with Ctrl-C ignored, and children would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class Aside(Cpu):
    """The processor with a lease of the tests' own, so that no test waits for a search that happens to run on this machine."""

    def lease(self, *, holder: str, waiting: Callable[[str], None]) -> AbstractAsyncContextManager[Lease]:
        """Held by one process of tests at a time."""
        return leased(f"tests-{os.getpid()}", holder=holder, waiting=waiting)

    async def probe(self) -> Peaks:
        """Peaks that nothing here comes near, without measuring."""
        found = self.fingerprint()
        return Peaks(
            device_class=found.device_class,
            cores=self.threads(),
            abilities=found.abilities,
            read_bytes_per_second={1 << 20: 1e11},
            flops_per_second={512: 1e12},
        )


@pytest.fixture(scope="session")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Ground]:
    """The scenario chat on this processor with the model `tiny`, under the lossless policy."""
    home = Home(root=tmp_path_factory.mktemp("home"))
    TARGETS["aside"] = Aside()
    opened = opened_ground("chat", target_name="aside", model="tiny", correctness="lossless", home=home, holder="tests", say=lambda _: None)
    async with opened as ground:
        del TARGETS["aside"]
        yield ground


@pytest.fixture(scope="session")
def strict(ground: Ground) -> Ground:
    """Limits that a small server keeps easily, so that hogs and hangs are found soon."""
    limits = {"start_limit_seconds": 30.0, "request_limit_seconds": 10.0, "memory_bytes": 700 * MIB}
    return replace(ground, scale=ground.scale.model_copy(update=limits))


@pytest.fixture
def assemble(ground: Ground, tmp_path: Path) -> Assemble:
    """A candidate's folder: the starter with a quick engine, and the named file in place of `serve.py`, which is `honest` to it."""

    def put_together(name: str) -> Path:
        return assemble_candidate(name, starter=ground.scenario.starter, into=tmp_path)

    return put_together


@pytest.fixture
def start(strict: Ground, assemble: Assemble) -> Start:
    """How to start the named candidate."""

    def prepare(name: str) -> Launch:
        scale = strict.scale
        return Launch(
            candidate=assemble(name),
            model=strict.checkpoint.folder,
            threads=1,
            memory_bytes=scale.memory_bytes,
            start_limit_seconds=scale.start_limit_seconds,
        )

    return prepare
