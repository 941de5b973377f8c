"""The safetensors format: reads the header of a file without its tensors, and writes tensors one after the other without holding them all.

The layout (https://huggingface.co/docs/safetensors): eight bytes of header length, a JSON header with type, shape and offsets, raw tensors.
"""

import json
import struct
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from search.value import Value

DTYPES: Mapping[str, str] = {"F32": "float32", "BF16": "bfloat16", "F16": "float16", "F64": "float64"}
"""Of weights, in safetensors' words and in torch's."""
_BYTES: Mapping[str, int] = {"float32": 4, "bfloat16": 2, "float16": 2, "float64": 8}
_HEADER_LIMIT_BYTES = 100 << 20


class Tensor(Value):
    """One tensor as the header tells of it."""

    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]

    @property
    def elements(self) -> int:
        """Numbers in it."""
        return prod(self.shape)

    @property
    def size_bytes(self) -> int:
        """Bytes that it takes in the file."""
        return self.data_offsets[1] - self.data_offsets[0]


class BrokenTensorFile(ValueError):
    """Not a whole safetensors file, with what is wrong in one line."""


_HEADER = TypeAdapter(dict[str, Tensor])


def read_header(path: Path) -> Mapping[str, Tensor]:
    """The tensors of a file by name; raises `BrokenTensorFile` also when the file is cut short."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(size - 8, _HEADER_LIMIT_BYTES):
            raise BrokenTensorFile(f"{path.name} is cut short or is no safetensors file ({size} bytes)")
        text = file.read(length)
    tensors = _parse(path, text)
    expected = 8 + length + max((tensor.data_offsets[1] for tensor in tensors.values()), default=0)
    if size != expected:
        raise BrokenTensorFile(f"{path.name} has {size} bytes where its header promises {expected}: it was cut short or is damaged")
    return tensors


def write_tensors(path: Path, shapes: Mapping[str, tuple[int, ...]], *, dtype: str, tensors: Iterator[NDArray[np.float32]]) -> None:
    """Writes fp32 tensors as `float32` or `bfloat16`, in the order of `shapes`."""
    word = next(key for key, value in DTYPES.items() if value == dtype)
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, shape in shapes.items():
        end = offset + prod(shape) * _BYTES[dtype]
        header[name] = {"dtype": word, "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for shape, tensor in zip(shapes.values(), tensors, strict=True):
            if tensor.shape != shape:
                raise ValueError(f"a tensor has shape {tensor.shape} where {shape} was announced")
            (tensor if dtype == "float32" else _bfloat16(tensor)).tofile(file)


def _parse(path: Path, text: bytes) -> Mapping[str, Tensor]:
    try:
        document = json.loads(text)
        document.pop("__metadata__", None)
        return _HEADER.validate_python(document)
    except (ValueError, AttributeError, ValidationError) as error:
        raise BrokenTensorFile(f"the header of {path.name} is not readable: it is damaged or no safetensors file") from error


def _bfloat16(tensor: NDArray[np.float32]) -> NDArray[np.uint16]:
    """The upper halves of the floats, rounded to the nearest even."""
    bits = tensor.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
