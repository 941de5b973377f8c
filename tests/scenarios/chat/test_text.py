"""The starter tells whole characters only, and nothing from a stop string on."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def told(*cases: tuple[bytes, list[str]]) -> list[dict[str, Any]]:
    """What the starter's text.py tells of each case, byte by byte."""
    script = Path(__file__).with_name("surface.py")
    asked = json.dumps([(text.decode("latin-1"), stop) for text, stop in cases])
    return json.loads(subprocess.run([sys.executable, str(script), asked], check=True, stdout=subprocess.PIPE).stdout)


def test_a_character_is_told_when_its_last_byte_is_there() -> None:
    (one,) = told(("a€😀b".encode(), []))
    assert one["pieces"] == ["a", "", "", "€", "", "", "", "😀", "b"]


def test_bytes_that_are_no_text_are_told_in_the_end_as_the_whole_would_be() -> None:
    texts = [b"ok\xff\xfe\xfdmore", b"cut \xe2\x82", b"\xf0\x9f", b"\xff" * 9 + b"z", b"\xe2\x82a\xe2"]
    for text, one in zip(texts, told(*((text, []) for text in texts)), strict=True):
        assert "".join(one["pieces"]) + one["rest"] == text.decode(errors="replace")


def test_a_stop_string_over_several_tokens_is_never_told() -> None:
    (one,) = told((b"one two END three", ["END"]))
    assert "".join(one["pieces"]) == "one two "
    assert one["stopped"]
    assert one["rest"] == ""
    assert len(one["pieces"]) == len("one two END")


def test_the_beginning_of_a_stop_string_is_held_back_and_then_told() -> None:
    (one,) = told((b"the EN! EN", ["END"]))
    assert one["pieces"][:7] == ["t", "h", "e", " ", "", "", "EN!"]
    assert one["rest"] == "EN"
    assert not one["stopped"]


def test_the_earliest_of_several_stop_strings_counts() -> None:
    (one,) = told((b"abcdef", ["def", "cd"]))
    assert "".join(one["pieces"]) == "ab"


def test_a_stop_string_may_overlap_itself() -> None:
    (one,) = told((b"aabaabaac", ["aabaac"]))
    assert "".join(one["pieces"]) == "aab"
    assert one["stopped"]
