"""What a person sees who types something wrong: one line, the right exit code, and nothing on stdout."""

import pytest
from typer.testing import CliRunner

from activities.home import Home
from cli.commands import app
from scenarios.registry import SCENARIOS
from tests.cli.person import Vibeserve, start
from tests.cli.walk import all_commands

KNOWN = ", ".join(sorted(SCENARIOS))
MISTAKES = {
    "bogus": "bogus",
    "model": "Missing command",
    "search": "SCENARIO",
    "search nope": f"known: {KNOWN}",
    "search chat --target abacus": "known: cpu",
    "search chat --model enormous": "tiny, small, full",
    "search chat --agent oracle": "known: recipes",
    "search chat --agent external:": "name a command",
    "search chat --agent external --agent-network": "runs no command",
    "search chat --agent external --policy random": "says what it tests",
    "work submit first": "named SEARCH/NUMBER",
    "work submit first/1 --claim short": "--claim",
    "work submit first/1 --expect nan": "--claim",
    "work claim first/1 --minutes nan": "--minutes",
    "work abandon first/1 --why no": "--why",
    "search chat --policy hope": "bandit",
    "search chat --baseline hope": "bandit",
    "search chat --policy random --baseline random": "a baseline has another",
    f"search chat --name {'a' * 30} --baseline random": "too long for a baseline",
    "search chat --correctness vague": "lossless, bounded",
    "search chat --looks 10,3": "rise",
    "search chat --looks three": "separated by commas",
    "search chat --name Not_a_name": "small letters",
    "search chat --candidates 0": "--candidates",
    "evaluate chat /nowhere": "not a folder",
    "evaluate nope /tmp": f"known: {KNOWN}",
    "skill show sorcery": "static-kv",
    "skill list --scenario nope": "chat",
    "skill list --target abacus": "cpu",
    "target probe abacus": "known: cpu",
    "history first": "vibeserve search chat",
    "serve first": "neither a search",
    "serve first --port 70000": "--port",
}


@pytest.mark.parametrize("typed", MISTAKES)
def test_a_mistake_is_one_line_with_exit_code_2_and_changes_nothing(typed: str, vibeserve: Vibeserve, home: Home) -> None:
    ended = vibeserve(*typed.split())
    assert ended.code == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert MISTAKES[typed] in ended.stderr
    assert not home.root.exists()


@pytest.mark.parametrize(
    ("typed", "next_command"),
    [
        ("bogus", "vibeserve --help"),
        ("model", "vibeserve model --help"),
        ("show first", "vibeserve show --help"),
        ("skill show", "vibeserve skill show --help"),
    ],
)
def test_who_typed_something_wrong_is_told_where_it_is_explained(typed: str, next_command: str, vibeserve: Vibeserve) -> None:
    assert f"`{next_command}`" in vibeserve(*typed.split()).stderr


def test_the_exit_code_and_the_line_are_those_of_the_process(home: Home) -> None:
    ended = start(home, "search", "nope")
    assert (ended.code, ended.stdout, ended.stderr) == (2, "", f"vibeserve: unknown scenario 'nope'; known: {KNOWN}\n")


def test_a_broken_model_folder_is_refused_before_anything_is_started(vibeserve: Vibeserve, home: Home) -> None:
    home.root.parent.joinpath("weights").mkdir()
    ended = vibeserve("search", "chat", "--model", str(home.root.parent / "weights"))
    assert ended.code == 2
    assert "config.json" in ended.stderr
    assert not home.root.exists()


@pytest.mark.parametrize("command", ["search chat --model tiny --detach", "up"])
def test_without_a_sandbox_nothing_is_started(command: str, home: Home) -> None:
    ended = start(home, *command.split(), PATH="/nowhere")
    assert ended.code == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "apt-get install bubblewrap" in ended.stderr
    assert not home.root.exists()


def test_a_ledger_that_is_no_repository_fails_with_one_line(vibeserve: Vibeserve, home: Home) -> None:
    home.root.mkdir()
    home.ledger.write_text("not a repository")
    ended = vibeserve("list")
    assert ended.code == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "ledger" in ended.stderr


@pytest.mark.parametrize("command", ["watch first", "stop first"])
def test_without_an_engine_the_command_that_starts_it_is_named(command: str, telling: Vibeserve) -> None:
    ended = telling(*command.split())
    assert ended.code == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "vibeserve up" in ended.stderr


def test_a_name_that_is_taken_is_refused_with_what_to_type_instead(telling: Vibeserve) -> None:
    ended = telling("search", "chat", "--model", "tiny", "--name", "first")
    assert ended.code == 2
    assert "vibeserve watch first" in ended.stderr
    assert "--name" in ended.stderr


def test_without_arguments_the_commands_are_listed(home: Home) -> None:
    ended = start(home)
    assert ended.code == 0
    assert "search" in ended.stdout


@pytest.mark.parametrize("command", all_commands())
def test_help_says_in_one_line_what_a_command_does_and_gives_an_example(command: str) -> None:
    told = CliRunner().invoke(app, [*command.split(), "--help"], terminal_width=200).stdout
    assert "Example" in told
    assert f"vibeserve {command}" in told.split("Example")[1]


@pytest.mark.parametrize("command", all_commands())
def test_every_option_says_what_it_is_for(command: str) -> None:
    bare = [parameter.name for parameter in all_commands()[command].params if not getattr(parameter, "help", None)]
    assert bare == []


OFFERED = {
    "vibeserve hist": {"history"},
    "vibeserve search ch": {"chat"},
    "vibeserve search chat --model t": {"tiny"},
    "vibeserve history f": {"first"},
    "vibeserve show first ": {"0", "1", "2", "3", "4"},
    "vibeserve show nope ": set[str](),
    "vibeserve skill show static": {"static-kv"},
    "vibeserve compare chat first --rivals vllm,llama": {"vllm,llama.cpp"},
}


@pytest.mark.parametrize("typed", OFFERED)
def test_a_shell_offers_what_fits(typed: str, telling: Vibeserve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_VIBESERVE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split(" ")) - 1))
    ended = telling()
    assert set(ended.stdout.split()) == OFFERED[typed]
    assert ended.stderr == ""


def test_a_shell_is_offered_nothing_where_there_is_no_home(vibeserve: Vibeserve, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_VIBESERVE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "vibeserve show first ")
    monkeypatch.setenv("COMP_CWORD", "3")
    ended = vibeserve()
    assert (ended.stdout.strip(), ended.stderr) == ("", "")
    assert not home.root.exists()
