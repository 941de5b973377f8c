"""What is said in a session: messages, the calls of tools in them, and a model's whole reply."""

from typing import Literal

from search.value import Value

Speaker = Literal["system", "user", "assistant", "tool"]


class Call(Value):
    """A tool that the model wants to use; the arguments are its own text and may be malformed."""

    id: str
    name: str
    arguments: str


class Message(Value):
    """One message of a conversation."""

    speaker: Speaker
    text: str
    calls: tuple[Call, ...] = ()
    answers: str = ""
    """The call that a tool's message answers."""


class Usage(Value):
    """Tokens of one reply, as the endpoint counted them."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


class Reply(Value):
    """What a model said in one turn."""

    message: Message
    finish: str
    """stop, tool_calls, length, content_filter: why it ended."""
    refusal: str = ""
    usage: Usage = Usage()
    model: str
    """As it was asked for."""
