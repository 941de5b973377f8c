"""A server that saves itself the listening is refused, each partial transcript being judged over the audio that stood behind it."""

import re
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from activities.agents.catalog import load_catalog
from activities.agents.compose import compose
from activities.evaluation.correctness import check_correctness
from activities.evaluation.ground import Ground, opened_ground
from activities.evaluation.server import Launch
from activities.home import Home
from models.speech import PROGRAM
from search.verdict import Rejected
from targets.registry import TARGETS
from tests.conftest import Aside
from tests.skills.engines import composition

CANDIDATES = Path(__file__).parent / "streaming_asr"

pytestmark = pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not installed")


@pytest.fixture(scope="module")
async def ears(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Ground]:
    """The scenario streaming_asr on this processor with the model `tiny`."""
    home = Home(root=tmp_path_factory.mktemp("home"))
    TARGETS["aside"] = Aside()
    opened = opened_ground(
        "streaming_asr", target_name="aside", model="tiny", correctness="lossless", home=home, holder="tests", say=lambda _: None
    )
    async with opened as ground:
        del TARGETS["aside"]
        yield ground


def assembled(name: str, folder: Path) -> Path:
    """The honest incremental engine, started by the cheat."""
    catalog = load_catalog()
    for file, text in compose(composition(catalog, streaming_encoders={}), catalog, scenario="streaming_asr").items():
        (folder / file).write_text(text)
    (folder / "serve.py").rename(folder / "honest.py")
    shutil.copy(CANDIDATES / f"{name}.py", folder / "serve.py")
    return folder


@pytest.mark.parametrize("name", sorted(path.stem for path in CANDIDATES.glob("*.py")))
async def test_a_transcript_of_other_audio_is_refused(name: str, ears: Ground, tmp_path: Path) -> None:
    launch = Launch(
        candidate=assembled(name, tmp_path),
        model=ears.checkpoint.folder,
        threads=ears.target.threads(),
        memory_bytes=ears.scale.memory_bytes,
        start_limit_seconds=ears.scale.start_limit_seconds,
    )
    verdict = await check_correctness(ears, launch, seed=7)
    assert isinstance(verdict, Rejected)
    assert re.search(r"below the reference's choice|finish_reason", verdict.reason), verdict.reason
