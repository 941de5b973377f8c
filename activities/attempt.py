"""Run an agent's tree on the target for it: a command, an open gate, a public load."""

import asyncio

from temporalio import activity

from activities.agents.dialogue import Call
from activities.agents.tools import trying
from activities.agents.tools.tool import BadCall, read_arguments
from activities.agents.transcript import Transcript
from activities.evaluation.ground import Ground
from activities.evaluation.server import Launch
from activities.heartbeat import beating
from activities.ledger.ledger import Ledger
from activities.session_task import Answered, ToolTask
from activities.tool import answer, answered, called
from activities.workshop import Workshop
from search.verdict import Rejected
from targets.peaks import read_peaks


class Attempter:
    """The tools that need the target's machine. An answer is looked up before anything runs."""

    def __init__(self, workshop: Workshop, ledger: Ledger) -> None:
        """The workshop of this worker, and the ledger that holds the transcripts."""
        self._workshop = workshop
        self._ledger = ledger

    @activity.defn(name="attempt")
    async def attempt(self, task: ToolTask) -> Answered:
        """The answer is in the transcript; the tree stays as it is."""
        transcript = Transcript(self._ledger, task.key.setting.search, task.key.name)
        step = await asyncio.to_thread(transcript.step, task.place)
        if step is None:
            call = await asyncio.to_thread(called, transcript, task)
            async with beating(call.name) as say, self._workshop.ground(task.key.setting, say) as ground:
                step = answer(call, await self._text(ground, task, call), task.source)
            step = await asyncio.to_thread(transcript.write, task.place, step, when=task.when)
        return answered(step, task.source)

    async def _text(self, ground: Ground, task: ToolTask, call: Call) -> str:
        launch = await self._workshop.launch(ground, task.source)
        if isinstance(launch, Rejected):
            return f"build failed: {launch.reason}\n{launch.evidence}"
        try:
            return await self._run(ground, launch, task, call)
        except BadCall as error:
            return f"error: {error}"

    async def _starter(self, ground: Ground, task: ToolTask) -> Launch:
        records = await asyncio.to_thread(self._ledger.records, task.key.setting.search)
        launch = await self._workshop.launch(ground, records[0].source)
        if isinstance(launch, Rejected):
            raise BadCall(f"the starter cannot be built on this machine: {launch.reason}")
        return launch

    async def _run(self, ground: Ground, launch: Launch, task: ToolTask, call: Call) -> str:
        match call.name:
            case "run_command":
                return await trying.run_command(ground, launch, read_arguments(trying.RunCommand, call.arguments))
            case "check_conformance":
                return await trying.try_conformance(ground, launch, task.seed)
            case "check_sample":
                return await trying.try_sample(ground, launch, task.seed)
            case "quick_benchmark":
                return await trying.try_benchmark(ground, launch, task.seed)
            case "profile":
                return await trying.try_profile(ground, launch, read_peaks(self._workshop.home.probe))
            case "try_test":
                asked = read_arguments(trying.TryTest, call.arguments)
                return await trying.try_gate_test(ground, launch, await self._starter(ground, task), asked, task.seed)
            case _:
                raise BadCall(f"there is no tool {call.name!r}")
