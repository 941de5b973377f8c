"""Writes a search of any length into a ledger, with every verdict in it; the same seed writes the same."""

import math
import random
from datetime import UTC, datetime, timedelta

from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from search.composition import Choice, Composition
from search.hypothesis import Hypothesis
from search.measurement import QUANTILES, Arm, Pair
from search.profile import Operator, Profile, Share
from search.recipe import Slot
from search.record import Gate, Record
from search.source import Source
from search.spec import Budget, Spec
from search.statistics import interval
from search.verdict import Baseline, Measured, Rejected, Verdict

BEGAN = datetime(2026, 6, 5, 12, 0, tzinfo=UTC)
EACH = timedelta(seconds=95)
SCALES = {"ttft": 8.0, "tpot": 2.0, "latency": 100.0}
RECIPES = ("static-kv", "paged-kv", "native-gemm", "continuous-batching", "chunked-prefill", "fused-sampling")


def long_spec(name: str, candidates: int) -> Spec:
    """What such a search was asked for."""
    budget = Budget(candidates=candidates, wall_clock=EACH * (candidates + 2))
    asked = {"scenario": "chat", "target": "cpu", "model": "small", "agent": "recipes", "policy": "bandit", "correctness": "lossless"}
    return Spec.model_validate({"name": name, "seed": 1, "parallel": 1, "budget": budget, **asked})


def write_long_search(ledger: Ledger, name: str, candidates: int, *, claim: str = "", code: str = "") -> None:
    """The starter and so many candidates; `claim` and `code` stand in each of them."""
    chance, spec = random.Random(candidates), long_spec(name, candidates)
    ledger.create_search(spec, facts={"device": "a test"}, when=BEGAN)
    sources: list[Source] = []
    champion = promotions = 0
    for number in range(candidates + 1):
        when = BEGAN + EACH * number
        record = _record(number, champion, chance, claim)
        text = f"{code}\nNUMBER = {number}\n\n\ndef serve(path: str) -> None:\n    print(path, {chance.random()!r})\n"
        parent = sources[champion].commit if sources else None
        source = ledger.commit_files(candidate_branch(name, number), parent=parent, files={"serve.py": text}, message="An idea", when=when)
        sources.append(source)
        record = record.model_copy(update={"source": source})
        ledger.write_verdict(spec, record, when=when)
        if record.verdict.kind in ("baseline", "promoted"):
            previous = champion if number else None
            ledger.promote(name, number, previous=previous, version=promotions, when=when)
            champion, promotions = number, promotions + 1
        ledger.append_record(name, record, when=when)


def _record(number: int, champion: int, chance: random.Random, claim: str) -> Record:
    recipe = chance.choice(RECIPES)
    verdict, pairs = _ending(number, chance)
    began = BEGAN + EACH * number
    told = claim or f"{recipe} is faster here, because it streams fewer bytes for each token that it makes."
    choices = (Choice(slot=Slot.CACHE, recipe=recipe, settings={"length": 512}),) if number else ()
    return Record(
        number=number,
        parent=champion if number else None,
        source=Source(commit="0" * 40, tree="0" * 40),
        hypothesis=Hypothesis(
            claim=told if number else "The starter is right and serves the whole contract.",
            mechanism="Half of the time goes into products that read every weight once per token.",
            evidence="The profile of the champion.",
            falsifier="No pair is won.",
            expected_log_gain=0.2,
            composition=Composition(choices=choices),
        ),
        verdict=verdict,
        gates=(
            Gate(stage="conformance", passed=True, seconds=7.4, summary="all 28 properties of the contract hold"),
            Gate(
                stage="correctness", passed=verdict.kind != "rejected", seconds=5.1, summary=claim or "11 answers agree with the reference"
            ),
        ),
        pairs=pairs,
        profile=_profile() if verdict.kind in ("promoted", "baseline") else None,
        evaluator="0123abcd" * 8,
        device="a test",
        seeds=(11, 12),
        started=began,
        ended=began + timedelta(seconds=90),
        device_seconds=60.0 if pairs else 0.0,
    )


def _ending(number: int, chance: random.Random) -> tuple[Verdict, tuple[Pair, ...]]:
    """Gains become rarer and smaller as the search goes on."""
    if number == 0:
        return Baseline(), ()
    if chance.random() < 0.25:
        return Rejected(stage="correctness", reason="answer 3 differs at token 7", evidence="expected 11, got 12"), ()
    gain = abs(chance.gauss(0.0, 0.6)) / math.sqrt(number) if chance.random() < 0.4 else -abs(chance.gauss(0.0, 0.1))
    ratios = [gain + chance.gauss(0.0, 0.01) for _ in range(10)]
    pairs = tuple(_pair(place, ratio) for place, ratio in enumerate(ratios, start=1))
    bounds, middle = interval(ratios, 0.99), math.exp(sorted(ratios)[5])
    if bounds.low > 1.01:
        return Measured(kind="promoted", ratio=middle, interval=bounds, pairs=10, confirmed_ratio=middle), pairs
    kind = "undecided" if bounds.high > 1.01 else "not_better"
    return Measured(kind=kind, ratio=middle, interval=bounds, pairs=10, reason="the interval shows no gain"), pairs


def _pair(number: int, log_ratio: float) -> Pair:
    first = "champion" if number % 2 else "candidate"
    return Pair(
        number=number, seed=1000 + number, first=first, champion=_arm(100.0), candidate=_arm(100.0 * math.exp(log_ratio)), device="a test"
    )


def _arm(score: float) -> Arm:
    times = {
        "ttft_p50": 8 / score,
        "ttft_p99": 30 / score,
        "tpot_p50": 2 / score,
        "tpot_p99": 3 / score,
        **{f"{name}_quantiles": tuple(scale / score * (1 + share) for share in QUANTILES) for name, scale in SCALES.items()},
        "latency_p50": 1.0,
        "latency_p99": 2.0,
    }
    phases = {"window_seconds": 5.0, "warmup_seconds": 2.0, "drain_seconds": 1.0, "start_seconds": 3.0}
    counts = {"requests": 10, "failed": 0, "peak_memory_bytes": 1 << 30, "verified_tokens": 100}
    rest = {"goodput": score / 50, "foreign_load": 0.01, "score": score, "tokens_per_second": score}
    return Arm.model_validate({**times, **phases, **counts, **rest})


def _profile() -> Profile:
    return Profile(
        shares={Share.MATRIX_PRODUCTS: 0.6, Share.ATTENTION: 0.15, Share.SAMPLING: 0.05, Share.OTHER_OPERATORS: 0.08, Share.PYTHON: 0.12},
        operators=(
            Operator(name="aten::linear", share=Share.MATRIX_PRODUCTS, calls=900, seconds=1.2),
            Operator(name="aten::mm", share=Share.MATRIX_PRODUCTS, calls=90, seconds=0.2),
            Operator(name="aten::scaled_dot_product_attention", share=Share.ATTENTION, calls=90, seconds=0.3),
        ),
        mean_batch=7.5,
        queue_share=0.1,
        bytes_per_second=1e10,
        flops_per_second=1e11,
        bytes_of_peak=0.5,
        flops_of_peak=0.25,
        window_seconds=2.5,
        output_tokens=500,
    )
