"""The searches of a home as figures for Prometheus, in its text format, version 0.0.4."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from cli.console.pulse import Sight
from cli.console.shelf import Tale
from cli.list import headline
from search.value import Value

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Sample(Value):
    """One figure with its labels."""

    labels: Mapping[str, str]
    figure: float


class Family(Value):
    """Figures of one name."""

    name: str
    words: str
    samples: tuple[Sample, ...]


def families(tales: Sequence[Tale], sights: Mapping[str, Sight]) -> tuple[Family, ...]:
    """What the ledger tells of all searches, and Temporal of the open ones in `sights`."""
    lines = [headline(tale.spec, tale.records, tale.conclusion) for tale in tales]
    ended = Counter("ended" if line.ended else "open" for line in lines)
    best = [(line.search, line.ratio, line.low, line.high) for line in lines]
    states = [_sample(count, state=state) for state, count in sorted(ended.items())]
    return (
        _family("searches", "Searches of this home.", states),
        _family("candidates", "Candidates by verdict, the starter among them.", (each for tale in tales for each in _verdicts(tale))),
        _family("best_ratio", "The champion against the starter.", (_sample(ratio, search=name) for name, ratio, _, _ in best if ratio)),
        _family("best_ratio_low", "Lower bound of its interval.", (_sample(low, search=name) for name, _, low, _ in best if low)),
        _family("best_ratio_high", "Upper bound of its interval.", (_sample(high, search=name) for name, _, _, high in best if high)),
        _family("budget_used", "What a search has used of its budget.", (each for tale in tales for each in _used(tale))),
        _family("budget_limit", "What a search may use.", (each for tale in tales for each in _limits(tale))),
        _family("steps_in_flight", "Candidates in flight by stage.", _in_flight(sights)),
        _family("search_answers", "Whether an open search answers through Temporal.", _answers(sights)),
    )


def exposition(told: Sequence[Family]) -> str:
    """The text that a scrape reads; a family without figures is left out."""
    return "".join(_text(family) for family in told if family.samples)


def _text(family: Family) -> str:
    head = f"# HELP {family.name} {family.words}\n# TYPE {family.name} gauge\n"
    return head + "".join(f"{family.name}{{{_labels(each.labels)}}} {each.figure:.10g}\n" for each in family.samples)


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _family(name: str, words: str, samples: Iterable[Sample]) -> Family:
    return Family(name=f"vibeserve_{name}", words=words, samples=tuple(samples))


def _sample(figure: float, **labels: str) -> Sample:
    return Sample(labels=labels, figure=figure)


def _verdicts(tale: Tale) -> Iterable[Sample]:
    found = Counter(chapter.state for chapter in tale.chapters)
    return (_sample(count, search=tale.search, verdict=state) for state, count in sorted(found.items()))


def _used(tale: Tale) -> Iterable[Sample]:
    began = min((record.started for record in tale.records), default=None)
    ended = max((record.ended for record in tale.records), default=None)
    used = {
        "candidates": float(sum(record.number > 0 for record in tale.records)),
        "wall_seconds": (ended - began).total_seconds() if began and ended else 0.0,
        "device_seconds": sum(record.device_seconds for record in tale.records),
    }
    return (_sample(figure, search=tale.search, budget=name) for name, figure in used.items())


def _limits(tale: Tale) -> Iterable[Sample]:
    budget = tale.spec.budget
    limits = {
        "candidates": budget.candidates,
        "wall_seconds": budget.wall_clock.total_seconds(),
        "device_seconds": budget.device_seconds,
    }
    return (_sample(limit, search=tale.search, budget=name) for name, limit in limits.items() if limit)


def _in_flight(sights: Mapping[str, Sight]) -> Iterable[Sample]:
    for search, sight in sights.items():
        stages = Counter(runner.stage for runner in sight.progress.runners) if sight.progress else Counter[str]()
        yield from (_sample(count, search=search, stage=stage) for stage, count in sorted(stages.items()))


def _answers(sights: Mapping[str, Sight]) -> Iterable[Sample]:
    return (_sample(float(sight.progress is not None), search=search) for search, sight in sights.items())
