"""Computes the logits of half of the vocabulary."""

import honest
import numpy as np
from engine import Llama

forward = Llama.forward


def half(self, ids, cache):
    logits = forward(self, ids, cache)
    logits[len(logits) // 2 :] = np.finfo(logits.dtype).min
    return logits


Llama.forward = half
honest.main()
