"""A baseline: a second search that differs from the first in its policy alone, at the same budget, and both curves side by side."""

from collections.abc import Sequence

from search import lineage
from search.record import Record
from search.spec import Spec
from search.value import Value
from search.verdict import Interval


class Curve(Value):
    """How far a search had come after each candidate, as ratios over its own starter."""

    search: str
    policy: str
    ratios: tuple[float, ...] = ()
    """Of the champion, by candidates that had ended; the product of its confirmed duels."""
    measured: float | None = None
    """The last champion directly against the starter; None while the search can go on."""
    interval: Interval | None = None

    def after(self, candidates: int) -> float | None:
        """The ratio once so many candidates had ended; None when so many never did."""
        return self.ratios[candidates - 1] if 0 < candidates <= len(self.ratios) else None


def baseline_name(search: str, policy: str) -> str:
    """The name of the second search."""
    return f"{search}-baseline-{policy}"


def baseline_spec(spec: Spec) -> Spec | None:
    """The second search, of recipes, of one that asks for a baseline: same question, seed and budget; ValidationError for a long name."""
    if spec.baseline is None:
        return None
    name = baseline_name(spec.name, spec.baseline)
    return Spec.model_validate(
        {**dict(spec), "name": name, "agent": "recipes", "policy": spec.baseline, "baseline": None, "baseline_of": spec.name}
    )


def curve(spec: Spec, records: Sequence[Record]) -> Curve:
    """The best so far by the order in which candidates ended."""
    ordered = sorted(records, key=lambda record: (record.ended, record.number))
    standings = lineage.best_so_far(ordered)
    return Curve(search=spec.name, policy=spec.policy, ratios=tuple(now.ratio for now in standings[1:]))
