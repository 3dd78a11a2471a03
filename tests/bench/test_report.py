"""Kept figures: the page is made from the files, the last one stands, a missed goal is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.report import PAGE, Row, load, page, save


def row(what: str, value: float | str, goal: str = "") -> Row:
    return Row(
        what=what, value=value, unit="%", goal=goal, command="bench x", commit="abc", date="2026-01-01"
    )


def test_the_page_is_what_the_files_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_a_figure_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    save("x", [row("right", 80.0), row("wrong", 3.0)], tmp_path)
    save("x", [row("right", 90.0)], tmp_path)
    assert [(each.what, each.value) for each in load("x", tmp_path)] == [("right", 90.0), ("wrong", 3.0)]
    assert "| right | 90 % |" in page(tmp_path)


@pytest.mark.parametrize(
    ("value", "goal", "missed"),
    [
        (90.0, "≥ 88", False),
        (80.0, "≥ 88", True),
        (5.0, "≤ 4", True),
        (4.0, "≤ 4", False),
        ("all", "≥ 1", False),
    ],
)
def test_a_missed_goal_is_marked(tmp_path: Path, value: float | str, goal: str, missed: bool) -> None:
    assert row("x", value, goal).is_missed is missed
    save("x", [row("x", value, goal)], tmp_path)
    assert ("**missed**" in page(tmp_path)) is missed
