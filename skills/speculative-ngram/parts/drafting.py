"""N-gram speculation: what followed the last tokens earlier in prompt or answer is the draft; under a schema, as far as it is allowed."""

from forced import follow as follow
from sequence import Sequence
from settings import DRAFT_TOKENS, GRAM_TOKENS


def propose(sequence: Sequence) -> list[int]:
    """The continuation of the latest earlier place where the last GRAM_TOKENS tokens stood."""
    job, tokens = sequence.job, sequence.tokens
    if job.temperature > 0 or len(tokens) == len(job.prompt):
        return []
    places = sequence.notes.setdefault("places", {})
    for end in range(sequence.notes.get("looked", GRAM_TOKENS), len(tokens)):
        places[tuple(tokens[end - GRAM_TOKENS : end])] = end
    sequence.notes["looked"] = len(tokens)
    found = places.get(tuple(tokens[-GRAM_TOKENS:]))
    if found is None:
        return []
    left = job.max_tokens - (len(tokens) - len(job.prompt)) - 1
    draft = tokens[found : found + min(DRAFT_TOKENS, left)]
    return draft if sequence.guide is None else draft[: sequence.guide.fitting(draft)]
