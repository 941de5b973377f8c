"""Drafts find their way through a prediction again after an edit; checked on the recipe's own file, without an engine."""

import sys
from collections.abc import Callable, Generator
from pathlib import Path
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from scenarios.code_edit.edits import edited

PARTS = Path(__file__).parents[2] / "skills"


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Generator[Callable[..., Any]]:
    """Loads a recipe's `drafting.py` with its settings."""

    def load(name: str, **settings: int) -> Any:
        module = ModuleType("drafting")
        monkeypatch.setitem(sys.modules, "settings", SimpleNamespace(**settings))  # pyright: ignore[reportArgumentType]
        monkeypatch.setitem(sys.modules, "forced", SimpleNamespace(follow=list))  # pyright: ignore[reportArgumentType]
        monkeypatch.setitem(sys.modules, "sequence", SimpleNamespace(Sequence=object))  # pyright: ignore[reportArgumentType]
        exec((PARTS / name / "parts" / "drafting.py").read_text(), module.__dict__)
        return module

    yield load


def sequence(prompt: list[int], answer: list[int], *, prediction: list[int] | None = None, guide: object = None) -> Any:
    job = SimpleNamespace(prompt=prompt, max_tokens=1000, temperature=0.0, extension=SimpleNamespace(prediction=prediction))
    return SimpleNamespace(job=job, tokens=[*prompt, *answer], notes={}, guide=guide)


def passes(drafting: Any, answer: list[int], prediction: list[int]) -> int:
    """How many passes of a model that says `answer` it takes; each keeps the draft as far as it is right, and adds one token."""
    asked = sequence([1, 2], [], prediction=prediction)
    count = said = 0
    while said < len(answer):
        draft = drafting.propose(asked)
        right = next((place for place, token in enumerate(draft) if answer[said + place : said + place + 1] != [token]), len(draft))
        said = min(said + right + 1, len(answer))
        asked.tokens = [1, 2, *answer[:said]]
        count += 1
    return count


def test_a_true_prediction_takes_a_pass_per_block(recipe: Callable[..., Any]) -> None:
    answer = list(range(100, 300))
    assert passes(recipe("predicted-outputs", MOST_DRAFTED=32, ANCHOR_TOKENS=3), answer, answer) <= 10


@pytest.mark.parametrize("edit", ["replaced", "left out", "put in"])
def test_after_an_edit_the_place_is_found_again(recipe: Callable[..., Any], edit: str) -> None:
    answer = list(range(100, 300))
    other = {"replaced": [7], "left out": [], "put in": [7, 150]}[edit]
    prediction = [*answer[:50], *other, *answer[51:]]
    assert passes(recipe("predicted-outputs", MOST_DRAFTED=32, ANCHOR_TOKENS=3), answer, prediction) <= 18


def test_many_edits_cost_a_few_passes_each(recipe: Callable[..., Any]) -> None:
    drafting = recipe("predicted-outputs", MOST_DRAFTED=32, ANCHOR_TOKENS=3)
    for seed in range(20):
        random = Random(seed)
        answer = [random.randrange(300, 400) for _ in range(150)]
        prediction = list(edited(answer, share=0.03, random=random))
        assert passes(drafting, answer, prediction) <= 32


def test_a_wrong_prediction_costs_no_more_than_none(recipe: Callable[..., Any]) -> None:
    answer = list(range(100, 140))
    assert passes(recipe("predicted-outputs", MOST_DRAFTED=32, ANCHOR_TOKENS=3), answer, [5] * 60) == len(answer)


def test_sampled_answers_draft_nothing(recipe: Callable[..., Any]) -> None:
    asked = sequence([1], [], prediction=[2, 3])
    asked.job.temperature = 0.8
    assert recipe("predicted-outputs", MOST_DRAFTED=8, ANCHOR_TOKENS=2).propose(asked) == []


def test_what_followed_the_same_tokens_before_is_drafted(recipe: Callable[..., Any]) -> None:
    drafting = recipe("speculative-ngram", GRAM_TOKENS=2, DRAFT_TOKENS=4)
    assert drafting.propose(sequence([5, 6, 7, 8, 9, 10, 3], [5, 6])) == [7, 8, 9, 10]
    assert drafting.propose(sequence([5, 6, 7], [8, 9])) == []
