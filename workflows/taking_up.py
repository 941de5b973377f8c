"""Takes a search up from its ledger where Temporal has lost it: with all that was spent, decided and ordered, and who was in flight."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from search.analysis import Analysis
from search.budget import Account, Cost, charge, close, reserve, rest, settle
from search.flight import Flight
from search.gate_test import GateTest
from search.measurement import Noise
from search.record import Record
from search.review import Review
from search.spec import Spec
from search.spending import total_dollars, total_tokens
from search.value import Value
from search.verb import Retry, Verb
from search.verdict import Baseline
from workflows.acts import acted
from workflows.progress import Event
from workflows.pursuit import Interrupted
from workflows.restoration import restore
from workflows.state import ANALYSIS, EVENTS_KEPT, SELF, Ask, Retrying, SearchState, cost_of, describe, is_priced


class Memory(Value):
    """All that a journal tells about a search that has not ended."""

    spec: Spec
    facts: Mapping[str, str]
    """What the request was resolved to when it began."""
    records: tuple[Record, ...]
    reviews: tuple[Review, ...] = ()
    analyses: tuple[Analysis, ...] = ()
    tests: tuple[GateTest, ...] = ()
    verbs: tuple[Verb, ...] = ()
    flights: tuple[Flight, ...] = ()
    noise: Noise | None = None
    began: datetime
    last: datetime
    """When the journal was added to last; what was between that and now is no part of the wall clock."""


def take_up(memory: Memory, *, now: datetime) -> SearchState | None:
    """The state with which it goes on; None where the starter was refused. One that had no verdict yet begins anew under its name."""
    if not memory.records:
        return SearchState(spec=memory.spec)
    known = restore(memory.spec, memory.facts, memory.records, reviews=memory.reviews, tests=memory.tests, reason="", now=memory.began)
    if known is None:
        return None
    state = known.model_copy(update={"exhausted": "", "reopened": False, **_remembered(memory, now)})
    for verb in memory.verbs:
        state = acted(state, verb)
    return state.model_copy(update={"events": _events(memory)})


def _remembered(memory: Memory, now: datetime) -> dict[str, object]:
    candidates = [record for record in memory.records if record.number]
    judged = {record.number for record in memory.records}
    begun = [flight for flight in memory.flights if flight.number not in judged]
    noise = [review.noise for review in memory.reviews if review.noise is not None]
    return {
        "account": _account(memory, begun, now),
        "noise": noise[-1] if noise else memory.noise.floor if memory.noise else None,
        "next_number": max(judged | {flight.number for flight in begun}) + 1,
        "shortest": min((record.ended - record.started for record in candidates), default=timedelta()),
        "priced": all(is_priced(record.spending) for record in memory.records) and all(is_priced(one.spending) for one in memory.analyses),
        "interrupted": tuple(Interrupted(flight=flight) for flight in begun),
        "retries": _due(memory),
        "asked": _owed(memory),
    }


def _account(memory: Memory, begun: list[Flight], now: datetime) -> Account:
    """By the steps that the search itself takes, so that both count the same."""
    account = rest(Account(budget=memory.spec.budget, started=memory.began), max(now - memory.last, timedelta()))
    analyses = {analysis.candidate: analysis.spending for analysis in memory.analyses}
    for record in memory.records:
        planning = tuple(one for one in record.spending if one.role == "planner")
        if record.number:
            account = settle(account, record.number, "plan", Cost(tokens=total_tokens(planning), dollars=total_dollars(planning)))
        account = settle(account, record.number, "candidate", cost_of(record))
        if told := analyses.get(record.number):
            account = settle(account, record.number, ANALYSIS, Cost(tokens=total_tokens(told), dollars=total_dollars(told)))
        account = close(account, record.number)
    for review in memory.reviews:
        account = charge(account, Cost(device_seconds=review.device_seconds))
    for flight in begun:
        planning = Cost(tokens=total_tokens(flight.planning), dollars=total_dollars(flight.planning))
        account = settle(account, flight.number, "plan", planning)
        account = reserve(account, flight.number, "candidate", flight.allowed.reserve())
    return account


def _due(memory: Memory) -> tuple[Retrying, ...]:
    """Asked to be tried again, and not begun."""
    hypotheses = {record.number: record.hypothesis for record in memory.records}
    begun = [flight.copies for flight in memory.flights if flight.copies is not None]
    due: list[Retrying] = []
    for verb in memory.verbs:
        if not isinstance(verb.act, Retry):
            continue
        if verb.act.number in begun:
            begun.remove(verb.act.number)
        elif verb.act.number in hypotheses:
            due.append(Retrying(number=verb.act.number, hypothesis=hypotheses[verb.act.number]))
    return tuple(due)


def _owed(memory: Memory) -> tuple[Ask, ...]:
    """Tests that joined the gate and that no review has put the champions through."""
    passed = {name for review in memory.reviews for name in review.tests}
    crowned = [record for record in memory.records if not isinstance(record.verdict, Baseline) and record.verdict.kind == "promoted"]
    missing = [test.name for test in memory.tests if test.name not in passed] if crowned else []
    return (Ask(kind="tests", author=SELF, why=f"{', '.join(missing)} joined the gate"),) if missing else ()


def _events(memory: Memory) -> tuple[Event, ...]:
    told = [Event(when=record.ended, text=describe(record)) for record in memory.records]
    told += [Event(when=review.ended, text=review.sentence()) for review in memory.reviews]
    told += [Event(when=verb.when, text=verb.sentence()) for verb in memory.verbs]
    return tuple(sorted(told, key=lambda event: event.when)[-EVENTS_KEPT:])
