"""A catalog like that of `chat`, with recipes that exclude each other, need each other, and do not fit everywhere."""

import math
from datetime import UTC, datetime, timedelta

from search.composition import Composition
from search.hypothesis import Hypothesis
from search.policy.situation import Proposal, Situation
from search.profile import Profile, Share
from search.recipe import Parameter, Recipe, Slot
from search.record import Record
from search.source import Source
from search.verdict import Baseline, Interval, Measured, Rejected, Verdict

START = datetime(2026, 1, 1, tzinfo=UTC)
PASSED = Baseline()


def recipe(name: str, slot: Slot, gain: float, **more: object) -> Recipe:
    """A recipe of `chat` on `cpu` whose author expects a speed-up of `gain`."""
    words = {"title": name, "claim": f"{name} is faster.", "mechanism": f"{name} does less work."}
    fields = {"scenarios": ("chat",), "targets": ("cpu",), "prior_log_gain": math.log(gain)}
    return Recipe.model_validate({"name": name, "slot": slot, **words, **fields, **more})


CATALOG = (
    recipe("fused-llama", Slot.MODEL, 1.3, attacks=(Share.PYTHON, Share.OTHER_OPERATORS)),
    recipe("static-cache", Slot.CACHE, 1.2, needs=("fused-llama",), attacks=(Share.OTHER_OPERATORS,)),
    recipe(
        "paged-cache",
        Slot.CACHE,
        1.02,
        needs=("fused-llama",),
        parameters=(Parameter(name="block_tokens", settings=(8, 16, 32, 64), default=16),),
    ),
    recipe(
        "continuous-batching",
        Slot.SCHEDULER,
        3.0,
        needs=("fused-llama", "paged-cache"),
        attacks=(Share.WAITING, Share.MATRIX_PRODUCTS),
        parameters=(Parameter(name="max_batch", settings=(4, 8, 16), default=8),),
    ),
    recipe(
        "chunked-prefill",
        Slot.SCHEDULER,
        3.2,
        needs=("fused-llama", "paged-cache"),
        attacks=(Share.WAITING,),
        parameters=(Parameter(name="chunk_tokens", settings=(32, 64, 128), default=64),),
    ),
    recipe("fused-sampling", Slot.DECODING, 1.1, attacks=(Share.SAMPLING,)),
    recipe("compile", Slot.RUNTIME, 1.06, needs=("fused-llama",), excludes=("paged-cache",), attacks=(Share.PYTHON,)),
    recipe(
        "threads",
        Slot.RUNTIME,
        1.15,
        attacks=(Share.MATRIX_PRODUCTS,),
        parameters=(Parameter(name="pinning", settings=("none", "cores"), default="cores"),),
    ),
    recipe("raw-front", Slot.FRONT, 1.05, attacks=(Share.PYTHON,)),
    recipe("int8", Slot.WEIGHTS, 1.8, needs=("fused-llama",), abilities=("avx512_vnni",), correctness="bounded"),
    recipe("packed-weights", Slot.WEIGHTS, 1.1, needs=("fused-llama",), abilities=("avx2",), attacks=(Share.MATRIX_PRODUCTS,)),
    recipe("metal-kernels", Slot.MODEL, 4.0, targets=("metal",)),
    recipe("needs-metal", Slot.FRONT, 4.0, needs=("metal-kernels",)),
    recipe("contradiction", Slot.FRONT, 9.0, needs=("compile", "paged-cache")),
)

STARTER_PROFILE = Profile(
    shares={
        Share.MATRIX_PRODUCTS: 0.55,
        Share.ATTENTION: 0.1,
        Share.SAMPLING: 0.03,
        Share.OTHER_OPERATORS: 0.12,
        Share.PYTHON: 0.18,
        Share.WAITING: 0.02,
    },
    operators=(),
    mean_batch=0,
    queue_share=0.85,
    bytes_per_second=1e10,
    flops_per_second=1e10,
    bytes_of_peak=0.4,
    flops_of_peak=0.05,
    window_seconds=5,
    output_tokens=200,
)


def hypothesis(composition: Composition | None = None) -> Hypothesis:
    """Some hypothesis that this composition is faster."""
    return Hypothesis(
        claim="Faster.", mechanism="Less work.", evidence="None.", falsifier="A duel.", expected_log_gain=0.1, composition=composition
    )


def measured(kind: str, ratio: float, *, pairs: int = 3) -> Measured:
    """A finished duel whose interval spans 5 % on both sides."""
    interval = Interval(low=ratio / 1.05, high=ratio * 1.05, level=0.99)
    confirmed = ratio if kind == "promoted" else None
    return Measured.model_validate({"kind": kind, "ratio": ratio, "interval": interval, "pairs": pairs, "confirmed_ratio": confirmed})


def refused(stage: str = "correctness") -> Rejected:
    """A candidate that did not pass a gate."""
    return Rejected(stage=stage, reason="wrong answer")


def record(number: int, verdict: Verdict, *, parent: int | None = 0, made: Composition | None = None) -> Record:
    """A finished candidate."""
    source = Source(commit=f"{number:040x}", tree=f"{number:040x}")
    return Record(
        number=number,
        parent=None if number == 0 else parent,
        source=source,
        hypothesis=hypothesis(made),
        verdict=verdict,
        started=START + timedelta(minutes=number),
        ended=START + timedelta(minutes=number + 1),
    )


def starting(**more: object) -> Situation:
    """A search whose starter has just passed its gates."""
    fields = {
        "scenario": "chat",
        "target": "cpu",
        "abilities": ("avx2",),
        "correctness": "lossless",
        "catalog": CATALOG,
        "records": (record(0, PASSED, made=Composition()),),
        "champion": 0,
        "composition": Composition(),
        "profile": STARTER_PROFILE,
    }
    return Situation.model_validate({**fields, **more})


def after(situation: Situation, proposal: Proposal, verdict: Verdict) -> Situation:
    """The search once the proposal has ended with this verdict."""
    made = proposal.hypothesis.composition
    ended = record(len(situation.records), verdict, parent=proposal.parent, made=made)
    changes: dict[str, object] = {"records": (*situation.records, ended)}
    if isinstance(verdict, Measured) and verdict.kind == "promoted":
        changes |= {"champion": ended.number, "composition": made, "profile": None}
    return situation.model_copy(update=changes)
