"""What the page and the report show of one candidate: its duel, its figures beside the champion's, its profile, its code."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from markupsafe import Markup

from cli.chronicle import Chapter
from cli.console.pictures.distribution import Spread, distribution
from cli.console.pictures.duel import Shot, duel
from cli.console.pictures.strip import bar
from cli.console.pictures.svg import fitted
from cli.console.pictures.time_shares import flame, stacked
from cli.console.shelf import Tale
from cli.figures import ratio
from cli.pair_table import METRICS
from search.analysis import Analysis
from search.measurement import QUANTILES, Arm, Pair
from search.profile import Profile
from search.record import Record
from search.statistics import LookPlan, interval
from search.value import Value
from search.verdict import Measured

Quantiles = Callable[[Arm], tuple[float, ...]]

PLAIN_LEVEL = 0.95
DUEL, HELD_OUT, CANARY = "", "held-out seeds", "other loads"


class Contrast(Value):
    """One figure of both arms, as the median over the valid pairs."""

    name: str
    champion: str
    candidate: str
    champion_bar: str
    candidate_bar: str


class Duelling(Value):
    """One pair in the table."""

    pair: Pair
    part: str
    ratio: str


@dataclass(frozen=True)
class Spreading:
    """How one kind of time is spread over the requests of both arms."""

    name: str
    picture: Markup


@dataclass(frozen=True)
class CandidateView:
    """Everything that is drawn of a candidate."""

    tale: Tale
    chapter: Chapter
    record: Record | None
    opponent: int | None
    """The champion that it met."""
    duel: Markup
    spreads: tuple[Spreading, ...]
    pairs: tuple[Duelling, ...]
    contrasts: tuple[Contrast, ...]
    shares: Markup
    flame: Markup
    expected: str
    analysis: Analysis | None


def view_candidate(tale: Tale, chapter: Chapter) -> CandidateView:
    """A candidate that has ended, or one of which only the branch is known."""
    record = tale.record(chapter.number)
    shots = _shots(record) if record else ()
    profile = record.profile if record else None
    announced = [pair for pair in record.pairs if pair.load == "announced"] if record else []
    return CandidateView(
        tale=tale,
        chapter=chapter,
        record=record,
        opponent=opponent(tale.records, chapter.number),
        duel=_duel(shots, chapter, record) if shots and record else Markup(""),
        pairs=_pairs(record) if record else (),
        contrasts=contrasts(announced),
        spreads=spreads(announced),
        shares=share_bar(profile) if profile else Markup(""),
        flame=_flame(profile) if profile else Markup(""),
        expected=ratio(math.exp(min(record.hypothesis.expected_log_gain, 100.0))) if record else "",
        analysis=tale.analyses.get(chapter.number),
    )


def opponent(records: Sequence[Record], number: int) -> int | None:
    """The champion when candidate `number` ended; `records` are in the order of ending."""
    reigning: int | None = None
    for record in records:
        if record.number == number:
            return reigning
        if record.verdict.kind in ("baseline", "promoted"):
            reigning = record.number
    return reigning


def share_bar(profile: Profile) -> Markup:
    """The stacked bar of a profile."""
    words = ", ".join(f"{share.value.replace('_', ' ')} {part:.0%}" for share, part in profile.shares.items())
    return fitted(lambda width: stacked(profile, width=width, label=f"Shares of wall clock: {words}"))


def contrasts(pairs: Sequence[Pair]) -> tuple[Contrast, ...]:
    """Champion beside candidate, over the pairs that count."""
    valid = [pair for pair in pairs if pair.void is None]
    if not valid:
        return ()
    found: list[Contrast] = []
    for name, figure, words in METRICS:
        both = [median(figure(pair.champion) for pair in valid), median(figure(pair.candidate) for pair in valid)]
        most = max(*both, 1e-12)
        bars = [bar(value / most, label="", kind=kind, width=160) for value, kind in zip(both, ("quiet", ""), strict=True)]
        found.append(Contrast(name=name, champion=words(both[0]), candidate=words(both[1]), champion_bar=bars[0], candidate_bar=bars[1]))
    return tuple(found)


def _flame(profile: Profile) -> Markup:
    if not profile.operators:
        return Markup("")
    return fitted(lambda width: flame(profile, width=width, label="Flame chart of the profiled window."))


def _duel(shots: Sequence[Shot], chapter: Chapter, record: Record) -> Markup:
    valid = sum(shot.ratio is not None for shot in shots)
    label = f"Duel of candidate {chapter.number}: {valid} valid of {len(shots)} pairs."
    band, limit = math.expm1(LookPlan().needed(record.noise or 0.0)), _limit(record)
    return fitted(lambda width: duel(shots, noise=band, limit=limit, width=width, label=label))


def _limit(record: Record) -> float | None:
    """What the machine's peaks would allow over this champion: what was reached, over the share of the limit that it is."""
    known = [
        math.exp(pair.log_ratio) / pair.candidate.limit_share
        for pair in record.pairs
        if counts(pair) and pair.load == "announced" and pair.candidate.limit_share
    ]
    return median(known) if known else None


