"""Answers are refused for their form before any model is asked, and judged together where a policy says so."""

from pathlib import Path

import pytest

from activities.evaluation.verification import (
    Answer,
    Bounded,
    Lossless,
    Sampled,
    Told,
    _check_logprobs,
    check_shape,
    judge_sampled_together,
    judge_together,
    judgement,
    nucleus_slack,
    prompt_ids,
)
from models.make import make_checkpoint
from models.preset import PRESETS
from models.tokens import Vocabulary
from scenarios.scenario import Message, Request, Tolerance

_EOS = 1
_WORDS = (500, 501, 502, 503)
_TOLERANCE = Tolerance(mean_kl=0.02, top1_agreement=0.9, worst_gap=1.0)


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    folder: Path = tmp_path_factory.mktemp("tiny")
    make_checkpoint(PRESETS["llama"]["tiny"], folder)
    return Vocabulary(folder)


def _request(**fields: object) -> Request:
    return Request.model_validate({"number": 0, "endpoint": "/v1/completions", "prompt": "chai", "max_tokens": 4, **fields})


def _fault(vocabulary: Vocabulary, request: Request, ids: tuple[int, ...], finish: str | None, **fields: object) -> str | None:
    plain = {"prompt_ids": prompt_ids(request, vocabulary), "output_ids": ids, "finish_reason": finish}
    text = {} if "text" in fields else {"text": vocabulary.decode(ids)}
    return check_shape(request, Answer.model_validate({**plain, **text, **fields}), vocabulary)


def test_a_full_answer_is_well_formed(vocabulary: Vocabulary) -> None:
    assert _fault(vocabulary, _request(), _WORDS, "length") is None


def test_an_answer_may_close_early_with_its_closing_token(vocabulary: Vocabulary) -> None:
    assert _fault(vocabulary, _request(), (500, _EOS), "stop") is None


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_an_answer_cannot_end_early_for_no_reason(vocabulary: Vocabulary, finish: str) -> None:
    assert "after 3" in (_fault(vocabulary, _request(), _WORDS[:3], finish) or "")


def test_an_answer_cannot_run_long(vocabulary: Vocabulary) -> None:
    assert _fault(vocabulary, _request(max_tokens=3), _WORDS, "length") == "4 tokens where max_tokens is 3"


def test_an_answer_without_tokens_is_none(vocabulary: Vocabulary) -> None:
    assert _fault(vocabulary, _request(), (), "length") == "the answer has no tokens"


def test_ids_are_inside_the_vocabulary(vocabulary: Vocabulary) -> None:
    for wrong in (1024, -1, 1 << 40):
        assert "outside the vocabulary" in (_fault(vocabulary, _request(), (*_WORDS[:3], wrong), "length", text="") or "")


def test_nothing_follows_the_closing_token(vocabulary: Vocabulary) -> None:
    assert "goes on after the closing token" in (_fault(vocabulary, _request(), (500, _EOS, 501, 502), "length") or "")


def test_the_closing_token_is_a_token_like_others_when_it_is_ignored(vocabulary: Vocabulary) -> None:
    ignoring = _request(ignore_eos=True)
    assert _fault(vocabulary, ignoring, (500, _EOS, 501, 502), "length") is None
    assert "neither a closing token nor a stop string" in (_fault(vocabulary, ignoring, (500, _EOS), "stop") or "")


def test_a_closed_answer_says_stop_even_at_its_full_length(vocabulary: Vocabulary) -> None:
    assert _fault(vocabulary, _request(max_tokens=2), (500, _EOS), "stop") is None
    assert "finish_reason is length" in (_fault(vocabulary, _request(max_tokens=2), (500, _EOS), "length") or "")


@pytest.mark.parametrize("finish", [None, "eos", "content_filter"])
def test_other_endings_are_unknown(vocabulary: Vocabulary, finish: str | None) -> None:
    assert "not stop or length" in (_fault(vocabulary, _request(), _WORDS, finish) or "")


def test_text_is_what_the_ids_decode_to(vocabulary: Vocabulary) -> None:
    assert "not what the token ids decode to" in (_fault(vocabulary, _request(), _WORDS, "length", text="hello") or "")


def test_a_half_character_at_the_end_may_be_left_out(vocabulary: Vocabulary) -> None:
    half = vocabulary.encode("é")[1]
    ids = (*_WORDS[:3], half)
    assert vocabulary.decode(ids).endswith("\N{REPLACEMENT CHARACTER}")
    for text in (vocabulary.decode(ids), vocabulary.decode(ids[:3])):
        assert _fault(vocabulary, _request(), ids, "length", text=text) is None


