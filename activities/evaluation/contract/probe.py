"""A running server as the contract's checks see it: ask, compare, and say in words what is violated."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NoReturn

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import JsonValue

from activities.evaluation.answers import Answered, answer, find_fault, show
from activities.evaluation.client import ask
from activities.evaluation.exchange import most_bytes
from activities.evaluation.ground import Ground
from activities.evaluation.sampling import for_few
from activities.evaluation.wire import read_refusal
from models.words import Writer
from scenarios.scenario import Message, Request

TOKENS = 6
"""Length of an answer where nothing else is asked for."""

_WORDS = 12
_SHOWN = 600


class Violation(Exception):
    """The server does not keep the contract: in what, and the requests and answers that show it."""

    def __init__(self, reason: str, evidence: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = evidence


@dataclass(frozen=True)
class Reply:
    """What came back for a body that may be no valid request."""

    asked: str
    status: int
    body: bytes

    def blame(self, reason: str) -> NoReturn:
        """Raises the violation with this reply as evidence."""
        raise Violation(reason, f"{self.asked[:_SHOWN]}\n-> {self.status} {self.body[:_SHOWN].decode(errors='replace')}\n")

    def document(self) -> Mapping[str, JsonValue]:
        """The JSON object that came back with status 200."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if self.status != 200 or not isinstance(found, dict):
            self.blame("no JSON object with status 200")
        return found  # pyright: ignore[reportUnknownVariableType]


class Probe:
    """Asks one server; prompts are fresh for every question."""

    def __init__(self, ground: Ground, session: ClientSession, *, seed: int) -> None:
        self.ground = ground
        self.random = Random(f"conformance {seed}")
        self.limit_seconds = ground.scale.request_limit_seconds
        self.session = session
        self._writer = Writer(self.random, distinct_words=ground.scale.distinct_words)

    def text(self) -> str:
        """A prompt that was never asked before."""
        return f"{self._writer.nonce()}: {self._writer.text(_WORDS)}"

    def completion(self, *, stream: bool = False, max_tokens: int = TOKENS) -> Request:
        """A greedy plain completion of a fresh prompt."""
        return Request(number=0, endpoint="/v1/completions", prompt=self.text(), max_tokens=max_tokens, stream=stream, ignore_eos=True)

    def chat(self, *, stream: bool = False, max_tokens: int = TOKENS) -> Request:
        """A greedy chat answer to a fresh message."""
        return Request(
            number=0,
            endpoint="/v1/chat/completions",
            messages=(Message(role="user", content=self.text()),),
            max_tokens=max_tokens,
            stream=stream,
            ignore_eos=True,
        )

    async def ask(self, request: Request) -> Answered:
        """The answer to a good request; violated when it is not well formed."""
        recording = await ask(self.session, request, limit_seconds=self.limit_seconds)
        answered = Answered(request, recording.exchange())
        finding = find_fault(self.ground, answered)
        if finding:
            raise Violation(finding.reason, finding.evidence)
        return answered

    async def same(self, one: Answered, other: Answered, *, reason: str) -> None:
        """Violated when two greedy answers to the same prompt differ, unless the reference finds both right."""
        if one.exchange.token_ids == other.exchange.token_ids:
            return
        await self.right([one, other], reason=reason)

    async def right(self, answered: Sequence[Answered], *, reason: str) -> None:
        """Violated when the reference finds one of these wrong."""
        answers = [answer(one, self.ground.vocabulary) for one in answered]
        judgements = await self.ground.reference.judge(answers, for_few(self.ground.policy))
        wrong = next((judgement.reason for judgement in judgements if not judgement.agreed), None)
        if wrong is not None:
            raise Violation(f"{reason}: {wrong}", "".join(map(show, answered)))

    async def send(self, path: str, body: bytes | Mapping[str, JsonValue], *, method: str = "POST") -> Reply:
        """Any bytes to any path; violated when there is no answer at all."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = f"{method} {path} {content[:_SHOWN].decode(errors='replace')}"
        headers, timeout = {"Content-Type": "application/json"}, ClientTimeout(total=self.limit_seconds)
        try:
            async with self.session.request(
                method, path, data=content, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return Reply(asked, response.status, await response.content.read(most_bytes(0)))
        except (ClientError, OSError, TimeoutError) as problem:
            raise Violation(f"no answer: {problem or type(problem).__name__}", asked) from problem

    async def leave(self, request: Request) -> None:
        """Begins a request and hangs up when the first bytes of its answer have arrived."""
        timeout = ClientTimeout(total=self.limit_seconds)
        try:
            async with self.session.post(request.endpoint, json=request.body(), timeout=timeout) as response:
                await response.content.readany()
                response.close()
        except (ClientError, OSError, TimeoutError) as problem:
            raise Violation(f"no answer to leave: {problem or type(problem).__name__}") from problem

    async def refused(self, path: str, body: bytes | Mapping[str, JsonValue]) -> None:
        """Violated unless this is answered by a 4xx with OpenAI's error object."""
        reply = await self.send(path, body)
        if not 400 <= reply.status < 500:
            reply.blame(f"status {reply.status} where a 4xx was due")
        if read_refusal(reply.body) is None:
            reply.blame("the refusal carries no error object with message and type")
