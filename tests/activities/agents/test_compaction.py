"""What is left out of a long conversation, and what never is."""

from hypothesis import given
from hypothesis import strategies as st

from activities.agents.compaction import compacted, tokens_of
from activities.agents.dialogue import Call, Message

OPENING = (Message(speaker="system", text="You are the implementer."), Message(speaker="user", text="Test this hypothesis."))


def turn(number: int, length: int, answer: int) -> tuple[Message, ...]:
    """A reply with two calls and their answers."""
    calls = tuple(Call(id=f"{number}-{index}", name="create_file", arguments='{"text": "' + "a" * length + '"}') for index in range(2))
    answers = tuple(Message(speaker="tool", text="b" * answer, answers=call.id) for call in calls)
    return (Message(speaker="assistant", text="", calls=calls), *answers)


def conversation(sizes: list[tuple[int, int]]) -> tuple[Message, ...]:
    """An opening and turns of these sizes."""
    return (*OPENING, *(message for number, size in enumerate(sizes) for message in turn(number, *size)))


def unanswered(messages: tuple[Message, ...]) -> set[str]:
    """Calls without an answer, and answers without a call."""
    called = {call.id for message in messages for call in message.calls}
    return called ^ {message.answers for message in messages if message.answers}


Sizes = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), max_size=12)


@given(Sizes, st.integers(100, 20_000))
def test_every_call_keeps_its_answer_and_the_opening_stays(sizes: list[tuple[int, int]], limit: int) -> None:
    messages = conversation(sizes)
    kept = compacted(messages, limit)
    assert unanswered(kept) == set()
    assert kept[:2] == OPENING
    assert compacted(messages, limit) == kept


@given(Sizes)
def test_what_fits_is_left_alone(sizes: list[tuple[int, int]]) -> None:
    messages = conversation(sizes)
    assert compacted(messages, tokens_of(messages)) == messages


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), min_size=1, max_size=12))
def test_it_comes_to_fit_once_a_single_turn_does(sizes: list[tuple[int, int]]) -> None:
    limit = 2600
    assert tokens_of(compacted(conversation(sizes), limit)) <= limit


def test_old_answers_go_before_old_changes_and_the_latest_turns_stay() -> None:
    messages = conversation([(2000, 2000)] * 8)
    kept = compacted(messages, tokens_of(messages) - 1500)
    assert "left out" in kept[3].text
    assert kept[2].calls == messages[2].calls
    assert kept[-12:] == messages[-12:]
