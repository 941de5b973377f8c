"""The shape of the code, as STYLE.md asks for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
MAY_CATCH_ALL = {"worker.py", "cli/app.py"}
FILE_LINES = 300
LONGEST_FUNCTION = 50


def sources() -> list[Path]:
    """Every Python file of the project: code, tests, starters, skills and gallery; no hidden folder, no environment."""
    environments = {marker.parent for marker in ROOT.glob("*/pyvenv.cfg")}
    found = (path for path in ROOT.rglob("*.py") if not any(part.startswith(".") for part in path.relative_to(ROOT).parts))
    return sorted(path for path in found if not environments & set(path.parents))


SOURCES = sources()
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def named(path: Path) -> str:
    """The path as a person writes it."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function with its number of lines, where it begins."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{named(path)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def longer_functions(limit: int) -> list[str]:
    """Functions of more than `limit` lines."""
    return [f"{place}: {lines} lines" for path in SOURCES for place, lines in functions(path) if lines > limit]


def catches_all(handler: ast.ExceptHandler) -> bool:
    """Whether the handler takes every exception."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(one is None or (isinstance(one, ast.Name) and one.id in ("Exception", "BaseException")) for one in caught)


def keeping_all() -> list[str]:
    """Places that catch every exception without leave to, and do not raise it again."""
    return [
        f"{named(path)}:{node.lineno}: keeps every exception"
        for path in SOURCES
        if named(path) not in MAY_CATCH_ALL
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ExceptHandler) and catches_all(node) and not isinstance(node.body[-1], ast.Raise)
    ]


def is_docstring(node: ast.stmt) -> bool:
    """Whether the statement is a bare sentence."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def working_packages() -> list[str]:
    """`__init__.py` files that hold more than a sentence or a registry."""
    registry = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    return [
        f"{named(path)}: more than a sentence or a registry"
        for path in SOURCES
        if path.name == "__init__.py" and not all(isinstance(node, registry) or is_docstring(node) for node in TREES[path].body)
    ]


def test_the_project_is_seen() -> None:
    assert {"search/value.py", "tests/test_shape.py"} <= {named(path) for path in SOURCES}


def test_no_file_is_longer_than_the_rule() -> None:
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_far_longer_than_the_rule() -> None:
    assert longer_functions(LONGEST_FUNCTION) == []


def test_files_are_named_by_their_subject() -> None:
    parts = {named(path): {path.stem, *path.relative_to(ROOT).parts[:-1]} for path in SOURCES}
    assert [name for name, words in parts.items() if words & FORBIDDEN] == []


def test_every_exception_is_kept_in_two_places_only() -> None:
    assert keeping_all() == []


def test_packages_hold_a_sentence_or_a_registry() -> None:
    assert working_packages() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("except Exception:", True), ("except:", True), ("except (OSError, BaseException):", True), ("except OSError:", False)],
)
def test_a_handler_that_takes_everything_is_recognised(text: str, expected: bool) -> None:
    tree = ast.parse(f"try:\n    pass\n{text}\n    pass\n")
    assert [catches_all(node) for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)] == [expected]
