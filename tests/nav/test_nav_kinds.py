"""The page of kinds names tests that exist, and the drawn suite is as large as it says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DRAWING = ("draw_map", "draw(", "drawn_with(", "city", "circle(")
LEAST_SCENARIOS = 200
KINDS = {*"ABCDEFOP", *(str(number) for number in range(1, 22))}
"""As the page calls them, at the beginning of a row."""


def functions() -> dict[str, ast.FunctionDef]:
    found = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[node.name] = node
    return found


def cases(test: ast.FunctionDef) -> int:
    """Return how many parameters a test is run with, 1 without any."""
    count = 1
    for mark in test.decorator_list:
        values = mark.args[1] if isinstance(mark, ast.Call) and len(mark.args) > 1 else None
        if isinstance(values, (ast.List, ast.Tuple)) and "parametrize" in ast.unparse(mark.func):
            count *= len(values.elts)
    return count


def test_the_page_of_kinds_names_tests_that_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "roads.md").read_text(encoding="utf-8")))
    assert len(named) > 60
    assert named - functions().keys() == set()


def test_every_kind_has_a_row_with_a_test() -> None:
    rows = re.findall(
        r"^\| ((?:\w+, )*\w+) .*`test_\w+`.*\|$", (ROOT / "docs" / "roads.md").read_text(), re.M
    )
    named = {label for row in rows for label in row.split(", ")}
    assert KINDS - named == set()


def test_the_drawn_suite_is_large_enough() -> None:
    found = 0
    for path in (ROOT / "tests" / "nav").rglob("test_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found += cases(node) if any(word in ast.unparse(node) for word in DRAWING) else 0
    assert found >= LEAST_SCENARIOS, found
