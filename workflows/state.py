"""What a search remembers: one value, carried over when the workflow continues as new."""

from datetime import datetime, timedelta
from typing import Literal

from activities.task import Conclusion, Foundation, Setting
from search.budget import Account, Allowance, Cost, charge, close, exhausted, reserve, settle
from search.gate_test import GateTest
from search.hypothesis import Hypothesis
from search.lineage import Standing, is_crowned, next_standing
from search.record import Record
from search.review import Review
from search.source import Source
from search.spec import Spec
from search.spending import Spending, total_dollars, total_tokens
from search.statistics import LookPlan
from search.value import Value
from search.verdict import Baseline, Interval, Measured, Rejected
from workflows.progress import Event
from workflows.pursuit import Interrupted

EVENTS_KEPT = 12
SELF = "the search itself"
ONE_CANDIDATE = Cost(candidates=1)
ANALYSIS = "analysis"


class Champion(Value):
    """The best confirmed candidate."""

    number: int
    source: Source
    claim: str


class Ask(Value):
    """Candidates that were judged before are to be judged again."""

    kind: Literal["rescore", "tests"]
    author: str
    why: str


class Retrying(Value):
    """A candidate whose tree is due to be judged again."""

    number: int
    hypothesis: Hypothesis


class SearchState(Value):
    """Everything that the next run of the workflow needs; nothing is in flight when it is carried over."""

    spec: Spec
    foundation: Foundation | None = None
    starter: Source | None = None
    account: Account | None = None
    champion: Champion | None = None
    standing: Standing | None = None
    """The champion against the starter, along the chain of confirmed duels."""
    noise: float | None = None
    """Floor of the A/A pairs, as a log-ratio; None before they were measured."""
    next_number: int = 1
    promotions: int = 0
    shortest: timedelta = timedelta()
    """Of all finished candidates; one for which less time is left is not begun."""
    priced: bool = True
    """Whether the price of every model that was asked is known."""
    exhausted: str = ""
    """Why no further candidate can be planned."""
    reopened: bool = False
    """Whether it had ended and was taken up from its ledger, only to judge again."""
    tests: tuple[str, ...] = ()
    """Names of the tests that joined the gate."""
    reviews: int = 0
    """How many there were."""
    asked: tuple[Ask, ...] = ()
    """Reviews that are due."""
    verbs: int = 0
    """How many acts of operators there were."""
    paused: bool = False
    parked: tuple[str, ...] = ()
    """Claims that nobody may propose now."""
    retries: tuple[Retrying, ...] = ()
    """Candidates that are due to be tried again."""
    interrupted: tuple[Interrupted, ...] = ()
    """Candidates that were cut off, to be begun again."""
    events: tuple[Event, ...] = ()
    warned: tuple[str, ...] = ()
    """Keys of the notices of low budgets that were sent."""

    def setting(self) -> Setting:
        """What every step needs to know."""
        spec = self.spec
        return Setting(search=spec.name, scenario=spec.scenario, target=spec.target, model=spec.model, correctness=spec.correctness)

    def look_plan(self) -> LookPlan:
        """After how many pairs a duel may decide."""
        return LookPlan(looks=self.spec.looks)

    def opened(self, started: datetime) -> "SearchState":
        """With an account from which the budget is spent."""
        return self.model_copy(update={"account": Account(budget=self.spec.budget, started=started)})

    def books(self) -> Account:
        """The account of a search that has begun."""
        if self.account is None:
            raise ValueError(f"the search {self.spec.name} has no account yet")
        return self.account

    def reason_to_end(self, now: datetime) -> str:
        """Why no further candidate is begun; empty while one may be."""
        return self.exhausted or exhausted(self.books(), now=now, need=ONE_CANDIDATE, longest=self.shortest) or ""

    def began(self, number: int, cost: Cost = ONE_CANDIDATE) -> "SearchState":
        """With one more candidate in flight, its place in the budget reserved."""
        return self.model_copy(update={"next_number": number + 1, "account": reserve(self.books(), number, "candidate", cost)})

    def took_up(self, number: int) -> "SearchState":
        """With a candidate in flight again that was cut off."""
        return self.model_copy(update={"interrupted": tuple(one for one in self.interrupted if one.flight.number != number)})

    def cut_off(self, candidate: Interrupted) -> "SearchState":
        """With one more candidate that is to be begun again; its place in the budget stays reserved."""
        return self.model_copy(update={"interrupted": (*self.interrupted, candidate)})

    def planned(self, step: str, spending: tuple[Spending, ...]) -> "SearchState":
        """With the cost of a plan, whether it led to a candidate or not."""
        cost = Cost(tokens=total_tokens(spending), dollars=total_dollars(spending))
        update: dict[str, object] = {"account": settle(self.books(), self.next_number, step, cost)}
        return self.model_copy(update={**update, "priced": self.priced and is_priced(spending)})

    def told(self, when: datetime, text: str) -> "SearchState":
        """With one more event; the oldest is forgotten."""
        return self.model_copy(update={"events": (*self.events, Event(when=when, text=text))[-EVENTS_KEPT:]})

    def settled(self, record: Record, analyst: Allowance | None = None) -> "SearchState":
        """With one more finished candidate: charged, compared, and crowned if it won; what its analyst may spend stays set aside."""
        crowned = is_crowned(record)
        lasted = record.ended - record.started
        update: dict[str, object] = {
            "account": self._charged(record.number, cost_of(record), analyst),
            "standing": next_standing(self.standing, record),
            "shortest": min(self.shortest or lasted, lasted) if record.number else timedelta(),
            "priced": self.priced and is_priced(record.spending),
            "promotions": self.promotions + int(crowned and record.number > 0),
        }
        if crowned:
            update["champion"] = Champion(number=record.number, source=record.source, claim=record.hypothesis.claim)
        return self.model_copy(update=update).told(record.ended, describe(record))

    def analysed(self, number: int, spending: tuple[Spending, ...]) -> "SearchState":
        """With the cost of an analysis in place of what was set aside for it."""
        cost = Cost(tokens=total_tokens(spending), dollars=total_dollars(spending))
        account = close(settle(self.books(), number, ANALYSIS, cost), number)
        return self.model_copy(update={"account": account, "priced": self.priced and is_priced(spending)})

    def refounded(self, foundation: Foundation, when: datetime) -> "SearchState":
        """On a machine as it is now; where it judges otherwise than before, everyone who stands is to prove it again."""
        assert self.foundation is not None
        changes = self.foundation.standard().changes(foundation.standard())
        update: dict[str, object] = {"foundation": foundation}
        if not changes:
            return self.model_copy(update=update)
        why = "; ".join(changes)
        update["asked"] = (Ask(kind="rescore", author=SELF, why=why), *self.asked)
        return self.model_copy(update=update).told(when, f"{why}: the frontier is judged again")

    def asks(self, ask: Ask) -> "SearchState":
        """With one more review due."""
        return self.model_copy(update={"asked": (*self.asked, ask)})

    def joined(self, test: GateTest) -> "SearchState":
        """With one more test in the gate; who was promoted before is put through it."""
        ask = Ask(kind="tests", author=test.author, why=f"the test {test.name} joined the gate: {test.why}")
        return self.model_copy(update={"tests": (*self.tests, test.name)}).asks(ask)

    def reviewed(self, review: Review, champion: Champion) -> "SearchState":
        """With one more review; one that was due is due no longer."""
        update: dict[str, object] = {
            "asked": self.asked if review.kind == "rollback" else self.asked[1:],
            "reviews": review.number,
            "champion": champion,
            "standing": Standing(
                after=self.next_number - 1, champion=review.champion, ratio=review.ratio, low=review.low, high=review.high
            ),
            "noise": self.noise if review.noise is None else review.noise,
            "promotions": self.promotions + sum(retrial.raised for retrial in review.retrials),
            "account": charge(self.books(), Cost(device_seconds=review.device_seconds)),
        }
        return self.model_copy(update=update).told(review.ended, review.sentence())

    def concluded(self, conclusion: Conclusion) -> "SearchState":
        """With the champion's figure from the last measurement in place of the chain's."""
        bounds = conclusion.interval
        standing = Standing(
            after=self.next_number - 1, champion=conclusion.champion, ratio=conclusion.ratio, low=bounds.low, high=bounds.high
        )
        return self.model_copy(update={"standing": standing})

    def _charged(self, number: int, cost: Cost, analyst: Allowance | None) -> Account:
        account = settle(self.books(), number, "candidate", cost)
        if analyst is None:
            return close(account, number)
        return reserve(account, number, ANALYSIS, analyst.reserve().model_copy(update={"candidates": 0}))


