"""All tensors of a model of any family, as its own class of transformers fills them: what `models.weights` does not know by name."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def own_weights(folder: Path, *, seed: int) -> dict[str, NDArray[np.float32]]:
    """Parameters by name in the class's order; tied ones once. Read from the folder's `config.json`; holds the whole model in fp32."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder), dtype=torch.float32)
    return {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
