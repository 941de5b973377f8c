"""What two lives of one scripted search must have in common: everything in the ledger but the time, and what is drawn by chance."""

import re
from collections import Counter
from collections.abc import Mapping

from activities.ledger.ledger import Ledger
from tests.activities.ledger.samples import git

DRAWN = (
    (r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)", "TIME"),
    (r"\b\d{10} \+0000\b", "TIME"),
    (r"[\d.]+ (?:h|min) of [\d.]+ (?:h|min)", "TIME of TIME"),
    (r"wall clock [\d.]+ (?:s|min|h)", "wall clock TIME"),
    (r"\b\d{8,}\b", "SEED"),
    (r'"first": "\w+"', '"first": CHANCE'),
    (r"(?:candidate|champion) first +", "CHANCE first "),
    (r"(?<!tree-)\b[0-9a-f]{40}\b", "COMMIT"),
)
"""Where it stands in the ledger: dates, seeds, the order within a pair, and the names of commits, which follow from these."""


def essence(ledger: Ledger, search: str) -> Mapping[str, object]:
    """Each branch as its commits' trees and words, each tag, each file of the journal, and how many objects there are of each kind."""
    found: dict[str, object] = {}
    for line in git(ledger, "for-each-ref", "--format=%(objecttype) %(refname)", f"refs/*/search/{search}/").splitlines():
        kind, ref = line.split(" ", 1)
        found[ref] = undrawn(git(ledger, "cat-file", "tag", ref)) if kind == "tag" else _commits(ledger, ref)
    found["champion stands at"] = _same_place(ledger, search)
    found |= {path: undrawn(text) for path, text in ledger.journal_texts(search, "").items()}
    found["objects"] = Counter(git(ledger, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split())
    return found


def differences(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """In which of their parts two lives differ."""
    return [
        f"{name}: {one.get(name)!r} / {other.get(name)!r}"[:2000] for name in sorted({*one, *other}) if one.get(name) != other.get(name)
    ]


def _told(name: str, one: object, other: object) -> str:
    """From where they differ on."""
    first, second = repr(one), repr(other)
    same = next((place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), 0)
    start = max(same - 40, 0)
    return f"{name}: {first[start : same + 200]} / {second[start : same + 200]}"


def undrawn(text: str) -> str:
    """The text without what differs from life to life."""
    for pattern, word in DRAWN:
        text = re.sub(pattern, word, text)
    return text


def _commits(ledger: Ledger, ref: str) -> list[str]:
    tree = "" if ref.endswith("/journal") else "%T "  # the journal's trees hold what is drawn; its files are compared one by one
    return undrawn(git(ledger, "log", "--reverse", "--first-parent", f"--format={tree.replace('%T', 'tree-%T')}%B%x00", ref)).split("\0")


def _same_place(ledger: Ledger, search: str) -> list[str]:
    tip = git(ledger, "rev-parse", f"search/{search}/champion").strip()
    return git(ledger, "for-each-ref", "--points-at", tip, "--format=%(refname)").split()
