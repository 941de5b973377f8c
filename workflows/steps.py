"""The steps of a search as typed calls: which activity, on which queue, within which limits."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.evaluation.gate_test import Trial
from activities.notify_task import NotifyTask
from activities.review_task import AnalysisTask, BreakTask, ExamTask, Frontier, FrontierTask, KeepTask, ReviewTask, TrialTask
from activities.session_task import Answered, Briefed, BriefTask, Replied, ReplyTask, SayTask, ToolTask
from activities.task import (
    CheckTask,
    Conclusion,
    CopyTask,
    Foundation,
    FoundTask,
    GateReport,
    GenerateTask,
    HistoriesTask,
    NoteTask,
    Novelty,
    NoveltyTask,
    PairTask,
    Plan,
    PlanTask,
    ProfileReport,
    RecordTask,
    Retriable,
    RetryTask,
    RollbackTask,
    RolledBack,
    Setting,
)
from activities.work_task import CommandTask, Handing, HandInTask, OpenTask
from search.measurement import Pair
from search.source import Source
from search.value import Value
from search.verdict import Rejected
from workflows import limits
from workflows.identity import AGENTS_QUEUE, checks_queue, device_queue, work_queue


async def prepare(setting: Setting) -> Foundation:
    """Make the model, calibrate the reference, probe the machine."""
    return await _on_device("prepare", setting, Foundation, queue=checks_queue(setting.target))


async def found(task: FoundTask) -> Source:
    """Create the search in the ledger; the starter's source."""
    return await _in_ledger("found", task, Source, limit=limits.QUICK_STEP)


async def plan(task: PlanTask) -> Plan:
    """The next hypothesis."""
    return await _in_ledger("plan", task, Plan, limit=limits.QUICK_STEP)


async def generate(task: GenerateTask) -> Source:
    """Write the candidate and commit it to its branch."""
    return await _in_ledger("generate", task, Source, limit=limits.WRITE_STEP)


async def brief(task: BriefTask) -> Briefed:
    """The first words of an agent's session."""
    return await _in_ledger("brief", task, Briefed, limit=limits.QUICK_STEP)


async def say(task: SayTask) -> int:
    """Words to an agent; the next free place."""
    return await _in_ledger("say", task, int, limit=limits.QUICK_STEP)


async def reply(task: ReplyTask, *, within: timedelta | None) -> Replied:
    """What a model says next; an endpoint that is busy is asked again when it says so, as long as there is time."""
    return await workflow.execute_activity(
        "reply",
        task,
        result_type=Replied,
        task_queue=AGENTS_QUEUE,
        start_to_close_timeout=limits.REPLY_STEP,
        schedule_to_close_timeout=within,
        heartbeat_timeout=limits.HEARTBEAT,
        retry_policy=limits.REPLY_RETRY,
    )


async def tool(task: ToolTask) -> Answered:
    """A tool that reads the ledger or changes the tree."""
    return await _in_ledger("tool", task, Answered, limit=limits.QUICK_STEP)


async def attempt(task: ToolTask) -> Answered:
    """A tool that runs the tree."""
    return await _on_device("attempt", task, Answered, queue=checks_queue(task.key.setting.target))


async def open_work(task: OpenTask) -> Source:
    """Branch, brief and folder for an outside author."""
    return await _in_ledger("open_work", task, Source, limit=limits.QUICK_STEP)


async def work_command(task: CommandTask) -> Handing:
    """A command writes the candidate."""
    return await _on_device("work_command", task, Handing, queue=work_queue(task.work.setting.target))


async def hand_in(task: HandInTask) -> Source:
    """What an outside author handed in, in the ledger."""
    return await _in_ledger("hand_in", task, Source, limit=limits.QUICK_STEP)


async def copy(task: CopyTask) -> Source:
    """An earlier tree on a branch of its own."""
    return await _in_ledger("copy", task, Source, limit=limits.QUICK_STEP)


async def note(task: NoteTask) -> None:
    """One more file in the journal."""
    await _in_ledger("note", task, type(None), limit=limits.QUICK_STEP)


async def roll_back(task: RollbackTask) -> RolledBack:
    """An earlier champion reigns again, in the ledger."""
    return await _in_ledger("roll_back", task, RolledBack, limit=limits.QUICK_STEP)


async def find_retriable(task: RetryTask) -> Retriable:
    """Whether a candidate's tree may be judged again."""
    return await _in_ledger("find_retriable", task, Retriable, limit=limits.QUICK_STEP)


async def novelty(task: NoveltyTask) -> Novelty:
    """A rejection when the same tree was judged before."""
    return await _in_ledger("novelty", task, Novelty, limit=limits.QUICK_STEP)


