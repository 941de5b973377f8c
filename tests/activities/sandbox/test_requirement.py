"""A machine that cannot confine candidates is refused by the name of what is missing."""

import sys
from pathlib import Path

import pytest

from activities.sandbox.requirement import SandboxMissing, require_sandbox


def pretend(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put another `bwrap` first on the PATH."""
    program = folder / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_this_machine_can_confine() -> None:
    require_sandbox()


def test_a_missing_bubblewrap_is_named_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxMissing, match=r"bubblewrap is not installed.*install bubblewrap"):
        require_sandbox()


def test_an_old_bubblewrap_is_named_with_the_version_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path, "echo bubblewrap 0.6.1", monkeypatch)
    with pytest.raises(SandboxMissing, match=r"0\.8 or newer is needed and this is bubblewrap 0\.6\.1"):
        require_sandbox()


def test_forbidden_namespaces_are_reported_in_bubblewraps_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "bwrap: No permissions to create new namespace"
    pretend(tmp_path, f'[ "$1" = --version ] && echo bubblewrap 0.9.0 && exit; echo "{said}" >&2; exit 1', monkeypatch)
    with pytest.raises(SandboxMissing, match=said):
        require_sandbox()


def test_another_system_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxMissing, match="needs Linux"):
        require_sandbox()
