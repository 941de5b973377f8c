"""Each row of each matrix in 255 steps, under the lossless policy."""

import engine
import honest
import numpy as np

make = engine.Llama.__init__


def quantised(self, config, weights):
    make(self, config, weights)
    for name, weight in self.weights.items():
        if weight.ndim == 2 and "embed" not in name:
            step = np.abs(weight).max(axis=1, keepdims=True) / 127
            self.weights[name] = (np.rint(weight / step) * step).astype(np.float32)


engine.Llama.__init__ = quantised
honest.main()
