"""How a rival is asked and understood where it differs from the candidates' contract.

A rival that tells no token ids tells how many it made, as `usage`. Its answer's ids are then those that the model's tokenizer makes of the
text. They need not be the generated ones: an untrained model writes words in pieces that the tokenizer would have joined or cut elsewhere
(measured on `small`: 7 % more tokens). So they are not counted where the rival tells its number, and the reference finds the true ones in
a sample (`agreement.py`), which shows whether that number is right.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from activities.evaluation.client import Recording
from activities.evaluation.exchange import Arrival, Exchange
from activities.evaluation.rivals.transcript import Piece, Transcript, read_transcript
from models.tokens import Vocabulary
from scenarios.scenario import Request
from search.value import Value

Listener = Callable[[Recording], Exchange]


class Dialect(Value):
    """One rival's."""

    model: str
    omit: frozenset[str]
    add: Mapping[str, JsonValue]
    token_ids: bool
    tokenizer: Path
    """The model's folder."""

    def encode(self, request: Request) -> bytes:
        """The request's body as this rival takes it."""
        asked = {name: value for name, value in request.body().items() if name not in self.omit}
        return json.dumps(asked | dict(self.add) | {"model": self.model}, ensure_ascii=False, separators=(",", ":")).encode()

    def listener(self) -> Listener:
        """Makes of a recording what an exchange with a candidate would be."""
        vocabulary = Vocabulary(self.tokenizer)

        def understand(recording: Recording) -> Exchange:
            request = recording.request
            told = read_transcript(recording.reads, status=recording.status or 200, endpoint=request.endpoint, stream=request.stream)
            understood = exchange(told, vocabulary, most=request.max_tokens, token_ids=self.token_ids)
            return understood if recording.failure is None else understood.model_copy(update={"fault": recording.failure})

        return understand


def exchange(told: Transcript, vocabulary: Vocabulary, *, most: int, token_ids: bool) -> Exchange:
    """The transcript with token ids and with as many tokens per arrival as were made; never more than `most` in all."""
    ids = told.token_ids if token_ids else tuple(vocabulary.split(told.text))
    if token_ids:
        arrivals = [Arrival(piece.at, len(piece.token_ids)) for piece in told.pieces if piece.token_ids]
    else:
        arrivals = spread(told.pieces, min(most, len(ids) if told.claimed_tokens is None else told.claimed_tokens))
    empty = "the answer has no tokens" if not arrivals else None
    return Exchange(
        status=200,
        token_ids=ids,
        text=told.text,
        finish_reason=told.finish_reason,
        arrivals=tuple(arrivals),
        fault=told.fault or empty,
    )


def spread(pieces: Sequence[Piece], tokens: int) -> list[Arrival]:
    """So many tokens over the pieces of a text, each piece with its equal share: engines send an event per token, but for bytes that are no
    whole character yet and for special tokens, which have no text."""
    ends = [round((number + 1) * tokens / len(pieces)) for number in range(len(pieces))]
    counts = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    return [Arrival(piece.at, count) for piece, count in zip(pieces, counts, strict=True) if count]
