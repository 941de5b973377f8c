"""Synthetic checkpoints are what transformers reads, equal on every making, and hard enough to serve."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from models.checkpoint import read_checkpoint
from models.make import make_checkpoint
from models.preset import PRESETS

_STUDY = """
import json, sys
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging
logging.disable_progress_bar()
folder = sys.argv[1]
torch.set_num_threads(1)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
tokenizer = AutoTokenizer.from_pretrained(folder)
messages = [{"role": "system", "content": "Bé brief."}, {"role": "user", "content": "chai kea <|end|> glubrer?"}]
told = {"chat": list(tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True)["input_ids"]),
        "plain": tokenizer("chai kea é\\n").input_ids, "eos": model.generation_config.eos_token_id,
        "parameters": sum(p.numel() for p in model.parameters())}
generator = torch.Generator().manual_seed(1)
prompts = torch.randint(260, 1024, (6, 40), generator=generator)
with torch.inference_mode():
    changed = prompts.clone()
    changed[:, 2] = 900
    plain, other = model(prompts).logits[:, -1], model(changed).logits[:, -1]
    told["context"] = float((plain - other).abs().amax(1).min())
    model.generation_config.eos_token_id = None
    answers = model.generate(prompts, max_new_tokens=96, do_sample=False, pad_token_id=2)[:, 40:]
    best = model(torch.cat([prompts, answers], 1)).logits[:, 39:-1].topk(2).values
told["gap"] = float((best[..., 0] - best[..., 1]).median())
told["distinct"] = min(len(set(answer.tolist())) for answer in answers)
told["closed"] = float((answers == 1).float().mean())
told["silent"] = [int(token) for token in answers.flatten().unique() if token in (0, 2, 3, 4, 5)]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def study(tiny: Path) -> dict[str, object]:
    """What transformers makes of the folder."""
    done = subprocess.run([sys.executable, "-c", _STUDY, str(tiny)], capture_output=True, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_equal_presets_give_equal_bytes(tiny: Path, tmp_path: Path) -> None:
    make_checkpoint(PRESETS["llama"]["tiny"], tmp_path)
    assert read_checkpoint(tmp_path, name="again").digest == read_checkpoint(tiny, name="once").digest


def test_another_seed_gives_other_weights(tiny: Path, tmp_path: Path) -> None:
    preset = PRESETS["llama"]["tiny"].model_copy(update={"seed": 1})
    make_checkpoint(preset, tmp_path)
    assert preset.folder_name != PRESETS["llama"]["tiny"].folder_name
    assert read_checkpoint(tmp_path, name="other").digest != read_checkpoint(tiny, name="once").digest


def test_the_bytes_are_those_of_every_machine(tiny: Path) -> None:
    assert read_checkpoint(tiny, name="tiny").digest == "e5e8d01b67be7cb75783a35558cccd5496b2f254357e281a6ccf5e0cd2e6f29e"


def test_parameters_are_counted_as_transformers_counts_them(study: dict[str, object]) -> None:
    assert study["parameters"] == PRESETS["llama"]["tiny"].parameters


def test_the_small_preset_is_the_model_of_the_measured_peers() -> None:
    assert 90e6 < PRESETS["llama"]["small"].parameters < 100e6


def test_greedy_answers_have_clear_margins(study: dict[str, float]) -> None:
    assert study["gap"] > 0.5


def test_greedy_answers_do_not_fall_into_short_loops(study: dict[str, float]) -> None:
    assert study["distinct"] > 24


def test_the_next_token_depends_on_a_far_one(study: dict[str, float]) -> None:
    assert study["context"] > 0.1


def test_answers_end_now_and_then_by_themselves(study: dict[str, float]) -> None:
    assert 0.001 < study["closed"] < 0.1


def test_markup_is_never_the_greedy_choice(study: dict[str, object]) -> None:
    assert study["silent"] == []


def test_bfloat16_weights_are_rounded_to_the_nearest(tmp_path: Path) -> None:
    whole, half = tmp_path / "whole", tmp_path / "half"
    for folder, dtype in ((whole, "float32"), (half, "bfloat16")):
        folder.mkdir()
        make_checkpoint(PRESETS["llama"]["tiny"].model_copy(update={"dtype": dtype}), folder)
    script = (
        "import sys, torch; from safetensors.torch import load_file\n"
        "a, b = (load_file(f'{folder}/model.safetensors') for folder in sys.argv[1:])\n"
        "assert a.keys() == b.keys() and all(torch.equal(a[name].bfloat16(), b[name]) for name in a)"
    )
    subprocess.run([sys.executable, "-c", script, str(whole), str(half)], check=True)


def test_an_unknown_preset_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "models.make", "--preset", "huge", "--out", str(tmp_path / "huge")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "tiny, small, full" in done.stderr
    assert not (tmp_path / "huge").exists()
