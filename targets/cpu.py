"""The processor of this machine as a target."""

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from targets.lease import Lease, leased
from targets.peaks import Peaks
from targets.processor import abilities, describe, read_processors, usable_cores
from targets.target import Fingerprint

PROBE_SECONDS = 60
FAST_INT8 = frozenset({"avx512_vnni", "avx_vnni", "amx_int8", "i8mm"})


class ProbeFailed(RuntimeError):
    """The probe's process ended without a result; the message is the end of what it said."""


class Cpu:
    """All cores together are one device."""

    name = "cpu"

    def fingerprint(self) -> Fingerprint:
        """Read from the kernel's list of processors."""
        processors = read_processors()
        return Fingerprint(device_class=describe(processors, usable_cores(processors)), abilities=abilities(processors))

    def threads(self) -> int:
        """One per physical core that this process may use."""
        return usable_cores(read_processors())

    async def probe(self) -> Peaks:
        """Read rates and products, by a process of its own, below 10 seconds on a quiet machine; raises `ProbeFailed`."""
        found, threads = self.fingerprint(), self.threads()
        rates = json.loads(await _run_probe(str(threads), *(["int8"] if found.abilities & FAST_INT8 else [])))
        return Peaks(device_class=found.device_class, cores=threads, abilities=found.abilities, **rates)

    def lease(self, *, holder: str, waiting: Callable[[str], None]) -> AbstractAsyncContextManager[Lease]:
        """One holder per machine and user."""
        return leased(self.name, holder=holder, waiting=waiting)


async def _run_probe(*arguments: str) -> bytes:
    command = (sys.executable, "-m", "targets.probe", *arguments)
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            printed, said = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise ProbeFailed(f"the probe ended with code {child.returncode}: {said.decode(errors='replace')[-500:].strip()}")
    return printed
