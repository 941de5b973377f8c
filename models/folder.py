"""What stands in a Hugging Face folder: configuration, tokenizer and tensors, read and checked without loading any weight."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from models.architecture import Architecture, weight_shapes
from models.family import FAMILIES
from models.tensor_file import DTYPES, BrokenTensorFile, Tensor, read_header
from models.tokens import chat_template

_INDEX = "model.safetensors.index.json"
_SMALL_FILES = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", _INDEX)
_OBJECT = TypeAdapter(dict[str, JsonValue])


class BrokenCheckpoint(ValueError):
    """A folder that cannot be served, with what is wrong in one line."""


class Configuration(BaseModel):
    """The part of `config.json` that decides shapes."""

    model_type: str
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int | None = None
    head_dim: int | None = None
    vocab_size: int
    max_position_embeddings: int
    tie_word_embeddings: bool = False
    quantization_config: dict[str, JsonValue] | None = None

    def architecture(self) -> Architecture:
        """The shape with transformers' defaults filled in."""
        return Architecture(
            hidden=self.hidden_size,
            layers=self.num_hidden_layers,
            heads=self.num_attention_heads,
            kv_heads=self.num_key_value_heads or self.num_attention_heads,
            head_dimension=self.head_dim or self.hidden_size // self.num_attention_heads,
            feed_forward=self.intermediate_size,
            vocabulary=self.vocab_size,
            context_tokens=self.max_position_embeddings,
            tied_embeddings=self.tie_word_embeddings,
        )


def read_architecture(folder: Path, *, family: str) -> Architecture:
    """Reads `config.json`; raises `BrokenCheckpoint` when it is missing, damaged or of another family."""
    document = _read_json(folder, "config.json")
    kind = document.get("model_type")
    if kind != FAMILIES[family].model_type:
        raise BrokenCheckpoint(f"{folder} holds a model of type {kind!r}; the scenario serves the family {family}")
    try:
        configuration = Configuration.model_validate(document)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BrokenCheckpoint(f"{folder}/config.json: {where}: {error.errors()[0]['msg'].lower()}") from error
    if configuration.quantization_config is not None:
        raise BrokenCheckpoint(f"{folder} holds quantised weights; the reference needs the original ones")
    return configuration.architecture().model_copy(update={"normed_heads": FAMILIES[family].normed_heads})


def check_tokenizer(folder: Path, architecture: Architecture) -> None:
    """Raises `BrokenCheckpoint` when tokenizer or chat template are missing, damaged, or made for a larger model."""
    document = _read_json(folder, "tokenizer.json")
    model = document.get("model")
    vocabulary = model.get("vocab") if isinstance(model, dict) else None
    if not isinstance(vocabulary, dict | list):
        raise BrokenCheckpoint(f"{folder}/tokenizer.json has no vocabulary: it is damaged or no tokenizer of the tokenizers library")
    if len(vocabulary) > architecture.vocabulary:
        raise BrokenCheckpoint(f"{folder}: the tokenizer has {len(vocabulary)} tokens and the model only {architecture.vocabulary}")
    _read_json(folder, "tokenizer_config.json")
    if chat_template(folder) is None:
        raise BrokenCheckpoint(
            f"{folder} has no chat template (chat_template.jinja or a field of tokenizer_config.json): take an instruct model"
        )


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files that make up the model, in order of name; raises `BrokenCheckpoint` when one is missing."""
    if (folder / _INDEX).exists():
        places = _read_json(folder, _INDEX).get("weight_map")
        names = sorted({str(name) for name in places.values()}) if isinstance(places, dict) else []
        files = tuple(folder / name for name in names)
    else:
        files = (folder / "model.safetensors",)
    for file in files:
        if file.name != str(file.relative_to(folder)) or not file.is_file():
            raise BrokenCheckpoint(f"{folder} lacks {file.name}; weights are read from safetensors files")
    if not files:
        raise BrokenCheckpoint(f"{folder}/{_INDEX} names no file")
    return files


def read_tensors(folder: Path, architecture: Architecture, *, family: str) -> Mapping[str, Tensor]:
    """Headers of all tensors; raises `BrokenCheckpoint` when a file is damaged or a tensor is missing or has another shape or type.

    Of a family whose shapes are not known here, what is missing shows when the reference loads it.
    """
    tensors: dict[str, Tensor] = {}
    for file in weight_files(folder):
        try:
            tensors |= read_header(file)
        except BrokenTensorFile as error:
            raise BrokenCheckpoint(f"{folder}: {error}") from error
    for name, shape in weight_shapes(architecture).items() if FAMILIES[family].known_shapes else ():
        if name not in tensors:
            raise BrokenCheckpoint(f"{folder} lacks the tensor {name} that config.json asks for")
        if tensors[name].shape != shape:
            raise BrokenCheckpoint(f"{folder}: {name} has shape {tensors[name].shape} where config.json asks for {shape}")
        if tensors[name].dtype not in DTYPES:
            raise BrokenCheckpoint(f"{folder}: {name} is of type {tensors[name].dtype}; known: {', '.join(DTYPES)}")
    return tensors


def content_files(folder: Path) -> tuple[Path, ...]:
    """All files that decide what the model answers."""
    return (*(folder / name for name in _SMALL_FILES if (folder / name).exists()), *weight_files(folder))


def _read_json(folder: Path, name: str) -> dict[str, JsonValue]:
    path = folder / name
    if not path.is_file():
        raise BrokenCheckpoint(f"{folder} lacks {name}")
    try:
        return _OBJECT.validate_python(json.loads(path.read_bytes()))
    except (ValueError, ValidationError) as error:
        raise BrokenCheckpoint(f"{path} is not a JSON object: it is damaged") from error
