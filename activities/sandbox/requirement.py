"""Says whether this machine can confine a candidate, and what to do when it cannot."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (0, 8)
PROBE = (
    "--unshare-all",
    "--unshare-user",
    "--disable-userns",
    "--ro-bind",
    "/",
    "/",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--",
    "/bin/true",
)
PROBE_SECONDS = 20
INSTALL = "`apt-get install bubblewrap`, `dnf install bubblewrap` or the like"

CONTAINER_OPTIONS = "--security-opt seccomp=unconfined --security-opt systempaths=unconfined"


class SandboxMissing(RuntimeError):
    """Candidates cannot be confined here; the message names what is missing and the command that mends it."""


def require_sandbox() -> None:
    """Return when cells can run here, else raise `SandboxMissing`."""
    if sys.platform != "linux":
        raise SandboxMissing(
            f"the sandbox needs Linux's namespaces, and this is {sys.platform}: run VibeServe in a Linux machine or container"
        )
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxMissing(f"bubblewrap is not installed (no `bwrap` on PATH): install it with {INSTALL}")
    _require_version(program)
    if not Path("/proc/thread-self/children").exists():
        raise SandboxMissing("the kernel does not list a process's children: use one built with CONFIG_PROC_CHILDREN")
    tried = subprocess.run([program, *PROBE], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False)
    if tried.returncode != 0:
        raise SandboxMissing(_why_refused(tried.stderr.strip() or f"exit code {tried.returncode}"))


def _require_version(program: str) -> None:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        raise SandboxMissing(
            f"bubblewrap {OLDEST[0]}.{OLDEST[1]} or newer is needed and this is {said.strip() or 'unknown'}: upgrade it with {INSTALL}"
        )


def _why_refused(said: str) -> str:
    """The settings that are known to forbid user namespaces, most specific first."""
    if _setting("user/max_user_namespaces") == "0":
        return "user namespaces are switched off: `sudo sysctl user.max_user_namespaces=15000`"
    if _setting("kernel/unprivileged_userns_clone") == "0":
        return "user namespaces are for root only: `sudo sysctl kernel.unprivileged_userns_clone=1`"
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "AppArmor forbids user namespaces: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, or give bwrap a profile"
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return f"this container may not make namespaces ({said}): start it with `{CONTAINER_OPTIONS}`"
    return f"bubblewrap cannot make a sandbox here ({said}): let this user make namespaces"


def _setting(name: str) -> str | None:
    path = Path("/proc/sys") / name
    return path.read_text().strip() if path.exists() else None
