"""What the models of a search cost, from the journal alone: by role and model, and by candidate with what it tested."""

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from activities.agents.assignment import is_model_agent
from activities.ledger.ledger import Ledger
from search.analysis import Analysis
from search.record import Record
from search.spending import Spending, together
from search.value import Value


class Item(Value):
    """One finished candidate."""

    candidate: int
    hypothesis: str
    spending: tuple[Spending, ...]
    """By role and model: its plan, its author, its judges, its analyst."""


class Bill(Value):
    """One search whose roles are models. What is in flight is not on it yet."""

    search: str
    agent: str
    spending: tuple[Spending, ...]
    """By role and model; dollars are null where a price is unknown."""
    candidates: tuple[Item, ...]


def read_bills(ledger: Ledger) -> tuple[Bill, ...]:
    """Of all searches of models, by name."""
    agents = ((search, ledger.read_spec(search).agent) for search in ledger.searches())
    return tuple(read_bill(ledger, search, agent) for search, agent in agents if is_model_agent(agent))


def read_bill(ledger: Ledger, search: str, agent: str) -> Bill:
    """Of one search."""
    analyses = ledger.analyses(search)
    items = tuple(
        Item(candidate=record.number, hypothesis=record.hypothesis.claim, spending=spending_on(record, analyses.get(record.number)))
        for record in ledger.records(search)
        if record.number
    )
    return Bill(search=search, agent=agent, spending=together(one for item in items for one in item.spending), candidates=items)


def spending_on(record: Record, analysis: Analysis | None) -> tuple[Spending, ...]:
    """All that a candidate cost, its analysis included."""
    return together((*record.spending, *(analysis.spending if analysis else ())))


def role_table(spending: Sequence[Spending]) -> Table:
    """One line per role and model, and the sum."""
    table = _table("role", "model")
    for one in spending:
        table.add_row(one.role, Text(one.model), *_figures([one]))
    if len(spending) > 1:
        table.add_row("all", "", *_figures(spending), style="bold")
    return table


def candidate_table(items: Sequence[Item]) -> Table:
    """One line per candidate."""
    table = _table("candidate")
    table.add_column("hypothesis", overflow="ellipsis", no_wrap=True)
    for item in items:
        table.add_row(f"#{item.candidate}", *_figures(item.spending), Text(item.hypothesis))
    return table


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name)
    for name in ("replies", "tokens read", "of them cached", "written", "dollars"):
        table.add_column(name, justify="right")
    return table


def _figures(spending: Iterable[Spending]) -> tuple[str, ...]:
    listed = list(spending)
    counts = (
        sum(one.replies for one in listed),
        sum(one.input_tokens for one in listed),
        sum(one.cached_tokens for one in listed),
        sum(one.output_tokens for one in listed),
    )
    return (*(f"{count:,}" for count in counts), _dollars(listed))


def _dollars(spending: Sequence[Spending]) -> str:
    """An unknown price is said to be unknown; what is known stands before it."""
    known = sum(one.dollars for one in spending if one.dollars is not None)
    if all(one.dollars is not None for one in spending):
        return f"{known:.4f}"
    return f"{known:.4f} + unknown" if known else "unknown"
