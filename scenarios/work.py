"""What a window brought, and the least that any honest system must read and compute for it: the bound that physics sets."""

from search.value import Value


class Traffic(Value):
    """A timed window as the load generator saw it. Only what must have happened inside the window is counted."""

    seconds: float
    in_flight: float
    """Requests in flight, on average over the window."""
    prompts: int
    """Requests that were sent and got their first token inside the window."""
    prompt_tokens: int
    """Of these."""
    output_tokens: int
    """Output tokens that arrived inside the window, of any request."""
    passes: int
    """Times that output tokens of one request arrived apart from each other: what arrives together may come from one pass of the model."""
    pass_context_tokens: int
    """Over all these, how many earlier tokens the request had: a cache holds them, and each pass reads it."""
    context_tokens: int
    """The same over all output tokens: what attention computes with."""


class Work(Value):
    """The least work for some traffic."""

    streamed_bytes: float
    """Read from memory."""
    working_set_bytes: int
    """What is read again and again; a small one stays in a cache."""
    operations: float
    """Multiplications and additions."""
