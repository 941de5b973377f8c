"""Ask a model for the next message of a session; what it said is in the journal before anybody is told."""

import asyncio
from collections.abc import Mapping

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.agents.assignment import read_assignment
from activities.agents.compaction import compacted, tokens_of
from activities.agents.dialogue import Message, Reply
from activities.agents.memory import remember
from activities.agents.openai_endpoint import Endpoint
from activities.agents.prices import Price, price_of
from activities.agents.role import ROLES, Role
from activities.agents.schemas import Proposal
from activities.agents.tools.handing_in import check_proposal, plain_submission
from activities.agents.tools.registry import offers
from activities.agents.tools.tool import BadCall
from activities.agents.transcript import Step, Transcript
from activities.agents.trouble import ContextOverflow, ModelRefused, ModelUnavailable
from activities.heartbeat import beating
from activities.ledger.ledger import Ledger
from activities.session_task import CallName, Replied, ReplyTask
from search.spending import Spending

MOST_CALLS = 16
"""In one reply; what is beyond was not asked for."""
CONTEXT_SHARE = 0.8
"""Of a model's context may be filled with what was said."""
SHRINKINGS = 4
CUT = "Your reply was cut off at its limit of tokens, and nothing in it was carried out. Go on in smaller steps."
IDLE = "That called no tool, and hands nothing in. Use the tools, and call `submit` when you are done."


class Replier:
    """One reply per place, paid once: what was said before is looked up first."""

    def __init__(self, ledger: Ledger, endpoint: Endpoint, prices: Mapping[str, Price]) -> None:
        """The ledger of this home and the models that can be asked."""
        self._ledger = ledger
        self._endpoint = endpoint
        self._prices = prices

    @activity.defn(name="reply")
    async def reply(self, task: ReplyTask) -> Replied:
        """What the model said; an endpoint that cannot answer now is an error that says when to come again."""
        transcript = Transcript(self._ledger, task.key.setting.search, task.key.name)
        step = await asyncio.to_thread(transcript.step, task.place)
        if step is None:
            try:
                async with beating("the model is thinking"):
                    step = await self._ask(task, await asyncio.to_thread(transcript.messages, task.place))
            except ModelUnavailable as error:
                raise ApplicationError(str(error), type="ModelUnavailable", next_retry_delay=error.delay) from None
            except ModelRefused as error:
                return Replied(failed=str(error), final=error.final)
            except ContextOverflow as error:
                return Replied(failed=f"the session does not fit the model's context: {error}")
            step = await asyncio.to_thread(transcript.write, task.place, step, when=task.when)
        return await asyncio.to_thread(self._checked, task, _replied(step, ROLES[task.key.role]))

    def _checked(self, task: ReplyTask, replied: Replied) -> Replied:
        """A plan that was written as plain JSON is held to the same as one that was handed in by the tool."""
        if not replied.submission or ROLES[task.key.role].hands_in is not Proposal:
            return replied
        try:
            check_proposal(self._ledger, task.key.setting.search, replied.submission)
            remember(self._ledger, task.key, replied.submission, when=task.when)
        except BadCall as error:
            return replied.model_copy(update={"submission": "", "problem": str(error)})
        return replied

    async def _ask(self, task: ReplyTask, messages: tuple[Message, ...]) -> Step:
        """Tries a shorter conversation when the model finds this one too long."""
        key, role = task.key, ROLES[task.key.role]
        model = read_assignment(key.agent).model(key.role, f"{key.setting.search}/{key.name}")
        price = price_of(self._prices, model)
        limit = int(price.context_tokens * CONTEXT_SHARE) - role.reply_tokens
        for shrinking in range(SHRINKINGS):
            told = compacted(messages, max(limit, 1000) >> shrinking)
            try:
                reply = await self._endpoint.ask(model, told, offers(role), max_tokens=role.reply_tokens)
            except ContextOverflow:
                limit = min(limit, tokens_of(told))
                continue
            return _step(reply, place=task.place, role=role, price=price)
        raise ContextOverflow(f"{len(messages)} messages, shortened {SHRINKINGS} times")


def _step(reply: Reply, *, place: int, role: Role, price: Price) -> Step:
    """A reply that was cut off calls nothing: its last call may be half of what was meant."""
    usage = reply.usage
    spending = Spending(
        role=role.name,
        model=reply.model,
        replies=1,
        input_tokens=usage.input_tokens,
        cached_tokens=usage.cached_tokens,
        output_tokens=usage.output_tokens,
        dollars=price.dollars(usage) if usage.input_tokens else None,
    )
    calls = () if reply.finish == "length" else reply.message.calls[:MOST_CALLS]
    named = tuple(call if call.id else call.model_copy(update={"id": f"call-{place}-{index}"}) for index, call in enumerate(calls))
    message = reply.message.model_copy(update={"calls": named})
    return Step(message=message, finish=reply.finish, refusal=reply.refusal, spending=spending)


def _replied(step: Step, role: Role) -> Replied:
    if step.refusal or step.finish == "content_filter":
        return Replied(failed=f"the model refused: {step.refusal[:300] or 'its content filter'}", spending=step.spending)
    calls = tuple(CallName(index=index, tool=call.name) for index, call in enumerate(step.message.calls))
    submission = "" if calls or role.writes else plain_submission(role, step.message.text)
    problem = CUT if step.finish == "length" else "" if calls or submission else IDLE
    return Replied(calls=calls, submission=submission, problem=problem, spending=step.spending)
