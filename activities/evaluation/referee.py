"""Keeps the reference process: starts it, asks it one question at a time, ends it."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Self

from activities.evaluation.spelling import Reading, Text
from activities.evaluation.verification import (
    Answer,
    Bounded,
    Judgement,
    Policy,
    Told,
    judge_sampled_together,
    judge_together,
    judgement,
    nucleus_slack,
)
from models.checkpoint import Checkpoint

START_LIMIT_SECONDS = 600.0
LINE_BYTES = 256 * 1024 * 1024
PATIENT_THREADS = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Threads that sleep at a barrier instead of spinning: several times faster where other work shares the cores."""
LOG_BYTES = 2000


class ReferenceFailed(RuntimeError):
    """The reference process could not start or died: our fault or the machine's, never the candidate's."""


class Reference:
    """The trusted implementation in a child process that lives as long as this object; one call at a time, others wait."""

    def __init__(self, process: asyncio.subprocess.Process, log: BinaryIO) -> None:
        """Use `start`."""
        self._process = process
        self._log = log
        self._turn = asyncio.Lock()

    @classmethod
    async def start(cls, checkpoint: Checkpoint, *, threads: int) -> Self:
        """Loads the checkpoint in fp32; raises `ReferenceFailed`."""
        log = TemporaryFile()  # noqa: SIM115 (`close` closes it)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "activities.evaluation.reference"),
            *("--model", str(checkpoint.folder), "--threads", str(threads), "--parent", str(os.getpid())),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env={**os.environ, **PATIENT_THREADS},
            limit=LINE_BYTES,
        )
        reference = cls(process, log)
        try:
            async with asyncio.timeout(START_LIMIT_SECONDS):
                await reference._read()
        except TimeoutError:
            await reference.close()
            raise ReferenceFailed(f"the reference did not load {checkpoint.folder} in {START_LIMIT_SECONDS:.0f} s") from None
        except (ReferenceFailed, asyncio.CancelledError):
            await reference.close()
            raise
        return reference

    async def judge(self, answers: Sequence[Answer], policy: Policy) -> list[Judgement]:
        """One judgement per answer, in order. The sampled answers of one call are judged together too, and under
        `Bounded` the greedy ones."""
        if not answers:
            return []
        told = await self.told(answers, policy)
        alone = [judgement(answer, one, policy) for answer, one in zip(answers, told, strict=True)]
        judgements = judge_sampled_together(alone, told, policy)
        return judge_together(answers, judgements, policy.tolerance) if isinstance(policy, Bounded) else judgements

    async def told(self, answers: Sequence[Answer], policy: Policy) -> list[Told]:
        """The reference's figures of each answer, not judged yet."""
        slack = nucleus_slack(policy)
        told = await self._ask({"kind": "judge", "answers": [_question(answer, slack) for answer in answers]})
        return [Told.model_validate(one) for one in told["judged"]]

    async def read(self, texts: Sequence[Text]) -> list[Reading]:
        """The tokens of which each text was made, in the reference's reading."""
        if not texts:
            return []
        told = await self._ask({"kind": "read", "answers": [text.model_dump() for text in texts]})
        return [Reading.model_validate(one) for one in told["read"]]

    async def complete(self, prompts: Sequence[Sequence[int]], *, tokens: Sequence[int]) -> list[tuple[int, ...]]:
        """Greedy answers of so many tokens, ends of answers being tokens like others; near the best where a tie is within rounding."""
        if not prompts:
            return []
        told = await self._ask({"kind": "complete", "prompts": [list(prompt) for prompt in prompts], "tokens": list(tokens)})
        return [tuple(answer) for answer in told["answers"]]

    async def noise(self, prompts: Sequence[Sequence[int]], *, tokens: int) -> Mapping[str, float]:
        """Largest logit difference between honest computations of the same model, by kind of computation."""
        told = await self._ask({"kind": "noise", "prompts": [list(prompt) for prompt in prompts], "tokens": tokens})
        return {str(kind): float(value) for kind, value in told["noise"].items()}

    async def close(self) -> None:
        """Ends the child."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        self._log.close()

    async def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        async with self._turn:
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(json.dumps(question).encode() + b"\n")
                await self._process.stdin.drain()
                return await self._read()
            except (BrokenPipeError, ConnectionResetError):
                raise await self._failed() from None
            except asyncio.CancelledError:
                self._process.kill()
                raise

    async def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise await self._failed()
        return json.loads(line)

    async def _failed(self) -> ReferenceFailed:
        code = await self._process.wait()
        ended = f"with code {code}" if code >= 0 else f"by signal {-code}"
        return ReferenceFailed(f"the reference process ended {ended}: {self._last_line() or 'it left no word'}")

    def _last_line(self) -> str:
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - LOG_BYTES))
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


def _question(answer: Answer, slack: float) -> dict[str, Any]:
    top = None if answer.top is None else [{str(token): value for token, value in one.items()} for one in answer.top]
    return {
        "prompt": list(answer.prompt_ids),
        "output": list(answer.output_ids),
        "top": top,
        "temperature": answer.temperature,
        "top_p": answer.top_p,
        "slack": slack,
        "speech": None if answer.speech is None else answer.speech.model_dump(),
        "heard_samples": answer.heard_samples,
        "schema": None if answer.json_schema is None else dict(answer.json_schema),
    }
