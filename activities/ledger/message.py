"""The message of a verdict: a subject for `git log --oneline`, a body for a person, trailers for programs."""

import math
from collections.abc import Iterable, Iterator

from activities.ledger.trailers import escape, retrial_trailers, trailers_of, write_trailers
from search.measurement import Pair
from search.record import Record
from search.review import Retrial, Review
from search.spec import Spec
from search.verdict import Baseline, Measured, Rejected, Verdict

SUBJECT_LENGTH = 120


def verdict_message(spec: Spec, record: Record) -> str:
    """The whole message of a finished candidate's last commit."""
    measured = (_duel(record), _confirmation(record), _profile(record))
    paragraphs = (_hypothesis(record), _gates(record), _judge(record), *measured, _evidence(record.verdict))
    return f"{verdict_subject(record)}\n\n{_body(paragraphs)}\n\n{write_trailers(trailers_of(spec, record))}"


def verdict_subject(record: Record) -> str:
    """For example `Candidate 3: promoted, 4.61x [4.20, 5.02] in 3 pairs`."""
    return _cut(f"Candidate {record.number}: {outcome(record.verdict)}")


def outcome(verdict: Verdict) -> str:
    """A verdict in a few words."""
    match verdict:
        case Rejected(stage=stage, reason=reason):
            return f"rejected at {escape(stage)}: {escape(reason)}"
        case Measured(kind=kind, reason=reason, pairs=pairs) if pairs < 2:
            return f"{kind.replace('_', ' ')} after {_count(pairs)}: {escape(reason)}"
        case Measured(kind=kind, ratio=ratio, interval=interval, pairs=pairs):
            return f"{kind.replace('_', ' ')}, {ratio:.2f}x [{interval.low:.2f}, {interval.high:.2f}] in {_count(pairs)}"
        case Baseline():
            return "the starter, first champion"


def retrial_message(spec: Spec, record: Record, retrial: Retrial, review: Review) -> str:
    """The message of a commit that ends a champion's reign, or begins one, after its branch had ended already."""
    assert retrial.verdict is not None
    word = "demoted" if retrial.demoted else outcome(retrial.verdict)
    subject = _cut(f"Candidate {record.number}: {word} by review {review.number}")
    again = record.model_copy(
        update={
            "verdict": retrial.verdict,
            "gates": retrial.gates,
            "pairs": retrial.pairs,
            "confirming_pairs": retrial.confirming_pairs,
        }
    )
    cause = [*_indented(review.why), f"  asked for by {escape(review.author)}", f"  {outcome(retrial.verdict)}"]
    paragraphs = (["Judged again", *cause], _gates(again), _duel(again), _confirmation(again), _evidence(retrial.verdict))
    return f"{subject}\n\n{_body(paragraphs)}\n\n{write_trailers(retrial_trailers(spec, record, retrial, review))}"


def commit_message(text: str) -> str:
    """An agent's message: a subject of one line, and details that cannot pose as trailers."""
    subject, _, details = text.strip().partition("\n")
    body = "\n".join(_indented(details)) if details.strip() else ""
    return f"{escape(subject)}\n\n{body}" if body else escape(subject)


def _cut(subject: str) -> str:
    return subject if len(subject) <= SUBJECT_LENGTH else subject[: SUBJECT_LENGTH - 3] + "..."


def _body(paragraphs: Iterable[Iterable[str]]) -> str:
    return "\n\n".join("\n".join(lines) for paragraph in paragraphs if (lines := list(paragraph)))


def _hypothesis(record: Record) -> Iterator[str]:
    hypothesis = record.hypothesis
    yield "Hypothesis"
    yield from _indented(hypothesis.claim)
    yield from _labelled("because", hypothesis.mechanism)
    yield from _labelled("evidence", hypothesis.evidence)
    yield from _labelled("active when", hypothesis.activation)
    yield from _labelled("wrong if", hypothesis.falsifier)
    if hypothesis.composition is not None:
        yield from _labelled("recipes", ", ".join(choice.recipe for choice in hypothesis.composition.choices) or "none: the starter")
    yield f"  expected: {math.exp(min(hypothesis.expected_log_gain, 100.0)):.2f}x"


def _gates(record: Record) -> Iterator[str]:
    if record.gates:
        yield "Gates"
    for gate in record.gates:
        yield f"  {'passed' if gate.passed else 'failed'}  {escape(gate.stage):<12} {gate.seconds:>8.1f} s  {escape(gate.summary)}"


def _judge(record: Record) -> Iterator[str]:
    if record.judgements:
        yield "Judge"
    for judgement in record.judgements:
        yield f"  {judgement.session}: {escape(judgement.sentence())}"
        for finding in judgement.findings:
            word = "borne out" if finding.accepted else "refuted"
            yield f"    {escape(finding.test)}, {word}: {escape(finding.why)} ({escape(finding.reason)})"


def _duel(record: Record) -> Iterator[str]:
    pairs = record.pairs[: len(record.pairs) - record.confirming_pairs]
    if pairs:
        yield f"Duel ({pairs[0].metric.unit})"
    yield from map(_pair, pairs)


def _confirmation(record: Record) -> Iterator[str]:
    later = record.pairs[len(record.pairs) - record.confirming_pairs :]
    verdict = record.verdict if isinstance(record.verdict, Measured) else None
    if held := [pair for pair in later if pair.load == "announced"]:
        yield f"Confirmation on held-out seeds ({held[0].metric.unit})"
        yield from map(_pair, held)
        if verdict and verdict.confirmed_ratio is not None:
            yield f"  ratio {verdict.confirmed_ratio:.3f}x"
    if canary := [pair for pair in later if pair.load == "canary"]:
        yield f"Beside the announced load ({canary[0].metric.unit})"
        yield from (f"{_pair(pair)}  {pair.load_words}" for pair in canary)
        if verdict and verdict.canary_ratio is not None:
            yield f"  ratio {verdict.canary_ratio:.3f}x"


def _count(pairs: int) -> str:
    return f"{pairs} pair" if pairs == 1 else f"{pairs} pairs"


def _pair(pair: Pair) -> str:
    order = "champion first " if pair.first == "champion" else "candidate first"
    speeds = f"champion {pair.metric.words(pair.champion.score):>9}  candidate {pair.metric.words(pair.candidate.score):>9}"
    if pair.void is not None:
        return f"  pair {pair.number:>2}  {order}  {speeds}  void: {escape(pair.void)}"
    return f"  pair {pair.number:>2}  {order}  {speeds}  ratio {math.exp(pair.log_ratio):.3f}"


def _profile(record: Record) -> Iterator[str]:
    if record.profile is None:
        return
    yield "Profile (share of wall clock)"
    for share, part in sorted(record.profile.shares.items(), key=lambda item: -item[1]):
        yield f"  {part:>6.1%}  {share.replace('_', ' ')}"
    yield f"  {record.profile.bytes_of_peak:.0%} of the machine's bytes/s, {record.profile.flops_of_peak:.0%} of its flops/s"


def _evidence(verdict: Verdict) -> Iterator[str]:
    match verdict:
        case Rejected(evidence=evidence) if evidence:
            yield "Evidence"
            yield from _indented(evidence)
        case Measured(reason=reason) if reason:
            yield "Reason"
            yield from _indented(reason)
        case _:
            return


def _labelled(label: str, text: str) -> Iterator[str]:
    if text:
        yield f"  {label}: {escape(text)}"


def _indented(text: str) -> Iterator[str]:
    for line in text.strip("\n").split("\n"):
        yield f"  {escape(line.rstrip())}".rstrip()
