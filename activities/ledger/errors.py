"""What can go wrong with a ledger, each with one line for a person."""

from collections.abc import Iterable


class LedgerError(Exception):
    """The repository or the disk under it cannot do what was asked; the machine is at fault."""


class RefConflict(LedgerError):
    """A branch or tag stands elsewhere than the step that moves it expects; nothing was moved."""

    def __init__(self, ref: str, expected: str | None, found: str | None) -> None:
        super().__init__(f"{ref} is at {found or 'nothing'} and not at {expected or 'nothing'} as this step expects; nothing was changed")


class NameTaken(LedgerError):
    """A search of this name exists with another content."""

    def __init__(self, search: str) -> None:
        super().__init__(f"a search named {search!r} exists already with other settings; choose another --name")


class UnknownSearch(LedgerError):
    """The ledger holds no search of this name."""

    def __init__(self, search: str, known: Iterable[str]) -> None:
        super().__init__(f"no search is named {search!r}; this ledger has: {', '.join(known) or 'none yet'}")


class UnfitFiles(ValueError):
    """A candidate's files cannot be kept: the candidate is at fault."""
