"""What a search has spent of its budget, counted exactly once: reserved before a step, settled after it, keyed by the step."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from search.spec import Budget
from search.value import Value


class Cost(Value):
    """What a step may take, or took."""

    candidates: Annotated[int, Field(ge=0)] = 0
    device_seconds: Annotated[float, Field(ge=0)] = 0.0
    tokens: Annotated[int, Field(ge=0)] = 0
    dollars: Annotated[float, Field(ge=0)] = 0.0
    """Of the models whose price is known."""

    def plus(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(
            candidates=self.candidates + other.candidates,
            device_seconds=self.device_seconds + other.device_seconds,
            tokens=self.tokens + other.tokens,
            dollars=self.dollars + other.dollars,
        )


NOTHING = Cost()


class Tab(Value):
    """The steps of one candidate that is not closed yet, by the step's name."""

    reserved: Mapping[str, Cost] = {}
    settled: Mapping[str, Cost] = {}

    def total(self) -> Cost:
        """What is spent and what may still be spent under the reservations."""
        return _sum(*self.reserved.values(), *self.settled.values())


class Account(Value):
    """The budget, what closed candidates cost, and the open tabs. Its size grows with the candidates in flight, not with the search."""

    budget: Budget
    started: datetime
    idle: timedelta = timedelta()
    """How long it was at rest; that is no part of the wall clock."""
    closed_cost: Cost = NOTHING
    closed_below: int = 0
    """All candidates with a smaller number are closed."""
    closed: tuple[int, ...] = ()
    """Closed candidates from that number on."""
    tabs: Mapping[int, Tab] = {}

    def committed(self) -> Cost:
        """Spent and reserved together."""
        return _sum(self.closed_cost, *(tab.total() for tab in self.tabs.values()))

    def spent(self) -> Cost:
        """What finished steps took."""
        return _sum(self.closed_cost, *(cost for tab in self.tabs.values() for cost in tab.settled.values()))

    def is_closed(self, candidate: int) -> bool:
        """Whether the candidate's tab was closed; nothing is charged to it any more."""
        return candidate < self.closed_below or candidate in self.closed


def reserve(account: Account, candidate: int, step: str, cost: Cost) -> Account:
    """Sets `cost` aside before the step; a second time, or after it was settled, it changes nothing."""
    tab = account.tabs.get(candidate, Tab())
    if account.is_closed(candidate) or step in tab.reserved or step in tab.settled:
        return account
    return _with_tab(account, candidate, Tab(reserved={**tab.reserved, step: cost}, settled=tab.settled))


def settle(account: Account, candidate: int, step: str, cost: Cost) -> Account:
    """Replaces the step's reservation, if there is one, by what it took; a second time it changes nothing."""
    tab = account.tabs.get(candidate, Tab())
    if account.is_closed(candidate) or step in tab.settled:
        return account
    reserved = {name: held for name, held in tab.reserved.items() if name != step}
    return _with_tab(account, candidate, Tab(reserved=reserved, settled={**tab.settled, step: cost}))


def close(account: Account, candidate: int) -> Account:
    """Ends a candidate: what its steps took is kept as one sum, unused reservations return; a second time it changes nothing."""
    if account.is_closed(candidate):
        return account
    tab = account.tabs.get(candidate, Tab())
    closed, below = {*account.closed, candidate}, account.closed_below
    while below in closed:
        closed.remove(below)
        below += 1
    return account.model_copy(
        update={
            "closed_cost": _sum(account.closed_cost, *tab.settled.values()),
            "closed_below": below,
            "closed": tuple(sorted(closed)),
            "tabs": {number: kept for number, kept in account.tabs.items() if number != candidate},
        }
    )


def charge(account: Account, cost: Cost) -> Account:
    """With the cost of a step that belongs to no candidate."""
    return account.model_copy(update={"closed_cost": account.closed_cost.plus(cost)})


def amend(account: Account, budget: Budget) -> Account:
    """The same spending under another budget."""
    return account.model_copy(update={"budget": budget})


def rest(account: Account, span: timedelta) -> Account:
    """The same spending, with a time in which nothing ran."""
    return account.model_copy(update={"idle": account.idle + span})


def deadline(account: Account) -> datetime:
    """When the wall clock is used up."""
    return account.started + account.idle + account.budget.wall_clock


