"""What a shell offers after TAB: names of this home and of this version. What cannot be read offers nothing."""

from collections.abc import Iterable

import typer

from activities.agents.catalog import load_catalog
from activities.evaluation.rivals.registry import rivals
from activities.ledger.errors import LedgerError
from activities.receivers import BrokenReceivers, read_receivers
from cli.lookup import find_entries, open_ledger
from cli.mistakes import Misuse
from cli.settings import find_home
from models.preset import PRESETS
from scenarios.registry import SCENARIOS
from search.policy import POLICIES
from targets.registry import TARGETS


def searches(incomplete: str) -> list[str]:
    """Searches of this home."""
    try:
        return _fitting(open_ledger(find_home()).searches(), incomplete)
    except (LedgerError, Misuse):
        return []


def candidates(asked: typer.Context, incomplete: str) -> list[str]:
    """Numbers of the search that was named before."""
    search = str(asked.params.get("name") or "")
    try:
        entries = find_entries(open_ledger(find_home()), search)
    except (LedgerError, Misuse):
        return []
    return _fitting((str(entry.number) for entry in entries), incomplete)


def scenarios(incomplete: str) -> list[str]:
    """Scenarios of this version."""
    return _fitting(SCENARIOS, incomplete)


def targets(incomplete: str) -> list[str]:
    """Targets of this version."""
    return _fitting(TARGETS, incomplete)


def models(incomplete: str) -> list[str]:
    """Presets; a folder or a hub name is typed."""
    return _fitting(dict.fromkeys(name for family in PRESETS.values() for name in family), incomplete)


def policies(incomplete: str) -> list[str]:
    """Policies that need no model."""
    return _fitting(sorted(POLICIES), incomplete)


def skills(incomplete: str) -> list[str]:
    """Skills of this version."""
    return _fitting((skill.name for skill in load_catalog().skills), incomplete)


def entrants(incomplete: str) -> list[str]:
    """Rivals, also behind the last comma of a list."""
    begun, comma, last = incomplete.rpartition(",")
    return [f"{begun}{comma}{name}" for name in _fitting(rivals(), last)]


def receivers(incomplete: str) -> list[str]:
    """Who can be told."""
    try:
        return _fitting(sorted(read_receivers(find_home().receivers)), incomplete)
    except BrokenReceivers:
        return []


def agents(incomplete: str) -> list[str]:
    """Who can write; what follows a colon is typed."""
    return _fitting(("recipes", "openai:", "external", "external:"), incomplete)


def _fitting(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
