"""The gate `correctness`: hidden questions to a fresh server, together, alone and as the load asks, judged by the reference."""

from collections.abc import Sequence

from activities.evaluation.answers import Answered, Findings, judge
from activities.evaluation.dictation import dictate
from activities.evaluation.gate import Passed, ending, rejected, server_failed
from activities.evaluation.ground import Ground
from activities.evaluation.questioning import question
from activities.evaluation.server import Launch, ServerFailed, serving
from search.verdict import Rejected

STAGE = "correctness"
_SHOWN = 3


async def check_correctness(ground: Ground, launch: Launch, *, seed: int) -> Passed | Rejected:
    """Everything that was answered is judged together; see `questioning` for what is asked."""
    async with ground.leased() as lease:
        try:
            async with serving(launch, runs=ground.home.runs, lease=lease) as server:
                ask = dictate if ground.scenario.api == "speech" else question
                answered = await ask(server, ground, seed=seed)
                failed = any(one.exchange.fault for one in answered)
                gone, log = await ending(server) if failed else None, server.log_tail(2000)
        except ServerFailed as failed:
            return server_failed(STAGE, failed)
        if gone:
            return rejected(STAGE, f"the server {gone} while it answered", log)
        ground.say("the reference judges the answers")
        return _conclude(await judge(ground, answered, ground.policy), answered, log)


def _conclude(findings: Findings, answered: Sequence[Answered], log: str) -> Passed | Rejected:
    if not findings.wrong:
        return Passed(summary=f"{len(answered)} answers with {findings.tokens} tokens agree with the reference")
    reason = f"{len(findings.wrong)} of {len(answered)} answers are wrong: {findings.wrong[0].reason}"
    shown = "\n".join(finding.evidence for finding in findings.wrong[:_SHOWN])
    return rejected(STAGE, reason, f"{shown}\nlog: {log}")
