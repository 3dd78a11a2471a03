"""The figures of growth as rows of the page: each size by itself, goals where they are set."""

from __future__ import annotations

from bench.scale import _ROWS, rows


def test_each_figure_of_each_size_is_a_row_with_its_goal() -> None:
    figures = {size: dict.fromkeys(_ROWS, 61.234) for size in ("100000", "1000000")}
    found = {row.what: row for row in rows(figures, "beside other work")}
    assert len(found) == 2 * len(_ROWS)
    large = found["build, processor time, 1,000,000 edges"]
    assert (large.value, large.unit, large.goal, large.is_missed) == (61.2, "s", "≤ 60", True)
    assert large.note == "beside other work"
    assert found["build, processor time, 100,000 edges"].goal == ""
    assert found["ready for exact routes after opening, 100,000 edges"].goal == "≤ 50"
