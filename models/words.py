"""Text of invented words from a seed: the language of synthetic tokenizers and workloads.

Only `random.Random.random` and integer arithmetic are used, so every machine and Python version makes the same text.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from random import Random

_ONSETS = ("b", "br", "c", "ch", "d", "dr", "f", "g", "gl", "h", "k", "l", "m", "n", "p", "pr", "r", "s", "sh", "st", "t", "tr", "v", "z")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
_CODAS = ("", "", "", "l", "m", "n", "r", "s", "t", "nd")
_LANGUAGE_SEED = 7


@cache
def words(count: int) -> tuple[str, ...]:
    """The `count` most frequent words, the most frequent first; a shorter list begins a longer one."""
    random = Random(_LANGUAGE_SEED)
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = 1 + int(random.random() * 2 + len(found) ** 0.25 / 6)
        found.setdefault("".join(_syllable(random) for _ in range(syllables)))
    return tuple(found)


class Writer:
    """Writes sentences whose word frequencies fall off as in natural language (Zipf-Mandelbrot)."""

    def __init__(self, random: Random, *, distinct_words: int) -> None:
        self._random = random
        self._words = words(distinct_words)
        self._cumulative = _cumulative(distinct_words)

    def word(self) -> str:
        """One word, frequent ones more often."""
        point = self._random.random() * self._cumulative[-1]
        return self._words[min(bisect_right(self._cumulative, point), len(self._words) - 1)]

    def text(self, count: int) -> str:
        """Sentences of `count` words in all."""
        sentences: list[str] = []
        left = count
        while left > 0:
            length = min(left, 4 + int(self._random.random() * 12))
            sentences.append(self._sentence(length))
            left -= length
        return " ".join(sentences)

    def nonce(self) -> str:
        """Six words, each equally likely: two nonces of one workload are practically never equal."""
        return " ".join(self._words[int(self._random.random() * len(self._words))] for _ in range(6))

    def _sentence(self, length: int) -> str:
        chosen = [self.word() for _ in range(length)]
        comma = length // 2 if length > 3 and self._random.random() < 0.3 else -1
        body = " ".join(f"{word}," if index == comma else word for index, word in enumerate(chosen))
        return body.capitalize() + ("?" if self._random.random() < 0.2 else ".")


@cache
def _cumulative(count: int) -> Sequence[float]:
    return tuple(accumulate(1.0 / (rank + 2.7) for rank in range(count)))


def _syllable(random: Random) -> str:
    parts = (_ONSETS, _VOWELS, _CODAS)
    return "".join(part[int(random.random() * len(part))] for part in parts)
