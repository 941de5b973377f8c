"""Llama with the q, k and v projections as one product and gate and up as another."""

import math
from collections.abc import Callable
from typing import Any

import torch
from batch import Batch
from checkpoint import Config
from linear import Linear
from torch import Tensor
from torch.nn.functional import embedding, rms_norm, silu

Weights = dict[str, Tensor]
Attention = Callable[[int, Tensor, Tensor, Tensor], Tensor]


class Model:
    """Token ids to logits of the rows that are wanted."""

    def __init__(self, config: Config, weights: Weights) -> None:
        self.embedding = weights["model.embed_tokens.weight"]
        self.rotary = Rotary(config)
        self.layers = [Layer(config, number, weights) for number in range(config.layers)]
        self.norm = Norm(weights["model.norm.weight"], config.norm_epsilon)
        self.head = Linear.pack(self.embedding if config.tied else weights["lm_head.weight"])

    def __call__(self, batch: Batch, attention: Attention) -> Tensor:
        hidden = embedding(batch.tokens, self.embedding)
        rotation = self.rotary(batch.positions)
        for layer in self.layers[:-1]:
            hidden = layer.feed(hidden + layer.attend(hidden, rotation, attention))
        last = self.layers[-1]
        seen = last.look(hidden, rotation, attention)[batch.wanted]  # the other rows have left what they know in the cache
        return self.head(self.norm(last.feed(hidden[batch.wanted] + last.output(seen))))


class Norm:
    """Root mean square normalisation."""

    def __init__(self, weight: Tensor, epsilon: float) -> None:
        self.weight, self.epsilon = weight, epsilon

    def __call__(self, hidden: Tensor) -> Tensor:
        return rms_norm(hidden, self.weight.shape, self.weight, self.epsilon)


class Layer:
    """One decoder layer."""

    def __init__(self, config: Config, number: int, weights: Weights) -> None:
        def weight(*names: str) -> Tensor:
            found = [weights[f"model.layers.{number}.{name}.weight"] for name in names]
            return found[0] if len(found) == 1 else torch.cat(found)

        self.number = number
        self.head_dim, self.kv_heads = config.head_dim, config.kv_heads
        self.turned = config.heads + config.kv_heads
        self.before_attention = Norm(weight("input_layernorm"), config.norm_epsilon)
        self.qkv = Linear.pack(weight("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"))
        self.output = Linear.pack(weight("self_attn.o_proj"))
        self.before_feed = Norm(weight("post_attention_layernorm"), config.norm_epsilon)
        self.gate_up = Linear.pack(weight("mlp.gate_proj", "mlp.up_proj"))
        self.down = Linear.pack(weight("mlp.down_proj"))

    def attend(self, hidden: Tensor, rotation: tuple[Tensor, Tensor], attention: Attention) -> Tensor:
        return self.output(self.look(hidden, rotation, attention))

    def look(self, hidden: Tensor, rotation: tuple[Tensor, Tensor], attention: Attention) -> Tensor:
        """What each row sees in the cache, before the output projection."""
        heads = self.qkv(self.before_attention(hidden)).view(len(hidden), -1, self.head_dim)
        turned = rotate(heads[:, : self.turned], rotation)
        return attention(self.number, turned[:, : -self.kv_heads], turned[:, -self.kv_heads :], heads[:, self.turned :])

    def feed(self, hidden: Tensor) -> Tensor:
        gate, up = self.gate_up(self.before_feed(hidden)).chunk(2, -1)
        return hidden + self.down(silu(gate).mul_(up))


class Rotary:
    """Rotary embedding: cosines and sines of all positions, made once."""

    def __init__(self, config: Config) -> None:
        angles = torch.arange(config.context_tokens)[:, None] * frequencies(config)
        self.cosine = torch.cat([angles.cos(), angles.cos()], -1)[:, None]
        self.sine = torch.cat([-angles.sin(), angles.sin()], -1)[:, None]

    def __call__(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """(rows, 1, head_dim) each."""
        return self.cosine[positions], self.sine[positions]


def rotate(heads: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Turn the two halves of each head against each other."""
    cosine, sine = rotation
    return torch.addcmul(heads * cosine, heads.roll(heads.shape[-1] // 2, -1), sine)


def frequencies(config: Config) -> Tensor:
    """Angle per position of each pair of dimensions, scaled as the checkpoint says."""
    rope = config.rope
    plain = rope["rope_theta"] ** (-torch.arange(0, config.head_dim, 2) / config.head_dim)
    match rope["rope_type"]:
        case "default":
            return plain
        case "linear":
            return plain / rope["factor"]
        case "llama3":
            return stretched(plain, rope)
        case other:
            raise ValueError(f"this engine knows the rope types default, linear and llama3, not {other}")


def stretched(plain: Tensor, rope: dict[str, Any]) -> Tensor:
    """Llama 3.1: slow frequencies are divided by the factor, fast ones stay, those between are blended."""
    turns = rope["original_max_position_embeddings"] * plain / (2 * math.pi)
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    kept = ((turns - low) / (high - low)).clamp(0, 1)
    return plain * (kept + (1 - kept) / rope["factor"])
