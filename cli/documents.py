"""What each command prints with `--json`; `docs/json.md` is made from this table."""

from collections.abc import Mapping
from types import UnionType

from activities.evaluation.gate_test import Trial
from activities.evaluation.rivals.comparison import Comparison
from activities.evaluation.verdicts import Evaluation
from activities.ledger.audit import Audit
from activities.reproduce import Reproduction
from cli import model, notify, rival, scenario, skill, target, work
from cli.chronicle import Chapter, Chronicle
from cli.diff import Difference
from cli.embedded import EngineState
from cli.examination import Finding
from cli.list import Headline
from cli.residence import Residence
from cli.search import Started
from cli.show import Story
from cli.status import Status
from cli.transfer import Exported
from models.checkpoint import Checkpoint
from search.gate_test import GateTest
from search.value import Value
from targets.peaks import Peaks
from workflows.progress import Progress
from workflows.work_item import WorkItem


class Document(Value):
    """One command's whole output."""

    kinds: tuple[type[Value], ...]
    """More than one where the output depends on what there is; `when` then says which it is."""
    many: bool = False
    """Whether it is an array of them."""
    when: str = ""

    def type(self) -> object:
        """For pydantic: what a reader may parse the output as."""
        kind: type[Value] | UnionType = self.kinds[0]
        for other in self.kinds[1:]:
            kind = kind | other
        return tuple[kind, ...] if self.many else kind


def _one(*kinds: type[Value], when: str = "") -> Document:
    return Document(kinds=kinds, when=when)


def _many(kind: type[Value]) -> Document:
    return Document(kinds=(kind,), many=True)


DOCUMENTS: Mapping[str, Document] = {
    "search": _one(Progress, Started, when="the search at its end; with `--detach` what was begun"),
    "watch": _one(Progress),
    "list": _many(Headline),
    "history": _one(Chronicle),
    "show": _one(Story, Chapter, when="the record of a candidate that ended; of one that still runs only what its branch tells"),
    "diff": _one(Difference),
    "audit": _one(Audit),
    "reproduce": _one(Reproduction),
    "evaluate": _one(Evaluation),
    "compare": _one(Comparison),
    "export": _one(Exported),
    "import": _one(Audit),
    "up": _one(EngineState),
    "status": _one(Status),
    "doctor": _many(Finding),
    "ui": _one(Residence),
    "scenario list": _many(scenario.Listed),
    "target list": _many(target.Listed),
    "target probe": _one(Peaks),
    "model list": _many(model.Listed),
    "model make": _one(Checkpoint),
    "skill list": _many(skill.Listed),
    "skill show": _one(skill.Shown),
    "rival list": _many(rival.Listed),
    "notify list": _many(notify.Listed),
    "gate add": _one(Trial),
    "gate list": _many(GateTest),
    "work list": _many(WorkItem),
    "work show": _one(work.Shown),
    "work claim": _one(work.Claimed),
    "work submit": _one(work.Told),
    "work abandon": _one(work.Told),
}
