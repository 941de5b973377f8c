"""From a candidate's folder to what starts it: its `build.py` is run once per tree, in the sandbox."""

import hashlib
from pathlib import Path

from activities.evaluation.build import BuildFailed, build_tree, is_due
from activities.evaluation.gate import rejected
from activities.evaluation.ground import Ground
from activities.evaluation.server import Launch
from scenarios.scenario import Scale
from search.verdict import Rejected

STAGE = "build"


async def prepare_launch(ground: Ground, candidate: Path, *, tree: str) -> Launch | Rejected:
    """Builds the candidate if it has a `build.py`; `tree` names its content, so that equal trees are built once."""
    if not (candidate / "serve.py").is_file():
        return rejected(STAGE, "there is no serve.py")
    out = ground.home.builds / tree
    try:
        if is_due(candidate, out):
            async with ground.leased():
                ground.say("building")
                await build_tree(candidate, out)
        build = await build_tree(candidate, out)
    except BuildFailed as failed:
        return rejected(STAGE, failed.reason, failed.log)
    return launch_of(candidate, build, model=ground.checkpoint.folder, threads=ground.target.threads(), scale=ground.scale)


def launch_of(candidate: Path, build: Path | None, *, model: Path, threads: int, scale: Scale) -> Launch:
    """What starts a built candidate, within the limits of the scenario's scale."""
    return Launch(
        candidate=candidate,
        build=build,
        model=model,
        threads=threads,
        memory_bytes=scale.memory_bytes,
        start_limit_seconds=scale.start_limit_seconds,
    )


def tree_digest(folder: Path) -> str:
    """SHA-256 over the paths and contents of all files of a folder that git does not track; caches of Python are left out."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:40]
