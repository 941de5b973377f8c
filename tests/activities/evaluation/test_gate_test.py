"""A test joins the gate only when it fails on the accused and passes on the starter every time, and it reaches nothing but the socket."""

import pytest

from activities.evaluation.gate import Passed
from activities.evaluation.gate_test import check_tests, run_test, try_test
from activities.evaluation.ground import Ground
from search.gate_test import GateTest
from search.verdict import Rejected
from tests.conftest import Start

ASKS = """
import argparse, http.client, json, os, socket
parser = argparse.ArgumentParser()
for name in ("--socket", "--model", "--seed"):
    parser.add_argument(name, required=True)
given = parser.parse_args()

class Local(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(given.socket)

def ask(stop):
    connection = Local("candidate")
    body = {"prompt": "one two " + given.seed, "max_tokens": 12, "temperature": 0, "ignore_eos": True, "stop": stop}
    connection.request("POST", "/v1/completions", json.dumps(body), {"Content-Type": "application/json"})
    return json.loads(connection.getresponse().read())["choices"][0]["text"]
"""
STOPS = (
    ASKS
    + """
whole = ask([])
word = whole[len(whole) // 2]
if word in ask([word]):
    print("it goes on past a stop string")
    raise SystemExit(1)
print("it stops")
"""
)


def made(program: str, name: str = "stops") -> GateTest:
    return GateTest(name=name, program=program, author="tests", why="it ignores stop strings", accused=1)


async def test_a_finding_is_accepted_with_its_reason(strict: Ground, start: Start) -> None:
    trial = await try_test(strict, made(STOPS), accused=start("ignores_stop"), starter=start("honest_bursts"), seeds=(1, 2, 3))
    assert (trial.accepted, trial.reason) == (True, "it goes on past a stop string"), trial


async def test_what_fails_on_the_starter_too_is_no_finding(strict: Ground, start: Start) -> None:
    always = made("print('always')\nraise SystemExit(1)\n")
    trial = await try_test(strict, always, accused=start("ignores_stop"), starter=start("honest_bursts"), seeds=(1, 2))
    assert not trial.accepted
    assert "on the starter with seed 1 it fails (always)" in trial.reason


async def test_what_depends_on_the_seed_is_no_finding(strict: Ground, start: Start) -> None:
    some = made("import sys\nprint('by chance')\nraise SystemExit(int(sys.argv[-1]) % 2)\n")
    trial = await try_test(strict, some, accused=start("ignores_stop"), starter=start("honest_bursts"), seeds=(1, 2))
    assert not trial.accepted
    assert "with seed 2 it passes" in trial.reason


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("raise KeyError('no such field')\n", "exit code 1: KeyError: 'no such field'"),
        ("print('a bad end')\nraise SystemExit(3)\n", "exit code 3"),
        ("import time\nprint('slow', flush=True)\ntime.sleep(60)\n", "longer than 2 s"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 80), 1)\n", "exit code 1"),
        ("open('/candidate/serve.py')\n", "No such file"),
        ("open('/run/candidate/planted', 'w')\n", "Read-only file system"),
    ],
)
async def test_what_breaks_or_reaches_further_is_no_finding(strict: Ground, start: Start, program: str, reason: str) -> None:
    ran = await run_test(strict, start("honest_bursts"), made(program), seed=1, limit_seconds=2.0)
    assert ran.outcome == "broken"
    assert reason in ran.reason, ran


async def test_the_gate_refuses_who_fails_and_passes_who_does_not(strict: Ground, start: Start) -> None:
    starter = start("honest_bursts")
    refused = await check_tests(strict, start("ignores_stop"), tests=[made(STOPS)], starter=starter, seed=5)
    assert isinstance(refused, Rejected)
    assert (refused.stage, refused.reason) == ("tests", "stops: it goes on past a stop string")
    assert await check_tests(strict, starter, tests=[made(STOPS)], starter=starter, seed=5) == Passed(summary="1 of 1 tests pass")


async def test_who_breaks_a_test_that_the_starter_passes_is_refused(strict: Ground, start: Start) -> None:
    """Else a candidate that crashes or hangs when it is tested would pass."""
    often = made(ASKS + "for _ in range(8):\n    ask([])\n")
    refused = await check_tests(strict, start("crashes_when_asked"), tests=[often], starter=start("honest_bursts"), seed=5)
    assert isinstance(refused, Rejected)
    assert "which the starter passes, breaks" in refused.reason


async def test_a_test_that_breaks_everywhere_refuses_nobody(strict: Ground, start: Start) -> None:
    broken = made("raise SystemExit(9)\n", name="broken")
    honest = start("honest_bursts")
    outcome = await check_tests(strict, honest, tests=[broken], starter=honest, seed=5)
    assert outcome == Passed(summary="0 of 1 tests pass; broken on the starter too: broken")
