"""A process that writes candidates to a ledger until it is done or killed: `python -m tests.activities.ledger.writer LEDGER NAME COUNT`."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.ledger.repository import Repository
from tests.activities.ledger.samples import make_record, make_spec, propose

STEPS = ("propose", "verdict", "append")


def write_candidate(ledger: Ledger, name: str, number: int, step: str) -> None:
    """One step of one candidate, the same on every attempt."""
    if step == "propose":
        propose(ledger, name, number)
        return
    tip = ledger.tip(candidate_branch(name, number))
    assert tip is not None
    source = next(entry.source for entry in ledger.log(name) if entry.number == number)
    record = make_record(number, source)
    if step == "verdict":
        ledger.write_verdict(make_spec(name), record, when=record.ended)
    else:
        ledger.append_record(name, record, when=record.ended)


def resume(ledger: Ledger, name: str, count: int, acknowledged: Path) -> None:
    """Do what is not acknowledged yet, as Temporal would."""
    done = len(acknowledged.read_text().splitlines()) if acknowledged.exists() else 0
    steps = [(number, step) for number in range(count) for step in STEPS]
    for number, step in steps[done:]:
        write_candidate(ledger, name, number, step)
        with acknowledged.open("a") as file:
            file.write(f"{number} {step}\n")


def call_at_each_git_command(before: Callable[[], None], after: Callable[[], None]) -> None:
    """Observe every git command that this process runs from now on."""
    attempt = Repository.attempt

    def observed(self: Repository, *arguments: str, **options: object) -> tuple[int, bytes, str]:
        before()
        result = attempt(self, *arguments, **options)
        after()
        return result

    Repository.attempt = observed


def run_until_killed(ledger: Ledger, acknowledged: Path, *, kill_at: int) -> None:
    """Write one candidate and die at the kill_at-th moment before or after a git command."""
    moments = iter(range(10_000))

    def moment() -> None:
        if next(moments) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    call_at_each_git_command(moment, moment)
    resume(ledger, "first", 1, acknowledged)


def announce() -> None:
    """Say that a git command is about to run."""
    os.write(1, b".")


if __name__ == "__main__":
    call_at_each_git_command(announce, lambda: None)
    resume(Ledger.open(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3]), Path(sys.argv[1]).with_name(f"{sys.argv[2]}.acknowledged"))
