"""A cache that shares the beginnings of prompts: a sequence resumes behind the longest prefix that is kept, and attends to it with others.

A prefix is kept where a step ends on purpose (`Sequence.marks`): where two prompts part, and every SNAPSHOT_TOKENS tokens of a new one.
Of sequences that begin alike one goes ahead, and the others wait for what it keeps.
"""

from dataclasses import dataclass

import numpy
import torch
from batch import Batch
from checkpoint import Config
from partial_attention import Partial, attend, attend_side_by_side, merged
from prefixes import Prefix, Prefixes, Tokens, common, prompt_of
from sequence import Sequence, Span
from settings import SNAPSHOT_TOKENS
from torch import Tensor

WORTH_TOKENS = 16
"""A prefix that saves fewer tokens than this is not worth a copy or a wait."""


@dataclass
class Place:
    """Where a sequence stands: its slot holds what follows its prefix."""

    slot: int
    prompt: Tokens
    prefix: Prefix | None

    @property
    def base(self) -> int:
        """Tokens that the prefix holds."""
        return 0 if self.prefix is None else len(self.prefix.tokens)


class Cache:
    """Slots of equal size. Memory that no token has touched costs nothing: the system maps it on first write."""

    def __init__(self, config: Config, sequences: int) -> None:
        shape = sequences, config.context_tokens, config.kv_heads, config.head_dim
        kinds = config.raw.get("layer_types") or ["full_attention"] * config.layers
        self.attending = [kind != "linear_attention" for kind in kinds]
        self.keys = [untouched(*shape) if attends else torch.empty(0) for attends in self.attending]
        self.values = [untouched(*shape) if attends else torch.empty(0) for attends in self.attending]
        self.context_tokens = config.context_tokens
        self.nothing = torch.empty(config.kv_heads, 0, config.head_dim)
        self.free = list(range(sequences))
        self.places: dict[Sequence, Place] = {}
        self.prefixes = Prefixes()

    def reserve(self, sequence: Sequence, tokens: int) -> bool:
        """The lowest free slot and the longest prefix, unless another sequence is about to compute a longer one."""
        self.keep_marked()
        if sequence in self.places:
            return True
        prompt = prompt_of(sequence)
        if not self.free or self.another_is_ahead(prompt):
            return False
        prefix = self.prefixes.longest(prompt)
        base = 0 if prefix is None else len(prefix.tokens)
        self.free.sort()
        self.places[sequence] = Place(self.free.pop(0), prompt, prefix)
        sequence.computed, sequence.state = base, [] if prefix is None else list(prefix.state)
        sequence.marks = self.marks(prompt, base)
        self.prefixes.seen.append(prompt)
        return True

    def release(self, sequence: Sequence) -> None:
        """Give the slot back."""
        place = self.places.pop(sequence, None)
        if place is not None:
            self.free.append(place.slot)

    def another_is_ahead(self, prompt: Tokens) -> bool:
        """Whether a sequence that begins alike has not come to the fork yet; it will stop there. One that stands there is kept now."""
        prefix = self.prefixes.longest(prompt)
        worth = WORTH_TOKENS + (0 if prefix is None else len(prefix.tokens))
        for other, place in self.places.items():
            fork = min(common(prompt, place.prompt), len(prompt) - 1)
            if worth <= fork < len(place.prompt) and other.computed <= fork:
                other.marks = sorted({*other.marks, fork})
                if other.computed < fork:
                    return True
        self.keep_marked()
        return False

    def marks(self, prompt: Tokens, base: int) -> list[int]:
        """Where a new sequence stops to be kept."""
        fork = self.prefixes.fork(prompt)
        regular = range(SNAPSHOT_TOKENS, len(prompt), SNAPSHOT_TOKENS) if SNAPSHOT_TOKENS else ()
        return sorted(mark for mark in {fork, *regular} if base + WORTH_TOKENS <= mark < len(prompt))

    def keep_marked(self) -> None:
        """Keep the prefixes of sequences that stand at a mark now; marks that were passed are forgotten."""
        for sequence, place in self.places.items():
            if sequence.marks and sequence.computed >= sequence.marks[0]:
                if sequence.computed in sequence.marks:
                    self.prefixes.keep(self.prefix(sequence, place))
                sequence.marks = [mark for mark in sequence.marks if mark > sequence.computed]

    def prefix(self, sequence: Sequence, place: Place) -> Prefix:
        """A copy of all that a sequence has computed."""
        state = [part and (part[0].clone(), part[1].clone()) for part in sequence.state]
        keys = [self.whole(place, sequence.computed, layer, "keys") for layer in range(len(self.attending))]
        values = [self.whole(place, sequence.computed, layer, "values") for layer in range(len(self.attending))]
        return Prefix(numpy.array(sequence.tokens[: sequence.computed], numpy.int64), keys, values, state)

    def whole(self, place: Place, tokens: int, layer: int, what: str) -> Tensor:
        """Keys or values of a layer from the first token on."""
        if not self.attending[layer]:
            return self.nothing
        before = self.nothing if place.prefix is None else getattr(place.prefix, what)[layer]
        own = getattr(self, what)[layer][place.slot, : tokens - place.base]
        return torch.cat([before, own.transpose(0, 1)], 1)

    def bind(self, batch: Batch) -> "Step":
        """Attention of one step."""
        return Step(self, batch)


