"""What may be done to a search from its page: the act that each form posts."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

from activities.home import Home
from cli.asked import check_affordable
from cli.budget import known_budget
from cli.lookup import open_ledger
from cli.mistakes import Misuse
from cli.steer import find_claim
from search.verb import Act

READER = TypeAdapter[Act](Act)
FIELDS = frozenset({"now", "text", "number", "claim", "parallel"})
"""Of a form, what stands in the act as it was typed."""


def read_act(home: Home, search: str, form: Mapping[str, str]) -> Act:
    """The act of a posted form; Misuse says what does not fit."""
    kind = form.get("kind", "")
    told: dict[str, object] = {name: form[name] for name in FIELDS & form.keys() if form[name]}
    match kind:
        case "park" | "reopen":
            told["claim"] = find_claim(home, search, form.get("claim", ""))
        case "budget":
            told["budget"] = known_budget(home, search).model_copy(update=_limits(home, search, form))
        case _:
            pass
    try:
        return READER.validate_python({"kind": kind, **told})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"][1:])
        raise Misuse(f"{kind or 'this'}: {field + ': ' if field else ''}{first['msg']}") from None


def _limits(home: Home, search: str, form: Mapping[str, str]) -> Mapping[str, object]:
    """Limits that were typed; those left empty stay as they are."""
    said = {name: _positive(name, form[name]) for name in ("candidates", "hours", "dollars", "tokens") if form.get(name)}
    if not said:
        raise Misuse("name at least one limit: candidates, hours, dollars or tokens")
    if "dollars" in said:
        check_affordable(open_ledger(home).read_spec(search).agent, said["dollars"], home)
    whole: dict[str, object] = {name: int(said[name]) for name in ("candidates", "tokens") if name in said}
    whole |= {"wall_clock": timedelta(hours=said["hours"])} if "hours" in said else {}
    return whole | ({"dollars": said["dollars"]} if "dollars" in said else {})


def _positive(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e12 or (name in ("candidates", "tokens") and number != int(number)):
        raise Misuse(f"{name}: {text!r} is no number above 0")
    return number
