"""The reference agrees with honest computations of the model and with nothing else."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from random import Random

import numpy as np
import pytest

from activities.evaluation.calibration import Calibration, calibrate
from activities.evaluation.referee import Reference, ReferenceFailed
from activities.evaluation.verification import Answer, Bounded, Judgement, Lossless, Policy
from models.checkpoint import Checkpoint, obtain_checkpoint
from scenarios.scenario import Tolerance
from tests.activities.evaluation.independent import Independent, in_bfloat16, in_int8, without_last_layer

_TOKENS = 24


@pytest.fixture(scope="module")
async def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return await obtain_checkpoint("tiny", family="llama", models=tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
async def reference(checkpoint: Checkpoint) -> AsyncGenerator[Reference]:
    started = await Reference.start(checkpoint, threads=1)
    yield started
    await started.close()


@pytest.fixture(scope="module")
async def calibration(reference: Reference, checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    return await calibrate(reference, checkpoint, calibrations=tmp_path_factory.mktemp("calibrations"))


@pytest.fixture(scope="module")
def lossless(calibration: Calibration) -> Lossless:
    return Lossless(margin=calibration.margin)


@pytest.fixture(scope="module")
def honest(checkpoint: Checkpoint) -> Independent:
    return Independent(checkpoint.folder)


@pytest.fixture(scope="module")
def right(honest: Independent) -> list[Answer]:
    """Answers as an honest server gives them."""
    return _answers(honest, 12)


def _prompts(count: int) -> list[list[int]]:
    random = Random(17)
    return [[random.randrange(262, 1024) for _ in range(random.randrange(3, 60))] for _ in range(count)]


def _answer(prompt: list[int], output: tuple[int, ...], **more: object) -> Answer:
    return Answer.model_validate({"prompt_ids": prompt, "output_ids": output, "text": "", "finish_reason": "length", **more})


def _answers(model: Independent, count: int) -> list[Answer]:
    return [_answer(prompt, model.greedy(prompt, tokens=_TOKENS)) for prompt in _prompts(count)]


async def _judge(reference: Reference, answer: Answer, policy: Policy) -> Judgement:
    return (await reference.judge([answer], policy))[0]


async def test_an_independent_computation_is_right(reference: Reference, right: list[Answer], lossless: Lossless) -> None:
    judgements = await reference.judge(right, lossless)
    assert [judgement.reason for judgement in judgements] == [None] * len(right)
    assert all(judgement.top1 == 1 and judgement.tokens == _TOKENS for judgement in judgements)


async def test_one_wrong_token_is_found_where_it_stands(reference: Reference, right: list[Answer], lossless: Lossless) -> None:
    for position in (0, 11, _TOKENS - 1):
        output = list(right[0].output_ids)
        output[position] = (output[position] + 1) % 1024
        judgement = await _judge(reference, right[0].model_copy(update={"output_ids": tuple(output)}), lossless)
        assert not judgement.agreed
        assert judgement.position == position
        assert f"token {position} is {output[position]}" in (judgement.reason or "")


async def test_the_second_best_token_is_wrong(reference: Reference, honest: Independent, lossless: Lossless) -> None:
    prompt = _prompts(1)[0]
    ranked = np.argsort(-honest.logits(prompt)[-1])
    assert (await _judge(reference, _answer(prompt, (int(ranked[0]),)), lossless)).agreed
    assert not (await _judge(reference, _answer(prompt, (int(ranked[1]),)), lossless)).agreed


@pytest.mark.parametrize("spoil", [in_int8, in_bfloat16, without_last_layer])
async def test_lower_precision_and_missing_layers_are_refused(
    spoil: object, reference: Reference, checkpoint: Checkpoint, lossless: Lossless
) -> None:
    assert callable(spoil)
    judgements = await reference.judge(_answers(Independent(checkpoint.folder, spoil), 12), lossless)
    assert not all(judgement.agreed for judgement in judgements)


async def test_answers_to_another_prompt_are_wrong(reference: Reference, right: list[Answer], lossless: Lossless) -> None:
    one, other = right[:2]
    assert not (await _judge(reference, one.model_copy(update={"prompt_ids": other.prompt_ids}), lossless)).agreed


async def test_neighbours_in_a_batch_change_no_judgement(reference: Reference, right: list[Answer], lossless: Lossless) -> None:
    together = await reference.judge(right, lossless)
    alone = [await _judge(reference, answer, lossless) for answer in right]
    assert [each.agreed for each in together] == [each.agreed for each in alone]
    assert max(abs(a.worst_gap - b.worst_gap) for a, b in zip(together, alone, strict=True)) < lossless.margin


async def test_the_margin_lies_between_rounding_and_lower_precision(
    reference: Reference, honest: Independent, checkpoint: Checkpoint, calibration: Calibration
) -> None:
    prompt = _prompts(1)[0]
    spoiled = np.abs(Independent(checkpoint.folder, in_int8).logits(prompt) - honest.logits(prompt)).max()
    assert set(calibration.noise) >= {"token by token", "batched", "double precision"}
    assert max(calibration.noise.values()) < calibration.margin < spoiled / 20


async def test_a_bounded_policy_takes_int8_and_refuses_a_missing_layer(reference: Reference, checkpoint: Checkpoint) -> None:
    bounded = Bounded(margin=1e-4, tolerance=Tolerance(mean_kl=0.02, top1_agreement=0.9, worst_gap=2.0))
    quantised = await reference.judge(_answers(Independent(checkpoint.folder, in_int8), 12), bounded)
    assert [judgement.reason for judgement in quantised] == [None] * 12
    shortened = await reference.judge(_answers(Independent(checkpoint.folder, without_last_layer), 12), bounded)
    assert not any(judgement.agreed for judgement in shortened)
    assert "reference's" in (shortened[0].reason or "")


async def test_true_logprobs_have_no_divergence_and_false_ones_do(
    reference: Reference, honest: Independent, right: list[Answer], lossless: Lossless
) -> None:
    plain = right[0]
    rows = honest.logits([*plain.prompt_ids, *plain.output_ids])[len(plain.prompt_ids) - 1 : -1].astype(np.float64)
    logprobs = rows - rows.max(1, keepdims=True) - np.log(np.exp(rows - rows.max(1, keepdims=True)).sum(1, keepdims=True))
    best = [{int(token): float(row[token]) for token in np.argsort(-row)[:5]} for row in logprobs]
    true = await _judge(reference, plain.model_copy(update={"top": tuple(best)}), lossless)
    assert true.agreed
    assert true.kl is not None
    assert true.kl < 1e-6
    flat = tuple(dict.fromkeys(row, -1.7) for row in best)
    false = await _judge(reference, plain.model_copy(update={"top": flat}), lossless)
    assert not false.agreed
    assert "log-probability is off" in (false.reason or "")
    assert false.kl is not None
    assert false.kl > 0.01


async def test_a_sampled_answer_is_right_and_a_greedy_one_in_its_place_wrong(
    reference: Reference, honest: Independent, lossless: Lossless
) -> None:
    prompt = _prompts(1)[0]
    asked = {"temperature": 1.0, "top_p": 1.0}
    drawn = [_answer(prompt, honest.sampled(prompt, tokens=96, temperature=1.0, seed=seed), **asked) for seed in range(3)]
    assert [judgement.reason for judgement in await reference.judge(drawn, lossless)] == [None] * 3
    greedy = await _judge(reference, _answer(prompt, honest.greedy(prompt, tokens=96), **asked), lossless)
    assert "likelier than sampling with temperature 1" in (greedy.reason or "")


async def test_ignoring_top_p_shows(reference: Reference, honest: Independent, lossless: Lossless) -> None:
    prompt = _prompts(1)[0]
    drawn = honest.sampled(prompt, tokens=96, temperature=1.0, seed=1)
    judgement = await _judge(reference, _answer(prompt, drawn, temperature=1.0, top_p=0.5), lossless)
    assert "leave out" in (judgement.reason or "")


async def test_a_calibration_is_measured_once(reference: Reference, checkpoint: Checkpoint, tmp_path: Path) -> None:
    first = await calibrate(reference, checkpoint, calibrations=tmp_path)
    path = tmp_path / f"{checkpoint.digest}-float32.json"
    marked = first.model_copy(update={"noise": {"marked": 1.0}})
    path.write_text(marked.model_dump_json())
    assert await calibrate(reference, checkpoint, calibrations=tmp_path) == marked
    path.write_text(marked.model_copy(update={"revision": -1}).model_dump_json())
    assert (await calibrate(reference, checkpoint, calibrations=tmp_path)).noise.keys() == first.noise.keys()
    assert marked.identity == first.identity != first.model_copy(update={"precision": "float64"}).identity
    path.write_text("{")
    assert (await calibrate(reference, checkpoint, calibrations=tmp_path)).margin > 0


async def test_a_dead_reference_is_no_verdict(checkpoint: Checkpoint, right: list[Answer], lossless: Lossless) -> None:
    doomed = await Reference.start(checkpoint, threads=1)
    assert (await doomed.judge(right, lossless))[0].agreed
    os.kill(doomed._process.pid, signal.SIGKILL)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(ReferenceFailed, match="ended by signal 9"):
        await doomed.judge(right, lossless)
    await doomed.close()


async def test_a_model_that_cannot_be_loaded_is_told_with_its_cause(checkpoint: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(ReferenceFailed, match=r"ended with code 1: .*(Error|config)"):
        await Reference.start(checkpoint.model_copy(update={"folder": tmp_path}), threads=1)


async def test_questions_wait_for_each_other(reference: Reference, right: list[Answer], lossless: Lossless) -> None:
    told = await asyncio.gather(*(reference.judge([answer], lossless) for answer in right))
    assert [judgement.agreed for (judgement,) in told] == [True] * len(right)
