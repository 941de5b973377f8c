"""A digest of everything that judges: when it changes, earlier scores say nothing about later ones."""

import hashlib
import inspect
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from scenarios.scenario import Scenario

ROOT = Path(__file__).parents[2]
_FOLDERS = ("activities/evaluation", "activities/sandbox", "models")
_FILES = (
    *("search/statistics.py", "search/signed_rank.py", "search/student.py", "search/measurement.py", "search/metric.py"),
    *("search/contest.py", "search/objective.py", "search/canary.py", "search/screening.py"),
    *("scenarios/scenario.py", "scenarios/usual.py", "scenarios/canary.py", "scenarios/work.py"),
    *("scenarios/chat/limit.py", "scenarios/chat/workload.py"),
    *("targets/foreign.py", "targets/tree.py", "targets/peaks.py", "targets/probe.py"),
)
_PACKAGES = ("torch", "transformers", "tokenizers", "llguidance", "jsonschema", "aiohttp")


def evaluator_digest(scenario: Scenario, *, root: Path = ROOT) -> str:
    """SHA-256, in hexadecimal, over the sources that judge a scenario and the versions of what they judge with."""
    digest = hashlib.sha256()
    for path in sorted(set(_sources(scenario, root))):
        digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    for package in _PACKAGES:
        digest.update(f"{package} {_version(package)}\0".encode())
    return digest.hexdigest()


def _sources(scenario: Scenario, root: Path) -> Iterator[Path]:
    """All judging code; a scenario's starter is a candidate and judges nothing, and may be another scenario's."""
    starter = root / scenario.starter.relative_to(ROOT)
    for folder in (*_FOLDERS, str(Path(inspect.getfile(type(scenario))).parent.relative_to(ROOT))):
        yield from (path for path in (root / folder).rglob("*.py") if not path.is_relative_to(starter))
    yield from (root / file for file in _FILES)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"
