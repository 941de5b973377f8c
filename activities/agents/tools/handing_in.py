"""The tool that ends a session: what is handed in must fit the role's schema."""

from pydantic import ValidationError

from activities.agents.role import Role
from activities.agents.schemas import Proposal
from activities.agents.tools.tool import BadCall, Tool, read_arguments
from activities.ledger.ledger import Ledger
from search.verdict import Rejected

NAME = "submit"


def submit_tool(role: Role) -> Tool:
    """For each role its own arguments."""
    return Tool(NAME, "Hand in your work. Call it once, when you are done.", role.hands_in)


def read_submission(role: Role, arguments: str) -> str:
    """The submission as JSON; BadCall says what does not fit."""
    return read_arguments(role.hands_in, arguments).model_dump_json()


def plain_submission(role: Role, text: str) -> str:
    """A submission that was written as plain JSON, perhaps in a code fence; empty when it is none."""
    bare = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    try:
        return role.hands_in.model_validate_json(bare).model_dump_json()
    except ValidationError:
        return ""


def check_proposal(ledger: Ledger, search: str, submission: str) -> None:
    """A proposal starts from a candidate that has passed its gates, and gives up no direction that was never measured; else BadCall."""
    proposal, records = Proposal.model_validate_json(submission), ledger.records(search)
    right = [record.number for record in records if not isinstance(record.verdict, Rejected)]
    for parent in (proposal.parent, *(other.parent for other in proposal.others)):
        if parent in right:
            continue
        raise BadCall(f"candidate {parent} is no parent: these have passed their gates: {', '.join(map(str, right))}")
    measured = {record.number for record in records if record.pairs}
    ended = {record.number for record in records}
    for one in proposal.assessments:
        if one.candidate not in ended:
            raise BadCall(f"candidate {one.candidate} has not ended, so that nothing can be concluded on it")
        if one.standing in ("abandoned", "confirmed") and one.candidate not in measured:
            raise BadCall(f"candidate {one.candidate} was never measured: its direction is `buggy` or `open`, not `{one.standing}`")
