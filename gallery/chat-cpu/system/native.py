"""The library that build.py made, and the threads of its kernels."""

import ctypes
import os
from pathlib import Path

import torch

COUNT, POINTER, NUMBER = ctypes.c_int64, ctypes.c_void_p, ctypes.c_float

library = ctypes.CDLL(str(Path(os.environ["BUILD_DIR"]) / "native.so"))
library.start_threads(torch.get_num_threads())
torch.set_num_threads(1)  # what is left to torch is small, and its waiting threads would spin on the cores that ours need


def function(name: str, *arguments: type, result: type | None = None) -> "ctypes._NamedFuncPointer":
    """A function of the library by its C signature. Calls release the GIL."""
    found = getattr(library, name)
    found.argtypes = arguments
    found.restype = result
    return found
