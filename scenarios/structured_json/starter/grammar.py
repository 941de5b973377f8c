"""A schema's grammar, and the place in it that an answer has reached: which tokens may come next.

The document is compact. Where the next bytes are forced, their tokens are the tokenizer's own; at the end only an end token is left.
"""

import json
from pathlib import Path
from typing import Any

import numpy
from fields import BadRequest
from llguidance import LLMatcher, LLTokenizer


def compile_schema(schema: Any, param: str) -> str:
    """The grammar as text; raises BadRequest for what is no schema."""
    if not isinstance(schema, dict):
        raise BadRequest(f"'{param}' must hold a JSON schema", param)
    grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema), overrides={"whitespace_flexible": False})
    problem = LLMatcher.validate_grammar(grammar)
    if problem and not problem.startswith("WARNING"):
        raise BadRequest(f"'{param}' cannot be used: {problem.splitlines()[0]}", param)
    return grammar


class Grammars:
    """The model's vocabulary as grammars see it."""

    def __init__(self, folder: Path, ends: set[int] | frozenset[int], vocabulary_size: int) -> None:
        self.tokenizer = LLTokenizer(str(folder / "tokenizer.json"), n_vocab=vocabulary_size, eos_token=sorted(ends))
        self.size = vocabulary_size

    def start(self, grammar: str) -> "Guide":
        return Guide(LLMatcher(self.tokenizer, grammar, log_level=0), self.size)


class Guide:
    """The place that one answer has reached."""

    def __init__(self, matcher: LLMatcher, size: int) -> None:
        self.matcher, self.size = matcher, size
        self.pending: list[int] = []

    def forced(self) -> list[int]:
        """Tokens that come next whatever the model says; none where it has a choice."""
        self.pending = self.pending or list(self.matcher.compute_ff_tokens())
        return self.pending

    def allowed(self) -> numpy.ndarray:
        """Whether each token may come next, (vocabulary,) bool."""
        forced = self.forced()
        if forced:
            mask = numpy.zeros(self.size, bool)
            mask[forced[0]] = True
            return mask
        bits = numpy.frombuffer(self.matcher.compute_bitmask(), numpy.uint8)
        return numpy.unpackbits(bits, bitorder="little")[: self.size].astype(bool)

    def fitting(self, tokens: list[int]) -> int:
        """How many of these may come next, one after another."""
        return 0 if self.forced() else self.matcher.validate_tokens(tokens)

    def take(self, token: int) -> None:
        """Go on by an allowed token."""
        self.pending = self.pending[1:]
        self.matcher.consume_token(token)
