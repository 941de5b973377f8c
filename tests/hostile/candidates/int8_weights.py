"""Rounds the weights to eight bits where the policy is lossless."""

import honest
import numpy as np
from engine import Llama

make = Llama.__init__


def rounded(weight):
    if weight.ndim < 2:
        return weight
    step = np.abs(weight).max(-1, keepdims=True) / 127
    return np.round(weight / step) * step


def coarse(self, config, weights):
    make(self, config, {name: rounded(weight) for name, weight in weights.items()})


Llama.__init__ = coarse
honest.main()
