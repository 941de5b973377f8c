"""A fresh ledger per test."""

from pathlib import Path

import pytest

from activities.ledger.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger in a home of its own."""
    return Ledger.open(tmp_path / "home" / "ledger.git")
