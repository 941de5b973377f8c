"""What a confined command can see and do, and that nothing of it is left."""

import asyncio
import fcntl
import json
import os
import socket
import sys
from pathlib import Path

import pytest

from activities.sandbox.cell import MIB, Cell, Limits
from activities.sandbox.confinement import confine
from activities.sandbox.descriptors import readable
from activities.sandbox.spawn import SandboxBroken
from tests.activities.sandbox.conftest import Confine

PROJECT = Path(__file__).resolve().parents[3]

FOLDERS = ["/", "/usr", "/etc", "/dev", "/proc/sys/vm", "/root", "/bin", sys.prefix, "/out", "/scratch", "/tmp", "/dev/shm"]


def swappiness() -> str:
    """A setting of the host's kernel."""
    return Path("/proc/sys/vm/swappiness").read_text()


def is_free(path: Path) -> bool:
    """Whether no living process holds the lock on a file."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


async def is_ready(outside: Path) -> None:
    """Until the cell has written to its end of the pipe."""
    with os.fdopen(os.open(outside / "ready", os.O_RDONLY | os.O_NONBLOCK)) as ready:
        await readable(ready.fileno())


async def read_report(confined: Confine, outside: Path, code: str) -> dict[str, object]:
    """Run code that assigns `report`, and give it back."""
    async with confined(f"import json, os, socket, subprocess, sys\n{code}\njson.dump(report, open('/out/report', 'w'))") as cell:
        assert await cell.wait() == 0, cell.log_tail()
    return json.loads((outside / "report").read_text())


async def test_the_command_runs_and_its_output_is_kept(confined: Confine, tmp_path: Path) -> None:
    async with confined("print('hello'); raise SystemExit(7)") as cell:
        assert await cell.wait() == 7
        assert cell.breach is None
        assert cell.log_tail() == "hello\n"
    assert (tmp_path / "log").read_text() == "hello\n"


async def test_project_homes_and_other_users_files_are_invisible(confined: Confine, outside: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    paths = [
        str(PROJECT / "activities"),
        str(Path.home() / ".ssh"),
        str(Path.home() / ".bashrc"),
        "/home",
        "/var",
        "/sys",
        "/run",
        "/etc/shadow",
    ]
    report = await read_report(confined, outside, f"report = [p for p in {[*paths, str(secret)]!r} if os.path.exists(p)]")
    assert report == []


async def test_only_scratch_and_temporary_folders_can_be_written(confined: Confine, outside: Path) -> None:
    code = f"""
def can_write(folder):
    try:
        open(folder + '/probe', 'w').close()
        return True
    except OSError:
        return False
report = [folder for folder in {FOLDERS!r} if can_write(folder)]
"""
    assert await read_report(confined, outside, code) == ["/out", "/scratch", "/tmp", "/dev/shm"]


async def test_the_kernels_settings_cannot_be_changed(confined: Confine, outside: Path) -> None:
    before = swappiness()
    code = """
def try_write(path):
    try:
        open(path, 'w').write('7')
        return True
    except OSError:
        return False
paths = ['/proc/sys/vm/swappiness', '/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', '/proc/self/oom_score_adj']
report = [p for p in paths if try_write(p)]
"""
    assert await read_report(confined, outside, code) == []
    assert swappiness() == before


async def test_there_is_no_network_not_even_the_hosts_loopback(confined: Confine, outside: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = f"""
def error(address):
    try:
        socket.create_connection(address, timeout=5).close()
    except OSError as problem:
        return type(problem).__name__
report = [error(('127.0.0.1', {listener.getsockname()[1]})), error(('192.0.2.1', 80)), [name for _, name in socket.if_nameindex()]]
"""
        assert await read_report(confined, outside, code) == ["ConnectionRefusedError", "OSError", ["lo"]]


async def test_the_environment_holds_nothing_of_ours(confined: Confine, outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    names = set(await read_report(confined, outside, "report = dict(os.environ)"))
    expected = {"PATH", "HOME", "TMPDIR", "SCRATCH_DIR", "LANG", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "HF_HUB_OFFLINE"}
    assert names <= expected | {"PWD", "LC_CTYPE"}


async def test_powers_and_new_namespaces_are_gone(confined: Confine, outside: Path) -> None:
    code = """
