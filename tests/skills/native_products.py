"""Run in a child: the largest error of a part's products against fp64, for shapes that fill no panel and no tile; one JSON line."""

import json
import sys

import torch

parts, threads = sys.argv[1:]
sys.path.insert(0, parts)
torch.set_num_threads(int(threads))

from linear import Linear  # noqa: E402 (of the parts)

ROWS = (1, 2, 3, 5, 6, 7, 8, 12, 13, 17, 31, 33, 59, 60, 61, 70)
SHAPES = ((1, 1), (33, 70), (95, 769), (16, 384), (17, 385), (100, 1601), (257, 64), (40, 96))


def relative_error(rows: int, outputs: int, inputs: int, stored: torch.dtype) -> float:
    """Over the size of the terms that are summed, which is what rounding scales with."""
    x, weight = torch.randn(rows, inputs), torch.randn(outputs, inputs).to(stored).float()
    true = x.double() @ weight.double().T
    terms = x.double().abs() @ weight.double().abs().T
    found = Linear.pack(weight)(x)
    assert found.shape == true.shape and found.dtype == torch.float32
    return float(((found.double() - true).abs() / terms).max())


torch.manual_seed(7)
with torch.inference_mode():
    errors = {
        f"{rows}x{inputs}x{outputs} {stored}": relative_error(rows, outputs, inputs, stored)
        for rows in ROWS
        for outputs, inputs in SHAPES
        for stored in (torch.float32, torch.bfloat16)
    }
print(json.dumps(errors))
