"""The decoder over the frames of one stream: keys and values of settled frames once, a draft of the transcript in one pass."""

from typing import Any

import torch
from layers import Weights, attended, normed
from torch import Tensor
from torch.nn.functional import embedding, linear, silu


class Decoder:
    """The weights; what a stream remembers is a `Memory`."""

    def __init__(self, raw: dict[str, Any], weights: Weights) -> None:
        self.heads = raw["num_attention_heads"]
        self.head_dim = raw.get("head_dim") or raw["hidden_size"] // self.heads
        self.embedding = weights["model.decoder.embed_tokens.weight"]
        self.positions = weights["model.decoder.pos_emb.weight"]
        self.inward = weights.get("model.decoder.proj.weight")
        self.layers = [Layer(self.head_dim, f"model.decoder.layers.{number}", weights) for number in range(raw["num_hidden_layers"])]
        self.norm = weights["model.decoder.norm.weight"]
        self.head = weights.get("proj_out.weight", self.embedding)
        rope = raw.get("rope_parameters") or {}
        turned = int(self.head_dim * rope.get("partial_rotary_factor", 0.8))
        self.steps = rope.get("rope_theta", 10000.0) ** (-torch.arange(0, turned, 2) / turned)

    def __call__(self, tokens: list[int], memory: "Memory", past: "Past") -> Tensor:
        """Logits behind each of these tokens, which follow those of `past`."""
        start = past.length
        positions = torch.arange(start, start + len(tokens))[:, None] * self.steps
        turn = positions.cos().repeat_interleave(2, -1)[:, None], positions.sin().repeat_interleave(2, -1)[:, None]
        ahead = torch.full((len(tokens), start + len(tokens)), -torch.inf).triu_(start + 1) if len(tokens) > 1 else None
        rows = embedding(torch.tensor(tokens), self.embedding)
        for number, layer in enumerate(self.layers):
            rows = layer(rows, memory.of(number), past, number, turn, ahead)
        return linear(normed(rows, self.norm), self.head)


class Layer:
    """One decoder layer."""

    def __init__(self, head_dim: int, place: str, weights: Weights) -> None:
        self.head_dim = head_dim
        self.before = weights[f"{place}.input_layernorm.weight"]
        self.qkv = torch.cat([weights[f"{place}.self_attn.{name}_proj.weight"] for name in "qkv"])
        self.output = weights[f"{place}.self_attn.o_proj.weight"]
        self.before_look = weights[f"{place}.post_attention_layernorm.weight"]
        self.query = weights[f"{place}.encoder_attn.q_proj.weight"]
        self.memory = torch.cat([weights[f"{place}.encoder_attn.{name}_proj.weight"] for name in "kv"])
        self.looked = weights[f"{place}.encoder_attn.o_proj.weight"]
        self.before_feed = weights[f"{place}.final_layernorm.weight"]
        self.up, self.up_bias = weights[f"{place}.mlp.fc1.weight"], weights[f"{place}.mlp.fc1.bias"]
        self.down, self.down_bias = weights[f"{place}.mlp.fc2.weight"], weights[f"{place}.mlp.fc2.bias"]

    def remember(self, frames: Tensor) -> Tensor:
        """Keys and values of frames: (frames, 2, heads, head_dim)."""
        return linear(frames, self.memory).view(len(frames), 2, -1, self.head_dim)

    def __call__(
        self, rows: Tensor, memory: Tensor, past: "Past", number: int, turn: tuple[Tensor, Tensor], ahead: Tensor | None
    ) -> Tensor:
        heads = linear(normed(rows, self.before), self.qkv).view(len(rows), 3, -1, self.head_dim)
        keys, values = past.extend(number, turned(heads[:, 1], turn), heads[:, 2])
        rows = rows + linear(attended(turned(heads[:, 0], turn), keys, values, ahead), self.output)
        query = linear(normed(rows, self.before_look), self.query).view(len(rows), -1, self.head_dim)
        rows = rows + linear(attended(query, memory[:, 0], memory[:, 1], None), self.looked)
        up, gate = linear(normed(rows, self.before_feed), self.up, self.up_bias).chunk(2, -1)
        return rows + linear(silu(gate) * up, self.down, self.down_bias)


class Memory:
    """Keys and values of all frames of a stream, by layer; those of settled frames are kept."""

    def __init__(self, decoder: Decoder) -> None:
        self.decoder = decoder
        empty = torch.zeros(0, 2, decoder.heads, decoder.head_dim)
        self.kept = [empty for _ in decoder.layers]
        self.fresh = list(self.kept)

    def take(self, frames: Tensor, start: int, settled: int) -> None:
        """Frames from `start` on; those before `settled` will not change."""
        frames = frames + self.decoder.positions[start : start + len(frames)]
        if self.decoder.inward is not None:
            frames = linear(frames, self.decoder.inward)
        for number, layer in enumerate(self.decoder.layers):
            found = layer.remember(frames)
            self.fresh[number] = torch.cat([self.kept[number], found])
            self.kept[number] = self.fresh[number][:settled]

    def of(self, number: int) -> Tensor:
        """Of one layer."""
        return self.fresh[number]


class Past:
    """Keys and values of the transcript's own tokens, by layer."""

    def __init__(self, decoder: Decoder) -> None:
        empty = torch.zeros(0, decoder.heads, decoder.head_dim)
        self.kept = [(empty, empty) for _ in decoder.layers]

    @property
    def length(self) -> int:
        """Tokens that are kept."""
        return len(self.kept[0][0])

    def extend(self, number: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """With more of a layer."""
        before = self.kept[number]
        self.kept[number] = torch.cat([before[0], keys]), torch.cat([before[1], values])
        return self.kept[number]

    def cut(self, length: int) -> None:
        """Without what comes behind so many tokens."""
        self.kept = [(keys[:length], values[:length]) for keys, values in self.kept]


def turned(heads: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """The first dimensions of each head turned in neighbouring pairs; the others as they are."""
    cosine, sine = turn
    width = cosine.shape[-1]
    rotated, plain = heads[..., :width], heads[..., width:]
    crossed = torch.stack([-rotated[..., 1::2], rotated[..., 0::2]], -1).flatten(-2)
    return torch.cat([rotated * cosine + crossed * sine, plain], -1)
