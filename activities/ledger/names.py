"""Names of the branches and tags of a search, and of those files of its journal that a workflow writes."""

NOISE = "noise.json"


def candidate_branch(search: str, number: int) -> str:
    """The branch that holds one candidate, its verdict last."""
    return f"refs/heads/search/{search}/candidate/{number}"


def champion_branch(search: str) -> str:
    """The branch that stands at the verdict of the best confirmed candidate."""
    return f"refs/heads/search/{search}/champion"


def journal_branch(search: str) -> str:
    """The branch whose tree is enough to rebuild the search."""
    return f"refs/heads/search/{search}/journal"


def promotion_tag(search: str, version: int) -> str:
    """The tag of the version-th champion."""
    return f"refs/tags/search/{search}/v{version}"


def verb_path(number: int) -> str:
    """Where the journal keeps what an operator did."""
    return f"verbs/{number:06d}.json"


def flight_path(number: int) -> str:
    """Where the journal keeps what a candidate began with."""
    return f"begun/{number:04d}.json"
