"""What is expected of each candidate of the suite, and whether an evaluation is that; read from `expectations.toml`."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Literal

from activities.evaluation.verdicts import Evaluation
from search.value import Value

FOLDER = Path(__file__).parent
CANDIDATES = FOLDER / "candidates"


class Expectation(Value):
    """One candidate's trick and its due end."""

    name: str
    code: str
    scenario: str = "chat"
    """Whose gates it is put through."""
    outcome: Literal["rejected", "harmless", "passes", "better"]
    stages: tuple[str, ...] = ()
    reason: str = ""
    """A regular expression that finds the trick's effect in the reason, or in why pairs were void."""
    duel: bool = False
    full_only: bool = False
    start_limit_seconds: float | None = None

    @property
    def quick(self) -> bool:
        """Whether it belongs to the quick form."""
        return not self.duel and not self.full_only

    @property
    def trick(self) -> str:
        """The first line of the candidate's file."""
        return (ast.get_docstring(ast.parse((CANDIDATES / f"{self.name}.py").read_text())) or "").splitlines()[0]

    def expected(self) -> str:
        """In a few words."""
        return f"rejected: {'|'.join(self.stages)}" if self.stages else self.outcome

    def met(self, evaluation: Evaluation) -> bool:
        """Whether it ended as it should."""
        told = reason_of(evaluation)
        match self.outcome:
            case "rejected":
                return evaluation.verdict == "rejected" and evaluation.stage in self.stages and bool(re.search(self.reason, told))
            case "harmless":
                return evaluation.verdict in ("passed", "not_better", "undecided") and bool(re.search(self.reason, told))
            case "passes":
                return evaluation.verdict == "passed"
            case "better":
                return evaluation.verdict == "better"


def reason_of(evaluation: Evaluation) -> str:
    """Why it ended so, with the reasons of void pairs."""
    voids = sorted({pair.void for pair in evaluation.pairs if pair.void})
    return "; ".join(filter(None, (evaluation.reason, *voids)))


def read_expectations() -> list[Expectation]:
    """In the order of the file."""
    told = tomllib.loads((FOLDER / "expectations.toml").read_text())
    return [Expectation.model_validate({"name": name, **fields}) for name, fields in told.items()]
