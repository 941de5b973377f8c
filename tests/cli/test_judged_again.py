"""What was judged again is told from git alone, and what it takes to judge again is checked before anything starts."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from activities.conclude import BROKEN
from activities.home import Home
from activities.ledger.ledger import Ledger
from activities.review_task import BreakTask
from activities.task import Setting
from cli.mistakes import Misuse
from cli.reopen import read_state
from cli.reproduce import read_evidence
from search.gate_test import GateTest
from search.review import Retrial, Review
from search.standard import Standard
from search.verdict import Rejected
from tests.cli.conftest import Vibeserve, here
from tests.cli.told_search import WHEN, tell

CAUGHT = GateTest(name="asks_twice", program="raise SystemExit(1)\n", author="a judge", why="it caches answers", accused=1)
REVIEW = Review(
    number=1,
    kind="tests",
    why="the test asks_twice joined the gate: it caches answers",
    author="a judge",
    standard=Standard(evaluator="0123abcd", device="a test"),
    retrials=(Retrial(number=1, crowned=True, verdict=Rejected(stage="tests", reason="asks_twice: the second answer took no time")),),
    champion_before=1,
    champion=0,
    ratio=1.0,
    low=1.0,
    high=1.0,
    started=WHEN + timedelta(hours=1),
    ended=WHEN + timedelta(hours=2),
)


@pytest.fixture(scope="module")
def demoted(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The search `first`, whose champion was demoted after its end."""
    home = Home(root=tmp_path_factory.mktemp("demoted"))
    ledger = Ledger.open(home.ledger)
    tell(ledger)
    ledger.keep_test("first", CAUGHT, when=REVIEW.started)
    ledger.write_review(ledger.read_spec("first"), REVIEW, promotions=1)
    return home


@pytest.fixture
def vibeserve(demoted: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Vibeserve:
    return here(demoted, monkeypatch, capfd)


def test_history_tells_who_was_demoted_why_and_by_whom(vibeserve: Vibeserve) -> None:
    told = vibeserve("history", "first").stdout
    assert "#1 demoted" in told
    assert "asks_twice: the second answer took no time" in told
    assert "the champion is candidate 0, no longer candidate 1" in told
    assert "asked for by a judge" in told
    assert "v1" in told, "the tag is kept"


def test_show_tells_it_beside_the_first_verdict(vibeserve: Vibeserve) -> None:
    told = vibeserve("show", "first", "1").stdout
    assert "demoted" in told
    assert "held-out" in told, "what it once won is still there"
    document = json.loads(vibeserve("show", "first", "1", "--json").stdout)
    assert document["verdict"]["kind"] == "promoted"
    assert document["reviews"][0]["retrials"][0]["verdict"]["stage"] == "tests"


def test_history_in_json_holds_state_and_reviews(vibeserve: Vibeserve) -> None:
    document = json.loads(vibeserve("history", "first", "--json").stdout)
    assert [(chapter["state"], chapter["champion"]) for chapter in document["chapters"][:2]] == [("baseline", True), ("demoted", False)]
    assert document["reviews"][0]["number"] == 1


def test_gate_list_tells_author_and_reason(vibeserve: Vibeserve) -> None:
    told = vibeserve("gate", "list", "first").stdout
    for part in ("asks_twice", "#1", "a judge", "it caches answers"):
        assert part in told
    assert json.loads(vibeserve("gate", "list", "first", "--json").stdout)[0]["program"] == CAUGHT.program


@pytest.mark.parametrize(
    "typed", ["gate add first {file} --accuse 9 --why x", "gate add first {file}.txt --accuse 1 --why x", "rescore nope"]
)
def test_what_cannot_be_asked_for_starts_nothing(typed: str, vibeserve: Vibeserve, demoted: Home, tmp_path: Path) -> None:
    (tmp_path / "test.py").write_text("raise SystemExit(0)\n")
    ended = vibeserve(*typed.format(file=tmp_path / "test.py").split())
    assert ended.code == 2
    assert len(ended.stderr.splitlines()) == 1
    assert not demoted.temporal_database.exists()


def test_an_ended_search_is_taken_up_where_the_review_left_it(demoted: Home) -> None:
    state = read_state(Ledger.open(demoted.ledger), "first")
    assert state.champion is not None and state.standing is not None
    assert (state.champion.number, state.standing.ratio, state.tests, state.reopened) == (0, 1.0, ("asks_twice",), True)
    assert state.exhausted == "the wall clock is used up"


def test_what_is_repeated_is_against_the_champion_of_that_time(demoted: Home) -> None:
    ledger = Ledger.open(demoted.ledger)
    evidence = read_evidence(ledger, "first", 1)
    assert (evidence.against, evidence.champion) == (0, ledger.records("first")[0].source)
    assert read_evidence(ledger, "first", 2).champion is None
    with pytest.raises(Misuse, match="no verdict yet"):
        read_evidence(ledger, "first", 4)


def test_a_search_that_broke_off_is_not_open(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    ledger, telling = Ledger.open(home.ledger), here(home, monkeypatch, capfd)
    tell(ledger)
    setting = Setting(search="first", scenario="chat", target="cpu", model="tiny", correctness="lossless")
    broken = BreakTask(setting=setting, reason="the starter is refused", when=WHEN + timedelta(hours=3))
    ledger.append("first", {BROKEN: broken.model_dump_json()}, message="Search broke off", when=broken.when)
    assert "broke off: the starter is refused" in telling("list").stdout
    assert json.loads(telling("list", "--json").stdout)[0]["broken"] == "the starter is refused"
    assert "broke off: the starter is refused" in telling("history", "first").stdout
