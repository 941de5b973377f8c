"""Groups are found as the kernel tells, limit what the watchdog is too slow for, and leave nothing behind."""

import os
from pathlib import Path

import pytest

from activities.sandbox.cell import MIB, Limits
from activities.sandbox.control_group import PREFIX, Hierarchy, hierarchies
from activities.sandbox.watchdog import Watchdog
from tests.activities.sandbox.conftest import Confine

LIMITS = Limits(memory_bytes=64 * MIB, scratch_bytes=MIB, processes=40)
MEMBERSHIPS = "8:pids:/inner\n4:memory:/inner/deep\n3:cpuset:/\n0::/user/app.scope\n"


def mounts(root: Path) -> str:
    """As /proc/self/mountinfo has them."""
    kinds = (("pids", "cgroup", "rw,pids"), ("memory", "cgroup", "rw,memory"), ("unified", "cgroup2", "rw"))
    return "".join(f"30 23 0:26 / {root}/{name} rw - {kind} {kind} {options}\n" for name, kind, options in kinds)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A process in groups of both versions."""
    (tmp_path / "unified" / "user").mkdir(parents=True)
    (tmp_path / "unified" / "user" / "cgroup.subtree_control").write_text("cpu memory pids\n")
    (tmp_path / "cgroup").write_text(MEMBERSHIPS)
    (tmp_path / "mountinfo").write_text(mounts(tmp_path))
    return tmp_path


def test_version_1_offers_our_own_groups_and_version_2_the_one_above(proc: Path) -> None:
    assert hierarchies(proc) == (
        Hierarchy(proc / "pids" / "inner", 1, frozenset({"pids"})),
        Hierarchy(proc / "memory" / "inner" / "deep", 1, frozenset({"memory"})),
        Hierarchy(proc / "unified" / "user", 2, frozenset({"memory", "pids"})),
    )


def test_version_2_without_delegated_controllers_offers_nothing(proc: Path) -> None:
    (proc / "unified" / "user" / "cgroup.subtree_control").write_text("cpu\n")
    assert {hierarchy.version for hierarchy in hierarchies(proc)} == {1}


def test_a_process_that_says_nothing_has_no_hierarchies(tmp_path: Path) -> None:
    assert hierarchies(tmp_path) == ()


def test_both_versions_get_the_same_limits() -> None:
    both = frozenset({"memory", "pids"})
    old, new = (dict(Hierarchy(Path("/"), version, both).settings(LIMITS)) for version in (1, 2))
    assert old["memory.limit_in_bytes"] == new["memory.max"] > LIMITS.memory_bytes + 2 * LIMITS.scratch_bytes
    assert old["pids.max"] == new["pids.max"] == 80
    assert new["memory.swap.max"] == 0


def own_groups() -> list[Path]:
    """Of this process: others on the machine have theirs, and every start sweeps away what the dead have left."""
    return [left for hierarchy in hierarchies() for left in hierarchy.folder.glob(f"{PREFIX}-{os.getpid()}-*")]


@pytest.mark.skipif(not any(os.access(one.folder, os.W_OK) for one in hierarchies()), reason="this host lets us make no control groups")
async def test_a_burst_that_the_watchdog_does_not_see_ends_at_the_group(confined: Confine, monkeypatch: pytest.MonkeyPatch) -> None:
    async def blind(self: Watchdog) -> None:
        """Sees nothing."""

    monkeypatch.setattr(Watchdog, "look", blind)
    async with confined("kept = []\nwhile True: kept.append(bytearray(8 << 20))", memory_bytes=64 * MIB, scratch_bytes=MIB) as cell:
        assert await cell.wait() == 128 + 9
        assert cell.breach == "used more than 64 MiB of memory"
    fork_bomb = "import os, time\nfor _ in range(500):\n    try: os.fork() or time.sleep(60)\n    except OSError: raise SystemExit(7)"
    async with confined(fork_bomb, processes=40) as cell:
        assert await cell.wait() == 7
    assert not own_groups()
