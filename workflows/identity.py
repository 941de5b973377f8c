"""Ids of workflows and names of task queues; ids come from content, so that a second start is harmless."""

SEARCHES_QUEUE = "searches"
AGENTS_QUEUE = "agents"


def search_id(search: str) -> str:
    """The id of a search's workflow."""
    return f"search/{search}"


def candidate_id(search: str, number: int) -> str:
    """The id of the workflow that writes and checks one candidate."""
    return f"search/{search}/candidate/{number}"


def session_id(search: str, session: str, part: int) -> str:
    """The id of the workflow in which an agent works; a session that goes on after a gate's report has several parts."""
    return f"search/{search}/session/{session}/{part}"


def work_id(search: str, number: int) -> str:
    """The id of the workflow in which a candidate waits for its outside author; each repair is a run of its own."""
    return f"search/{search}/work/{number}"


def duel_id(search: str, number: int) -> str:
    """The id of the workflow that measures one candidate against the champion."""
    return f"search/{search}/duel/{number}"


def review_id(search: str, number: int) -> str:
    """The id of the workflow that judges candidates again; its children's ids begin with it."""
    return f"search/{search}/review/{number}"


def notice_id(search: str, key: str, receiver: str) -> str:
    """The id of the workflow that delivers one notice to one receiver."""
    return f"search/{search}/notice/{key}/{receiver}"


def checks_queue(target: str) -> str:
    """Where conformance and correctness of a target's candidates are checked."""
    return f"checks-{target}"


def work_queue(target: str) -> str:
    """Where commands write candidates for a target."""
    return f"work-{target}"


def device_queue(target: str) -> str:
    """Where a target's candidates are measured; one slot per physical device."""
    return f"device-{target}"