def overdrawn(account: Account, budget: Budget, *, now: datetime) -> str:
    """Which limit of another budget lies below what is spent already, in words; empty when none does."""
    spent, elapsed = account.spent(), now - account.started - account.idle
    begun = spent.candidates
    if budget.candidates < begun:
        return f"{begun} candidates have ended already"
    if budget.wall_clock < elapsed:
        return f"{_duration(elapsed)} have passed already"
    if budget.device_seconds is not None and budget.device_seconds < spent.device_seconds:
        return f"{spent.device_seconds:.0f} s of the device are spent already"
    if budget.tokens is not None and budget.tokens < spent.tokens:
        return f"{spent.tokens} tokens are spent already"
    if budget.dollars is not None and budget.dollars < spent.dollars:
        return f"{spent.dollars:.2f} dollars are spent already"
    return ""


def exhausted(account: Account, *, now: datetime, need: Cost = NOTHING, longest: timedelta = timedelta()) -> str | None:
    """Why nothing that costs `need` and lasts `longest` may begin at `now`, as a line for a person; None when it may.

    Without `need` and `longest` it says which limit is reached already.
    """
    budget, wanted = account.budget, account.committed().plus(need)
    if now + longest > deadline(account) or now >= deadline(account):
        return f"the wall clock of {_duration(budget.wall_clock)} " + ("is used up" if not longest else "has no room for another candidate")
    if wanted.candidates > budget.candidates or (not need.candidates and wanted.candidates >= budget.candidates):
        return f"all {budget.candidates} candidates are used up"
    limit = budget.device_seconds
    if limit is not None and (wanted.device_seconds > limit or (not need.device_seconds and wanted.device_seconds >= limit)):
        return f"the device time of {limit:.0f} s is used up"
    return _unaffordable(budget, account.spent())


class Allowance(Value):
    """What one candidate's agents may spend; None where nothing limits it."""

    tokens: int | None = None
    dollars: float | None = None
    ends_by: datetime | None = None
    """When the search's time is over."""

    def used_up(self) -> bool:
        """Whether nothing is left for it, because others in flight hold the rest."""
        return (self.tokens is not None and self.tokens <= 0) or (self.dollars is not None and self.dollars <= 0)

    def part(self, share: float) -> "Allowance":
        """A share of it, so that something is left for who comes after."""
        return self.model_copy(
            update={
                "tokens": None if self.tokens is None else round(self.tokens * share),
                "dollars": None if self.dollars is None else self.dollars * share,
            }
        )

    def less(self, *, tokens: int, dollars: float) -> "Allowance":
        """What is left of it once so much is spent."""
        return self.model_copy(
            update={
                "tokens": None if self.tokens is None else max(self.tokens - tokens, 0),
                "dollars": None if self.dollars is None else max(self.dollars - dollars, 0.0),
            }
        )

    def reserve(self) -> Cost:
        """What is set aside for it."""
        return Cost(candidates=1, tokens=max(self.tokens or 0, 0), dollars=max(self.dollars or 0.0, 0.0))


UNLIMITED = Allowance()


def allowance(account: Account, free_slots: int) -> Allowance:
    """An equal part, for each free slot, of what is neither spent nor set aside; something as long as anything is left."""
    budget, committed = account.budget, account.committed()
    return Allowance(
        tokens=None if budget.tokens is None else -((committed.tokens - budget.tokens) // free_slots),
        dollars=None if budget.dollars is None else (budget.dollars - committed.dollars) / free_slots,
        ends_by=deadline(account),
    )


def left(account: Account, *, now: datetime) -> str:
    """What nobody has spent or set aside yet, in words for who plans."""
    budget, committed = account.budget, account.committed()
    words = [
        f"{max(budget.candidates - committed.candidates, 0)} of {budget.candidates} candidates",
        f"{_duration(max(deadline(account) - now, timedelta()))} of {_duration(budget.wall_clock)}",
    ]
    if budget.tokens is not None:
        words.append(f"{max(budget.tokens - committed.tokens, 0)} of {budget.tokens} tokens")
    if budget.dollars is not None:
        words.append(f"{max(budget.dollars - committed.dollars, 0.0):.2f} of {budget.dollars:.2f} dollars")
    return ", ".join(words)


def _unaffordable(budget: Budget, spent: Cost) -> str | None:
    """Which limit of the agents is reached by what was really spent: most of what is set aside returns."""
    if budget.tokens is not None and spent.tokens >= budget.tokens:
        return f"all {budget.tokens} tokens are used up"
    if budget.dollars is not None and spent.dollars >= budget.dollars:
        return f"the {budget.dollars:.2f} dollars are used up"
    return None


def _with_tab(account: Account, candidate: int, tab: Tab) -> Account:
    return account.model_copy(update={"tabs": {**account.tabs, candidate: tab}})


def _sum(*costs: Cost) -> Cost:
    total = Cost()
    for cost in costs:
        total = total.plus(cost)
    return total


def _duration(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
