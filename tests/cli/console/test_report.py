"""The report: one file that needs nothing beside it, and in which every claim can be checked."""

import re
from pathlib import Path

from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.console.report import write_report
from tests.cli.console.browser import needs_chromium
from tests.cli.person import Vibeserve


def test_every_claim_is_linked_to_what_proves_it(library: Home) -> None:
    told = write_report(library, "first")
    for record in Ledger.open(library.ledger).records("first"):
        for html_or_text in (told.html, told.markdown):
            assert record.hypothesis.claim in html_or_text
        assert record.source.commit in told.html
        assert record.evaluator in told.html
        for seed in record.seeds:
            assert str(seed) in told.html
        for pair in record.pairs:
            assert f"{pair.candidate.score:.1f}" in told.html


def test_it_needs_nothing_beside_it_and_runs_nothing(library: Home) -> None:
    html = write_report(library, "first").html
    assert "<script" not in html
    assert not re.search(r'(src|href)="(?!#)', html), "it refers to something outside"
    assert "default-src 'none'" in html


def test_what_a_candidate_wrote_stays_text(library: Home) -> None:
    told = write_report(library, "hostile")
    assert "<script" not in told.html
    assert "<img" not in told.html
    assert "<script" not in told.markdown.replace("\\<", "")


def test_the_command_writes_the_file_that_was_named(telling: Vibeserve, tmp_path: Path) -> None:
    for name, option in (("told.html", ()), ("told.md", ("--markdown",))):
        ended = telling("report", "first", "--output", str(tmp_path / name), *option)
        assert ended.code == 0
        assert "Claim 1" in (tmp_path / name).read_text()
    assert telling("report", "nope").code == 2
    assert telling("report", "first", "--pdf", "--markdown").code == 2


@needs_chromium
def test_chromium_prints_the_report(telling: Vibeserve, tmp_path: Path) -> None:
    file = tmp_path / "told.pdf"
    ended = telling("report", "first", "--pdf", "--output", str(file))
    assert ended.code == 0, ended.stderr
    printed = file.read_bytes()
    assert printed.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 2
    assert len(printed) > 20_000
