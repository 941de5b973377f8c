"""Matrix products by our own kernel: a weight in panels, streamed once per step for any number of rows."""

import torch
from native import COUNT, POINTER, function
from torch import Tensor

_width = function("panel_width", result=COUNT)()
_bytes_needed = function("bytes_needed", POINTER, COUNT, result=COUNT)
_pack = function("pack", POINTER, COUNT, COUNT, COUNT, POINTER)
_linear = function("linear", POINTER, POINTER, COUNT, POINTER)


class Linear:
    """One weight of shape (out, in), kept as panels of some outputs each: in bfloat16 where that holds it exactly, else in fp32."""

    def __init__(self, panels: Tensor, outputs: int, inputs: int) -> None:
        self.panels = panels
        self.outputs = outputs
        self.matrix = torch.tensor([panels.data_ptr(), 0, panels.element_size(), outputs, inputs])  # the kernel's struct Matrix
        self.address = self.matrix.data_ptr()

    @classmethod
    def pack(cls, weight: Tensor) -> "Linear":
        """Copy a weight of shape (out, in) into panels."""
        weight = weight.float().contiguous()
        outputs, inputs = weight.shape
        size = _bytes_needed(weight.data_ptr(), weight.numel())
        panels = torch.empty(-(-outputs // _width) * _width * inputs, dtype=torch.bfloat16 if size == 2 else torch.float32)
        _pack(weight.data_ptr(), outputs, inputs, size, panels.data_ptr())
        return cls(panels, outputs, inputs)

    def __call__(self, x: Tensor) -> Tensor:
        """x (rows, in) to y (rows, out)."""
        x = x.contiguous()
        y = torch.empty(x.shape[0], self.outputs)
        _linear(self.address, x.data_ptr(), x.shape[0], y.data_ptr())
        return y
