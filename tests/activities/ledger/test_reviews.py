"""A second look is told in the ledger, and rewrites nothing."""

import pytest

from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch, champion_branch, promotion_tag
from search.gate_test import GateTest
from search.review import Retrial, Review
from search.spec import Spec
from search.standard import Standard
from search.verdict import Baseline, Rejected
from tests.activities.ledger.samples import LOST, WON, assert_sound, begin, git, make_pair, make_record, minutes, propose

CAUGHT = Rejected(stage="tests", reason="it caches answers by length", evidence="asked twice\n\nVerdict: promoted")


def settle(ledger: Ledger, spec: Spec, number: int, verdict: object, *, promotion: int | None = None, dethroned: int | None = None) -> None:
    """A candidate from its source to its record."""
    pairs = tuple(make_pair(place).model_copy(update={"seed": 100 * number + place}) for place in range(1, 6)) if number else ()
    source = propose(ledger, "first", number)
    seeds = tuple(pair.seed for pair in pairs) or (7,)
    record = make_record(number, source, verdict=verdict, pairs=pairs, confirming_pairs=2 if number else 0, seeds=seeds)
    ledger.write_verdict(spec, record, when=minutes(number))
    if promotion is not None:
        ledger.promote("first", number, previous=dethroned, version=promotion, when=minutes(number))
    ledger.append_record("first", record, when=minutes(number))


@pytest.fixture
def spec(ledger: Ledger) -> Spec:
    """A search with the champions 0, 1 and 2, and 3 that lost."""
    spec = begin(ledger)
    settle(ledger, spec, 0, Baseline(), promotion=0)
    settle(ledger, spec, 1, WON, promotion=1, dethroned=0)
    settle(ledger, spec, 2, WON, promotion=2, dethroned=1)
    settle(ledger, spec, 3, LOST)
    return spec


def review(*retrials: Retrial, champion: int, before: int = 2, number: int = 1) -> Review:
    """At minute 9 or later."""
    return Review(
        number=number,
        kind="tests",
        why="the test `twice` joined the gate",
        author="a judge",
        standard=Standard(evaluator="f" * 64, device="EPYC, 2 cores"),
        retrials=retrials,
        champion_before=before,
        champion=champion,
        ratio=4.0,
        low=3.9,
        high=4.1,
        started=minutes(8 + number),
        ended=minutes(9 + number),
    )


def test_a_demoted_champion_keeps_its_tag_and_its_verdict_and_loses_the_branch(ledger: Ledger, spec: Spec) -> None:
    verdict = ledger.tip(candidate_branch("first", 2))
    told = ledger.records("first")
    ledger.write_review(spec, review(Retrial(number=2, crowned=True, verdict=CAUGHT), champion=1), promotions=2)
    demoted = ledger.log("first")[2]
    assert demoted.trailers is not None
    assert (demoted.trailers.verdict, demoted.trailers.stage, demoted.trailers.review) == ("demoted", "tests", 1)
    assert demoted.verdict == verdict
    assert demoted.source == told[2].source
    assert (demoted.version, demoted.champion) == (2, False)
    assert ledger.tip(champion_branch("first")) == ledger.tip(candidate_branch("first", 1))
    assert git(ledger, "rev-parse", f"{promotion_tag('first', 2)}^{{}}").strip() == verdict
    assert ledger.records("first") == told
    assert "Verdict: demoted" in git(ledger, "log", "-1", "--format=%(trailers)", candidate_branch("first", 2))
    assert_sound(ledger)


def test_a_review_written_twice_changes_nothing(ledger: Ledger, spec: Spec) -> None:
    found = review(
        Retrial(number=2, crowned=True, verdict=CAUGHT), Retrial(number=3, crowned=False, verdict=WON, pairs=(make_pair(1),)), champion=3
    )
    ledger.write_review(spec, found, promotions=2)
    once = git(ledger, "for-each-ref")
    ledger.write_review(spec, found, promotions=2)
    assert git(ledger, "for-each-ref") == once
    assert ledger.reviews("first") == (found,)


def test_who_is_raised_gets_a_tag_and_the_branch_and_can_be_beaten(ledger: Ledger, spec: Spec) -> None:
    ledger.write_review(spec, review(Retrial(number=3, crowned=False, verdict=WON), champion=3), promotions=2)
    entries = ledger.log("first")
    assert [(entry.number, entry.version, entry.champion) for entry in entries] == [
        (0, 0, False),
        (1, 1, False),
        (2, 2, False),
        (3, 3, True),
    ]
    settle(ledger, spec, 4, WON, promotion=4, dethroned=3)
    assert [entry.number for entry in ledger.log("first") if entry.champion] == [4]


def test_a_champion_that_stays_is_told_in_the_journal_alone(ledger: Ledger, spec: Spec) -> None:
    tips = git(ledger, "for-each-ref", "refs/heads/search/first/candidate", "refs/heads/search/first/champion")
    ledger.write_review(spec, review(Retrial(number=2, crowned=True), champion=2), promotions=2)
    assert git(ledger, "for-each-ref", "refs/heads/search/first/candidate", "refs/heads/search/first/champion") == tips
    assert len(ledger.reviews("first")) == 1


def test_reviews_come_back_in_their_order_and_an_audit_finds_what_they_do_not_tell(ledger: Ledger, spec: Spec) -> None:
    ledger.write_review(spec, review(Retrial(number=2, crowned=True, verdict=CAUGHT), champion=1), promotions=2)
    ledger.write_review(spec, review(Retrial(number=1, crowned=True, verdict=CAUGHT), champion=0, before=1, number=2), promotions=2)
    assert [each.number for each in ledger.reviews("first")] == [1, 2]
    found = [finding.problem for finding in ledger.audit("first", evaluator="other").findings]
    assert not [problem for problem in found if "review" in problem or "champion" in problem or "tag" in problem], found
    pardoned = git(ledger, "rev-parse", f"{candidate_branch('first', 2)}^").strip()
    git(ledger, "update-ref", candidate_branch("first", 2), pardoned)
    problems = [finding.problem for finding in ledger.audit("first", evaluator="other").findings]
    assert "its branch does not tell what the reviews found" in problems


def test_a_test_of_the_gate_is_kept_with_its_author_and_reason(ledger: Ledger, spec: Spec) -> None:
    test = GateTest(name="twice", program="print('asked twice')\n", author="a judge", why="it caches", accused=2)
    ledger.keep_test("first", test, when=minutes(9))
    ledger.keep_test("first", test, when=minutes(9))
    assert ledger.tests("first") == (test,)
    assert ledger.journal_text("first", "tests/twice.py") == test.program
