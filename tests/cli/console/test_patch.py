"""Patches as coloured lines: every line once, in its place, and only ever text."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from cli.console.patch import read_patch

HEAD = "diff --git a/serve.py b/serve.py\nindex 1..2 100644\n--- a/serve.py\n+++ b/serve.py\n@@ -3,2 +3,9 @@\n"
CODE = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\n\r\x85\u2028"), max_size=40)


class Tags(HTMLParser):
    """Names of the elements, and the text in them."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        assert all(name == "class" for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.words += data


@given(st.lists(st.tuples(st.sampled_from("+- "), CODE), min_size=1, max_size=12))
def test_every_line_keeps_its_text_and_becomes_no_markup(lines: list[tuple[str, str]]) -> None:
    patch = read_patch(HEAD + "".join(f"{sign}{code}\n" for sign, code in lines))[0]
    assert len(patch.lines) == len(lines) + 1
    for line, (_, code) in zip(patch.lines[1:], lines, strict=True):
        parser = Tags()
        parser.feed(line.code)
        parser.close()
        assert parser.names <= {"span"}
        assert parser.words == code


def test_lines_are_numbered_as_git_counts_them() -> None:
    patch = read_patch(HEAD + " same\n-old\n+new\n+newer\n")[0]
    assert [(line.kind, line.old, line.new) for line in patch.lines[1:]] == [
        ("same", 3, 3),
        ("removed", 4, None),
        ("added", None, 4),
        ("added", None, 5),
    ]
    assert (patch.path, patch.added, patch.removed) == ("serve.py", 2, 1)


def test_a_very_long_file_is_cut_and_says_so() -> None:
    patch = read_patch(HEAD + "+line\n" * 5000)[0]
    assert patch.added == 5000
    assert len(patch.lines) + patch.left_out == 5001
