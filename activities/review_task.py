"""What the steps of a review are asked and what they answer."""

from datetime import datetime

from activities.task import Setting
from search.analysis import Analysis
from search.gate_test import GateTest
from search.hypothesis import Hypothesis
from search.review import Review
from search.source import Source
from search.value import Value


class TrialTask(Value):
    """Find out whether a test is a finding."""

    setting: Setting
    test: GateTest
    accused: Source
    starter: Source
    seeds: tuple[int, ...]


class Offer(Value):
    """A test that wants to join the gate, with the tree of the candidate that it accuses."""

    test: GateTest
    accused: Source


class Wish(Value):
    """That the frontier be judged again."""

    author: str
    why: str


class ExamTask(Value):
    """Put one source tree through the named tests of the search's gate."""

    setting: Setting
    number: int
    source: Source
    starter: Source
    tests: tuple[str, ...]
    seed: int


class KeepTask(Value):
    """Let an accepted test join the gate."""

    setting: Setting
    test: GateTest
    when: datetime


class AnalysisTask(Value):
    """Keep what an analyst said."""

    setting: Setting
    analysis: Analysis
    when: datetime


class FrontierTask(Value):
    """Find who is to be judged again."""

    setting: Setting


class Contender(Value):
    """A candidate that may be judged again."""

    number: int
    source: Source
    hypothesis: Hypothesis
    crowned: bool
    """Whether it is or was a champion that still stands."""


class Frontier(Value):
    """The starter, the champions in their order, then who was left undecided above 1."""

    contenders: tuple[Contender, ...]


class ReviewTask(Value):
    """Write a finished review into the ledger; `promotions` is the number of the last promotion before it."""

    setting: Setting
    review: Review
    promotions: int


class BreakTask(Value):
    """Write that a search broke off."""

    setting: Setting
    reason: str
    when: datetime