def test_text_ends_before_a_stop_string_and_tokens_with_it(vocabulary: Vocabulary) -> None:
    stop = vocabulary.decode([502])
    request, before = _request(stop=(stop,)), vocabulary.decode(_WORDS[:2])
    assert stop not in before
    assert _fault(vocabulary, request, _WORDS[:3], "stop", text=before) is None
    assert "not what" in (_fault(vocabulary, request, _WORDS[:3], "stop") or "")
    assert "goes on after a stop string" in (_fault(vocabulary, request, _WORDS, "stop", text=before) or "")
    assert "neither" in (_fault(vocabulary, request, _WORDS[:2], "stop", text=before) or "")
    full = request.model_copy(update={"max_tokens": 3})
    assert "ends with a stop string" in (_fault(vocabulary, full, _WORDS[:3], "length", text=before) or "")


def test_a_claimed_prompt_is_the_true_one(vocabulary: Vocabulary) -> None:
    request = _request()
    right = prompt_ids(request, vocabulary)
    assert _fault(vocabulary, request, _WORDS, "length", claimed_prompt_ids=right) is None
    assert "prompt_token_ids" in (_fault(vocabulary, request, _WORDS, "length", claimed_prompt_ids=right[1:]) or "")


def test_log_probabilities_that_were_asked_for_are_there(vocabulary: Vocabulary) -> None:
    request, top = _request(logprobs=1), tuple({token: -0.1} for token in _WORDS)
    assert _fault(vocabulary, request, _WORDS, "length", top=top) is None
    assert "log-probabilities" in (_fault(vocabulary, request, _WORDS, "length") or "")
    assert "log-probabilities" in (_fault(vocabulary, request, _WORDS, "length", top=top[:2]) or "")


def test_prompts_become_ids_by_their_kind(vocabulary: Vocabulary) -> None:
    chat = _request(endpoint="/v1/chat/completions", messages=(Message(role="user", content="chai"),))
    assert prompt_ids(chat, vocabulary) == tuple(vocabulary.chat_prompt([{"role": "user", "content": "chai"}]))
    assert prompt_ids(_request(prompt="chai"), vocabulary) == tuple(vocabulary.encode("chai"))
    assert prompt_ids(_request(prompt=(5, 6)), vocabulary) == (5, 6)


def _greedy(*gaps: float, **told: object) -> tuple[Answer, Told]:
    ids = tuple(range(len(gaps)))
    answer = Answer(prompt_ids=(1,), output_ids=ids, text="", finish_reason="length")
    return answer, Told.model_validate({"gaps": gaps, "choices": ids, "logprobs": (-0.1,) * len(gaps), **told})


def test_a_token_within_the_margin_is_right_and_beyond_it_wrong() -> None:
    answer, told = _greedy(0.0, 0.0009, 0.0)
    assert judgement(answer, told, Lossless(margin=0.001)).agreed
    refused = judgement(answer, told, Lossless(margin=0.0008))
    assert (refused.agreed, refused.position, refused.worst_gap) == (False, 1, 0.0009)


def test_a_bounded_answer_may_differ_but_not_by_far() -> None:
    policy = Bounded(margin=0.001, tolerance=_TOLERANCE)
    assert judgement(*_greedy(0.0, 0.5), policy).agreed
    assert judgement(*_greedy(0.0, 1.5), policy).position == 1


def test_bounded_answers_are_judged_by_their_sum() -> None:
    policy = Bounded(margin=0.001, tolerance=_TOLERANCE)
    good, bad = _greedy(*[0.0] * 90), _greedy(*[0.5] * 20)
    answers = [good[0], bad[0]]
    apart = [judgement(*each, policy) for each in (good, bad)]
    assert [each.agreed for each in judge_together(answers[:1], apart[:1], _TOLERANCE)] == [True]
    together = judge_together(answers, apart, _TOLERANCE)
    assert [each.agreed for each in together] == [False, False]
    assert "81.8% of 110 tokens" in (together[0].reason or "")


def test_a_divergence_over_all_answers_is_bounded() -> None:
    policy = Bounded(margin=0.001, tolerance=_TOLERANCE)
    near, far = _greedy(*[0.0] * 10, kl=0.0), _greedy(*[0.0] * 10, kl=0.05)
    judged = [judgement(*each, policy) for each in (near, far)]
    told = judge_together([near[0], far[0]], judged, _TOLERANCE)
    assert "0.0250 nats per token" in (told[0].reason or "")
    assert judge_together([near[0]], judged[:1], _TOLERANCE)[0].agreed


