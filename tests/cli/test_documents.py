"""What `--json` prints is written down in docs/json.md."""

from pathlib import Path

from cli.document_text import text
from cli.documents import DOCUMENTS
from tests.cli.walk import all_commands

PAGE = Path(__file__).parents[2] / "docs" / "json.md"


def test_the_page_says_what_the_values_say() -> None:
    assert PAGE.read_text() == text(), "python -m cli.document_text > docs/json.md"


def test_every_command_that_takes_json_is_written_down() -> None:
    takes = {name for name, command in all_commands().items() if any("--json" in parameter.opts for parameter in command.params)}
    assert takes == DOCUMENTS.keys()
