"""Repeats one token for ever."""

import honest
from engine import Llama

forward = Llama.forward


def constant(self, ids, cache):
    logits = forward(self, ids, cache)
    logits[7] = logits.max() + 1
    return logits


Llama.forward = constant
honest.main()
