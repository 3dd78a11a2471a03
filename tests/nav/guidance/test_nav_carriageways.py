"""Junctions of carriageways and slip roads: what is one turn to the driver, drawn in metres."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.nav.guidance.roads import MAIN, STREET, kinds, named
from tests.nav.metres import draw, grid


def test_crossing_a_dual_carriageway_is_one_turn(draw_map: Any) -> None:
    """Turning left into the far carriageway crosses the near one: one manoeuvre, not two."""
    avenue = named({**MAIN, "oneway": "yes", "dual_carriageway": "yes"}, "Avenue")
    drawn = draw_map(
        "E       a       F\n        m\nG       b       H\n\n        S",
        {
            "FaE": avenue,
            "GbH": avenue,
            "Sb": named(STREET, "Side Street"),
            "ba": named(STREET, "Side Street"),
        },
    )
    route = drawn.route("S", "E")
    left = [m for m in route.maneuvers if m.modifier == "left"]
    assert len(left) == 1
    assert left[0].say("en").endswith("onto Avenue")


def test_a_slip_road_is_part_of_its_turn(tmp_path: Path) -> None:
    nodes = {
        "A": (-300, 0),
        "s": (-40, 0),
        "X": (0, 0),
        "C": (300, 0),
        "t": (-12, -12),
        "u": (0, -40),
        "D": (0, -300),
    }
    ways = {
        "AsXC": named(MAIN, "East Street"),
        "XuD": named(MAIN, "South Street"),
        "stu": {"highway": "primary_link", "oneway": "yes"},
    }
    route = draw(tmp_path, nodes, ways).route("A", "D")
    assert kinds(route) == ["turn right"]
    assert route.maneuvers[1].say("en") == "Turn right onto South Street"


AVENUE = {"highway": "primary", "oneway": "yes", "name": "Avenue"}
MEDIAN = {
    "E": (-300, 15),
    "a": (0, 15),
    "F": (300, 15),
    "G": (-300, 0),
    "b": (0, 0),
    "H": (300, 0),
    "S": (0, -300),
}


def test_turning_through_the_median_is_one_u_turn(tmp_path: Path) -> None:
    ways = {"FaE": AVENUE, "GbH": AVENUE, "ba": {"highway": "primary_link", "oneway": "yes"}}
    route = draw(tmp_path, MEDIAN, ways).route("G", "E")
    assert kinds(route) == ["uturn uturn"]


def test_a_left_turn_over_a_near_carriageway_is_one_turn(tmp_path: Path) -> None:
    side = named(STREET, "Side Street")
    ways = {"FaE": AVENUE, "GbH": AVENUE, "Sb": side, "ba": side}
    route = draw(tmp_path, MEDIAN, ways).route("S", "E")
    assert [k.split()[1] for k in kinds(route)] == ["left"]
    assert route.maneuvers[1].names[""] == "Avenue"


CROSSING = """
      i l

d     c b     a
e     f g     h

      j k
"""
"""Two carriageways each way; grid() takes a column for as many metres as a row."""


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("a", "h", ["uturn uturn"]),
        ("k", "j", ["uturn uturn"]),
        ("e", "d", ["uturn uturn"]),
        ("k", "d", ["turn left"]),
        ("e", "h", []),
        ("e", "j", ["turn right"]),
    ],
)
def test_back_through_a_crossing_of_carriageways(
    tmp_path: Path, start: str, end: str, expected: list[str]
) -> None:
    first = {**MAIN, "name": "First", "oneway": "yes"}
    second = {**MAIN, "name": "Second", "oneway": "yes"}
    along = {"ab": first, "bc": first, "cd": first, "ef": first, "fg": first, "gh": first}
    across = {"ic": second, "cf": second, "fj": second, "kg": second, "gb": second, "bl": second}
    drawn = draw(tmp_path, grid(CROSSING, 20), along | across)
    assert drawn.kinds(start, end) == expected


def test_round_a_block_is_no_u_turn(tmp_path: Path) -> None:
    one_way = {**MAIN, "name": "First", "oneway": "yes"}
    ways = {"ab": one_way, "cd": one_way, "bc": named(STREET, "Side")}
    drawn = draw(tmp_path, {"a": (-300, 0), "b": (0, 0), "c": (0, 90), "d": (-300, 90)}, ways)
    assert "uturn uturn" not in drawn.kinds("a", "d")
