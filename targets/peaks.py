"""What a device reached at best when it was probed: the roof that no candidate can go through."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from search.value import Value


class Peaks(Value):
    """Best rates of a few short measurements with all cores."""

    device_class: str
    cores: int
    abilities: frozenset[str]
    read_bytes_per_second: Mapping[int, float]
    """By working set in bytes: what streaming through that much memory again and again reaches."""
    flops_per_second: Mapping[int, float]
    """fp32, by the number of rows that are multiplied with weights that do not stay in the cache."""
    int8_ops_per_second: float | None = None
    """At 512 rows; None where the machine has no instructions that make int8 worth it."""

    def read_rate(self, working_set_bytes: int) -> float:
        """Bytes per second for the probed working set nearest in size from above, or for the largest."""
        larger = [size for size in self.read_bytes_per_second if size >= working_set_bytes]
        return self.read_bytes_per_second[min(larger, default=max(self.read_bytes_per_second))]

    def best_of(self, other: "Peaks") -> "Peaks":
        """The better of two measurements of one device in each figure: a disturbed probe only ever shows less than there is."""
        return self.model_copy(
            update={
                "read_bytes_per_second": _best(self.read_bytes_per_second, other.read_bytes_per_second),
                "flops_per_second": _best(self.flops_per_second, other.flops_per_second),
                "int8_ops_per_second": max(filter(None, (self.int8_ops_per_second, other.int8_ops_per_second)), default=None),
            }
        )


def _best(one: Mapping[int, float], other: Mapping[int, float]) -> Mapping[int, float]:
    return {size: max(one.get(size, 0.0), other.get(size, 0.0)) for size in sorted({*one, *other})}


def read_peaks(path: Path) -> Peaks | None:
    """The stored peaks, or None when there are none of this version."""
    try:
        return Peaks.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_peaks(path: Path, peaks: Peaks) -> None:
    """Store the peaks; a reader sees the old ones or the new ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(peaks.model_dump_json(indent=2))
    fresh.replace(path)
