"""A check is a function named after the property that it demands; it raises `Violation` when the server lacks it."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from activities.evaluation.contract.probe import Probe


class Check(NamedTuple):
    """One property of the contract."""

    title: str
    show: Callable[[Probe], Awaitable[None]]


def check(show: Callable[[Probe], Awaitable[None]]) -> Check:
    """Names a check after its function."""
    return Check(getattr(show, "__name__", "check").replace("_", " "), show)
