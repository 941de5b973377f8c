"""A process of its own that measures this machine's peaks: `python -m targets.probe THREADS [int8]` prints them as JSON.

It computes with torch, whose kernels the candidates use, and with numpy where torch is not installed.
"""

import importlib
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

MIB = 1 << 20
WORKING_SETS = (8 * MIB, 24 * MIB, 96 * MIB, 384 * MIB)
ROWS = (1, 8, 32, 512)
WIDTH = 2048
MATRICES = 8
"""Together 128 MiB in fp32, more than most caches hold."""
SECONDS = 0.5


def main() -> None:
    """Measure and print."""
    threads, int8 = int(sys.argv[1]), "int8" in sys.argv[2:]
    torch = _torch(threads)
    load = np.asarray if torch is None else torch.from_numpy
    linear = _numpy_linear if torch is None else torch.nn.functional.linear
    rates = {
        "read_bytes_per_second": {size: _read_rate(size, load, linear) for size in WORKING_SETS},
        "flops_per_second": _flop_rates(load, linear),
        "int8_ops_per_second": _int8_rate(torch) if int8 and torch is not None else None,
    }
    print(json.dumps(rates))


def best_seconds(work: Callable[[], object]) -> float:
    """The shortest run of `work` among those that fit into half a second, after one that does not count."""
    work()
    best, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def _read_rate(size: int, load: Callable[..., Any], linear: Callable[..., Any]) -> float:
    """One vector times a matrix of `size` bytes waits for memory only, and is what decoding does."""
    weight = load(np.ones((size // WIDTH // 4, WIDTH), dtype=np.float32))
    vector = load(np.ones((1, WIDTH), dtype=np.float32))
    return size / best_seconds(lambda: linear(vector, weight))


def _flop_rates(load: Callable[..., Any], linear: Callable[..., Any]) -> dict[int, float]:
    weights = [load(np.ones((WIDTH, WIDTH), dtype=np.float32)) for _ in range(MATRICES)]
    rates: dict[int, float] = {}
    for count in ROWS:
        rows = load(np.ones((count, WIDTH), dtype=np.float32))
        seconds = best_seconds(lambda rows=rows: [linear(rows, weight) for weight in weights])
        rates[count] = 2 * count * WIDTH * WIDTH * MATRICES / seconds
    return rates


def _int8_rate(torch: Any) -> float:
    rows = torch.ones(512, WIDTH, dtype=torch.int8)
    weight = torch.ones(WIDTH, WIDTH, dtype=torch.int8)
    return 2 * 512 * WIDTH * WIDTH / best_seconds(lambda: torch._int_mm(rows, weight))


def _numpy_linear(rows: Any, weight: Any) -> Any:
    return rows @ weight.T


def _torch(threads: int) -> Any:
    """The module, or None; imported by name, because nothing that a worker imports may lead to torch."""
    if importlib.util.find_spec("torch") is None:
        return None
    torch = importlib.import_module("torch")
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    return torch


if __name__ == "__main__":
    main()
