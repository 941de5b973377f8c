"""Rivals that are declared by the tests: one script, by its manner."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from activities.evaluation.rivals.declaration import Asking, Entrant, Precision, Rival, Search

SCRIPT = Path(__file__).parent / "fake_rival.py"
WITH_IDS = Asking(token_ids=True, eos="generated")
TEXT_ONLY = Asking(token_ids=False, eos="generated", omit=("return_token_ids",), add={"stream_options": {"include_usage": True}})

Declare = Callable[..., Entrant]


@pytest.fixture
def declare() -> Declare:
    """A rival of one manner; further fields of its declaration by name."""

    def entrant(manner: str, *words: str, asking: Asking = WITH_IDS, **fields: Any) -> Entrant:
        start = (sys.executable, str(SCRIPT), manner, "--model", "{model}", "--port", "{port}", *words)
        precision = Precision(weights="fp32", exact=True)
        declared = {"name": manner, "title": manner, "documentation": "", "targets": ("cpu",), "search": Search(), "install": ""}
        rival = Rival(**{**declared, "start": start, "asking": asking, "precisions": {"fp32": precision}, **fields})
        return Entrant(rival=rival, precision=precision, name=manner)

    return entrant
