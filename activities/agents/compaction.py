"""Keeps a conversation within a model's context: what is oldest and longest is left out first, and what remains is still valid."""

import json
from collections.abc import Sequence

from activities.agents.dialogue import Message

CHARACTERS_PER_TOKEN = 3.5
"""A cautious mean for code and English."""
KEPT_TURNS = 12
"""The last messages are never touched while anything older can be."""
SHORT = 200


def tokens_of(messages: Sequence[Message]) -> int:
    """About how many tokens the messages are."""
    return int(sum(_characters(message) for message in messages) / CHARACTERS_PER_TOKEN)


def compacted(messages: Sequence[Message], limit_tokens: int) -> tuple[Message, ...]:
    """The messages in at most about `limit_tokens`: old answers of tools shrink first, then old arguments, then all but the
    system's and the user's go. The same input gives the same output. The last message always stays."""
    kept = list(messages)
    for shorten in (_short_answer, _short_arguments):
        for place in range(max(len(kept) - KEPT_TURNS, 0)):
            if tokens_of(kept) <= limit_tokens:
                return tuple(kept)
            kept[place] = shorten(kept[place])
    return tuple(_forgotten(kept, limit_tokens))


def _forgotten(messages: list[Message], limit_tokens: int) -> list[Message]:
    """Whole turns go, oldest first: an assistant's message with the answers to its calls."""
    kept = messages
    while tokens_of(kept) > limit_tokens:
        turns = [place for place, message in enumerate(kept) if message.speaker == "assistant"]
        if len(turns) < 2:
            return [_short_answer(message) for message in kept]
        kept = [message for place, message in enumerate(kept) if not (turns[0] <= place < turns[1]) or message.speaker == "user"]
    return kept


def _short_answer(message: Message) -> Message:
    if message.speaker != "tool" or len(message.text) <= SHORT:
        return message
    return message.model_copy(update={"text": f"{message.text[:SHORT]} [... {len(message.text) - SHORT} characters left out; ask again]"})


def _short_arguments(message: Message) -> Message:
    calls = tuple(
        call if len(call.arguments) <= SHORT else call.model_copy(update={"arguments": json.dumps({"left_out": len(call.arguments)})})
        for call in message.calls
    )
    return message.model_copy(update={"calls": calls})


def _characters(message: Message) -> int:
    return len(message.text) + sum(len(call.arguments) + len(call.name) + 20 for call in message.calls) + 10
