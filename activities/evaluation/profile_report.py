"""What the profiler inside a candidate reports, bounded, and the shares that follow from it. Pure; trusts nothing in the report."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from search.profile import Operator, Share
from search.value import Value

MOST_OPERATORS = 30
Name = Annotated[str, StringConstraints(max_length=400)]
Seconds = Annotated[float, Field(ge=-1, le=3600)]
Count = Annotated[int, Field(ge=0, le=10**9)]

_KINDS = (
    (Share.ATTENTION, re.compile(r"scaled_dot_product|attention|sdpa|attend")),
    (
        Share.MATRIX_PRODUCTS,
        re.compile(r"linear|matmul|gemm|gemv|addmm|addbmm|baddbmm|einsum|product|::b?mm\b|_mm\b|::mv\b|::dot\b|native::step"),
    ),
    (Share.SAMPLING, re.compile(r"argmax|multinomial|topk|sort|softmax|logsumexp|exponential|cumsum|searchsorted|sampl|gumbel|random")),
)


class OperatorTime(Value):
    """Time in one operator beneath one outermost operator, without those that it called."""

    name: Name
    root: Name
    calls: Count
    seconds: Seconds


class Steps(Value):
    """The server's own account of its steps of one kind."""

    steps: Count = 0
    seconds: Seconds = 0.0
    requests: Count = 0
    tokens: Count = 0


class Report(Value):
    """One process of the candidate during the profiled window."""

    seconds: Seconds
    busy_seconds: Annotated[float, Field(ge=0, le=10**5)]
    """Processor time of its Python threads, operators included."""
    operators: Annotated[tuple[OperatorTime, ...], Field(max_length=300)]
    steps: Annotated[Mapping[Name, Steps], Field(max_length=16)]

    @property
    def operator_seconds(self) -> float:
        """In all operators together."""
        return sum(max(operator.seconds, 0.0) for operator in self.operators)


def classify(name: str, root: str) -> Share:
    """By the outermost operator where that says what is done, else by the operator itself."""
    for text in (root, name):
        for share, pattern in _KINDS:
            if pattern.search(text):
                return share
    return Share.OTHER_OPERATORS


def busiest(reports: Sequence[Report]) -> Report:
    """The process that computes: the engine's, where a front runs in another one."""
    return max(reports, key=lambda report: (report.operator_seconds, report.busy_seconds))


def operators(report: Report) -> tuple[Operator, ...]:
    """The most expensive operators, whatever they were called by."""
    sums: dict[tuple[str, Share], tuple[int, float]] = {}
    for one in report.operators:
        key = one.name, classify(one.name, one.root)
        calls, seconds = sums.get(key, (0, 0.0))
        sums[key] = calls + one.calls, seconds + max(one.seconds, 0.0)
    ranked = sorted(sums.items(), key=lambda item: -item[1][1])[:MOST_OPERATORS]
    return tuple(Operator(name=name, share=share, calls=calls, seconds=seconds) for (name, share), (calls, seconds) in ranked)


def shares(report: Report, window_seconds: float) -> Mapping[Share, float]:
    """Of `window_seconds`, the harness's own measure; where threads overlap, of the sum of what they did. They add up to 1.

    Python is what processor time or, by the server's own account, time inside its steps exceeds that of its operators."""
    spent = dict.fromkeys(Share, 0.0)
    for one in report.operators:
        spent[classify(one.name, one.root)] += max(one.seconds, 0.0)
    spent[Share.PYTHON] = max(max(report.busy_seconds, _stepped(report, window_seconds)) - report.operator_seconds, 0.0)
    active = sum(spent.values())
    spent[Share.WAITING] = max(window_seconds - active, 0.0)
    whole = sum(spent.values())
    return {share: seconds / whole for share, seconds in spent.items()} if whole > 0 else {**spent, Share.WAITING: 1.0}


def _stepped(report: Report, window_seconds: float) -> float:
    return min(sum(steps.seconds for steps in report.steps.values()), window_seconds)
