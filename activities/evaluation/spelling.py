"""A text, and the tokens of which the reference finds it made."""

from search.value import Value


class Text(Value):
    """An answer of which only the text is known."""

    prompt: tuple[int, ...]
    text: str
    tokens: int
    """The most that it can be."""
    without: tuple[int, ...] = ()
    """Tokens that were never to be chosen."""


class Reading(Value):
    """The tokens that the reference finds in a text."""

    ids: tuple[int, ...]
    gaps: tuple[float, ...]
    """Logits by which each lies below the best."""
    choices: tuple[int, ...]
    """Of the reference, at each place."""
