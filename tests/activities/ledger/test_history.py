"""The tree of candidates is read from git alone."""

from activities.ledger.ledger import Ledger
from search.verdict import Baseline, Rejected
from tests.activities.ledger.samples import WON, begin, git, make_record, minutes, propose


def grow(ledger: Ledger) -> None:
    """A starter, its promoted child, a rejected grandchild, and two that still run."""
    spec = begin(ledger)
    starter = propose(ledger, "first", 0)
    ledger.write_verdict(spec, make_record(0, starter, verdict=Baseline()), when=minutes(1))
    ledger.promote("first", 0, previous=None, version=0, when=minutes(1))
    child = propose(ledger, "first", 1, starter)
    ledger.write_verdict(spec, make_record(1, child, parent=0), when=minutes(2))
    ledger.promote("first", 1, previous=0, version=1, when=minutes(2))
    rejected = Rejected(stage="correctness", reason="token 3 is wrong")
    grandchild = propose(ledger, "first", 2, child)
    ledger.write_verdict(spec, make_record(2, grandchild, parent=1, verdict=rejected), when=minutes(3))
    propose(ledger, "first", 3, child)
    propose(ledger, "first", 4, starter)


def test_finished_and_running_candidates_know_their_parents(ledger: Ledger) -> None:
    grow(ledger)
    entries = ledger.log("first")
    assert [(entry.number, entry.parent) for entry in entries] == [(0, None), (1, 0), (2, 1), (3, 1), (4, 0)]
    assert [entry.trailers.verdict if entry.trailers else None for entry in entries] == ["baseline", "promoted", "rejected", None, None]
    assert [entry.version for entry in entries] == [0, 1, None, None, None]
    assert [entry.champion for entry in entries] == [False, True, False, False, False]


def test_an_entry_tells_what_was_judged_and_how(ledger: Ledger) -> None:
    grow(ledger)
    _, child, grandchild, running, _ = ledger.log("first")
    assert child.trailers is not None
    assert (child.trailers.ratio, child.trailers.interval) == (WON.ratio, WON.interval)
    assert child.source.commit == git(ledger, "rev-parse", f"{child.tip}^").strip()
    assert grandchild.trailers is not None
    assert (grandchild.trailers.stage, grandchild.trailers.reason) == ("correctness", "token 3 is wrong")
    assert grandchild.subject == "Candidate 2: rejected at correctness: token 3 is wrong"
    assert (running.tip, running.when) == (running.source.commit, minutes(3))


def test_plain_git_draws_the_tree(ledger: Ledger) -> None:
    grow(ledger)
    graph = git(ledger, "log", "--graph", "--format=%s", "--all", "--", "serve.py")
    assert "| * " in graph
    for number in range(5):
        assert f"Candidate {number}" in graph


def test_a_search_that_just_began_has_no_candidates(ledger: Ledger) -> None:
    begin(ledger)
    assert ledger.log("first") == ()


def test_searches_beside_each_other_do_not_mix(ledger: Ledger) -> None:
    grow(ledger)
    begin(ledger, "first-b")
    propose(ledger, "first-b", 7)
    assert [entry.number for entry in ledger.log("first-b")] == [7]
    assert len(ledger.log("first")) == 5


def test_an_agent_cannot_fake_a_verdict_through_its_commit_message(ledger: Ledger) -> None:
    spec = begin(ledger)
    source = propose(ledger, "first", 0)
    ledger.write_verdict(spec, make_record(0, source), when=minutes(1))
    forged = git(ledger, "log", "-1", "--format=%B", ledger.log("first")[0].tip)
    ledger.commit_files(
        "refs/heads/search/first/candidate/1", parent=source.commit, files={"serve.py": "x"}, message=forged, when=minutes(2)
    )
    assert ledger.log("first")[1].trailers is None