def spreads(pairs: Sequence[Pair]) -> tuple[Spreading, ...]:
    """Champion and candidate, each time as the median over the pairs that count; none where no pair kept them."""
    valid = [pair for pair in pairs if pair.void is None]
    held = next((pair.objectives for pair in valid if pair.objectives), None)
    kinds: tuple[tuple[str, Quantiles, float | None], ...] = (
        ("time to first token", lambda arm: arm.ttft_quantiles, held.ttft_p99_seconds if held else None),
        ("time per output token", lambda arm: arm.tpot_quantiles, held.tpot_p99_seconds if held else None),
        ("whole latency", lambda arm: arm.latency_quantiles, None),
    )
    return tuple(
        Spreading(name=name, picture=distribution(lines, limit=limit, label=f"Distribution of the {name}"))
        for name, quantiles, limit in kinds
        if (lines := _spreads(valid, quantiles))
    )


def _spreads(valid: Sequence[Pair], quantiles: Quantiles) -> tuple[Spread, ...]:
    champions = [found for pair in valid if len(found := quantiles(pair.champion)) == len(QUANTILES)]
    candidates = [found for pair in valid if len(found := quantiles(pair.candidate)) == len(QUANTILES)]
    if not champions or not candidates:
        return ()
    return tuple(
        Spread(kind=kind, points=tuple((median(times), share) for times, share in zip(zip(*arms, strict=True), QUANTILES, strict=True)))
        for kind, arms in (("champion", champions), ("candidate", candidates))
    )


def _shots(record: Record) -> tuple[Shot, ...]:
    """Pair by pair: the duel, the confirmation on held-out seeds, and loads beside the announced one."""
    won = record.verdict if isinstance(record.verdict, Measured) else None
    confirmed = won.confirmed_interval.level if won and won.confirmed_interval else PLAIN_LEVEL
    decided = won.interval.level if won and 0 < won.interval.level < 1 else PLAIN_LEVEL
    levels = {DUEL: decided, HELD_OUT: confirmed, CANARY: PLAIN_LEVEL}
    parts = parts_of(record)
    return tuple(shot for part, level in levels.items() for shot in _part([pair for pair, of in parts if of == part], level, part=part))


def parts_of(record: Record) -> tuple[tuple[Pair, str], ...]:
    """Each pair with the part of the measurement that it belongs to."""
    cut = len(record.pairs) - record.confirming_pairs
    return tuple((pair, CANARY if pair.load == "canary" else HELD_OUT if place >= cut else DUEL) for place, pair in enumerate(record.pairs))


def _part(pairs: Sequence[Pair], level: float, *, part: str) -> list[Shot]:
    """Each pair with the interval over all valid ones up to it."""
    shots: list[Shot] = []
    ratios: list[float] = []
    for pair in pairs:
        if counts(pair):
            ratios.append(pair.log_ratio)
        bounds = interval(ratios, level) if len(ratios) > 1 else None
        shots.append(
            Shot(
                ratio=math.exp(pair.log_ratio) if counts(pair) else None,
                first=pair.first,
                part=part,
                words=_words(pair),
                low=bounds.low if bounds else None,
                high=bounds.high if bounds else None,
            )
        )
    return shots


def counts(pair: Pair) -> bool:
    """Whether a pair has a ratio: it is not void and both arms answered."""
    return pair.void is None and pair.champion.score > 0 and pair.candidate.score > 0


def _words(pair: Pair) -> str:
    if not counts(pair):
        return f"pair {pair.number}: no ratio, {pair.void or 'an arm gave no tokens'}"
    scores = f"champion {pair.metric.words(pair.champion.score)}, candidate {pair.metric.words(pair.candidate.score)}"
    return f"pair {pair.number}: {ratio(math.exp(pair.log_ratio))} ({scores}), {pair.first} first, seed {pair.seed}"


def _pairs(record: Record) -> tuple[Duelling, ...]:
    return tuple(
        Duelling(pair=pair, part=part, ratio=ratio(math.exp(pair.log_ratio)) if counts(pair) else "void") for pair, part in parts_of(record)
    )
