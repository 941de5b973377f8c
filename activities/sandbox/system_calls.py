"""System calls that no serving process needs, with their numbers on each architecture.

Numbers are those of Linux's `asm/unistd_64.h` for x86-64 and `asm-generic/unistd.h` for aarch64; calls from 424 on share theirs.
"""

from collections.abc import Mapping
from typing import NamedTuple

ABSENT = -1
"""The architecture has no such call."""


class Numbers(NamedTuple):
    """One call's number on each architecture."""

    x86_64: int
    aarch64: int


def _same(number: int) -> Numbers:
    return Numbers(number, number)


CLONE = Numbers(56, 220)
CLONE3 = _same(435)
IOCTL = Numbers(16, 29)
SOCKET = Numbers(41, 198)

OTHER_PROCESSES: Mapping[str, Numbers] = {
    "ptrace": Numbers(101, 117),
    "process_vm_readv": Numbers(310, 270),
    "process_vm_writev": Numbers(311, 271),
    "kcmp": Numbers(312, 272),
    "pidfd_getfd": _same(438),
    "process_madvise": _same(440),
}
"""Looking into and writing to other processes."""

KERNEL: Mapping[str, Numbers] = {
    "bpf": Numbers(321, 280),
    "perf_event_open": Numbers(298, 241),
    "userfaultfd": Numbers(323, 282),
    "add_key": Numbers(248, 217),
    "request_key": Numbers(249, 218),
    "keyctl": Numbers(250, 219),
    "io_uring_setup": _same(425),
    "io_uring_enter": _same(426),
    "io_uring_register": _same(427),
    "init_module": Numbers(175, 105),
    "finit_module": Numbers(313, 273),
    "delete_module": Numbers(176, 106),
    "kexec_load": Numbers(246, 104),
    "kexec_file_load": Numbers(320, 294),
    "reboot": Numbers(169, 142),
    "swapon": Numbers(167, 224),
    "swapoff": Numbers(168, 225),
    "acct": Numbers(163, 89),
    "quotactl": Numbers(179, 60),
    "quotactl_fd": _same(443),
    "syslog": Numbers(103, 116),
    "lookup_dcookie": Numbers(212, 18),
    "nfsservctl": Numbers(180, 42),
    "fanotify_init": Numbers(300, 262),
    "name_to_handle_at": Numbers(303, 264),
    "open_by_handle_at": Numbers(304, 265),
    "personality": Numbers(135, 92),
    "vhangup": Numbers(153, 58),
    "iopl": Numbers(172, ABSENT),
    "ioperm": Numbers(173, ABSENT),
    "modify_ldt": Numbers(154, ABSENT),
    "uselib": Numbers(134, ABSENT),
}
"""Parts of the kernel with a history of errors, and settings of the machine."""

CLOCKS_AND_NAMES: Mapping[str, Numbers] = {
    "clock_settime": Numbers(227, 112),
    "settimeofday": Numbers(164, 170),
    "adjtimex": Numbers(159, 171),
    "clock_adjtime": Numbers(305, 266),
    "sethostname": Numbers(170, 161),
    "setdomainname": Numbers(171, 162),
}
"""What the machine is called and what time it believes."""

NAMESPACES: Mapping[str, Numbers] = {
    "unshare": Numbers(272, 97),
    "setns": Numbers(308, 268),
    "chroot": Numbers(161, 51),
    "pivot_root": Numbers(155, 41),
    "mount": Numbers(165, 40),
    "umount2": Numbers(166, 39),
    "open_tree": _same(428),
    "move_mount": _same(429),
    "fsopen": _same(430),
    "fsconfig": _same(431),
    "fsmount": _same(432),
    "fspick": _same(433),
    "mount_setattr": _same(442),
    "statmount": _same(457),
    "listmount": _same(458),
    "open_tree_attr": _same(467),
}
"""Views of the machine other than the cell's."""

UNCOUNTED_MEMORY: Mapping[str, Numbers] = {
    "memfd_create": Numbers(319, 279),
    "memfd_secret": _same(447),
    "shmget": Numbers(29, 194),
    "msgget": Numbers(68, 186),
}
"""Memory that lives without any process that has it mapped, so that no watchdog sees it; /dev/shm is bounded and stays."""

DENIED: Mapping[str, Numbers] = {**OTHER_PROCESSES, **KERNEL, **CLOCKS_AND_NAMES, **NAMESPACES, **UNCOUNTED_MEMORY}
