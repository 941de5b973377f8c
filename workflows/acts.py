"""What an operator's act changes in a search's state: the same while it runs and when it is taken up from its ledger."""

from typing import assert_never

from search.budget import amend, rest
from search.verb import Amend, Park, Pause, Reopen, Resume, Retry, Rollback, Steer, Stop, Verb, Widen
from workflows.state import SearchState


def acted(state: SearchState, verb: Verb) -> SearchState:
    """After the act; what it needs beyond the state (another champion, another candidate) follows by itself."""
    return state.model_copy(update={"verbs": verb.number, **_changes(state, verb)}).told(verb.when, verb.sentence())


def _changes(state: SearchState, verb: Verb) -> dict[str, object]:
    match verb.act:
        case Pause():
            return {"paused": True}
        case Resume(idle=idle):
            return {"paused": False, "account": rest(state.books(), idle)}
        case Stop():
            return {"paused": False}
        case Park(claim=claim):
            return {"parked": (*state.parked, claim)}
        case Reopen(claim=claim):
            return {"parked": tuple(one for one in state.parked if one != claim)}
        case Amend(budget=budget):
            return {"spec": state.spec.model_copy(update={"budget": budget}), "account": amend(state.books(), budget)}
        case Widen(parallel=parallel):
            return {"spec": state.spec.model_copy(update={"parallel": parallel})}
        case Steer() | Rollback() | Retry():
            return {}
        case _:
            assert_never(verb.act)
