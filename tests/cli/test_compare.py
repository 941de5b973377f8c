"""`vibeserve compare` and `vibeserve rival` as a person meets them."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from activities.home import Home
from cli.compare import read_entrants
from cli.mistakes import Misuse
from scenarios.registry import find_scenario
from tests.cli.person import Vibeserve, start

pytestmark = pytest.mark.alone

ROOT = Path(__file__).parents[2]
FAKE = ROOT / "tests" / "activities" / "evaluation" / "rivals" / "fake_rival.py"


def test_rivals_are_listed_with_what_installs_the_missing_ones(vibeserve: Vibeserve, home: Home) -> None:
    ended = vibeserve("rival", "list", "--json")
    listed = {each["name"]: each for each in json.loads(ended.stdout)}
    assert {"transformers", "llama.cpp", "vllm", "sglang", "mlx-lm", "openvino"} <= listed.keys()
    assert listed["sglang"]["version"] is None
    assert f"{home.rivals}/sglang/bin/pip install sglang" in listed["sglang"]["install"]
    assert f"{home.rivals}/sglang/bin/pip install sglang" in vibeserve("rival", "list").stdout


def test_lists_are_read_with_commas_and_a_command_keeps_its_own() -> None:
    names = [entrant.name for entrant in read_entrants(["vllm, llama.cpp:q8_0", "command:serve --port {port} --a b,c", "vllm"])]
    assert names == ["vllm", "llama.cpp:q8_0", "command:serve --port {port} --a b,c"]
    with pytest.raises(Misuse, match="names none"):
        read_entrants([" , "])


def test_an_unknown_rival_is_one_line_before_anything_starts(vibeserve: Vibeserve) -> None:
    ended = vibeserve("compare", "chat", ".", "--rivals", "lama")
    assert (ended.code, ended.stdout) == (2, "")
    assert "unknown rival 'lama'; known: llama.cpp" in ended.stderr


def test_a_folder_is_compared_with_a_server_that_a_person_brings(furnished: Home) -> None:
    """The rival refuses GET /v1/models only when it is not OpenAI-compatible; the starter's routes serve it."""
    command = shlex.join([sys.executable, str(FAKE), "honest"]) + " --model {model} --port {port}"
    ours = str(find_scenario("chat").starter)
    ended = start(furnished, "compare", "chat", ours, "--rivals", f"command:{command}", "--model", "tiny", "--pairs", "1", "--json")
    assert ended.stdout, ended.stderr
    told = json.loads(ended.stdout)
    standing = told["standings"][0]
    assert standing["name"] == f"command:{command}"
    assert standing["agreement"]["top1"] > 0.9, ended.stderr
    assert ended.code == (0 if standing["ratio"] else 1)