class Outcome(Value):
    """How a search ended."""

    search: str
    reason: str
    champion: int
    ratio: float
    interval: Interval
    candidates: int

    @classmethod
    def of(cls, conclusion: Conclusion) -> "Outcome":
        """The part of a conclusion that a person asks for first."""
        return cls(
            search=conclusion.setting.search,
            reason=conclusion.reason,
            champion=conclusion.champion,
            ratio=conclusion.ratio,
            interval=conclusion.interval,
            candidates=conclusion.candidates,
        )

    def sentence(self) -> str:
        """In one line."""
        figures = f"{self.ratio:.2f}x the starter [{self.interval.low:.2f}, {self.interval.high:.2f}]"
        return f"champion: candidate {self.champion}, {figures}, after {self.candidates} candidates; {self.reason}"


def cost_of(record: Record) -> Cost:
    """What a candidate took, apart from its plan."""
    written = tuple(one for one in record.spending if one.role != "planner")
    return Cost(
        candidates=int(record.number > 0),
        device_seconds=record.device_seconds,
        tokens=total_tokens(written),
        dollars=total_dollars(written),
    )


def is_priced(spending: tuple[Spending, ...]) -> bool:
    """Whether the price of every model is known."""
    return all(one.dollars is not None for one in spending)


def describe(record: Record) -> str:
    """A verdict in one line."""
    match record.verdict:
        case Baseline():
            return f"candidate {record.number}: the starter passed its gates"
        case Rejected(stage=stage, reason=reason):
            return f"candidate {record.number}: rejected at {stage}: {reason}"
        case Measured(pairs=pairs, reason=reason) if pairs < 2:
            return f"candidate {record.number}: undecided: {reason}"
        case Measured(kind=kind, ratio=ratio, interval=interval, pairs=pairs):
            words = kind.replace("_", " ")
            return f"candidate {record.number}: {words}, {ratio:.2f}x [{interval.low:.2f}, {interval.high:.2f}] in {pairs} pairs"
