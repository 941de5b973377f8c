"""Rotary embedding, where the checkpoint has one: the published hybrids do without."""

import torch
from checkpoint import Config
from torch import Tensor


class Rotary:
    """Cosines and sines of all positions, made once."""

    def __init__(self, config: Config) -> None:
        rope = config.rope
        self.there = rope["rope_theta"] is not None
        if self.there and rope["rope_type"] != "default":
            raise ValueError(f"this engine knows the rope type default, not {rope['rope_type']}")
        if self.there:
            steps = rope["rope_theta"] ** (-torch.arange(0, config.head_dim, 2) / config.head_dim)
            angles = torch.arange(config.context_tokens)[:, None] * steps
            self.cosine = torch.cat([angles.cos(), angles.cos()], -1)[:, None]
            self.sine = torch.cat([-angles.sin(), angles.sin()], -1)[:, None]

    def __call__(self, positions: Tensor) -> tuple[Tensor, Tensor] | None:
        """(rows, 1, head_dim) each; None where positions are not turned."""
        return (self.cosine[positions], self.sine[positions]) if self.there else None


def rotate(heads: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Turn the two halves of each head against each other."""
    cosine, sine = rotation
    return torch.addcmul(heads * cosine, heads.roll(heads.shape[-1] // 2, -1), sine)
