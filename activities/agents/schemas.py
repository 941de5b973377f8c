"""What each role hands in, as the schema that its `submit` is held to."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from search.analysis import Activity, Bottleneck, Suggestion
from search.value import Line, Value

MOST_FINDINGS = 3
PROGRAM_CHARACTERS = 16_000
"""Of one test: it passes through the histories of workflows."""
TestName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
"""The candidate's number is put behind it, so that no two judges give the same."""


class Assessment(Value):
    """What a planner concludes about the direction of a finished candidate."""

    candidate: Annotated[int, Field(ge=1)]
    standing: Annotated[
        Literal["open", "confirmed", "buggy", "abandoned"],
        Field(
            description="`buggy`: the implementation failed and the mechanism was never measured; `abandoned`: the direction is unsuitable"
        ),
    ]
    mechanism: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=600),
        Field(description="for `abandoned`: why the mechanism itself cannot pay here, with the figure that shows it"),
    ] = ""

    @model_validator(mode="after")
    def _abandons_for_a_reason(self) -> "Assessment":
        if self.standing == "abandoned" and len(self.mechanism) < 20:
            raise ValueError("`abandoned` needs `mechanism`: why the mechanism itself cannot pay here, with the figure that shows it")
        return self


class Idea(Value):
    """A hypothesis, and where its candidate begins."""

    parent: Annotated[int, Field(ge=0, description="number of the candidate to start from")]
    claim: Annotated[Line, Field(description="what will be faster, in one falsifiable sentence")]
    mechanism: Annotated[Line, Field(description="why: which work is avoided, overlapped or done in a cheaper way")]
    evidence: Annotated[Line, Field(description="what in a profile or an earlier verdict speaks for it")]
    activation: Annotated[Line, Field(description="what shows, once built, that the mechanism is really at work")]
    falsifier: Annotated[Line, Field(description="which measurement would show it wrong")]
    expected_ratio: Annotated[float, Field(gt=0.1, lt=100, description="expected speed over the champion, for example 1.4")]


class Proposal(Idea):
    """What a planner hands in: its best hypothesis, others where more slots are free, and what it keeps for next time."""

    others: Annotated[
        tuple[Idea, ...], Field(max_length=9, description="for further free slots, the best first; each tests something else")
    ] = ()
    assessments: Annotated[tuple[Assessment, ...], Field(max_length=20, description="of candidates that ended since the last plan")] = ()
    roadmap: Annotated[str, Field(max_length=4000, description="for yourself next time: what to test after this, in which order, why")] = ""


class Submission(Value):
    """What an implementer hands in; the tree on the branch is the work itself."""

    summary: Annotated[Line, Field(description="what was changed and how the claim's activation can be seen")]


class Accusation(Value):
    """One shortcut, and the program that shows it."""

    name: Annotated[TestName, Field(description="of the test, for example `caches_answers`")]
    why: Annotated[Line, Field(description="which shortcut the candidate takes, and where in its code")]
    program: Annotated[str, Field(min_length=1, max_length=PROGRAM_CHARACTERS, description="the test: a whole Python program")]


class Charges(Value):
    """What a judge hands in; no finding is a good answer."""

    summary: Annotated[Line, Field(description="what you looked at, and what you concluded")]
    findings: Annotated[tuple[Accusation, ...], Field(max_length=MOST_FINDINGS)] = ()

    @model_validator(mode="after")
    def _one_test_per_name(self) -> "Charges":
        if len({one.name for one in self.findings}) != len(self.findings):
            raise ValueError("two findings have one name")
        return self


class Diagnosis(Value):
    """What an analyst hands in."""

    mechanism: Annotated[Activity, Field(description="whether profile and figures show the hypothesis's mechanism at work")]
    finding: Annotated[Line, Field(description="what the duel says about the hypothesis")]
    bottlenecks: Annotated[tuple[Bottleneck, ...], Field(min_length=1, max_length=5, description="the heaviest first")]
    suggestions: Annotated[tuple[Suggestion, ...], Field(max_length=5)] = ()
