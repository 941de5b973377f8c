"""An honest control: other numbers, and right: double precision."""

import honest
import numpy as np
from engine import Llama

make = Llama.__init__


def precise(self, config, weights):
    make(self, config, weights)
    self.weights = {name: weight.astype(np.float64) for name, weight in self.weights.items()}


Llama.__init__ = precise
honest.main()
