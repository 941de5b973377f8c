"""One holder per device, whoever waits knows who it is, and a killed holder holds nothing."""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from targets.lease import leased, private_folder

PROJECT = Path(__file__).resolve().parents[2]
HOLDER = """
import asyncio
from targets.lease import leased
async def main():
    async with leased("cpu", holder="search other", waiting=print):
        print("held", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own for each test."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def refuse(told: str) -> None:
    """Nobody is to wait."""
    raise AssertionError(told)


class Waiting(Exception):
    """Raised as soon as somebody has to wait, with what they were told."""


def give_up(told: str) -> None:
    """Do not wait."""
    raise Waiting(told)


async def test_a_free_device_is_held_at_once_and_again_afterwards() -> None:
    for _ in range(2):
        async with leased("cpu", holder="search mine", waiting=refuse) as lease:
            assert lease.device == "cpu"


async def test_a_second_holder_is_told_who_the_first_is() -> None:
    async with leased("cpu", holder="search mine", waiting=refuse):
        with pytest.raises(Waiting, match=rf"held by search mine \(process {os.getpid()}\)"):
            async with leased("cpu", holder="search other", waiting=give_up):
                pass


async def test_devices_do_not_wait_for_each_other() -> None:
    async with leased("cpu", holder="search mine", waiting=refuse), leased("cuda-0", holder="search mine", waiting=refuse):
        pass


async def test_a_waiter_gets_the_device_when_its_holder_is_killed() -> None:
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, cwd=PROJECT, stdout=asyncio.subprocess.PIPE)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    told: list[str] = []

    def kill_holder(words: str) -> None:
        told.append(words)
        holder.kill()

    async with leased("cpu", holder="search mine", waiting=kill_holder):
        assert told == [f"held by search other (process {holder.pid})"]
    await holder.wait()


async def test_a_child_with_the_descriptor_keeps_the_device() -> None:
    async with leased("cpu", holder="search mine", waiting=refuse) as lease:
        child = await asyncio.create_subprocess_exec("cat", stdin=subprocess.PIPE, pass_fds=[lease.descriptor])
    with pytest.raises(Waiting, match="search mine"):
        async with leased("cpu", holder="search other", waiting=give_up):
            pass
    await child.communicate(b"")
    async with leased("cpu", holder="search other", waiting=refuse):
        pass


async def test_a_canceled_waiter_leaves_the_device_alone() -> None:
    async with leased("cpu", holder="search mine", waiting=refuse):
        asked = asyncio.Event()

        async def wait() -> None:
            async with leased("cpu", holder="search other", waiting=lambda _: asked.set()):
                pass

        waiter = asyncio.create_task(wait())
        await asked.wait()
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)
    async with leased("cpu", holder="search third", waiting=refuse):
        pass


def test_somebody_elses_folder_is_refused(temporary: Path) -> None:
    (temporary / "elsewhere").mkdir()
    (temporary / f"vibeserve-{os.getuid()}").symlink_to(temporary / "elsewhere")
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        private_folder()
