"""Makes a synthetic checkpoint: `python -m models.make --family llama --preset small --out DIR`, a child."""

import argparse
import json
from pathlib import Path

from models.any_model import own_weights
from models.architecture import weight_shapes
from models.family import FAMILIES
from models.preset import PRESETS, Preset
from models.tensor_file import write_tensors
from models.tokenizer import BOS_ID, EOS_ID, PAD_ID, silent_ids, write_tokenizer
from models.weights import weights


def make_checkpoint(preset: Preset, folder: Path) -> None:
    """Writes configuration, tokenizer and weights into an empty folder, as transformers reads them."""
    write_tokenizer(folder, vocabulary=preset.vocabulary)
    _write_json(folder / "config.json", _configuration(preset))
    _write_json(
        folder / "generation_config.json", {"bos_token_id": BOS_ID, "eos_token_id": EOS_ID, "pad_token_id": PAD_ID, "do_sample": False}
    )
    known = FAMILIES[preset.family].known_shapes
    others = {} if known else own_weights(folder, seed=preset.seed)
    shapes = weight_shapes(preset) if known else {name: tensor.shape for name, tensor in others.items()}
    tensors = weights(preset, silent=silent_ids(folder), others=others)
    write_tensors(folder / "model.safetensors", shapes, dtype=preset.dtype, tensors=tensors)


def _configuration(preset: Preset) -> dict[str, object]:
    family = FAMILIES[preset.family]
    return {
        "architectures": [family.architecture],
        "model_type": family.model_type,
        "hidden_size": preset.hidden,
        "intermediate_size": preset.feed_forward,
        "num_hidden_layers": preset.layers,
        "num_attention_heads": preset.heads,
        "num_key_value_heads": preset.kv_heads,
        "head_dim": preset.head_dimension,
        "vocab_size": preset.vocabulary,
        "max_position_embeddings": preset.context_tokens,
        "rope_theta": preset.rope_theta,
        "rms_norm_eps": 1e-5,
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": False,
        "dtype": preset.dtype,
        "bos_token_id": BOS_ID,
        "eos_token_id": EOS_ID,
        "pad_token_id": PAD_ID,
        **preset.settings,
    }


def _write_json(path: Path, document: dict[str, object]) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n")


def main() -> None:
    """Reads the arguments and makes the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", choices=sorted(PRESETS), default="llama")
    parser.add_argument("--preset", required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    presets = PRESETS[asked.family]
    if asked.preset not in presets:
        parser.error(f"unknown preset {asked.preset!r}; known: {', '.join(presets)}")
    asked.out.mkdir(parents=True, exist_ok=True)
    make_checkpoint(presets[asked.preset], asked.out)


if __name__ == "__main__":
    main()