def test_sampled_answers_count_for_no_agreement() -> None:
    policy = Bounded(margin=0.001, tolerance=_TOLERANCE)
    sampled, told = _greedy(*[3.0] * 50, sampled=Sampled(evidence={-1.0: 0.0, 0.5: 0.0}, spread=50, excluded=None))
    sampled, plain = sampled.model_copy(update={"temperature": 1.0}), _greedy(*[0.0] * 10)
    judged = [judgement(sampled, told, policy), judgement(*plain, policy)]
    assert [each.agreed for each in judge_together([sampled, plain[0]], judged, _TOLERANCE)] == [True, True]


@pytest.mark.parametrize(
    ("likely", "unlikely", "excluded", "reason"),
    [(3.0, 1.0, None, None), (20.0, -9.0, None, "likelier"), (-9.0, 20.0, None, "less likely"), (0.0, 0.0, 2, "token 2 is 2, which temp")],
)
def test_a_sampled_answer_is_as_surprising_as_it_should_be(
    likely: float, unlikely: float, excluded: int | None, reason: str | None
) -> None:
    sampled = Sampled(evidence={-1.0: likely, 0.5: unlikely}, spread=50.0, excluded=excluded)
    answer, told = _greedy(*[2.0] * 9, sampled=sampled)
    judged = judgement(answer.model_copy(update={"temperature": 0.8, "top_p": 0.9}), told, Lossless(margin=0.001))
    assert judged.agreed == (reason is None)
    assert (reason or "") in (judged.reason or "")


def test_weak_evidence_in_several_sampled_answers_adds_up() -> None:
    weak = Told(gaps=(0.0,), choices=(5,), logprobs=(-1.0,), sampled=Sampled(evidence={-1.0: 3.0, 0.5: -9.0}, spread=9.0, excluded=None))
    greedy = Told(gaps=(0.0,), choices=(5,), logprobs=(-1.0,))
    answer = Answer(prompt_ids=(1,), output_ids=(5,), text="", finish_reason="length", temperature=0.8)
    policy = Lossless(margin=0.001)
    told = [weak, weak, greedy]
    judged = [judgement(answer, one, policy) for one in told]
    assert all(each.agreed for each in judge_sampled_together(judged, told, policy))
    told = [weak] * 5 + [greedy]
    judged = [judgement(answer, one, policy) for one in told]
    assert [each.agreed for each in judge_sampled_together(judged, told, policy)] == [False] * 5 + [True]


def test_a_bounded_policy_grants_its_budget_to_sampled_answers_too() -> None:
    sampled = Sampled(evidence={-1.0: 15.0, 0.5: -9.0}, spread=50.0, excluded=None)
    answer, told = _greedy(*[2.0] * 9, sampled=sampled)
    answer = answer.model_copy(update={"temperature": 0.8})
    assert not judgement(answer, told, Lossless(margin=0.001)).agreed
    assert judgement(answer, told, Bounded(margin=0.001, tolerance=_TOLERANCE)).agreed


@pytest.mark.parametrize(
    ("top", "reason"),
    [
        ({5: -0.1, 6: -3.0}, None),
        ({5: 5.0, 6: 5.0}, "no distribution"),
        ({5: 1e308, 6: -1e308}, "no distribution"),
        ({5: -0.1, 6: -0.1}, "no distribution"),
        ({5: -0.1}, "1 log-probabilities where 4 were asked for"),
    ],
)
def test_reported_log_probabilities_are_those_of_a_distribution(top: dict[int, float], reason: str | None) -> None:
    """A sum above 1 would make every divergence look small."""
    request = Request(number=0, endpoint="/v1/completions", prompt="x", max_tokens=1, logprobs=4)
    answer = Answer(prompt_ids=(1,), output_ids=(5,), text="", finish_reason="length", top=(top,))
    found = _check_logprobs(request, answer)
    assert found is None if reason is None else reason in (found or "")


def test_false_log_probabilities_are_wrong_under_the_lossless_policy_alone() -> None:
    answer, told = _greedy(0.0, logprob_error=0.3)
    assert not judgement(answer, told, Lossless(margin=0.001)).agreed
    assert judgement(answer, told, Bounded(margin=0.001, tolerance=_TOLERANCE)).agreed


def test_a_bounded_policy_grants_the_edge_of_the_nucleus() -> None:
    assert nucleus_slack(Lossless(margin=0.1)) < 0.001 < nucleus_slack(Bounded(margin=0.1, tolerance=_TOLERANCE)) < 0.5
