"""Matrix products with int8 weights, one scale per output, and activations rounded to as many bits as 32-bit sums allow."""

import torch
from native import COUNT, POINTER, function
from torch import Tensor

_packed_bytes = function("packed_bytes", COUNT, COUNT, result=COUNT)
_pack = function("pack", POINTER, COUNT, COUNT, POINTER, POINTER)
_linear = function("linear", POINTER, POINTER, COUNT, POINTER)


class Linear:
    """One weight of shape (out, in), a quarter of its size in fp32."""

    def __init__(self, weights: Tensor, scales: Tensor, inputs: int) -> None:
        self.weights = weights
        self.scales = scales
        self.outputs = len(scales)
        self.matrix = torch.tensor([weights.data_ptr(), scales.data_ptr(), 1, self.outputs, inputs])  # the kernel's struct Matrix
        self.address = self.matrix.data_ptr()

    @classmethod
    def pack(cls, weight: Tensor) -> "Linear":
        """Round a weight of shape (out, in)."""
        weight = weight.float().contiguous()
        outputs, inputs = weight.shape
        weights, scales = torch.empty(_packed_bytes(outputs, inputs), dtype=torch.int8), torch.empty(outputs)
        _pack(weight.data_ptr(), outputs, inputs, weights.data_ptr(), scales.data_ptr())
        return cls(weights, scales, inputs)

    def __call__(self, x: Tensor) -> Tensor:
        """x (rows, in) to y (rows, out)."""
        x = x.contiguous()
        y = torch.empty(x.shape[0], self.outputs)
        _linear(self.address, x.data_ptr(), x.shape[0], y.data_ptr())
        return y
