"""All tensors of a model of any family, as its own class of transformers fills them: what `models.weights` does not know by name."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def own_weights(folder: Path, *, seed: int) -> dict[str, NDArray[np.float32]]:
    """Parameters by name in the class's order; tied ones once. Read from the folder's `config.json`; holds the whole model in fp32."""
    import torch
    import transformers

    torch.manual_seed(seed)
    config = transformers.AutoConfig.from_pretrained(folder)
    model = getattr(transformers, config.architectures[0])(config).float()
    return {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
