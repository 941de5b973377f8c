"""Predictions are the answer with few edits, made by the seed alone, and travel as OpenAI's field."""

from difflib import SequenceMatcher
from itertools import islice
from random import Random

from scenarios.code_edit.edits import edited
from scenarios.registry import find_scenario

SCENARIO = find_scenario("code_edit")
SCALE = SCENARIO.scale("tiny")


def test_a_prediction_is_the_answer_but_for_the_share_of_edits() -> None:
    answer = list(range(2000, 2200))
    before = edited(answer, share=0.05, random=Random(1))
    same = sum(block.size for block in SequenceMatcher(None, before, answer, autojunk=False).get_matching_blocks())
    assert before != tuple(answer)
    assert 0.9 <= same / len(answer) < 1 or len(before) > len(answer)


def test_a_short_answer_has_one_edit_and_an_empty_one_none() -> None:
    assert edited([5, 6], share=0.01, random=Random(3)) != (5, 6)
    assert edited([], share=0.5, random=Random(3)) == ()


def test_equal_answers_give_equal_predictions() -> None:
    request = next(SCENARIO.requests(1, SCALE))
    first, again = (SCENARIO.foretell(request, range(40)) for _ in range(2))
    assert first == again
    assert first.body()["prediction"] == {"type": "content", "content": list(first.prediction or ())}


def test_the_load_has_no_predictions_before_the_reference_has_answered() -> None:
    drawn = list(islice(SCENARIO.requests(2, SCALE), 6))
    assert drawn == list(islice(SCENARIO.requests(2, SCALE), 6))
    assert all(request.prediction is None for request in drawn)


def test_questions_have_wrong_and_empty_predictions_too() -> None:
    told = [question.prediction for question in SCENARIO.questions(3, SCALE)]
    assert "" in told and None in told and any(isinstance(one, str) and one for one in told)
