"""Both samplers draw from the distribution that was asked for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from scipy.stats import chisquare

from activities.agents.catalog import SKILLS

SAMPLERS = {"default": SKILLS / "defaults/decoding", "fused": SKILLS / "fused-sampling/parts"}
DRAWS = 10_000


@pytest.mark.parametrize("name", SAMPLERS)
def test_draws_follow_temperature_and_top_p(name: str) -> None:
    probabilities, counts = frequencies(SAMPLERS[name], temperature=0.7, top_p=1.0)
    assert chisquare(counts, [share * DRAWS for share in probabilities]).pvalue > 1e-4


@pytest.mark.parametrize("name", SAMPLERS)
def test_top_p_keeps_the_smallest_set_that_holds_its_mass(name: str) -> None:
    probabilities, counts = frequencies(SAMPLERS[name], temperature=1.0, top_p=0.8)
    kept = next(size for size in range(len(counts)) if sum(probabilities[:size]) >= 0.8)
    assert not any(counts[kept:])
    mass = sum(probabilities[:kept])
    assert chisquare(counts[:kept], [share / mass * DRAWS for share in probabilities[:kept]]).pvalue > 1e-4


def frequencies(sampler: Path, *, temperature: float, top_p: float) -> tuple[list[float], list[int]]:
    script = Path(__file__).with_name("frequencies.py")
    command = [sys.executable, str(script), str(sampler), str(DRAWS), str(temperature), str(top_p)]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return told["probabilities"], told["counts"]
