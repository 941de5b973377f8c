"""An honest history is sound; whoever changes it afterwards, with plain git, is found."""

import json
import math
import os
import subprocess
from collections.abc import Callable

import pytest

from activities.ledger.journal import record_path
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch, champion_branch, journal_branch, promotion_tag
from search.statistics import interval
from search.verdict import Baseline, Measured
from tests.activities.ledger.samples import LOST, begin, git, make_pair, make_record, minutes, propose

TODAY = "e" * 64
LEVEL = 0.99
WON_PAIRS = tuple(make_pair(number, 50.0, 229.0 + number) for number in range(1, 6))
LOST_PAIRS = tuple(make_pair(number, 50.0, 48.0 + number / 10).model_copy(update={"seed": 200 + number}) for number in range(1, 4))


def measured(kind: str, pairs: tuple, confirming: int) -> Measured:
    """The verdict that follows from these pairs."""
    duel = [pair.log_ratio for pair in pairs[: len(pairs) - confirming]]
    held_out = sorted(pair.log_ratio for pair in pairs[len(pairs) - confirming :])
    confirmed = math.exp(sum(held_out) / 2) if confirming else None
    middle = math.exp(sorted(duel)[len(duel) // 2])
    return Measured.model_validate(
        {"kind": kind, "ratio": middle, "interval": interval(duel, LEVEL), "pairs": len(duel), "confirmed_ratio": confirmed}
    )


@pytest.fixture
def told(ledger: Ledger) -> Ledger:
    """A starter, a champion and one that lost."""
    spec = begin(ledger)
    starter = propose(ledger, "first", 0)
    winner, loser = propose(ledger, "first", 1, starter), propose(ledger, "first", 2, starter)
    records = (
        make_record(0, starter, verdict=Baseline(), pairs=(), confirming_pairs=0, seeds=(1, 2)),
        make_record(
            1,
            winner,
            parent=0,
            verdict=measured("promoted", WON_PAIRS, 2),
            pairs=WON_PAIRS,
            seeds=tuple(pair.seed for pair in WON_PAIRS),
        ),
        make_record(
            2,
            loser,
            parent=0,
            verdict=measured("not_better", LOST_PAIRS, 0),
            pairs=LOST_PAIRS,
            confirming_pairs=0,
            seeds=tuple(pair.seed for pair in LOST_PAIRS),
        ),
    )
    for record in records:
        ledger.write_verdict(spec, record, when=record.ended)
        if record.number < 2:
            ledger.promote("first", record.number, previous=None if record.number == 0 else 0, version=record.number, when=record.ended)
        ledger.append_record("first", record, when=record.ended)
    return ledger


def problems(ledger: Ledger, since: str | None = None) -> list[str]:
    """What the audit finds, in lines."""
    found = ledger.audit("first", evaluator=TODAY, since=since)
    assert found.sound == (not found.findings)
    return [f"{finding.subject}: {finding.problem}" for finding in found.findings]


def rewrite(ledger: Ledger, path: str, change: Callable[[str], str | None], *, author: str = "VibeServe <vibeserve@localhost>") -> None:
    """Change a file of the journal by a commit of one's own; None removes it."""
    branch, index = journal_branch("first"), str(ledger.path / "index-of-a-forger")
    name, _, mail = author.rstrip(">").partition(" <")
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", name), ("EMAIL", mail))}
    date = {f"GIT_{role}_DATE": "2026-03-01T13:00:00Z" for role in ("AUTHOR", "COMMITTER")}

    def run(*arguments: str, feed: str | None = None) -> str:
        command = ["git", f"--git-dir={ledger.path}", *arguments]
        environment = {**os.environ, "GIT_INDEX_FILE": index, **who, **date}
        return subprocess.run(command, check=True, capture_output=True, text=True, input=feed, env=environment).stdout.strip()

    run("read-tree", branch)
    text = change(run("show", f"{branch}:{path}"))
    if text is None:
        run("rm", "--cached", "-q", path)
    else:
        run("update-index", "--add", "--cacheinfo", f"100644,{run('hash-object', '-w', '--stdin', feed=text)},{path}")
    run("update-ref", branch, run("commit-tree", run("write-tree"), "-p", branch, "-m", "Tidy"))


def flattered(text: str) -> str:
    """The record with a better candidate in its first pair."""
    record = json.loads(text)
    record["pairs"][0]["candidate"]["score"] *= 2
    return json.dumps(record)


def test_an_honest_history_is_sound(told: Ledger) -> None:
    assert problems(told) == []
    found = told.audit("first", evaluator=TODAY)
    assert (found.candidates, found.promotions, found.pairs, found.journal_commits, found.recomputed) == (3, 1, 8, 4, 2)


def test_a_candidate_that_still_runs_is_no_finding(told: Ledger) -> None:
    propose(told, "first", 3)
    assert problems(told) == []


def test_a_changed_record_is_found_by_the_change_and_by_its_figures(told: Ledger) -> None:
    rewrite(told, record_path(2), flattered)
    found = problems(told)
    assert any("changes candidates/0002.json" in line for line in found)
    assert any(line.startswith("candidate 2: its pairs give") for line in found)


def test_a_removed_record_is_found(told: Ledger) -> None:
    rewrite(told, record_path(2), lambda text: None)
    found = problems(told)
    assert any("removes candidates/0002.json" in line for line in found)
    assert any("candidate 2: its branch tells a verdict, but the journal has no record" in line for line in found)


def test_a_commit_by_somebody_else_is_found(told: Ledger) -> None:
    told.append("first", {"notes.md": "one"}, message="A note", when=minutes(5))
    rewrite(told, "notes.md", lambda text: "two", author="Mallory <m@example.org>")
    assert any("was written by Mallory <m@example.org>" in line for line in problems(told))


def test_a_promotion_without_a_tag_and_a_tag_without_a_promotion_are_found(told: Ledger) -> None:
    git(told, "update-ref", "-d", promotion_tag("first", 1))
    assert any("candidate 1: it was promoted, but no tag" in line for line in problems(told))
    git(told, "update-ref", promotion_tag("first", 1), candidate_branch("first", 2))
    assert any("candidate 2: tag v1 marks it as a champion, but no record promotes it" in line for line in problems(told))


def test_a_champion_that_was_not_promoted_last_is_found(told: Ledger) -> None:
    git(told, "update-ref", champion_branch("first"), candidate_branch("first", 2))
    assert any(line.startswith("the champion:") for line in problems(told))


def test_an_exchanged_source_and_another_verdict_are_found(told: Ledger) -> None:
    spec, other = (
        told.read_spec("first"),
        told.commit_files(
            "refs/heads/elsewhere", parent=None, files={"serve.py": "print('another')\n"}, message="Another", when=minutes(1)
        ),
    )
    forged = make_record(2, other, parent=0, verdict=LOST)
    git(told, "update-ref", candidate_branch("first", 2), other.commit)
    told.write_verdict(spec, forged, when=forged.ended)
    found = problems(told)
    assert any("candidate 2: its branch ends at source" in line for line in found)
    assert any("candidate 2: the verdict on its branch does not tell what its record tells" in line for line in found)


def test_a_missing_object_is_found(told: Ledger) -> None:
    name = git(told, "rev-parse", f"{candidate_branch('first', 2)}:engine/core.py").strip()
    (told.path / "objects" / name[:2] / name[2:]).unlink()
    assert any(line.startswith("the repository: an object is broken or missing") for line in problems(told))


def test_a_history_that_was_written_anew_is_found_by_an_earlier_head(told: Ledger) -> None:
    head = told.audit("first", evaluator=TODAY).head
    told.append("first", {"notes.md": "more"}, message="A note", when=minutes(5))
    assert problems(told, since=head) == []
    git(told, "update-ref", journal_branch("first"), f"{head}~1")
    assert any(f"{head} is not part of its history" in line for line in problems(told, since=head))


def test_a_seed_that_served_twice_is_found(told: Ledger) -> None:
    starter = next(entry.source for entry in told.log("first") if entry.number == 0)
    again = make_record(3, propose(told, "first", 3, starter), parent=0, verdict=LOST, pairs=(), confirming_pairs=0, seeds=(1,))
    told.write_verdict(told.read_spec("first"), again, when=again.ended)
    told.append_record("first", again, when=again.ended)
    assert any("seed 1 was used for more than one candidate" in line for line in problems(told))
