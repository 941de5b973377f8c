"""`vibeserve list`: the searches of this home."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from activities.ledger.ledger import Ledger
from activities.review_task import BreakTask
from activities.task import Conclusion
from cli.chronicle import has_broken_off, read_break, read_conclusion
from cli.figures import bounds, ratio
from cli.options import Json
from cli.output import print_json, result, say
from cli.settings import find_home
from search.record import Record
from search.review import Review
from search.spec import Spec
from search.succession import standing
from search.value import Value


class Headline(Value):
    """One search in one line."""

    search: str
    scenario: str
    target: str
    model: str
    agent: str
    policy: str
    finished: int
    """Candidates with a verdict, besides the starter."""
    planned: int
    ended: str | None = None
    """Why it ended; absent while it can go on."""
    broken: str | None = None
    """Why it broke off; absent while it can go on, and once it ended in order."""
    champion: int | None = None
    ratio: float | None = None
    """Against the starter: measured directly at the end, until then along the chain of confirmed duels."""
    low: float | None = None
    high: float | None = None


def list_searches(as_json: Json = False) -> None:
    """List the searches of this home.

    \b
    Examples:
      vibeserve list
      vibeserve list --json
    """
    home = find_home()
    headlines: tuple[Headline, ...] = ()
    if home.ledger.exists():
        ledger = Ledger.open(home.ledger)
        headlines = tuple(_read_headline(ledger, search) for search in ledger.searches())
    if as_json:
        print_json(headlines)
    elif headlines:
        result.print(_table(headlines))
    else:
        say(f"there is no search yet in {home.root}: `vibeserve search chat` begins one")


def _read_headline(ledger: Ledger, search: str) -> Headline:
    return headline(
        ledger.read_spec(search),
        ledger.records(search),
        read_conclusion(ledger, search),
        ledger.reviews(search),
        read_break(ledger, search),
    )


def headline(
    spec: Spec, records: Sequence[Record], conclusion: Conclusion | None, reviews: Sequence[Review] = (), broken: BreakTask | None = None
) -> Headline:
    """A search in short."""
    best = standing(records, reviews)
    broke = has_broken_off(conclusion, broken)
    plain = Headline(
        search=spec.name,
        scenario=spec.scenario,
        target=spec.target,
        model=spec.model,
        agent=spec.agent,
        policy=spec.policy,
        finished=sum(record.number > 0 for record in records),
        planned=spec.budget.candidates,
        ended=None if broke or conclusion is None else conclusion.reason,
        broken=broken.reason if broken and broke else None,
    )
    if conclusion is not None and not broke:
        figures = {"ratio": conclusion.ratio, "low": conclusion.interval.low, "high": conclusion.interval.high}
        return plain.model_copy(update={"champion": conclusion.champion, **figures})
    if best is None:
        return plain
    return plain.model_copy(update={"champion": best.champion, "ratio": best.ratio, "low": best.low, "high": best.high})


def _table(headlines: tuple[Headline, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("search", "scenario", "target", "model", "agent", "policy"):
        table.add_column(name)
    for name in ("candidates", "champion", "against the starter"):
        table.add_column(name, justify="right")
    table.add_column("state", overflow="fold")
    for line in headlines:
        words = (line.search, line.scenario, line.target, line.model, line.agent, line.policy)
        champion = "none yet" if line.champion is None else f"#{line.champion}"
        table.add_row(*map(Text, words), f"{line.finished} of {line.planned}", champion, _gain(line), Text(_state(line)))
    return table


def _state(line: Headline) -> str:
    return f"broke off: {line.broken}" if line.broken else line.ended or "open"


def _gain(line: Headline) -> str:
    if line.ratio is None or line.low is None or line.high is None:
        return ""
    return f"{ratio(line.ratio)} {bounds(line.low, line.high)}" if line.champion else ratio(line.ratio)