status = dict(line.split(':\\t', 1) for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
unshared = subprocess.run(['unshare', '--user', 'true'], capture_output=True).returncode
report = [status['CapEff'], status['CapBnd'], status['NoNewPrivs'], unshared != 0, os.getppid(), socket.gethostname()]
"""
    assert await read_report(confined, outside, code) == ["0000000000000000", "0000000000000000", "1", True, 1, "candidate"]


async def test_no_descriptor_of_ours_is_inherited(confined: Confine, tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as kept:
        code = """
import contextlib
report = []
for number in range(3, 1024):
    with contextlib.suppress(OSError):
        os.fstat(number)
        report.append(number)
"""
        async with confined(f"import os\n{code}\nassert report == [], report", keep=kept.fileno()) as cell:
            assert await cell.wait() == 0, cell.log_tail()


async def test_a_kept_lock_is_held_as_long_as_the_cell_lives(confined: Confine, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    kept = lock.open("w")
    fcntl.flock(kept, fcntl.LOCK_EX)
    async with confined("import signal; signal.pause()", keep=kept.fileno()):
        kept.close()
        assert not is_free(lock)
    assert is_free(lock)


async def test_a_daemon_does_not_outlive_its_command(confined: Confine, outside: Path) -> None:
    code = """
import fcntl, os, signal
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    lock = open('/out/daemon', 'w')
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.write(writer, b'1')
    signal.pause()
os.read(reader, 1)
"""
    async with confined(code) as cell:
        assert await cell.wait() == 0
        assert is_free(outside / "daemon")


async def test_leaving_the_block_ends_everything(confined: Confine, outside: Path) -> None:
    os.mkfifo(outside / "ready")
    code = """
import fcntl, signal
lock = open('/out/lock', 'w')
fcntl.flock(lock, fcntl.LOCK_EX)
open('/out/ready', 'w').write('1')
signal.pause()
"""
    async with confined(code):
        await is_ready(outside)
        assert not is_free(outside / "lock")
    assert is_free(outside / "lock")


async def test_terminate_lets_a_command_stop_by_itself(confined: Confine, outside: Path) -> None:
    os.mkfifo(outside / "ready")
    code = "from signal import *; pthread_sigmask(SIG_BLOCK, [SIGTERM]); open('/out/ready', 'w').write('1'); sigwait([SIGTERM])"
    async with confined(code) as cell:
        await is_ready(outside)
        assert await cell.terminate(grace=20)
        assert cell.exit_code == 0


async def test_terminate_kills_a_command_that_ignores_it(confined: Confine, outside: Path) -> None:
    os.mkfifo(outside / "ready")
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('/out/ready', 'w').write('1')\nwhile True: signal.pause()"
    async with confined(code) as cell:
        await is_ready(outside)
        assert not await cell.terminate(grace=0.2)
        assert cell.exit_code == 128 + 9


async def test_all_of_it_dies_when_the_process_that_confined_it_is_killed(outside: Path, tmp_path: Path) -> None:
    """The parent is a real process that is killed with signal 9; the end of its pipe tells when the last heir has gone."""
    script = f"""
import asyncio, sys
from pathlib import Path
from activities.sandbox.cell import Cell, Limits
from activities.sandbox.confinement import confine
code = "import signal; open('/out/ready', 'w').write('1'); signal.pause()"
cell = Cell(command=(sys.executable, "-c", code), writable={{"/out": Path({str(outside)!r})}}, limits=Limits(memory_bytes=1 << 29))
async def main():
    async with confine(cell, log=Path({str(tmp_path / "log")!r}), keep=1) as confined:
        await confined.wait()
asyncio.run(main())
"""
    os.mkfifo(outside / "ready")
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, cwd=PROJECT)
    assert parent.stdout is not None
    await is_ready(outside)
    parent.kill()
    assert await parent.stdout.read() == b""
    assert await parent.wait() == -9


async def test_a_cell_that_cannot_be_set_up_is_the_machines_fault(tmp_path: Path) -> None:
    cell = Cell(command=("true",), read_only={"/model": tmp_path / "missing"}, limits=Limits(memory_bytes=MIB))
    with pytest.raises(SandboxBroken, match="missing"):
        async with confine(cell, log=tmp_path / "log") as confined:
            await confined.wait()
