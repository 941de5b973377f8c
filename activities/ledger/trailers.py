"""The facts of a verdict as git trailers: one function writes them, one reads them, and each undoes the other."""

import re
from collections.abc import Mapping
from typing import Literal

from search.record import Record
from search.review import Retrial, Review
from search.spec import Spec
from search.value import Value
from search.verdict import Baseline, Interval, Measured, Rejected

Word = Literal["baseline", "promoted", "not_better", "undecided", "rejected", "demoted"]
WORDS: Mapping[str, Word] = {
    "baseline": "baseline",
    "promoted": "promoted",
    "not better": "not_better",
    "undecided": "undecided",
    "rejected": "rejected",
    "demoted": "demoted",
}
LINE = re.compile(r"([A-Z][a-z]+): (.*)")
INTERVAL = re.compile(r"\[(\S+), (\S+)\] at (\S+)")
COST = re.compile(r"device (\S+) s, wall clock (\S+) s")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\\]|^\s|\s$")
ESCAPE = re.compile(r"\\(\\|[0-9a-f]{4})")


class Trailers(Value):
    """What the last commit of a candidate says in a form that a program reads."""

    candidate: int
    parent: int | None = None
    scenario: str
    target: str
    hypothesis: str
    verdict: Word
    stage: str = ""
    """The gate that rejected, else empty."""
    reason: str = ""
    ratio: float | None = None
    interval: Interval | None = None
    evaluator: str = ""
    device: str = ""
    seeds: tuple[int, ...] = ()
    review: int | None = None
    """The review that gave this verdict; None for the first one."""
    device_seconds: float = 0.0
    wall_seconds: float = 0.0


def trailers_of(spec: Spec, record: Record) -> Trailers:
    """The trailers of a finished candidate."""
    stage, reason, ratio, interval = "", "", None, None
    match record.verdict:
        case Rejected(stage=stage, reason=reason):
            pass
        case Measured(reason=reason, ratio=ratio, interval=interval):
            pass
        case Baseline():
            pass
    return Trailers(
        candidate=record.number,
        parent=record.parent,
        scenario=spec.scenario,
        target=spec.target,
        hypothesis=record.hypothesis.claim,
        verdict=record.verdict.kind,
        stage=stage,
        reason=reason,
        ratio=ratio,
        interval=interval,
        evaluator=record.evaluator,
        device=record.device,
        seeds=record.seeds,
        device_seconds=round(record.device_seconds, 1),
        wall_seconds=round((record.ended - record.started).total_seconds(), 1),
    )


def retrial_trailers(spec: Spec, record: Record, retrial: Retrial, review: Review) -> Trailers:
    """The trailers of a candidate that was judged again, with the figures of its new verdict alone."""
    again = record.model_copy(
        update={
            "verdict": retrial.verdict,
            "evaluator": review.standard.evaluator,
            "device": review.standard.device,
            "seeds": tuple(pair.seed for pair in retrial.pairs),
            "started": review.started,
            "ended": review.ended,
            "device_seconds": 0.0,
        }
    )
    told = trailers_of(spec, again)
    return told.model_copy(update={"review": review.number, "verdict": "demoted" if retrial.demoted else told.verdict})


def write_trailers(trailers: Trailers) -> str:
    """One line per fact that is known; no text in them can begin a line of its own."""
    verdict = trailers.verdict.replace("_", " ")
    facts = {
        "Candidate": str(trailers.candidate),
        "Parent": "" if trailers.parent is None else str(trailers.parent),
        "Scenario": escape(trailers.scenario),
        "Target": escape(trailers.target),
        "Hypothesis": escape(trailers.hypothesis),
        "Verdict": verdict,
        "Stage": escape(trailers.stage),
        "Reason": escape(trailers.reason),
        "Ratio": "" if trailers.ratio is None else repr(trailers.ratio),
        "Interval": _interval(trailers.interval) if trailers.interval else "",
        "Evaluator": escape(trailers.evaluator),
        "Device": escape(trailers.device),
        "Review": "" if trailers.review is None else str(trailers.review),
        "Seeds": " ".join(map(str, trailers.seeds)),
        "Cost": f"device {trailers.device_seconds!r} s, wall clock {trailers.wall_seconds!r} s",
    }
    return "".join(f"{key}: {value}\n" for key, value in facts.items() if value)


def read_trailers(message: str) -> Trailers | None:
    """The trailers of a commit message, None when it is no verdict."""
    paragraph = message.rstrip("\n").rsplit("\n\n", 1)[-1]
    lines = [LINE.fullmatch(line) for line in paragraph.split("\n")]
    facts = {line[1]: line[2] for line in lines if line}
    if len(facts) != len(lines) or not {"Candidate", "Verdict", "Cost"} <= facts.keys() or facts["Verdict"] not in WORDS:
        return None
    cost = COST.fullmatch(facts["Cost"])
    interval = INTERVAL.fullmatch(facts.get("Interval", ""))
    return Trailers(
        candidate=int(facts["Candidate"]),
        parent=int(facts["Parent"]) if "Parent" in facts else None,
        scenario=unescape(facts.get("Scenario", "")),
        target=unescape(facts.get("Target", "")),
        hypothesis=unescape(facts.get("Hypothesis", "")),
        verdict=WORDS[facts["Verdict"]],
        stage=unescape(facts.get("Stage", "")),
        reason=unescape(facts.get("Reason", "")),
        ratio=float(facts["Ratio"]) if "Ratio" in facts else None,
        interval=Interval(low=float(interval[1]), high=float(interval[2]), level=float(interval[3])) if interval else None,
        evaluator=unescape(facts.get("Evaluator", "")),
        device=unescape(facts.get("Device", "")),
        review=int(facts["Review"]) if "Review" in facts else None,
        seeds=tuple(map(int, facts.get("Seeds", "").split())),
        device_seconds=float(cost[1]) if cost else 0.0,
        wall_seconds=float(cost[2]) if cost else 0.0,
    )


def _interval(interval: Interval) -> str:
    return f"[{interval.low!r}, {interval.high!r}] at {interval.level!r}"


def escape(text: str) -> str:
    """The text on one line: what would break a line, or be trimmed, as a backslash and four hexadecimal digits."""
    return UNPRINTABLE.sub(lambda found: "\\\\" if found[0] == "\\" else f"\\{ord(found[0]):04x}", text)


def unescape(text: str) -> str:
    """What `escape` was given."""
    return ESCAPE.sub(lambda found: "\\" if found[1] == "\\" else chr(int(found[1], 16)), text)
