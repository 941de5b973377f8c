"""What the tests of engines share: a tiny checkpoint, and what transformers answers on it."""

import json
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Question:
    """A prompt and the greedy answer of the reference."""

    prompt: list[int]
    answer: list[int]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The preset `tiny`."""
    folder = tmp_path_factory.mktemp("tiny")
    subprocess.run([sys.executable, "-m", "models.make", "--preset", "tiny", "--out", str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def questions(model: Path) -> list[Question]:
    """Prompts from one token to most of the context, with answers of different lengths."""
    drawn = random.Random(7)
    shapes = [(1, 20), (2, 5), (17, 60), (64, 33), (130, 1), (300, 90), (450, 40), (33, 12), (5, 70), (90, 25), (16, 48), (200, 30)]
    asked = [([drawn.randrange(10, 1000) for _ in range(length)], count) for length, count in shapes]
    script = Path(__file__).with_name("greedy.py")
    done = subprocess.run([sys.executable, str(script), str(model), json.dumps(asked)], check=True, stdout=subprocess.PIPE)
    return [Question(prompt, answer) for (prompt, _), answer in zip(asked, json.loads(done.stdout), strict=True)]
