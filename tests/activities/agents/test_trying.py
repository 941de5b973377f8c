"""The tools that run a tree: what they tell, that they are bounded, and that they leave nothing."""

from pathlib import Path

import pytest

from activities.agents.role import ROLES
from activities.agents.tools.trying import RunCommand, TryTest, run_command, try_benchmark, try_conformance, try_gate_test, try_sample
from activities.evaluation.ground import Ground
from tests.conftest import Start

pytestmark = pytest.mark.alone


async def test_a_command_runs_in_a_copy_that_is_gone_afterwards(strict: Ground, start: Start) -> None:
    launch = start("honest_bursts")
    told = await run_command(strict, launch, RunCommand(command="echo hidden > new.txt; ls; ls /model; exit 3"))
    assert told.startswith("exited with code 3")
    assert "serve.py" in told and "new.txt" in told and "config.json" in told
    assert not (launch.candidate / "new.txt").exists()
    assert [path for path in strict.home.runs.iterdir() if path.is_dir()] == []


async def test_a_command_sees_neither_network_nor_ledger_nor_project(strict: Ground, start: Start) -> None:
    project = Path(__file__).parents[3]
    looks = f"ls {project} {strict.home.root} 2>&1; python -c 'import activities' 2>&1 | tail -1; cat /proc/net/route | wc -l"
    told = await run_command(strict, start("honest_bursts"), RunCommand(command=looks))
    assert "No module named 'activities'" in told
    assert "ledger" not in told and "worker.py" not in told
    assert told.strip().endswith("1"), "no route leads anywhere"


async def test_a_command_that_takes_too_long_is_ended(strict: Ground, start: Start) -> None:
    told = await run_command(strict, start("honest_bursts"), RunCommand(command="sleep 60", seconds=1))
    assert told.startswith("exited with code 124")


async def test_gates_and_loads_can_be_tried_and_say_that_they_do_not_count(strict: Ground, start: Start) -> None:
    launch = start("honest_bursts")
    assert (await try_conformance(strict, launch, 3)).startswith("passed: ")
    assert (await try_sample(strict, launch, 5)).startswith("passed: ")
    figure = await try_benchmark(strict, launch, 6)
    assert "tokens/s" in figure and "does not count" in figure


async def test_a_server_that_does_not_start_tells_its_log(strict: Ground, start: Start) -> None:
    assert "no kernel image is available" in await try_benchmark(strict, start("crashes_at_start"), 7)
    assert (await try_sample(strict, start("constant_output"), 8)).startswith("failed: ")


async def test_the_beginning_that_a_judge_is_given_runs_on_both(strict: Ground, start: Start) -> None:
    """The program in the judge's prompt reaches a candidate, and a test made of it tells one that ignores stop strings from the starter."""
    lines = ROLES["judge"].prompt().split("A beginning that you may use:\n\n")[1].split("\nHow to work")[0].splitlines()
    stops = """
prompt = " ".join(chance.choices(["one", "two", "three", "four"], k=8))
whole = ask(prompt=prompt)["choices"][0]["text"]
word = whole[len(whole) // 2]
if word in ask(prompt=prompt, stop=[word])["choices"][0]["text"]:
    print("it goes on past a stop string")
    raise SystemExit(1)
"""
    program = "\n".join(line.removeprefix("    ") for line in lines) + stops
    told = await try_gate_test(strict, start("ignores_stop"), start("honest_bursts"), TryTest(program=program), 5)
    assert told.startswith("on the candidate: failed (it goes on past a stop string)"), told
    assert "on the starter: passed" in told
