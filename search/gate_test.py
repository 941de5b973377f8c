"""A test that joined the gate: a small program that fails on a candidate and passes on the starter, again and again."""

from typing import Annotated

from pydantic import Field, StringConstraints

from search.value import Value

RUNS = 3
"""How often, each time with another seed, a new test must fail on the accused and pass on the starter."""
PROGRAM_BYTES = 64 * 1024

GateTestName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class GateTest(Value):
    """Run as `python NAME.py --socket PATH --model DIR --seed N`: exit code 0 passed, 1 failed with the reason as the last line printed."""

    name: GateTestName
    program: Annotated[str, Field(min_length=1, max_length=PROGRAM_BYTES)]
    author: str
    why: str
    """What is wrong about the accused, in words."""
    accused: int
    """The candidate on which it was found."""
