"""What the workload of shared prefixes promises: shared beginnings, edits that keep what stands before them, fresh questions."""

from itertools import islice
from random import Random

from models.words import Writer
from scenarios.registry import find_scenario
from scenarios.scenario import Request
from scenarios.shared_prefix.workload import EDITED_EVERY, edited, one_word_changed

SCENARIO = find_scenario("shared_prefix")
TINY = SCENARIO.scale("tiny")


def load(seed: int, count: int) -> list[Request]:
    return list(islice(SCENARIO.requests(seed, TINY), count))


def documents(requests: list[Request]) -> set[str]:
    return {request.messages[0].content for request in requests}


def test_equal_seeds_give_equal_requests_and_others_share_nothing() -> None:
    assert load(1, 20) == load(1, 20)
    assert not documents(load(1, 20)) & documents(load(2, 20))


def test_few_documents_are_shared_and_every_question_is_new() -> None:
    requests = load(3, EDITED_EVERY - 1)
    assert len(documents(requests)) == 3
    assert len({request.messages[-1].content for request in requests}) == len(requests)


def test_a_document_changes_during_the_run_and_keeps_what_stands_before_the_edit() -> None:
    requests = load(4, 4 * EDITED_EVERY - 1)
    assert len(documents(requests)) == 3 + 3
    text = Writer(Random(1), distinct_words=400).text(80)
    changed = edited(Random(2), Writer(Random(3), distinct_words=400), text)
    pairs = [place for place, (old, new) in enumerate(zip(text.split(" "), changed.split(" "), strict=True)) if old != new]
    assert pairs and pairs[-1] - pairs[0] < 5


def test_one_word_is_changed_where_it_is_asked() -> None:
    text = Writer(Random(1), distinct_words=400).text(50)
    changed = one_word_changed(Random(2), text, share=1.0)
    assert text.split(" ")[:-1] == changed.split(" ")[:-1]
    assert text.split(" ")[-1] != changed.split(" ")[-1]


def test_hidden_questions_come_in_rounds_of_which_the_first_is_asked_at_once() -> None:
    asked = SCENARIO.questions(5, TINY)
    rounds = [request.round for request in asked]
    assert rounds == sorted(rounds)
    assert rounds.count(0) == TINY.questions
    assert max(rounds) > 8


def test_a_canary_fits_the_context_beside_its_prefix() -> None:
    for seed in range(40):
        other = SCENARIO.canary(seed, TINY)
        assert other.prefix_tokens < TINY.prefix_tokens
        assert other.prefix_tokens + other.prompt_tokens.maximum + other.output_tokens.maximum < other.context_tokens
