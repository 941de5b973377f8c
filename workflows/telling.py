"""What a search tells about itself to those who watch: phase, budgets, champion, events."""

from datetime import datetime, timedelta

from activities.agents.assignment import is_model_agent
from search.budget import Cost
from workflows.progress import Leader, Progress, Runner, Spent
from workflows.state import SearchState


def progress_of(state: SearchState, now: datetime, *, phase: str, runners: tuple[Runner, ...], outcome: str) -> Progress:
    """The search at one moment; a time at rest counts as if it had begun later."""
    started = state.account.started + state.account.idle if state.account else now
    return Progress(
        search=state.spec.name,
        phase=phase,
        started=started,
        ends_by=started + state.spec.budget.wall_clock,
        spent=_spent(state, now - started),
        leader=_leader(state),
        runners=runners,
        events=state.events,
        finished=bool(outcome),
        outcome=outcome,
    )


def _spent(state: SearchState, elapsed: timedelta) -> tuple[Spent, ...]:
    budget, spent = state.spec.budget, state.account.spent() if state.account else Cost()
    return (
        Spent(name="candidates", unit="", used=spent.candidates, limit=budget.candidates),
        Spent(name="wall clock", unit="s", used=elapsed.total_seconds(), limit=budget.wall_clock.total_seconds()),
        Spent(name="device", unit="s", used=spent.device_seconds, limit=budget.device_seconds),
        *_paid(state, spent),
    )


def _paid(state: SearchState, spent: Cost) -> tuple[Spent, ...]:
    """What models cost, where models are asked."""
    budget = state.spec.budget
    if not is_model_agent(state.spec.agent):
        return ()
    dollars = "dollars" if state.priced else "dollars (some prices unknown)"
    return (
        Spent(name="tokens", unit="", used=spent.tokens, limit=budget.tokens),
        Spent(name=dollars, unit="$", used=spent.dollars, limit=budget.dollars),
    )


def _leader(state: SearchState) -> Leader | None:
    if state.champion is None or state.standing is None:
        return None
    standing = state.standing
    return Leader(number=state.champion.number, claim=state.champion.claim, ratio=standing.ratio, low=standing.low, high=standing.high)
