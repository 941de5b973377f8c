"""Beginnings of prompts that are kept whole: their tokens, the keys and values of attention, the states of recurrent layers."""

from collections import deque
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray
from sequence import Sequence
from settings import KEPT_PREFIXES
from torch import Tensor

SEEN_PROMPTS = 64
Tokens = NDArray[numpy.int64]


@dataclass(eq=False)
class Prefix:
    """What a sequence that begins with these tokens need not compute."""

    tokens: Tokens
    keys: list[Tensor]
    """By layer, (kv_heads, tokens, head_dim); of length 0 where a layer does not attend."""
    values: list[Tensor]
    state: list[tuple[Tensor, Tensor] | None]
    """After the last token, by layer."""


class Prefixes:
    """The prefixes last used, and the prompts last seen, by which forks are found."""

    def __init__(self) -> None:
        self.kept: list[Prefix] = []
        self.seen: deque[Tokens] = deque(maxlen=SEEN_PROMPTS)

    def longest(self, tokens: Tokens) -> Prefix | None:
        """The longest that all of these tokens but the last begin with, token by token; it counts as used now."""
        fitting = [
            prefix for prefix in self.kept if len(prefix.tokens) < len(tokens) and common(prefix.tokens, tokens) == len(prefix.tokens)
        ]
        if not fitting:
            return None
        best = max(fitting, key=lambda prefix: len(prefix.tokens))
        self.kept.remove(best)
        self.kept.append(best)
        return best

    def keep(self, prefix: Prefix) -> None:
        """In place of the one that was used longest ago, where there are too many."""
        self.kept = [*self.kept, prefix][-KEPT_PREFIXES:]

    def fork(self, tokens: Tokens) -> int:
        """How many tokens are shared with the most similar prompt seen."""
        return max((common(tokens, other) for other in self.seen), default=0)


def prompt_of(sequence: Sequence) -> Tokens:
    """All tokens that a sequence has so far."""
    return numpy.array(sequence.tokens, numpy.int64)


def common(one: Tokens, other: Tokens) -> int:
    """How many tokens are equal from the start on."""
    length = min(len(one), len(other))
    different = numpy.flatnonzero(one[:length] != other[:length])
    return int(different[0]) if len(different) else length
