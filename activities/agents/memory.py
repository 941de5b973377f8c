"""What a planner keeps from one plan to the next: its roadmap, and what it concluded on each direction."""

from collections.abc import Mapping
from datetime import datetime

from activities.agents.schemas import Assessment, Proposal
from activities.ledger.ledger import Ledger
from activities.session_task import SessionKey
from search.value import Value

MEMORY = "planner.json"


class Memory(Value):
    """The newest roadmap and, by candidate, the newest conclusion."""

    roadmap: str = ""
    assessments: Mapping[int, Assessment] = {}


def recall(ledger: Ledger, search: str) -> Memory:
    """What the journal holds."""
    text = ledger.journal_text(search, MEMORY)
    return Memory.model_validate_json(text) if text else Memory()


def remember(ledger: Ledger, key: SessionKey, submission: str, *, when: datetime) -> None:
    """Keep what a plan that fits says beside its hypothesis; a second time it changes nothing."""
    proposal, known = Proposal.model_validate_json(submission), recall(ledger, key.setting.search)
    newer = {one.candidate: one for one in proposal.assessments}
    memory = Memory(roadmap=proposal.roadmap or known.roadmap, assessments={**known.assessments, **newer})
    text = memory.model_dump_json(indent=1) + "\n"
    ledger.append(key.setting.search, {MEMORY: text}, message=f"{key.name}: conclusions and roadmap", when=when)
