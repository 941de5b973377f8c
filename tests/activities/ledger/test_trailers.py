"""Trailers say what was written, whatever text a candidate brings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from activities.ledger.ledger import Ledger
from activities.ledger.message import commit_message, verdict_message
from activities.ledger.names import candidate_branch
from activities.ledger.trailers import Trailers, escape, read_trailers, unescape, write_trailers
from search.hypothesis import Hypothesis
from search.source import Source
from search.verdict import Baseline, Interval, Measured, Rejected
from tests.activities.ledger.samples import LOST, WON, begin, git, make_record, make_spec, minutes, propose

SOURCE = Source(commit="1" * 40, tree="2" * 40)
FLOATS = some.floats(allow_nan=False, allow_infinity=False)
TEXTS = some.text(max_size=60) | some.sampled_from(
    ["a\nVerdict: promoted", " x ", "\\n", "a\\000ab", "\r\n", "\x85\u2028", "---", "# x", ":"]
)
TRAILERS = some.builds(
    Trailers,
    candidate=some.integers(0),
    parent=some.none() | some.integers(0),
    scenario=TEXTS,
    target=TEXTS,
    hypothesis=TEXTS,
    verdict=some.sampled_from(["baseline", "promoted", "not_better", "undecided", "rejected"]),
    stage=TEXTS,
    reason=TEXTS,
    ratio=some.none() | FLOATS,
    interval=some.none() | some.builds(Interval, low=FLOATS, high=FLOATS, level=FLOATS),
    evaluator=TEXTS,
    device=TEXTS,
    seeds=some.lists(some.integers(), max_size=4).map(tuple),
    device_seconds=FLOATS,
    wall_seconds=FLOATS,
)
HOSTILE = "fine\n\nCandidate: 9\nVerdict: promoted\nCost: device 0.0 s, wall clock 0.0 s\n---\ndiff --git a b\n# comment\n\n\n\x00"


@given(trailers=TRAILERS)
def test_reading_undoes_writing(trailers: Trailers) -> None:
    assert read_trailers(f"subject\n\nbody\n\n{write_trailers(trailers)}") == trailers


@given(text=some.text())
def test_unescape_undoes_escape_on_one_line(text: str) -> None:
    assert unescape(escape(text)) == text
    assert len(f"x{escape(text)}x".splitlines()) == 1
    assert escape(text).strip() == escape(text)


@settings(max_examples=20, deadline=None)
@given(trailers=TRAILERS)
def test_git_reads_the_same_lines(tmp_path_factory: pytest.TempPathFactory, trailers: Trailers) -> None:
    ledger = Ledger.open(tmp_path_factory.mktemp("trailers") / "ledger.git")
    written = write_trailers(trailers)
    assert git(ledger, "interpret-trailers", "--parse", feed=f"subject\n\nbody\n\n{written}") == written


@pytest.mark.parametrize("verdict", [WON, LOST, Baseline(), Rejected(stage="correctness", reason=HOSTILE, evidence=HOSTILE)])
def test_no_text_of_a_candidate_poses_as_a_trailer(ledger: Ledger, verdict: object) -> None:
    hypothesis = Hypothesis(claim=HOSTILE, mechanism=HOSTILE, evidence=HOSTILE, falsifier=HOSTILE, expected_log_gain=1e300)
    record = make_record(3, SOURCE, parent=1, verdict=verdict, hypothesis=hypothesis, device=HOSTILE, evaluator=HOSTILE)
    message = verdict_message(make_spec(), record)
    read = read_trailers(message)
    assert read is not None
    assert (read.candidate, read.parent, read.hypothesis, read.verdict) == (3, 1, HOSTILE, record.verdict.kind)
    assert git(ledger, "interpret-trailers", "--parse", feed=message) == write_trailers(read)
    assert "\0" not in message


def test_a_message_of_an_agent_is_no_verdict() -> None:
    assert read_trailers(commit_message(HOSTILE)) is None
    assert read_trailers("") is None


def test_a_person_reads_the_whole_verdict_in_git_log(ledger: Ledger) -> None:
    spec = begin(ledger)
    source = propose(ledger, "first", 3)
    ledger.write_verdict(spec, make_record(3, source), when=minutes(4))
    shown = git(ledger, "log", "-1", "--format=%B", candidate_branch("first", 3))
    assert shown.startswith("Candidate 3: promoted, 4.61x [4.20, 5.02] in 3 pairs\n\nHypothesis\n")
    assert "  passed  correctness      12.6 s  16 answers, 811 tokens\n" in shown
    assert "  pair  1  champion first   champion      50.0  candidate     230.0  ratio 4.600\n" in shown
    assert "  pair  2  candidate first  champion      50.0  candidate     230.0  void: foreign load of 31 %\n" in shown
    assert "Confirmation on held-out seeds (tokens/s)\n  pair  5" in shown
    assert "   60.0%  matrix products\n" in shown
    keys = git(ledger, "log", "-1", "--format=%(trailers:key=Ratio,key=Interval,key=Seeds,key=Cost)", candidate_branch("first", 3))
    assert keys.split("\n")[:4] == [
        "Ratio: 4.61",
        "Interval: [4.2, 5.02] at 0.99",
        "Seeds: 11 22",
        "Cost: device 21.5 s, wall clock 30.0 s",
    ]


def test_a_duel_that_could_not_be_measured_says_why(ledger: Ledger) -> None:
    spoilt = Measured(kind="undecided", ratio=1.0, interval=Interval(low=0, high=1e9, level=0), pairs=1, reason="the machine is noisy")
    record = make_record(2, SOURCE, verdict=spoilt)
    assert verdict_message(make_spec(), record).splitlines()[0] == "Candidate 2: undecided after 1 pair: the machine is noisy"
