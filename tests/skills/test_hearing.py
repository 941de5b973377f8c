"""The incremental engine transcribes what transformers does, whatever pieces the audio comes in."""

import json
import subprocess
import sys
from pathlib import Path

from activities.agents.catalog import load_catalog
from activities.agents.compose import compose
from tests.skills.engines import composition

MARGIN = 1e-4
"""In logits, whose spread is 4."""


def test_every_partial_transcript_is_that_of_all_audio_so_far(tmp_path: Path) -> None:
    catalog = load_catalog()
    tree, model = tmp_path / "tree", tmp_path / "model"
    tree.mkdir()
    for name, text in compose(composition(catalog, streaming_encoders={}), catalog, scenario="streaming_asr").items():
        (tree / name).write_text(text)
    make = [sys.executable, "-m", "models.make", "--family", "moonshine", "--preset", "tiny", "--out", str(model)]
    subprocess.run(make, check=True)
    script = Path(__file__).with_name("hearing.py")
    done = subprocess.run([sys.executable, str(script), str(tree), str(model)], check=True, stdout=subprocess.PIPE, timeout=120)
    told = json.loads(done.stdout)
    assert max(piece["error"] for piece in told) < MARGIN
    assert all(piece["agree"] for piece in told)
    assert told[-1]["tokens"] > 10
