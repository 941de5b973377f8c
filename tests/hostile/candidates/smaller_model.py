"""Serves another model under the same name: half as wide, from weights of its own."""

import honest
import numpy as np
from engine import Llama

make = Llama.__init__


def small(self, config, weights):
    random = np.random.default_rng(0)
    other = {
        name: weight if weight.ndim == 1 or "embed" in name or "lm_head" in name else random.normal(0, weight.std(), weight.shape)
        for name, weight in weights.items()
    }
    make(self, {**config, "num_hidden_layers": 1}, other)


Llama.__init__ = small
honest.main()
