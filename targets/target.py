"""What a machine must offer so that candidates can be measured on it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from search.value import Value
from targets.lease import Lease
from targets.peaks import Peaks


class Fingerprint(Value):
    """What must be equal before two measurements may be compared at all."""

    device_class: str
    """For example `AMD EPYC (Zen 3), 2 cores, AVX2`."""
    abilities: frozenset[str]
    """Instruction sets that recipes may need, as the kernel names them: avx2, fma, avx512f, avx512_vnni, amx_int8 and so on."""


class Target(Protocol):
    """A kind of device. One instance stands for the devices of that kind on this machine."""

    @property
    def name(self) -> str:
        """What a person types."""
        ...

    def fingerprint(self) -> Fingerprint:
        """What it is, read from the system without measuring."""
        ...

    def threads(self) -> int:
        """How many threads a server should compute with."""
        ...

    async def probe(self) -> Peaks:
        """Measure what it can do at best; takes it alone for some seconds, so hold the lease."""
        ...

    def lease(self, *, holder: str, waiting: Callable[[str], None]) -> AbstractAsyncContextManager[Lease]:
        """Hold the device alone on this machine, waiting for others; `waiting` is told who holds it."""
        ...
