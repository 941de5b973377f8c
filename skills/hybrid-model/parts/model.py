"""OlmoHybrid: three layers of gated delta rule for each layer of attention, with fused projections."""

from collections.abc import Callable

import torch
from batch import Batch
from checkpoint import Config
from delta import DeltaRule
from linear import Linear
from rotary import Rotary, rotate
from torch import Tensor
from torch.nn.functional import embedding, rms_norm, silu

Weights = dict[str, Tensor]
Attention = Callable[[int, Tensor, Tensor, Tensor], Tensor]


class Model:
    """Token ids to logits of the rows that are wanted; what recurrent layers remember stands with each sequence."""

    def __init__(self, config: Config, weights: Weights) -> None:
        kinds = config.raw["layer_types"]
        self.embedding = weights["model.embed_tokens.weight"]
        self.rotary = Rotary(config)
        self.layers = [
            (RecurrentLayer if kind == "linear_attention" else AttentionLayer)(config, number, weights) for number, kind in enumerate(kinds)
        ]
        self.norm = Norm(weights["model.norm.weight"], config.norm_epsilon)
        self.head = Linear.pack(self.embedding if config.tied else weights["lm_head.weight"])

    def __call__(self, batch: Batch, attention: Attention) -> Tensor:
        for span in batch.spans:
            if span.start == 0:
                span.sequence.state = [None] * len(self.layers)
        hidden = embedding(batch.tokens, self.embedding)
        rotation = self.rotary(batch.positions)
        for layer in self.layers[:-1]:
            hidden = layer.feed(layer.mix(hidden, batch, rotation, attention))
        last = self.layers[-1]
        return self.head(self.norm(last.feed(last.mix(hidden, batch, rotation, attention)[batch.wanted])))


class Norm:
    """Root mean square normalisation."""

    def __init__(self, weight: Tensor, epsilon: float) -> None:
        self.weight, self.epsilon = weight, epsilon

    def __call__(self, hidden: Tensor) -> Tensor:
        return rms_norm(hidden, self.weight.shape, self.weight, self.epsilon)


class Feed:
    """The feed-forward, gate and up as one product."""

    def __init__(self, place: str, weights: Weights) -> None:
        self.gate_up = Linear.pack(torch.cat([weights[f"{place}.mlp.gate_proj.weight"], weights[f"{place}.mlp.up_proj.weight"]]))
        self.down = Linear.pack(weights[f"{place}.mlp.down_proj.weight"])

    def __call__(self, hidden: Tensor) -> Tensor:
        gate, up = self.gate_up(hidden).chunk(2, -1)
        return self.down(silu(gate).mul_(up))


class RecurrentLayer:
    """Normalised before its parts, as a Llama's layer is."""

    def __init__(self, config: Config, number: int, weights: Weights) -> None:
        place = f"model.layers.{number}"
        self.before = Norm(weights[f"{place}.input_layernorm.weight"], config.norm_epsilon)
        self.rule = DeltaRule(config, number, weights)
        self.before_feed = Norm(weights[f"{place}.post_attention_layernorm.weight"], config.norm_epsilon)
        self.forward = Feed(place, weights)

    def mix(self, hidden: Tensor, batch: Batch, rotation: tuple[Tensor, Tensor] | None, attention: Attention) -> Tensor:
        """Adds what the rows before say."""
        return hidden + self.rule(self.before(hidden), batch)

    def feed(self, hidden: Tensor) -> Tensor:
        """Adds what the feed-forward makes of each row."""
        return hidden + self.forward(self.before_feed(hidden))


class AttentionLayer:
    """Normalised behind its parts, queries and keys over all their heads at once."""

    def __init__(self, config: Config, number: int, weights: Weights) -> None:
        place = f"model.layers.{number}"
        attend = f"{place}.self_attn"
        self.number, self.head_dim = number, config.head_dim
        self.widths = [config.heads * config.head_dim, config.kv_heads * config.head_dim, config.kv_heads * config.head_dim]
        self.qkv = Linear.pack(torch.cat([weights[f"{attend}.{name}_proj.weight"] for name in "qkv"]))
        self.query_norm = Norm(weights[f"{attend}.q_norm.weight"], config.norm_epsilon)
        self.key_norm = Norm(weights[f"{attend}.k_norm.weight"], config.norm_epsilon)
        self.output = Linear.pack(weights[f"{attend}.o_proj.weight"])
        self.behind = Norm(weights[f"{place}.post_attention_layernorm.weight"], config.norm_epsilon)
        self.behind_feed = Norm(weights[f"{place}.post_feedforward_layernorm.weight"], config.norm_epsilon)
        self.forward = Feed(place, weights)

    def mix(self, hidden: Tensor, batch: Batch, rotation: tuple[Tensor, Tensor] | None, attention: Attention) -> Tensor:
        """Adds what the rows before say."""
        query, key, value = self.qkv(hidden).split(self.widths, -1)
        heads = [part.unflatten(-1, (-1, self.head_dim)) for part in (self.query_norm(query), self.key_norm(key), value)]
        turned = [rotate(part, rotation) for part in heads[:2]] if rotation else heads[:2]
        return hidden + self.behind(self.output(attention(self.number, turned[0], turned[1], heads[2])))

    def feed(self, hidden: Tensor) -> Tensor:
        """Adds what the feed-forward makes of each row."""
        return hidden + self.behind_feed(self.forward(hidden))
