"""The targets by name."""

from targets.cpu import Cpu
from targets.target import Target

TARGETS: dict[str, Target] = {"cpu": Cpu()}


class UnknownTarget(ValueError):
    """No target of that name."""


def find_target(name: str) -> Target:
    """The target of that name; raises `UnknownTarget`, which lists the known ones."""
    if name not in TARGETS:
        raise UnknownTarget(f"unknown target {name!r}; known: {', '.join(sorted(TARGETS))}")
    return TARGETS[name]
