"""An agent at work: each reply is one step, each call of a tool another; texts and trees are in the ledger, places and names here."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError

from activities.agents.role import ON_TARGET, ROLES
from activities.session_task import Answered, Brief, BriefTask, CallName, Replied, ReplyTask, SayTask, SessionKey, ToolTask
from search.budget import UNLIMITED, Allowance
from search.source import Source
from search.spending import Spending, together, total_dollars, total_tokens
from search.value import Value
from search.verdict import Rejected
from workflows import limits, steps

TIME_OVER = "the search's time was over before anything was handed in"
MISFITS = 2
"""Submissions that do not fit after which a session has failed: one correction is granted."""


class SessionTask(Value):
    """A session from its beginning, or from where it was left."""

    key: SessionKey
    brief: Brief
    rejected: Rejected | None = None
    """A gate's report, with which the session goes on."""
    place: int = 0
    """The next free one; 0 before the brief."""
    source: Source | None = None
    turns: int = 0
    """Replies so far."""
    misfits: int = 0
    """Submissions that did not fit."""
    astray: bool = False
    """Whether the last reply led nowhere."""
    spending: tuple[Spending, ...] = ()
    allowed: Allowance = UNLIMITED


class SessionEnd(Value):
    """How a session ended, and what is needed to go on with it."""

    task: SessionTask
    source: Source
    submission: str = ""
    failed: str = ""
    """Why nothing was handed in; empty when something was."""
    final: bool = False
    """Whether no other session would fare better."""


@workflow.defn(name="Session")
class SessionWorkflow:
    """One conversation with one model."""

    @workflow.init
    def __init__(self, task: SessionTask) -> None:
        """Take up the conversation where it was left."""
        self._task = task

    @workflow.run
    async def run(self, task: SessionTask) -> SessionEnd:
        """Brief, then reply and tools in turn until something is handed in or nothing more can be had."""
        await self._open()
        while True:
            if limit := self._used_up():
                return self._end(failed=limit)
            replied = await self._reply()
            if replied.failed:
                return self._end(failed=replied.failed, final=replied.final)
            submission = replied.submission or await self._carry_out(replied.calls)
            if submission:
                return self._end(submission=submission)
            if self._task.misfits == MISFITS:
                return self._end(failed="what was handed in does not fit, also after a correction")
            if replied.problem and self._task.astray:
                return self._end(failed="the model's replies lead nowhere, also after a correction")
            await self._mind(replied.problem)
            if workflow.info().get_current_history_length() > limits.DRAIN_EVENTS:
                workflow.continue_as_new(self._task)

    @workflow.query
    def progress(self) -> SessionTask:
        """How far it is."""
        return self._task

    async def _open(self) -> None:
        task = self._task
        if task.place == 0:
            briefed = await steps.brief(BriefTask(key=task.key, brief=task.brief, place=0, when=workflow.now()))
            self._become(place=briefed.place, source=briefed.source)
        if task.rejected:
            await self._say(rejected=task.rejected)
            self._become(rejected=None, misfits=0, astray=False)

    async def _reply(self) -> Replied:
        task = self._task
        asked = ReplyTask(key=task.key, place=task.place, when=workflow.now())
        try:
            replied = await steps.reply(asked, within=task.allowed.ends_by and task.allowed.ends_by - workflow.now())
        except ActivityError as error:
            replied = Replied(failed=_time_over(error))
        spent = (replied.spending,) if replied.spending else ()
        written = 0 if replied.failed and not replied.spending else 1
        self._become(place=task.place + written, turns=task.turns + 1, spending=together((*task.spending, *spent)))
        return replied

    async def _carry_out(self, calls: tuple[CallName, ...]) -> str:
        """All calls of a reply in order; what was handed in, or nothing."""
        reply, submission = self._task.place - 1, ""
        for call in calls:
            answered = await self._use(call, reply)
            submission = submission or answered.submission
            self._become(place=self._task.place + 1, source=answered.source, misfits=self._task.misfits + answered.misfit)
        return submission

    async def _use(self, call: CallName, reply: int) -> Answered:
        key, seed = self._task.key, workflow.random().getrandbits(48)
        task = ToolTask(
            key=key, reply=reply, index=call.index, place=self._task.place, source=self._source(), when=workflow.now(), seed=seed
        )
        if call.tool in ON_TARGET and call.tool in ROLES[key.role].tools:
            return await steps.attempt(task)
        return await steps.tool(task)

    async def _mind(self, problem: str) -> None:
        """Tell the model once that a reply led nowhere."""
        if problem:
            await self._say(text=problem)
        self._become(astray=bool(problem))

    async def _say(self, *, text: str = "", rejected: Rejected | None = None) -> None:
        place = await steps.say(SayTask(key=self._task.key, place=self._task.place, text=text, rejected=rejected, when=workflow.now()))
        self._become(place=place)

    def _used_up(self) -> str:
        """Which limit is reached; empty while none is."""
        task = self._task
        if task.turns >= ROLES[task.key.role].turns:
            return f"nothing was handed in within {task.turns} replies"
        if total_tokens(task.spending) >= ROLES[task.key.role].session_tokens:
            return f"nothing was handed in within {ROLES[task.key.role].session_tokens} tokens"
        if task.allowed.tokens is not None and total_tokens(task.spending) >= task.allowed.tokens:
            return "the budget of tokens is used up"
        if task.allowed.dollars is not None and total_dollars(task.spending) >= task.allowed.dollars:
            return "the budget of dollars is used up"
        if task.allowed.ends_by is not None and workflow.now() >= task.allowed.ends_by:
            return TIME_OVER
        return ""

    def _source(self) -> Source:
        assert self._task.source is not None
        return self._task.source

    def _end(self, *, submission: str = "", failed: str = "", final: bool = False) -> SessionEnd:
        return SessionEnd(task=self._task, source=self._source(), submission=submission, failed=failed, final=final)

    def _become(self, **changes: object) -> None:
        self._task = self._task.model_copy(update=changes)


def _time_over(error: ActivityError) -> str:
    """A reply is asked for again until the search's time is over; whatever else it fails from is no matter of time."""
    match error.cause:
        case TimeoutError():
            return TIME_OVER
        case ApplicationError(type="ModelUnavailable", message=words):
            return f"{TIME_OVER}: {words}"
        case _:
            raise error
