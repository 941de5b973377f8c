"""An honest control: other numbers, and right: the sums of the feed-forward layers run in halves and from the end."""

import honest
import numpy as np
from engine import Llama


def reordered(hidden, weight):
    middle = hidden.shape[-1] // 2
    last = hidden[..., : middle - 1 : -1] @ weight[:, : middle - 1 : -1].T
    return last + hidden[..., middle - 1 :: -1] @ weight[:, middle - 1 :: -1].T


def feed(self, prefix, hidden):
    gate, up = (reordered(hidden, self.weights[f"{prefix}{name}_proj.weight"]) for name in ("gate", "up"))
    return reordered(gate / (1 + np.exp(-gate)) * up, self.weights[prefix + "down_proj.weight"])


Llama.feed = feed
honest.main()
