"""Run in a child: how far a part's int8 products are from what rounding allows; one JSON line of ratios, of which none may exceed 1."""

import json
import sys

import torch

parts, threads = sys.argv[1:]
sys.path.insert(0, parts)
torch.set_num_threads(int(threads))

from linear import Linear  # noqa: E402 (of the parts)

ROWS = (1, 2, 5, 6, 7, 8, 13, 31, 60, 61, 70)
SHAPES = ((1, 1), (33, 70), (95, 769), (17, 385), (100, 1601), (64, 3001))


def finest(inputs: int) -> float:
    """The largest integer an activation becomes."""
    return min(32767, (2**31 - 1) // (127 * inputs))


def share_of_bound(rows: int, outputs: int, inputs: int) -> float:
    """Error over the most that rounding each weight and each activation to the nearest integer can make."""
    x, weight = torch.randn(rows, inputs), torch.randn(outputs, inputs)
    error = (Linear.pack(weight)(x).double() - x.double() @ weight.double().T).abs()
    weight_step, x_step = weight.abs().amax(1).double() / 127, x.abs().amax(1).double() / finest(inputs)
    bound = x.abs().double().sum(1)[:, None] * weight_step / 2 + (weight.abs().double().sum(1) + inputs * weight_step) * x_step[:, None] / 2
    return float((error / (bound * 1.001)).max())


def share_of_fine_bound(rows: int, outputs: int, inputs: int) -> float:
    """The same where weights are whole numbers, which int8 holds exactly: what is left is the activations' rounding."""
    x, weight = torch.randn(rows, inputs), torch.randint(-127, 128, (outputs, inputs)).float()
    weight[:, 0] = 127
    error = (Linear.pack(weight)(x).double() - x.double() @ weight.double().T).abs()
    x_step = x.abs().amax(1).double() / finest(inputs)
    return float((error / (weight.abs().double().sum(1) * x_step[:, None] / 2 * 1.01 + 1e-3)).max())


def share_at_the_limit(inputs: int) -> float:
    """The largest sum that can occur must not overflow."""
    x, weight = torch.ones(1, inputs), torch.ones(3, inputs)
    return float((Linear.pack(weight)(x) - inputs).abs().max() / (inputs * 1e-5))


torch.manual_seed(11)
with torch.inference_mode():
    shares = {f"{rows}x{inputs}x{outputs}": share_of_bound(rows, outputs, inputs) for rows in ROWS for outputs, inputs in SHAPES}
    shares |= {f"fine {rows}x{inputs}x{outputs}": share_of_fine_bound(rows, outputs, inputs) for rows in ROWS for outputs, inputs in SHAPES}
    shares |= {f"limit {inputs}": share_at_the_limit(inputs) for inputs in (768, 2304, 8192, 20001)}
    shares["zeros"] = float(Linear.pack(torch.zeros(5, 40))(torch.zeros(2, 40)).abs().max())
print(json.dumps(shares))
