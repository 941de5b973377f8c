"""What is declared of a rival: how to find, convert, start and ask it, and what it cannot do."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue

from search.value import Value

PLACES = frozenset(
    {
        "model",
        "converted",
        "python",
        "environment",
        "adapters",
        "port",
        "threads",
        "last_core",
        "concurrency",
        "context",
        "contexts",
        "cache_gib",
        "pages",
    }
)
"""What a word of a declaration may name in braces; `filling.py` says what each stands for."""
_PLACE = re.compile(r"\{([a-z_]+)\}")


def _known(word: str) -> str:
    if unknown := set(_PLACE.findall(word)) - PLACES:
        raise ValueError(f"{word!r} names {', '.join(sorted(unknown))}; known: {', '.join(sorted(PLACES))}")
    return word


Word = Annotated[str, AfterValidator(_known)]
Words = tuple[Word, ...]
Filling = Mapping[str, str]

Eos = Literal["generated", "masked", "ends"]
"""What a rival makes of `ignore_eos`: it goes past the closing token, it never chooses that token, or it ends there all the same."""


def fill(word: str, filling: Filling) -> str:
    """The word with the names in braces replaced; other braces, as those of JSON, stay."""
    return _PLACE.sub(lambda found: filling[found[1]], word)


class Search(Value):
    """How to know that a rival is installed: a program, or packages of the Python in its environment."""

    program: str | None = None
    """Below the environment, or on the search path."""
    packages: tuple[str, ...] = ()
    """Distributions; the first one's version is the rival's."""
    files: tuple[str, ...] = ()
    """Further files below the environment that are needed."""


class Precision(Value):
    """In what numbers a rival computes, and what it takes to have it do so."""

    weights: str
    """As a person reads it: fp32, int8."""
    exact: bool
    """Whether every token is expected to be the reference's choice within its margin."""
    convert: tuple[Words, ...] = ()
    """Commands that write `{converted}` once per model."""
    arguments: Words = ()
    caveats: tuple[str, ...] = ()


class Asking(Value):
    """How the scenario's requests are put to a rival."""

    model: Word = "default"
    omit: tuple[str, ...] = ()
    """Fields of a request that it would refuse."""
    add: Mapping[str, JsonValue] = {}
    """Fields that it needs besides."""
    token_ids: bool
    """Whether its answers carry `token_ids`, as `return_token_ids` asks for; else there is only text."""
    eos: Eos


class Rival(Value):
    """A generic engine behind OpenAI's protocol."""

    name: str
    title: str
    documentation: str
    """Where its settings are recommended."""
    targets: tuple[str, ...]
    search: Search
    install: Word
    """Shell commands that put it into `{environment}`."""
    start: Words
    environment: Mapping[str, Word] = {}
    """Variables besides those of the shell."""
    workloads: Mapping[str, Words] = {}
    """By scenario: further arguments that its documentation recommends for such a workload."""
    ready: str = "/health"
    """Answers 200 once requests are served."""
    start_limit_seconds: Annotated[float, Field(gt=0)] = 300.0
    asking: Asking
    precisions: Annotated[Mapping[str, Precision], Field(min_length=1)]
    """By the name that a person types behind a colon; the first is taken when none is named."""
    caveats: tuple[str, ...] = ()
    """What it cannot do, and what its figures do not show."""


class Entrant(Value):
    """A rival in one precision."""

    rival: Rival
    precision: Precision
    name: str
    """As typed: `llama.cpp`, `llama.cpp:q8_0`."""
    url: str | None = None
    """Where it runs already, under somebody else's care."""

    @property
    def caveats(self) -> tuple[str, ...]:
        """All that belongs beside its number."""
        return (*self.precision.caveats, *self.rival.caveats)
