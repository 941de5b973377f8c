"""The physical limit of a device: its peaks, and what a window's work takes at least on it."""

from pathlib import Path

from activities.evaluation.verification import Bounded, Policy
from models.checkpoint import Checkpoint
from scenarios.scenario import Scenario
from scenarios.work import Traffic
from targets.lease import Lease
from targets.peaks import Peaks, read_peaks, write_peaks
from targets.target import Target

SLACK = 1.25
"""By how much a score may exceed the limit: the peaks are what plain kernels reached in half a second each, not the device's data sheet."""
STORED_BYTES = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0, "float64": 8.0}
BOUNDED_BYTES = 1.0
"""Per number under a bounded policy, which int8 keeps and 4 bits do not."""


class Roof:
    """The peaks as they are known so far. A score beyond them calls the peaks into question first: they are measured again."""

    def __init__(self, peaks: Peaks, target: Target, path: Path) -> None:
        """Use `open_roof`."""
        self.peaks = peaks
        self._target = target
        self._path = path

    async def raise_for(self, share: float | None, lease: Lease) -> None:
        """Measures the peaks again when a share of the limit is beyond belief; whoever asks holds the lease."""
        if is_beyond(share):
            self.peaks = self.peaks.best_of(await self._target.probe())
            write_peaks(self._path, self.peaks)


async def open_roof(target: Target, path: Path) -> Roof:
    """The stored peaks of this very device, or peaks measured now; whoever asks holds the lease."""
    known = read_peaks(path)
    if known is None or known.device_class != target.fingerprint().device_class:
        known = await target.probe()
        write_peaks(path, known)
    return Roof(known, target, path)


def limit_share(scenario: Scenario, model: Checkpoint, policy: Policy, traffic: Traffic, peaks: Peaks) -> float:
    """The least time for a window's work over the window's length: the share of the physical limit that a score reaches.

    Reading and computing may overlap perfectly, so the longer of the two counts. Under a lossless policy weights are as long as they are
    stored and products are in fp32; under a bounded one both are in int8, where the device is quicker at it.
    """
    size = BOUNDED_BYTES if isinstance(policy, Bounded) else STORED_BYTES[model.dtype]
    work = scenario.least_work(model, traffic, bytes_per_number=size)
    reading = work.streamed_bytes / peaks.read_rate(work.working_set_bytes)
    return max(reading, work.operations / operation_rate(policy, peaks)) / traffic.seconds


def operation_rate(policy: Policy, peaks: Peaks) -> float:
    """Operations per second that no honest product exceeds."""
    best = max(peaks.flops_per_second.values())
    return max(best, peaks.int8_ops_per_second or 0.0) if isinstance(policy, Bounded) else best


def is_beyond(share: float | None) -> bool:
    """Whether a score is faster than the device can be."""
    return share is not None and share > SLACK
