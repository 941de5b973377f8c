"""Eager execution with the threads placed: how many compute, whether they are bound to cores, how they wait, on which pages."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from settings import BIND, HUGE_PAGES, RESERVED_THREADS, SPIN_COUNT

if TYPE_CHECKING:
    from batch import Batch
    from cache import Cache
    from model import Model
    from torch import Tensor


def place(threads: int) -> None:
    """Tell OpenMP and torch's allocator, before torch starts them."""
    os.environ["OMP_NUM_THREADS"] = str(max(threads - RESERVED_THREADS, 1))
    os.environ["OMP_PROC_BIND"] = BIND
    os.environ["GOMP_SPINCOUNT"] = str(SPIN_COUNT)
    os.environ["THP_MEM_ALLOC_ENABLE"] = str(HUGE_PAGES)


class Runner:
    """Runs a step as it is written."""

    def __init__(self, model: Model, cache: Cache) -> None:
        self.model, self.cache = model, cache

    def __call__(self, batch: Batch) -> Tensor:
        return self.model(batch, self.cache.bind(batch))
