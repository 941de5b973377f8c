"""A checkpoint is found whole, or one line says what is wrong with it."""

import asyncio
import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from models.checkpoint import BrokenCheckpoint, UnknownModel, obtain_checkpoint, read_checkpoint
from models.preset import PRESETS

Copied = Callable[[str], Path]


def _change(path: Path, **fields: object) -> None:
    document = {**json.loads(path.read_text()), **fields}
    path.write_text(json.dumps({key: value for key, value in document.items() if value is not None}))


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _cut(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def _empty(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"")


def _garble(folder: Path) -> None:
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[:8] + b"x" * 64 + content[72:])


def _boast(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", 1 << 60) + b"{}")


def _misname(folder: Path) -> None:
    index = {"weight_map": {"lm_head.weight": "model-00001-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def _escape(folder: Path) -> None:
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"lm_head.weight": "../model.safetensors"}}))


_DAMAGES: list[tuple[Callable[[Path], object], str]] = [
    (lambda folder: (folder / "config.json").unlink(), "lacks config.json"),
    (lambda folder: (folder / "config.json").write_text("{"), "not a JSON object"),
    (lambda folder: _change(folder / "config.json", model_type="gpt2"), "type 'gpt2'; the scenario serves the family llama"),
    (lambda folder: _change(folder / "config.json", hidden_size=None), "hidden_size: field required"),
    (lambda folder: _change(folder / "config.json", hidden_size=128), r"has shape \(1024, 64\) where config.json asks for \(1024, 128\)"),
    (lambda folder: _change(folder / "config.json", num_hidden_layers=3), "lacks the tensor model.layers.2"),
    (lambda folder: _change(folder / "config.json", vocab_size=1000), "tokenizer has 1024 tokens and the model only 1000"),
    (lambda folder: _change(folder / "config.json", quantization_config={"bits": 4}), "quantised"),
    (lambda folder: (folder / "tokenizer.json").unlink(), "lacks tokenizer.json"),
    (lambda folder: (folder / "tokenizer.json").write_text("{}"), "has no vocabulary"),
    (lambda folder: _change(folder / "tokenizer_config.json", chat_template=None), "has no chat template"),
    (lambda folder: (folder / "model.safetensors").unlink(), "lacks model.safetensors"),
    (_cut, "was cut short or is damaged"),
    (_empty, "cut short or is no safetensors file"),
    (_garble, "header of model.safetensors is not readable"),
    (_boast, "cut short or is no safetensors file"),
    (_misname, "lacks model-00001-of-00002.safetensors"),
    (_escape, "lacks"),
]


@pytest.mark.parametrize(("damage", "told"), _DAMAGES, ids=[told for _, told in _DAMAGES])
def test_a_damaged_folder_is_refused_in_one_line(damage: Callable[[Path], object], told: str, copied: Copied) -> None:
    folder = copied("broken")
    damage(folder)
    with pytest.raises(BrokenCheckpoint, match=told) as refusal:
        read_checkpoint(folder, name="broken")
    assert "\n" not in str(refusal.value)


def test_a_whole_folder_tells_its_shape(tiny: Path) -> None:
    checkpoint = read_checkpoint(tiny, name="here")
    assert (checkpoint.hidden, checkpoint.layers, checkpoint.vocabulary, checkpoint.dtype) == (64, 2, 1024, "float32")
    assert checkpoint.parameters == PRESETS["llama"]["tiny"].parameters
    assert checkpoint.weight_bytes == 4 * checkpoint.parameters
    assert (checkpoint.name, checkpoint.preset) == ("here", None)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json"])
def test_the_digest_changes_with_every_file(name: str, tiny: Path, copied: Copied) -> None:
    folder = copied("changed")
    (folder / name).write_text((folder / name).read_text() + "\n")
    assert read_checkpoint(folder, name="changed").digest != read_checkpoint(tiny, name="tiny").digest


def test_one_changed_weight_changes_the_digest(tiny: Path, copied: Copied) -> None:
    folder = copied("changed")
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "model.safetensors").write_bytes(content)
    assert read_checkpoint(folder, name="changed").digest != read_checkpoint(tiny, name="tiny").digest


async def test_a_preset_is_made_once_and_whole(tmp_path: Path) -> None:
    made = await asyncio.gather(*(obtain_checkpoint("tiny", family="llama", models=tmp_path) for _ in range(3)))
    assert len({checkpoint.digest for checkpoint in made}) == 1
    assert made[0].preset == "tiny"
    assert _names(tmp_path) == [made[0].folder.name]


async def test_a_folder_serves_under_its_own_path(tiny: Path, tmp_path: Path) -> None:
    checkpoint = await obtain_checkpoint(str(tiny), family="llama", models=tmp_path)
    assert checkpoint.folder == tiny
    assert checkpoint.preset is None


async def test_an_unknown_model_lists_the_presets(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match=r"'huge'.*tiny, small, full.*hub name"):
        await obtain_checkpoint("huge", family="llama", models=tmp_path)


async def test_an_unreachable_hub_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(BrokenCheckpoint, match="someone/model could not be downloaded: the hub cannot be reached") as refusal:
        await obtain_checkpoint("someone/model", family="llama", models=tmp_path / "models")
    assert "\n" not in str(refusal.value)
    assert not any(path.name.startswith("someone") for path in (tmp_path / "models").rglob("*"))
