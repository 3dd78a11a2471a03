"""Lines that writers label by hand: what is wrong is told and left out, what is right is kept."""

from __future__ import annotations

from collections import defaultdict

import pytest

from agent.train.check_lines import checked, heading_fault, line_fault


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("= navigate avoid=toll,ferry prefer=other", ""),
        ("= change_route drop=* @guiding", ""),
        ("= fly", "no kind"),
        ("= navigate wings=2", "no 'wings'"),
        ("= navigate avoid=toll,bridges", "never"),
        ("= navigate to=Rome", "marked in the line"),
        ("= status what=clock ; dance", "no kind"),
    ],
)
def test_headings_hold_kinds_slots_and_values_of_the_schema(heading: str, told: str) -> None:
    assert told in heading_fault(heading)
    assert bool(heading_fault(heading)) == bool(told)


@pytest.mark.parametrize(
    ("heading", "line", "told"),
    [
        ("= navigate", "up to [to:Pendle Hill] we go", ""),
        ("= navigate ; status what=clock", "up to [to:Pendle Hill] we go", "1 requests"),
        ("= navigate", "up to [item:Pendle Hill] we go", "no 'item'"),
        ("= navigate", "up to [to:Pendle Hill we go", "bracket"),
        ("= talk ; navigate", "what a day / up to [to:Pendle Hill]", "part of it"),
    ],
)
def test_lines_fit_their_heading(heading: str, line: str, told: str) -> None:
    assert told in line_fault(heading, line, "en")
    assert bool(line_fault(heading, line, "en")) == bool(told)


def test_what_is_right_is_kept_once_below_its_heading() -> None:
    faults: dict[str, list[str]] = defaultdict(list)
    text = "= fly\nup and away\n=navigate\n# a remark\nup to [to:Pendle Hill]\nup to [to:Pendle Hill]\n"
    kept = list(checked(text, "en", set(), faults))
    assert kept == ["= navigate", "up to [to:Pendle Hill]"]
    assert sorted(len(lines) for lines in faults.values()) == [1, 1]
    assert "stands twice" in faults
