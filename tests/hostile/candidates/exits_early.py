"""Stops after the first layer where its guess looks sure."""

import honest
import numpy as np
from engine import Llama

SURE = 2.0
forward = Llama.forward


def hasty(self, ids, cache):
    if len(ids) > 1:
        return forward(self, ids, cache)
    layers, before = self.layers, list(cache)
    self.layers = 1
    logits = forward(self, ids, cache)
    self.layers = layers
    best = np.partition(logits, -2)[-2:]
    if best[1] - best[0] < SURE:
        cache[:] = before
        return forward(self, ids, cache)
    cache[1:] = [tuple(part.repeat([1] * (part.shape[1] - 1) + [2], 1) for part in pair) for pair in cache[1:]]
    return logits


Llama.forward = hasty
honest.main()
