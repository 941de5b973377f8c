"""The filter denies what it says on both architectures, and real processes meet it, those of root and those of an ordinary user."""

import errno
import json
import os
import platform
import struct
import subprocess
from pathlib import Path

import pytest

from activities.sandbox.bubblewrap import ISOLATION
from activities.sandbox.call_filter import ALLOW, AUDIT_ARCHITECTURES, ERROR, UnknownArchitecture, call_filter
from activities.sandbox.descriptors import held
from activities.sandbox.system_calls import ABSENT, CLONE, CLONE3, DENIED, IOCTL, SOCKET, Numbers
from tests.activities.sandbox.conftest import Confine

EPERM, ENOSYS = ERROR | errno.EPERM, ERROR | errno.ENOSYS
HEADER = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
READ, WRITE, FUTEX, FORK_FLAGS, THREAD_FLAGS = Numbers(0, 63), Numbers(1, 64), Numbers(202, 98), 0x1200011, 0x3D0F00
MACHINES = sorted(AUDIT_ARCHITECTURES)

CALLS = """
import ctypes, errno, json, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    return errno.errorcode.get(ctypes.get_errno()) if libc.syscall(number, *map(ctypes.c_long, arguments)) < 0 else None
"""


def decide(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """Runs the program as the kernel does."""
    record = struct.pack("=iIQ6Q", number, architecture, 0, *(arguments + (0,) * 6)[:6])
    steps = list(struct.iter_unpack("=HBBI", program))
    place, word = 0, 0
    while True:
        code, yes, no, operand = steps[place]
        place += 1
        match code:
            case 0x20:
                (word,) = struct.unpack_from("=I", record, operand)
            case 0x06:
                return operand
            case 0x15 | 0x35 | 0x45:
                holds = {0x15: word == operand, 0x35: word >= operand, 0x45: bool(word & operand)}[code]
                place += yes if holds else no


@pytest.mark.parametrize("machine", MACHINES)
def test_every_listed_call_is_denied_and_ordinary_ones_are_not(machine: str) -> None:
    program, architecture = call_filter(machine), AUDIT_ARCHITECTURES[machine]
    numbers = {name: getattr(call, machine) for name, call in DENIED.items() if getattr(call, machine) != ABSENT}
    assert len(set(numbers.values())) == len(numbers)
    assert {name for name, number in numbers.items() if decide(program, architecture, number) != EPERM} == set()
    assert [decide(program, architecture, getattr(call, machine)) for call in (READ, WRITE, FUTEX)] == [ALLOW] * 3


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_are_judged_by_their_arguments(machine: str) -> None:
    program, architecture = call_filter(machine), AUDIT_ARCHITECTURES[machine]

    def ask(call: Numbers, *arguments: int) -> int:
        return decide(program, architecture, getattr(call, machine), *arguments)

    assert ask(CLONE, FORK_FLAGS) == ask(CLONE, THREAD_FLAGS) == ALLOW
    assert {ask(CLONE, FORK_FLAGS | 1 << bit) for bit in (17, 25, 26, 27, 28, 29, 30)} == {EPERM}
    assert ask(CLONE3) == ENOSYS
    assert ask(IOCTL, 0, 0x5412) == ask(IOCTL, 0, 1 << 32 | 0x5412) == EPERM
    assert ask(IOCTL, 0, 0x5401) == ALLOW
    assert [ask(SOCKET, family) for family in (1, 2, 10, 16)] == [ALLOW] * 4
    assert {ask(SOCKET, family) for family in range(64) if family not in (1, 2, 10, 16)} == {EPERM}


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architecture_has_no_calls_at_all(machine: str) -> None:
    program = call_filter(machine)
    others = [number for name, number in AUDIT_ARCHITECTURES.items() if name != machine]
    assert {decide(program, architecture, call) for architecture in (0x40000003, *others) for call in range(500)} == {EPERM}
    assert decide(program, AUDIT_ARCHITECTURES[machine], 0x40000000 | 1) == EPERM


def test_an_unknown_processor_is_refused_by_name() -> None:
    with pytest.raises(UnknownArchitecture, match="riscv64"):
        call_filter("riscv64")


@pytest.mark.skipif(not HEADER.exists(), reason="needs the kernel's header for x86-64")
def test_the_numbers_are_those_of_the_kernel() -> None:
    defined = {words[1].removeprefix("__NR_"): int(words[2]) for line in HEADER.read_text().splitlines() if len(words := line.split()) == 3}
    listed = {**DENIED, "clone": CLONE, "clone3": CLONE3, "ioctl": IOCTL, "socket": SOCKET}
    assert {name: call.x86_64 for name, call in listed.items() if name in defined and defined[name] != call.x86_64} == {}


async def test_real_processes_meet_the_filter(confined: Confine, outside: Path) -> None:
    machine = platform.machine()
    numbers = {name: getattr(call, machine) for name, call in DENIED.items() if getattr(call, machine) != ABSENT}
    code = f"""
{CALLS}
import socket, subprocess, threading
found = {{name: call(number, 0, 0, 0, 0, 0) for name, number in {numbers!r}.items()}}
def refused(family):
    try:
        socket.socket(family, socket.SOCK_STREAM).close()
    except PermissionError:
        return True
    return False
def runs():
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    return subprocess.run(["true"]).returncode == 0
seccomp = [line.split()[1] for line in open("/proc/self/status") if line.startswith("Seccomp:")]
report = [sorted(name for name, error in found.items() if error != "EPERM"), [refused(f) for f in (40, 38, 17, 1, 2)], seccomp, runs()]
json.dump(report, open("/out/report", "w"))
"""
    async with confined(code) as cell:
        assert await cell.wait() == 0, cell.log_tail()
    assert json.loads((outside / "report").read_text()) == [[], [True, True, True, False, False], ["2"], True]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_meets_it_too() -> None:
    """Bubblewrap runs as `nobody` with the filter and the flags of every cell."""
    ptrace = getattr(DENIED["ptrace"], platform.machine())
    inside = f"{CALLS}print(call({ptrace}, 0, 0, 0, 0), open('/proc/self/uid_map').read().split()[0])"
    become = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    with held({"filter": call_filter()}) as files:
        visible = ("--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--seccomp", str(files["filter"]))
        command = [*become, "bwrap", *ISOLATION, "--cap-drop", "ALL", *visible, "--", "/usr/bin/python3", "-I", "-S", "-c", inside]
        told = subprocess.run(command, pass_fds=files.values(), capture_output=True, text=True, check=False)
    assert told.stdout == "EPERM 65534\n", told.stderr
