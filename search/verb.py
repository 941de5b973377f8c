"""What an operator did to a search: who, when, why, and what; the journal keeps each, and what is in force follows from all of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal, assert_never

from pydantic import Field, StringConstraints

from search.spec import Budget, Spec
from search.value import Value

STEERS_TOLD = 8
"""A brief tells so many of the newest ones."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class Pause(Value):
    """Begin nothing; with `now`, what runs is cut off too and begins again at the end of the pause."""

    kind: Literal["pause"] = "pause"
    now: bool = False


class Resume(Value):
    """Go on after a pause."""

    kind: Literal["resume"] = "resume"
    idle: timedelta = timedelta()
    """For how long nothing ran; it does not count as wall clock."""


class Stop(Value):
    """End in order."""

    kind: Literal["stop"] = "stop"


class Steer(Value):
    """A hint for whoever plans and writes from now on."""

    kind: Literal["steer"] = "steer"
    text: Words


class Rollback(Value):
    """An earlier champion reigns again."""

    kind: Literal["rollback"] = "rollback"
    number: int


class Park(Value):
    """Nobody proposes this hypothesis until it is reopened."""

    kind: Literal["park"] = "park"
    claim: Words


class Reopen(Value):
    """A parked hypothesis may be proposed again."""

    kind: Literal["reopen"] = "reopen"
    claim: Words


class Retry(Value):
    """The tree of a candidate is judged again, as a candidate of its own."""

    kind: Literal["retry"] = "retry"
    number: int


class Amend(Value):
    """Another budget."""

    kind: Literal["budget"] = "budget"
    budget: Budget


class Widen(Value):
    """More or fewer candidates in flight."""

    kind: Literal["parallel"] = "parallel"
    parallel: Annotated[int, Field(ge=1, le=100)]


Act = Annotated[
    Pause | Resume | Stop | Steer | Rollback | Park | Reopen | Retry | Amend | Widen,
    Field(discriminator="kind"),
]


class Order(Value):
    """What an operator asks for."""

    author: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    why: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""
    act: Act


class Verb(Value):
    """One act of an operator."""

    number: int
    """From 1 on."""
    when: datetime
    author: str
    why: str = ""
    act: Act

    def sentence(self) -> str:
        """In one line."""
        return f"{describe(self.act)}, by {self.author}" + (f": {self.why}" if self.why else "")


def describe(act: Act) -> str:
    """An act in a few words."""
    match act:
        case Pause(now=now):
            return "paused at once" if now else "paused after what runs"
        case Resume(idle=idle):
            return f"resumed after {idle.total_seconds():.0f} s at rest"
        case Stop():
            return "stopped"
        case Steer(text=text):
            return f"steered ({' '.join(text.split())})"
        case Rollback(number=number):
            return f"rolled back to {'the starter' if number == 0 else f'candidate {number}'}"
        case Park(claim=claim):
            return f"parked ({claim})"
        case Reopen(claim=claim):
            return f"reopened ({claim})"
        case Retry(number=number):
            return f"candidate {number} is tried again"
        case Amend(budget=budget):
            return f"the budget is now {budget.sentence()}"
        case Widen(parallel=parallel):
            return f"{parallel} in flight from now on"
        case _:
            assert_never(act)


def about(verbs: Sequence[Verb], number: int, *, claim: str) -> tuple[Verb, ...]:
    """What was done about one candidate or its claim."""
    return tuple(
        verb
        for verb in verbs
        if (isinstance(verb.act, Rollback | Retry) and verb.act.number == number)
        or (isinstance(verb.act, Park | Reopen) and verb.act.claim == claim)
    )


def steering(verbs: Sequence[Verb]) -> tuple[str, ...]:
    """The newest hints, the oldest of them first."""
    return tuple(verb.act.text for verb in verbs if isinstance(verb.act, Steer))[-STEERS_TOLD:]


def parked(verbs: Sequence[Verb]) -> tuple[str, ...]:
    """Claims that nobody may propose now, in the order in which they were parked."""
    claims: dict[str, None] = {}
    for verb in verbs:
        match verb.act:
            case Park(claim=claim):
                claims[claim] = None
            case Reopen(claim=claim):
                claims.pop(claim, None)
            case _:
                pass
    return tuple(claims)


def current_budget(spec: Spec, verbs: Sequence[Verb]) -> Budget:
    """As it was asked for, or amended last."""
    return next((verb.act.budget for verb in reversed(verbs) if isinstance(verb.act, Amend)), spec.budget)


def idle(verbs: Sequence[Verb]) -> timedelta:
    """For how long the search was at rest in all its pauses that have ended."""
    return sum((verb.act.idle for verb in verbs if isinstance(verb.act, Resume)), timedelta())


def is_paused(verbs: Sequence[Verb]) -> bool:
    """Whether the last pause has not ended."""
    acts = [verb.act for verb in verbs if isinstance(verb.act, Pause | Resume)]
    return bool(acts) and isinstance(acts[-1], Pause)
