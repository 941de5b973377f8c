"""A prefix cache that answers from what it should have dropped is refused, with the effect as the reason."""

import re
import shutil
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from activities.agents.catalog import load_catalog
from activities.agents.compose import compose
from activities.evaluation.correctness import check_correctness
from activities.evaluation.ground import Ground, opened_ground
from activities.evaluation.server import Launch
from activities.home import Home
from search.verdict import Rejected
from targets.registry import TARGETS
from tests.conftest import Aside
from tests.skills.engines import composition

CANDIDATES = Path(__file__).parent / "shared_prefix"
EFFECT = r"below the reference's choice|log-probability is off|likelier"


@pytest.fixture(scope="module")
async def hybrid(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Ground]:
    """The scenario shared_prefix on this processor with the model `tiny`."""
    home = Home(root=tmp_path_factory.mktemp("home"))
    TARGETS["aside"] = Aside()
    opened = opened_ground(
        "shared_prefix", target_name="aside", model="tiny", correctness="lossless", home=home, holder="tests", say=lambda _: None
    )
    async with opened as ground:
        del TARGETS["aside"]
        yield ground


def assembled(name: str, folder: Path) -> Path:
    """The honest engine with a prefix cache, started by the cheat."""
    catalog = load_catalog()
    chosen = composition(catalog, hybrid_model={}, state_snapshots={}, chunked_prefill={}, fused_sampling={})
    for file, text in compose(chosen, catalog, scenario="shared_prefix").items():
        (folder / file).write_text(text)
    (folder / "serve.py").rename(folder / "honest.py")
    shutil.copy(CANDIDATES / f"{name}.py", folder / "serve.py")
    return folder


@pytest.mark.parametrize("name", sorted(path.stem for path in CANDIDATES.glob("*.py")))
async def test_a_stale_prefix_is_refused(name: str, hybrid: Ground, tmp_path: Path) -> None:
    scale = hybrid.scale.model_copy(update={"question_seconds": 0.1})
    launch = Launch(
        candidate=assembled(name, tmp_path),
        model=hybrid.checkpoint.folder,
        threads=hybrid.target.threads(),
        memory_bytes=scale.memory_bytes,
        start_limit_seconds=scale.start_limit_seconds,
    )
    verdict = await check_correctness(replace(hybrid, scale=scale), launch, seed=7)
    assert isinstance(verdict, Rejected)
    assert re.search(EFFECT, verdict.reason), verdict.reason
