"""What is sampled while the search grows: bytes on disk and memory of the processes."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from activities.home import Home
from cli.embedded import inspect
from search.value import Value


class Sample(Value):
    """One look."""

    when: datetime
    candidates: int
    """That have ended."""
    database_bytes: int
    """Of Temporal, its log of writes included."""
    ledger_bytes: int
    ledger_files: int
    worker_bytes: int
    """Resident memory."""
    server_bytes: int


async def take_sample(home: Home, candidates: int) -> Sample:
    """How it stands now."""
    return await asyncio.to_thread(_taken, home, candidates)


def write_sample(home: Home, sample: Sample) -> None:
    """Keep it beside the search."""
    with _file(home).open("a") as file:
        file.write(sample.model_dump_json() + "\n")


def read_samples(home: Home) -> tuple[Sample, ...]:
    """All so far, the oldest first."""
    file = _file(home)
    return tuple(Sample.model_validate_json(line) for line in file.read_text().splitlines()) if file.exists() else ()


def _taken(home: Home, candidates: int) -> Sample:
    server, worker = (*inspect(home).pids, 0, 0)[:2]
    sizes = [path.stat().st_blocks * 512 for path in home.ledger.rglob("*") if path.is_file()]
    return Sample(
        when=datetime.now(UTC),
        candidates=candidates,
        database_bytes=sum(path.stat().st_size for path in home.root.glob("temporal.db*")),
        ledger_bytes=sum(sizes),
        ledger_files=len(sizes),
        worker_bytes=_resident(worker),
        server_bytes=_resident(server),
    )


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if pid and status.exists() else []
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def _file(home: Home) -> Path:
    return home.root / "samples.jsonl"
