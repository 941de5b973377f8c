"""Plain eager execution on the threads that the server was given."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batch import Batch
    from cache import Cache
    from model import Model
    from torch import Tensor


def place(threads: int) -> None:
    """Tell OpenMP, before torch starts it, how many threads to use."""
    os.environ["OMP_NUM_THREADS"] = str(threads)


class Runner:
    """Runs a step as it is written."""

    def __init__(self, model: Model, cache: Cache) -> None:
        self.model, self.cache = model, cache

    def __call__(self, batch: Batch) -> Tensor:
        return self.model(batch, self.cache.bind(batch))
