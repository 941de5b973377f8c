"""The seccomp filter of a cell: a classic BPF program, written here by hand, that denies calls no serving process needs.

Denied calls fail with EPERM, as they do for a user without rights, so that libraries fall back; `clone3` says ENOSYS, because its flags
lie in memory where a filter cannot look, and the C library then uses `clone`. Calls of another architecture or of x32 are all denied.
What is allowed whatever its arguments costs almost nothing: the kernel (5.11 and later) remembers it per call number.
"""

import errno
import platform
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from activities.sandbox.system_calls import ABSENT, CLONE, CLONE3, DENIED, IOCTL, SOCKET, Numbers

LOAD_WORD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
CALL_NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
"""Offsets in the kernel's `struct seccomp_data`; the low half of an argument comes first on both architectures."""

ALLOW, ERROR = 0x7FFF0000, 0x00050000
X32_BIT = 0x40000000
NEW_NAMESPACES = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""
TERMINAL_INJECTION = (0x5412, 0x541C)
"""TIOCSTI types into the terminal of whoever started us; TIOCLINUX pastes there."""
SOCKET_FAMILIES = (1, 2, 10, 16)
"""Unix, IPv4, IPv6, netlink: all bound to the network namespace. AF_VSOCK is not, and reaches the host of a virtual machine."""

AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


class UnknownArchitecture(RuntimeError):
    """There is no list of system calls for this processor."""


class Step(NamedTuple):
    """One instruction; jumps name a label, and None goes on with the next."""

    code: int
    operand: int
    yes: str | None = None
    no: str | None = None


def call_filter(machine: str | None = None) -> bytes:
    """The program as the kernel takes it (`struct sock_filter`, 8 bytes each), for `machine` as `platform.machine` names it."""
    machine = machine or platform.machine()
    if machine not in AUDIT_ARCHITECTURES:
        known = ", ".join(AUDIT_ARCHITECTURES)
        raise UnknownArchitecture(f"the sandbox has no list of system calls for {machine}, only for {known}: run on one of these")
    return _assemble([*_program(machine)])


def _program(machine: str) -> Iterator[Step | str]:
    """Instructions and, as texts, the labels before them."""

    def number(call: Numbers) -> int:
        return getattr(call, machine)

    yield Step(LOAD_WORD, ARCHITECTURE)
    yield Step(JUMP_EQUAL, AUDIT_ARCHITECTURES[machine], no="deny")
    yield Step(LOAD_WORD, CALL_NUMBER)
    yield Step(JUMP_AT_LEAST, X32_BIT, yes="deny")
    yield Step(JUMP_EQUAL, number(CLONE3), yes="missing")
    yield Step(JUMP_EQUAL, number(CLONE), yes="clone")
    yield Step(JUMP_EQUAL, number(IOCTL), yes="ioctl")
    yield Step(JUMP_EQUAL, number(SOCKET), yes="socket")
    for call in DENIED.values():
        if number(call) != ABSENT:
            yield Step(JUMP_EQUAL, number(call), yes="deny")
    yield Step(RETURN, ALLOW)
    yield from ("clone", Step(LOAD_WORD, ARGUMENTS), Step(JUMP_ANY_BIT, NEW_NAMESPACES, yes="deny", no="allow"))
    yield from ("ioctl", Step(LOAD_WORD, ARGUMENTS + 8))
    for request in TERMINAL_INJECTION:
        yield Step(JUMP_EQUAL, request, yes="deny")
    yield Step(RETURN, ALLOW)
    yield from ("socket", Step(LOAD_WORD, ARGUMENTS))
    for family in SOCKET_FAMILIES:
        yield Step(JUMP_EQUAL, family, yes="allow")
    yield from ("deny", Step(RETURN, ERROR | errno.EPERM))
    yield from ("missing", Step(RETURN, ERROR | errno.ENOSYS))
    yield from ("allow", Step(RETURN, ALLOW))


def _assemble(program: Sequence[Step | str]) -> bytes:
    places: dict[str, int] = {}
    steps: list[Step] = []
    for one in program:
        if isinstance(one, str):
            places[one] = len(steps)
        else:
            steps.append(one)

    def distance(place: int, label: str | None) -> int:
        return 0 if label is None else places[label] - place - 1

    return b"".join(
        struct.pack("=HBBI", step.code, distance(place, step.yes), distance(place, step.no), step.operand)
        for place, step in enumerate(steps)
    )
