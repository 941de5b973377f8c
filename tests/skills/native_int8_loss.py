"""Run in a child: root mean square error of an int8 product of Gaussian numbers, relative; one JSON line."""

import json
import sys

import torch

parts, threads = sys.argv[1:]
sys.path.insert(0, parts)
torch.set_num_threads(int(threads))

from linear import Linear  # noqa: E402 (of the parts)

torch.manual_seed(3)
x, weight = torch.randn(8, 768), torch.randn(512, 768)
exact = x @ weight.T
print(json.dumps({"relative_error": float((Linear.pack(weight)(x) - exact).norm() / exact.norm())}))
