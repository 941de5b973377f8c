"""Composed engines as clients meet them: real processes on real sockets, against transformers."""

import asyncio
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from search.recipe import Setting
from tests.skills.conftest import Question
from tests.skills.engines import Running, composed, running, token_ids

Recipes = dict[str, Mapping[str, Setting]]

PLAIN: Recipes = {"fused_llama": {}}
STATIC: Recipes = {"fused_llama": {}, "static_kv": {}, "continuous_batching": {"max_batch": 8}, "fused_sampling": {}, "process_front": {}}
PAGED: Recipes = {
    "fused_llama": {},
    "paged_kv": {"pool_tokens": 4096, "block_tokens": 8},
    "continuous_batching": {"max_batch": 32, "prefill_tokens": 128},
    "thread_placement": {"spin_count": 0, "bind": "true"},
}
CHUNKED: Recipes = {"fused_llama": {}, "static_kv": {}, "chunked_prefill": {"max_batch": 8, "step_tokens": 16}, "fused_sampling": {}}
CHUNKED_PAGED: Recipes = {
    "fused_llama": {},
    "paged_kv": {"pool_tokens": 4096},
    "chunked_prefill": {"max_batch": 32, "step_tokens": 64},
    "process_front": {},
}
GROWING: Recipes = {"fused_llama": {}, "continuous_batching": {"max_batch": 4}, "fused_sampling": {}}

ENGINES = {"plain": PLAIN, "static": STATIC, "paged": PAGED, "chunked": CHUNKED, "chunked-paged": CHUNKED_PAGED, "growing": GROWING}
GREEDY = {"temperature": 0, "ignore_eos": True, "return_token_ids": True}


@pytest.mark.parametrize("name", ENGINES)
async def test_a_composed_engine_answers_as_transformers_in_any_mix(
    name: str, model: Path, questions: list[Question], tmp_path: Path
) -> None:
    async with running(composed(tmp_path, **ENGINES[name]), model) as server:
        together = await asyncio.gather(*(ask(server, question) for question in questions))
        assert together == [question.answer for question in questions]
        assert await ask(server, questions[2]) == questions[2].answer
        if "paged_kv" in ENGINES[name]:
            await check_preemption(server, questions)
        assert await server.stop() == 0


async def ask(server: Running, question: Question) -> list[int]:
    """One answer, streamed for odd prompts and whole for even ones."""
    body = {**GREEDY, "prompt": question.prompt, "max_tokens": len(question.answer)}
    if len(question.prompt) % 2 == 0:
        answer = await server.ask(**body)
        assert answer["usage"]["completion_tokens"] == len(question.answer)
        return token_ids([answer])
    events = await server.stream(**body)
    assert all(choice["token_ids"] for event in events for choice in event["choices"])
    assert [event["choices"][0]["finish_reason"] for event in events] == [None] * (len(events) - 1) + ["length"]
    return token_ids(events)


async def check_preemption(server: Running, questions: list[Question]) -> None:
    """Sixteen answers that need 6,400 tokens of a cache that holds 4,096: some are preempted, none changes."""
    body = {**GREEDY, "prompt": questions[2].prompt, "max_tokens": 383}
    answers = await asyncio.gather(*(server.ask(**body) for _ in range(16)))
    told = [token_ids([answer]) for answer in answers]
    assert all(answer == told[0] for answer in told)
    assert told[0][: len(questions[2].answer)] == questions[2].answer


async def test_an_abandoned_request_leaves_its_place_to_others(model: Path, questions: list[Question], tmp_path: Path) -> None:
    timeline = tmp_path / "timeline"
    tree = composed(tmp_path / "tree", fused_llama={}, static_kv={}, continuous_batching={"max_batch": 2}, process_front={})
    async with running(tree, model, TIMELINE=str(timeline)) as server:
        endless = {**GREEDY, "prompt": questions[0].prompt, "max_tokens": 511}
        for _ in range(3):
            await server.abandon(2, **endless)
        assert await ask(server, questions[9]) == questions[9].answer
        steps = [json.loads(line) for line in timeline.read_text().splitlines()]
    assert max(step["requests"] for step in steps) == 2
    assert [step["requests"] for step in steps[-10:]] == [1] * 10
    assert sum(step["tokens"] for step in steps) < 6 * 511


async def test_sampling_follows_the_seed_alone_and_in_a_crowd(model: Path, questions: list[Question], tmp_path: Path) -> None:
    async with running(composed(tmp_path, **CHUNKED), model) as server:
        drawn = {**GREEDY, "prompt": questions[2].prompt, "max_tokens": 24, "temperature": 1.0, "top_p": 0.9, "seed": 11}
        alone = token_ids([await server.ask(**drawn)])
        crowd = await asyncio.gather(*(server.ask(**{**drawn, "seed": seed}) for seed in (11, 12, 13, 11)))
        first, second, third, fourth = (token_ids([answer]) for answer in crowd)
        assert first == fourth == alone
        assert len({tuple(first), tuple(second), tuple(third)}) == 3
        unseeded = [token_ids([await server.ask(**{**drawn, "seed": None})]) for _ in range(2)]
        assert unseeded[0] != unseeded[1]


async def test_log_probabilities_describe_the_tokens(model: Path, questions: list[Question], tmp_path: Path) -> None:
    async with running(composed(tmp_path, **STATIC), model) as server:
        body = {**GREEDY, "prompt": questions[2].prompt, "max_tokens": 6, "logprobs": 3, "return_tokens_as_token_ids": True}
        answers = await asyncio.gather(server.ask(**body), server.ask(**{**body, "logprobs": None}), server.ask(**{**body, "logprobs": 0}))
        told = answers[0]["choices"][0]
        assert told["logprobs"]["tokens"] == [f"token_id:{number}" for number in told["token_ids"]]
        for token, logprob, best in zip(*(told["logprobs"][key] for key in ("tokens", "token_logprobs", "top_logprobs")), strict=True):
            assert len(best) == 3
            assert best[token] == pytest.approx(logprob, abs=1e-4) == max(best.values())
        assert answers[1]["choices"][0]["logprobs"] is None
        assert answers[2]["choices"][0]["logprobs"]["top_logprobs"] == [{}] * 6


async def test_a_front_whose_engine_dies_leaves_with_an_error(model: Path, tmp_path: Path) -> None:
    async with running(composed(tmp_path, **STATIC), model) as server:
        os.kill(child_of(server.process.pid), signal.SIGKILL)
        assert await asyncio.wait_for(server.process.wait(), 10) == 1


def child_of(process: int) -> int:
    """The first child process; the engine, when the front is asked."""
    return int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])


async def test_a_stop_ends_streams_that_are_under_way(model: Path, questions: list[Question], tmp_path: Path) -> None:
    async with running(composed(tmp_path, **STATIC), model) as server:
        body = {**GREEDY, "prompt": questions[0].prompt, "max_tokens": 500, "stream": True}
        async with server.session.post("/v1/completions", json=body) as response:
            await response.content.readline()
            assert await server.stop() == 0
