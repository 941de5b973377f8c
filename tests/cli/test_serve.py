"""`vibeserve serve` as OpenAI's client meets it: the starter on the model `tiny`."""

import signal
import socket
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
from openai import BadRequestError, OpenAI

from activities.home import Home
from scenarios.registry import find_scenario
from tests.cli.person import COMMAND, LIMIT_SECONDS, environment_of, start

STARTER = str(find_scenario("chat").starter)


@pytest.fixture(scope="module")
def serving(furnished: Home) -> Generator[tuple[subprocess.Popen[str], str]]:
    """The command while it serves, and the address that it printed."""
    arguments = [str(COMMAND), "serve", STARTER, "--model", "tiny", "--port", "0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment_of(furnished)) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture(scope="module")
def client(serving: tuple[subprocess.Popen[str], str]) -> Generator[OpenAI]:
    """OpenAI's client at the printed address."""
    with OpenAI(base_url=serving[1], api_key="none", timeout=30, max_retries=0) as client:
        yield client


def test_a_chat_is_answered(client: OpenAI) -> None:
    answer = client.chat.completions.create(model="default", messages=[{"role": "user", "content": "one two"}], max_tokens=8)
    assert answer.choices[0].message.content
    assert answer.usage is not None
    assert answer.usage.completion_tokens <= 8


def test_a_stream_gives_the_same_text_as_the_whole(client: OpenAI) -> None:
    whole = client.completions.create(model="default", prompt="one two three", max_tokens=8, temperature=0)
    parts = client.completions.create(model="default", prompt="one two three", max_tokens=8, temperature=0, stream=True)
    assert "".join(part.choices[0].text for part in parts if part.choices) == whole.choices[0].text


def test_a_bad_request_is_refused_and_the_next_one_answered(client: OpenAI) -> None:
    with pytest.raises(BadRequestError):
        client.completions.create(model="default", prompt="one", max_tokens=-1)
    assert client.completions.create(model="default", prompt="one", max_tokens=2).choices


def test_ctrl_c_ends_it_and_leaves_nothing_behind(furnished: Home, serving: tuple[subprocess.Popen[str], str], client: OpenAI) -> None:
    process, address = serving
    assert client.completions.create(model="default", prompt="one", max_tokens=1).choices
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=LIMIT_SECONDS) == 0
    assert list(furnished.runs.iterdir()) == []
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", int(address.removesuffix("/v1").rsplit(":", 1)[1])))


def test_a_candidate_that_does_not_serve_is_told_with_its_reason(furnished: Home) -> None:
    ended = start(furnished, "serve", "first", "--port", "0")
    assert (ended.code, ended.stdout) == (1, "")
    assert "candidate 1 of first does not serve: exited with code 0" in ended.stderr.splitlines()[-1]


def test_a_port_in_use_is_one_line_before_anything_starts(furnished: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = start(furnished, "serve", STARTER, "--port", str(taken.getsockname()[1]))
    assert ended.code == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "--port" in ended.stderr


def test_a_broken_model_is_one_line(furnished: Home, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    ended = start(furnished, "serve", STARTER, "--model", str(tmp_path))
    assert ended.code == 2
    assert len(ended.stderr.splitlines()) == 1
