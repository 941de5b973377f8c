"""A search and its baseline side by side: the best so far of both, after equal numbers of candidates."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from activities.ledger.ledger import Ledger
from activities.task import Conclusion
from cli.figures import bounds, ratio
from search.baseline import Curve, baseline_name, curve

CONCLUSION = "conclusion.json"
COLUMNS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)


def read_curves(ledger: Ledger, search: str) -> tuple[Curve, ...]:
    """The search, then its baseline, whichever of the two was named; empty when there is no baseline."""
    spec = ledger.read_spec(search)
    first = ledger.read_spec(spec.baseline_of) if spec.baseline_of in ledger.searches() else spec
    if first.baseline is None:
        return ()
    second = baseline_name(first.name, first.baseline)
    if second not in ledger.searches():
        return (_curve(ledger, first.name), Curve(search=second, policy=first.baseline))
    return tuple(_curve(ledger, name) for name in (first.name, second))


def curve_table(curves: tuple[Curve, ...]) -> RenderableType:
    """One row per search, one column per number of candidates."""
    longest = max(len(each.ratios) for each in curves)
    columns = [count for count in COLUMNS if count < longest] + ([longest] if longest else [])
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("search", "policy", *map(str, columns), "measured at the end"):
        table.add_column(title, justify="left" if title in ("search", "policy") else "right")
    for each in curves:
        figures = [each.after(count) for count in columns]
        table.add_row(each.search, each.policy, *("" if figure is None else ratio(figure) for figure in figures), _at_the_end(each))
    waiting = [each.search for each in curves if not each.ratios]
    told = [Text(f"{name} has no finished candidate yet", style="dim") for name in waiting]
    return Group(Text("best so far over its own starter, after so many candidates", style="bold"), table, *told)


def _curve(ledger: Ledger, search: str) -> Curve:
    found = curve(ledger.read_spec(search), ledger.records(search))
    text = ledger.journal_text(search, CONCLUSION)
    if text is None:
        return found
    conclusion = Conclusion.model_validate_json(text)
    return found.model_copy(update={"measured": conclusion.ratio, "interval": conclusion.interval})


def _at_the_end(each: Curve) -> str:
    if each.measured is None or each.interval is None:
        return "it goes on" if each.ratios else ""
    return f"{ratio(each.measured)} {bounds(each.interval.low, each.interval.high)}"
