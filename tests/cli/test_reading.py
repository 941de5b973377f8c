"""Commands that read a search from git alone."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from activities.home import Home
from cli.documents import DOCUMENTS, Document
from tests.cli.person import COMMAND, Vibeserve, environment_of, start


def test_history_draws_each_candidate_below_its_parent(telling: Vibeserve) -> None:
    lines = telling("history", "first").stdout.splitlines()
    columns = {number: next(line.index(f"#{number}") for line in lines if f"#{number} " in line) for number in range(5)}
    assert columns[0] < columns[1] < columns[2] == columns[3] == columns[4]


def test_history_tells_verdicts_figures_and_reasons(telling: Vibeserve) -> None:
    told = telling("history", "first").stdout
    assert "3.40x [3.20x, 3.60x] in 3 pairs" in told
    assert "champion" in told
    assert "correctness: answer 3 differs at token 7" in told
    assert "#4 unfinished" in told
    assert "3.35x the starter" in told
    assert "1000000000" not in told, "a verdict without pairs shows no interval"


def test_show_tells_the_whole_story(telling: Vibeserve) -> None:
    told = telling("show", "first", "1").stdout
    for part in ("Claim 1", "static-kv", "17 checks", "341.0", "candidate", "held-out", "matrix products", "11 12", "a test", "0123abcd"):
        assert part in told


def test_show_of_a_refused_candidate_gives_the_evidence(telling: Vibeserve) -> None:
    assert "expected 11, got 12" in telling("show", "first", "2").stdout


def test_diff_is_a_patch_that_git_applies(telling: Vibeserve, tmp_path: Path) -> None:
    (tmp_path / "serve.py").write_text("print('candidate 0')\n")
    patch = telling("diff", "first", "0", "1").stdout
    subprocess.run(["git", "apply"], input=patch, text=True, check=True, cwd=tmp_path)
    assert (tmp_path / "serve.py").read_text() == "print('candidate 1')\n"


@pytest.mark.parametrize("typed", ["history nope", "show nope 1", "show first 9", "diff first 0 9"])
def test_what_does_not_exist_lists_what_does(typed: str, telling: Vibeserve) -> None:
    ended = telling(*typed.split())
    assert ended.code == 2
    assert len(ended.stderr.splitlines()) == 1
    assert "first" in ended.stderr


TYPED = (
    "list",
    "history first",
    "show first 1",
    "show first 4",
    "diff first 0 1",
    "status",
    "scenario list",
    "target list",
    "model list",
    "skill list",
    "skill show static-kv",
)


def document_of(typed: str) -> Document:
    """What the command that was typed prints; a group's command has two words."""
    words = typed.split()
    return DOCUMENTS.get(" ".join(words[:2])) or DOCUMENTS[words[0]]


@pytest.mark.parametrize("typed", TYPED)
def test_json_is_one_document_and_nothing_else(typed: str, telling: Vibeserve) -> None:
    ended = telling(*typed.split(), "--json")
    assert ended.code == 0
    assert TypeAdapter(document_of(typed).type()).validate_json(ended.stdout)
    assert ended.stderr == ""


def test_json_of_a_process_is_one_document_and_nothing_else(told: Home) -> None:
    ended = start(told, "history", "first", "--json")
    assert (ended.code, ended.stderr, json.loads(ended.stdout)["search"]) == (0, "", "first")


def test_list_of_an_empty_home_is_an_empty_document(vibeserve: Vibeserve) -> None:
    ended = vibeserve("list", "--json")
    assert (ended.code, json.loads(ended.stdout)) == (0, [])


def test_history_in_json_holds_every_candidate(telling: Vibeserve) -> None:
    chapters = json.loads(telling("history", "first", "--json").stdout)["chapters"]
    assert [(chapter["number"], chapter["parent"], chapter["state"]) for chapter in chapters] == [
        (0, None, "baseline"),
        (1, 0, "promoted"),
        (2, 1, "rejected"),
        (3, 1, "undecided"),
        (4, chapters[4]["parent"], "unfinished"),
    ]
    assert chapters[3]["ratio"] is None


def test_a_reader_that_goes_away_is_no_trouble(told: Home) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        ended = subprocess.run(
            [COMMAND, "history", "first"], stdout=gone, stderr=subprocess.PIPE, text=True, check=False, env=environment_of(told)
        )
    assert "Traceback" not in ended.stderr


def test_doctor_finds_nothing_essential_missing_where_the_tests_run(vibeserve: Vibeserve, home: Home) -> None:
    ended = vibeserve("doctor", "--json")
    findings = {finding["name"]: finding for finding in json.loads(ended.stdout)}
    assert {"Python", "git", "sandbox", "Temporal", "torch", "transformers", "g++", "disk", "cores", "memory", "home"} <= findings.keys()
    assert [name for name, finding in findings.items() if finding["state"] == "missing"] == []
    assert ended.code == 0
    assert not home.root.exists()


def test_doctor_says_what_to_do_about_a_missing_program(told: Home, tmp_path: Path) -> None:
    ended = start(told, "doctor", PATH=str(tmp_path))
    assert ended.code == 1
    assert "install git" in ended.stdout
    assert "bubblewrap" in ended.stdout
    assert ended.stderr.splitlines()[-1].startswith("vibeserve: missing:")
