"""Which tokens a JSON schema allows at each place of an answer: llguidance's grammar of the schema, over a checkpoint's own tokenizer.

The answer is compact JSON: no white space between its parts, properties in the schema's order. Where the grammar forces the next bytes,
their tokens are those of the tokenizer (`compute_ff_tokens`), so that they can be known without the model; elsewhere every token is
allowed that some valid document goes on with. At the end of the document only a closing token is.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from llguidance import LLMatcher, LLTokenizer
from numpy.typing import NDArray
from pydantic import JsonValue

FORBIDDEN = 1e8
"""A token that lies so many logits below the best is one that the grammar does not allow."""

Mask = NDArray[np.bool_]


class UnknownGrammar(ValueError):
    """A schema of which no grammar can be made, with what is wrong in one line."""


class Grammars:
    """Makes grammars over one vocabulary."""

    def __init__(self, folder: Path, *, eos_ids: frozenset[int], size: int) -> None:
        """`size` is the model's vocabulary, which may be larger than the tokenizer's."""
        self._tokenizer = LLTokenizer(str(folder / "tokenizer.json"), n_vocab=size, eos_token=sorted(eos_ids))
        self._size = size

    def start(self, schema: Mapping[str, JsonValue]) -> "Walk":
        """The beginning of an answer; raises `UnknownGrammar`."""
        grammar = LLMatcher.grammar_from_json_schema(json.dumps(dict(schema)), overrides={"whitespace_flexible": False})
        matcher = LLMatcher(self._tokenizer, grammar, log_level=0)
        if matcher.is_error():
            raise UnknownGrammar(matcher.get_error().splitlines()[0])
        return Walk(matcher, self._size)

    def masks(self, schema: Mapping[str, JsonValue], tokens: Sequence[int]) -> Iterator[Mask]:
        """What is allowed at each place of an answer, up to and with the first token that is not."""
        walk = self.start(schema)
        for token in tokens:
            mask = walk.allowed()
            yield mask
            if not mask[token]:
                return
            walk.take(token)


class Walk:
    """A place in an answer."""

    def __init__(self, matcher: LLMatcher, size: int) -> None:
        """Use `Grammars.start`."""
        self._matcher = matcher
        self._size = size
        self._forced: list[int] = []

    def allowed(self) -> Mask:
        """By token id."""
        self._forced = self._forced or list(self._matcher.compute_ff_tokens())
        if self._forced:
            mask = np.zeros(self._size, np.bool_)
            mask[self._forced[0]] = True
            return mask
        bits = np.frombuffer(self._matcher.compute_bitmask(), np.uint8)
        return np.unpackbits(bits, bitorder="little")[: self._size].astype(np.bool_)

    def take(self, token: int) -> None:
        """Goes on by an allowed token."""
        self._forced = self._forced[1:]
        self._matcher.consume_token(token)