class Step:
    """Where the rows of one batch are stored, which prefix each sees, and what it sees in its own slot."""

    def __init__(self, cache: Cache, batch: Batch) -> None:
        self.cache = cache
        places = [cache.places[span.sequence] for span in batch.spans]
        counts = torch.tensor([span.count for span in batch.spans])
        offsets = torch.tensor([place.slot * cache.context_tokens - place.base for place in places])
        self.rows = offsets.repeat_interleave(counts) + batch.positions
        self.shared = self.groups(batch, places)
        self.short, self.alone = [], []
        first = 0
        for span, place in zip(batch.spans, places, strict=True):
            (self.short if span.count == 1 and place.prefix else self.alone).append((first, span, place))
            first += span.count
        if self.short:
            self.see([(span, place) for _, span, place in self.short])

    def groups(self, batch: Batch, places: list[Place]) -> list[tuple[Prefix, Tensor]]:
        """Each prefix with the rows that see it."""
        found: dict[int, tuple[Prefix, list[int]]] = {}
        first = 0
        for span, place in zip(batch.spans, places, strict=True):
            if place.prefix is not None:
                found.setdefault(id(place.prefix), (place.prefix, []))[1].extend(range(first, first + span.count))
            first += span.count
        return [(prefix, torch.tensor(rows)) for prefix, rows in found.values()]

    def see(self, decoding: list[tuple[Span, Place]]) -> None:
        """One mask over the own tokens of all that decode behind a prefix."""
        lengths = torch.tensor([span.start + 1 - place.base for span, place in decoding])
        self.slots = torch.tensor([place.slot for _, place in decoding])
        self.longest = int(lengths.max())
        hidden = torch.arange(self.longest) >= lengths[:, None]
        self.mask = torch.zeros(hidden.shape).masked_fill_(hidden, -torch.inf)[:, None, None]

    def __call__(self, layer: int, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        keys, values = self.cache.keys[layer], self.cache.values[layer]
        keys.view(-1, *key.shape[1:]).index_copy_(0, self.rows, key)
        values.view(-1, *value.shape[1:]).index_copy_(0, self.rows, value)
        seen = Partial.none(query)
        if self.short:
            rows = torch.tensor([first for first, _, _ in self.short])
            own = keys[self.slots, : self.longest], values[self.slots, : self.longest]
            seen.put(rows, attend_side_by_side(query[rows], *own, self.mask))
        for first, span, place in self.alone:
            rows, length = slice(first, first + span.count), span.start + span.count - place.base
            own = keys[place.slot, :length].transpose(0, 1), values[place.slot, :length].transpose(0, 1)
            seen.put(rows, attend(query[rows], *own, causal=True))
        for prefix, rows in self.shared:
            seen.put(rows, merged(seen.of(rows), attend(query[rows], prefix.keys[layer], prefix.values[layer], causal=False)))
        return seen.result()


def untouched(*shape: int) -> Tensor:
    """Zeros that take no memory before they are written; torch's own would write them all at once."""
    return torch.from_numpy(numpy.zeros(shape, numpy.float32))
