"""Native engines, compiled by the candidate's own build.py or at start, answer as transformers does."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from search.recipe import Setting
from tests.skills.conftest import Question
from tests.skills.engines import composed, running, token_ids

Recipes = dict[str, Mapping[str, Setting]]

BATCHED: Recipes = {"fused_llama": {}, "chunked_prefill": {"max_batch": 8, "step_tokens": 64}, "fused_sampling": {}}
LOSSLESS: dict[str, Recipes] = {
    "products": {**BATCHED, "native_gemm": {}, "static_kv": {}},
    "attention": {**BATCHED, "native_attention": {}},
    "both": {**BATCHED, "native_gemm": {}, "native_attention": {}, "process_front": {}},
    "step": {**BATCHED, "native_gemm": {}, "native_attention": {}, "native_step": {}},
    "compiled": {**BATCHED, "static_kv": {}, "compiled_decode": {}},
    "step over torch's weights": {**BATCHED, "native_attention": {}, "native_step": {}},
}
GREEDY = {"temperature": 0, "ignore_eos": True, "return_token_ids": True}


def built(folder: Path, recipes: Recipes) -> tuple[Path, Path]:
    """A composed tree, and what its build.py made, if it has one."""
    tree, out = composed(folder / "tree", **recipes), folder / "build"
    out.mkdir()
    if (tree / "build.py").exists():
        subprocess.run([sys.executable, "build.py", "--out", str(out)], cwd=tree, check=True)
    return tree, out


async def answers(tree: Path, out: Path, model: Path, questions: list[Question]) -> list[list[int]]:
    """All questions at once."""
    async with running(tree, model, BUILD_DIR=str(out), SCRATCH_DIR=str(out.parent)) as server:
        asked = [server.stream(prompt=question.prompt, max_tokens=len(question.answer), **GREEDY) for question in questions]
        return [token_ids(events) for events in await asyncio.gather(*asked)]


@pytest.mark.parametrize("name", LOSSLESS)
async def test_native_engines_answer_as_transformers(name: str, tmp_path: Path, model: Path, questions: list[Question]) -> None:
    tree, out = built(tmp_path, LOSSLESS[name])
    assert await answers(tree, out, model, questions) == [question.answer for question in questions]


@pytest.mark.parametrize("runtime", [{}, {"native_step": {}}], ids=["eager", "step"])
async def test_an_int8_engine_mostly_agrees(runtime: Recipes, tmp_path: Path, model: Path, questions: list[Question]) -> None:
    tree, out = built(tmp_path, {**BATCHED, "int8_weights": {}, "native_attention": {}, **runtime})
    found = await answers(tree, out, model, questions)
    agreed = [ours[:4] == question.answer[:4] for ours, question in zip(found, questions, strict=True)]
    assert [len(answer) for answer in found] == [len(question.answer) for question in questions]
    assert sum(agreed) >= 0.7 * len(agreed)


def test_a_build_leaves_only_a_library_and_the_tree_as_it_was(tmp_path: Path) -> None:
    tree, out = built(tmp_path, LOSSLESS["both"])
    assert [path.name for path in out.iterdir()] == ["native.so"]
    assert not list(tree.rglob("*.o")) + list(tree.rglob("*.so"))
