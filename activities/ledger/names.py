"""Names of the branches and tags of a search."""


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
