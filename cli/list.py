"""`vibeserve list`: the searches of this home."""

from rich.table import Table
from rich.text import Text

from activities.ledger.ledger import Ledger
from cli.chronicle import read_conclusion
from cli.figures import bounds, ratio
from cli.options import Json
from cli.output import print_json, result, say
from cli.settings import find_home
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
        headlines = tuple(_headline(ledger, search) for search in ledger.searches())
    if as_json:
        print_json(headlines)
    elif headlines:
        result.print(_table(headlines))
    else:
        say(f"there is no search yet in {home.root}: `vibeserve search chat` begins one")


def _headline(ledger: Ledger, search: str) -> Headline:
    spec, records = ledger.read_spec(search), ledger.records(search)
    best, conclusion = standing(records, ledger.reviews(search)), read_conclusion(ledger, search)
    plain = Headline(
        search=search,
        scenario=spec.scenario,
        target=spec.target,
        model=spec.model,
        agent=spec.agent,
        policy=spec.policy,
        finished=sum(record.number > 0 for record in records),
        planned=spec.budget.candidates,
        ended=conclusion.reason if conclusion else None,
    )
    if conclusion is not None:
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
        table.add_row(*map(Text, words), f"{line.finished} of {line.planned}", champion, _gain(line), Text(line.ended or "open"))
    return table


def _gain(line: Headline) -> str:
    if line.ratio is None or line.low is None or line.high is None:
        return ""
    return f"{ratio(line.ratio)} {bounds(line.low, line.high)}" if line.champion else ratio(line.ratio)
