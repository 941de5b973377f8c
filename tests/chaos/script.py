"""The search that is hurt: models that say the same to the same words, and a judge that finds the same of the same tree."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from temporalio import activity

from activities.task import PairTask
from search.measurement import Pair
from search.spec import Budget, Spec
from tests.fakes.model_server import Answer, Says
from tests.workflows.judged_by_text import TextJudge
from tests.workflows.models_bench import CAUGHT, DIAGNOSIS, HONEST, role_of
from tests.workflows.session_bench import PLAN, SUBMIT

TREES: Mapping[int, tuple[str, str]] = {
    1: ("SPEED = 20\n", ""),
    2: ("SPEED = 15\nWRONG\n", "SPEED = 15\n"),
    3: ("SPEED = 90\nWRONG\n", "SPEED = 90\nWRONG\n# again\n"),
    4: ("SPEED = 60\nCACHED = 0\n", "SPEED = 60\n"),
}
"""What each candidate is at first, and after a report: promoted; mended but slower; rejected; caught by the judge, mended, promoted."""
TARGET = "scripted"


def scripted_spec(name: str, candidates: int = len(TREES)) -> Spec:
    """One candidate after the other, so that each life of the search is the same."""
    return Spec(
        name=name,
        scenario="chat",
        target=TARGET,
        model="tiny",
        agent="openai:planner=thinker,implementer=writer",
        policy="planner",
        correctness="lossless",
        seed=7,
        parallel=1,
        looks=(3, 6),
        budget=Budget(candidates=candidates, wall_clock=timedelta(hours=5000), tokens=10**9, dollars=1000.0),
    )


def speak(asked: Mapping[str, Any]) -> Answer:
    """The planner plans the next number, the implementer writes what stands in `TREES`; whoever asks again is told the same."""
    messages = asked["messages"]
    match role_of(asked):
        case "planner":
            return _plan(messages[1]["content"])
        case "judge":
            return Says(calls=[("submit", CAUGHT if "+CACHED" in messages[1]["content"] else HONEST)])
        case "analyst":
            return Says(calls=[("submit", DIAGNOSIS)])
        case _:
            return _work(messages)


def _plan(told: str) -> Answer:
    number, champion = (int(re.findall(words, told)[0]) for words in (r"Finished candidates \((\d+)", r"The champion is candidate (\d+)"))
    return Says(calls=[("submit", {**PLAN, "parent": champion, "claim": f"candidate {number} is faster than the champion"})])


def _work(messages: Sequence[Mapping[str, Any]]) -> Answer:
    number = int(re.findall(r"claim: candidate (\d+) is faster", messages[1]["content"])[0])
    first, mended = TREES[number]
    if "refused your tree" in messages[-1]["content"]:
        repairs = sum("refused your tree" in str(message["content"]) for message in messages)
        return Says(calls=[_write(mended + "#\n" * repairs), SUBMIT])
    if messages[-1]["role"] == "tool":
        return Says(calls=[SUBMIT])
    return Says(calls=[_write(first)])


class SteadyJudge(TextJudge):
    """Its noise follows from the pair's number, not from the seed, which is drawn anew in each life."""

    @activity.defn(name="measure_pair")
    async def measure_pair(self, task: PairTask) -> Pair:
        """As fast as the texts say."""
        measured = await TextJudge.measure_pair(self, task.model_copy(update={"seed": 400 + 40 * task.pair}))
        return measured.model_copy(update={"seed": task.seed})


def _write(text: str) -> tuple[str, Mapping[str, str]]:
    return "create_file", {"path": "serve.py", "text": text}
