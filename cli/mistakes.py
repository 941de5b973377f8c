"""The two ways in which a command ends badly, and how errors of the parts below become one of them."""

from collections.abc import Generator
from contextlib import contextmanager


class Misuse(ValueError):
    """The person typed something that cannot work; exit code 2."""


class Failed(RuntimeError):
    """The command was right and did not succeed; exit code 1."""


@contextmanager
def misuse(*kinds: type[Exception]) -> Generator[None]:
    """Turn errors about what was typed into Misuse, with their own words."""
    try:
        yield
    except kinds as error:
        raise Misuse(str(error)) from None


@contextmanager
def failure(*kinds: type[Exception]) -> Generator[None]:
    """Turn expected errors of a machine or a candidate into Failed, with their own words."""
    try:
        yield
    except kinds as error:
        raise Failed(str(error)) from None