async def gate(name: str, task: CheckTask) -> GateReport:
    """One of the gates `build`, `conformance`, `correctness`."""
    return await _on_device(name, task, GateReport, queue=checks_queue(task.setting.target))


async def measure_pair(task: PairTask) -> Pair | Rejected:
    """Champion and candidate back to back."""
    return await _on_device("measure_pair", task, Pair | Rejected, queue=device_queue(task.setting.target))


async def profile(task: CheckTask) -> ProfileReport:
    """Where a champion's time goes."""
    return await _on_device("profile", task, ProfileReport, queue=device_queue(task.setting.target))


async def record(task: RecordTask) -> Source:
    """The verdict, in the ledger; the candidate's last commit."""
    return await _in_ledger("record", task, Source, limit=limits.QUICK_STEP)


async def try_test(task: TrialTask) -> Trial:
    """Whether a test is a finding."""
    return await _on_device("try_test", task, Trial, queue=checks_queue(task.setting.target))


async def examine(task: ExamTask) -> GateReport:
    """The gate `tests`."""
    return await _on_device("examine", task, GateReport, queue=checks_queue(task.setting.target))


async def keep_test(task: KeepTask) -> None:
    """A test joins the gate, in the ledger."""
    await _in_ledger("keep_test", task, type(None), limit=limits.QUICK_STEP)


async def keep_analysis(task: AnalysisTask) -> None:
    """What an analyst said, in the ledger."""
    await _in_ledger("keep_analysis", task, type(None), limit=limits.QUICK_STEP)


async def frontier(task: FrontierTask) -> Frontier:
    """Who is to be judged again."""
    return await _in_ledger("frontier", task, Frontier, limit=limits.QUICK_STEP)


async def champions(task: FrontierTask) -> Frontier:
    """Every champion that still stands."""
    return await _in_ledger("champions", task, Frontier, limit=limits.QUICK_STEP)


async def review(task: ReviewTask) -> None:
    """What a review found, in the ledger."""
    await _in_ledger("review", task, type(None), limit=limits.QUICK_STEP)


async def notify(task: NotifyTask) -> str:
    """A notice, to its receiver; tried again while it is news."""
    return await workflow.execute_activity(
        "notify",
        task,
        result_type=str,
        task_queue=AGENTS_QUEUE,
        start_to_close_timeout=limits.NOTICE_STEP,
        schedule_to_close_timeout=limits.NOTICE_LIFE,
        retry_policy=limits.NOTICE_RETRY,
    )


async def break_off(task: BreakTask) -> None:
    """That the search broke off, in the ledger; given up where the ledger itself is what broke."""
    await workflow.execute_activity(
        "break_off",
        task,
        task_queue=AGENTS_QUEUE,
        start_to_close_timeout=limits.QUICK_STEP,
        heartbeat_timeout=limits.HEARTBEAT,
        retry_policy=limits.LAST_WORDS,
    )


async def export_histories(task: HistoriesTask) -> None:
    """Temporal's own histories, in the ledger; no search fails because they cannot be read."""
    with suppress(ActivityError):
        await workflow.execute_activity(
            "export_histories",
            task,
            task_queue=AGENTS_QUEUE,
            start_to_close_timeout=limits.QUICK_STEP,
            schedule_to_close_timeout=limits.EXPORT,
            retry_policy=limits.LAST_WORDS,
        )


async def conclude(conclusion: Conclusion) -> None:
    """The end of the search, in the ledger."""
    await _in_ledger("conclude", conclusion, type(None), limit=limits.QUICK_STEP)


def heed() -> None:
    """Go no further when cancelled: a step that nobody could cut off any more ends well, and hides that it was cancelled."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _in_ledger(name: str, task: Value, answer: Any, *, limit: timedelta) -> Any:
    """A step that any machine with the ledger can take; it is short, so that it is finished where it was cancelled."""
    done = await workflow.execute_activity(
        name,
        task,
        result_type=answer,
        task_queue=AGENTS_QUEUE,
        start_to_close_timeout=limit,
        heartbeat_timeout=limits.HEARTBEAT,
        retry_policy=limits.RETRY,
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    )
    heed()
    return done


async def _on_device(name: str, task: Value, answer: Any, *, queue: str) -> Any:
    """A step on the target's machine: it beats, and ends its processes before it counts as cancelled."""
    done = await workflow.execute_activity(
        name,
        task,
        result_type=answer,
        task_queue=queue,
        start_to_close_timeout=limits.DEVICE_STEP,
        heartbeat_timeout=limits.HEARTBEAT,
        retry_policy=limits.RETRY,
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    )
    heed()
    return done
