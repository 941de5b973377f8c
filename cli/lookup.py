"""Finds what a person named: the ledger of this home, a search in it, a candidate of the search."""

from activities.home import Home
from activities.ledger.errors import UnknownSearch
from activities.ledger.history import Entry
from activities.ledger.ledger import Ledger
from cli.mistakes import Misuse, misuse


def open_ledger(home: Home) -> Ledger:
    """The ledger for reading; a home without one has no searches."""
    if not home.ledger.exists():
        raise Misuse(f"there is no search yet in {home.root}: `vibeserve search chat` begins one (VIBESERVE_HOME names another home)")
    return Ledger.open(home.ledger)


def find_entries(ledger: Ledger, search: str) -> tuple[Entry, ...]:
    """All candidates of a search; an unknown one lists the known."""
    with misuse(UnknownSearch):
        return ledger.log(search)


def find_entry(ledger: Ledger, search: str, number: int) -> Entry:
    """One candidate of a search; an unknown one lists the known."""
    entries = find_entries(ledger, search)
    for entry in entries:
        if entry.number == number:
            return entry
    known = f"0 to {entries[-1].number}" if entries else "none yet"
    raise Misuse(f"the search {search} has no candidate {number}; it has: {known} (`vibeserve history {search}` draws them)")


def find_champion(ledger: Ledger, search: str) -> Entry:
    """The best confirmed candidate; a search has none until its starter has passed the gates."""
    for entry in find_entries(ledger, search):
        if entry.champion:
            return entry
    raise Misuse(f"the search {search} has no champion yet: `vibeserve watch {search}` shows how far it is")
