"""Exits of roundabouts, counted as a driver passes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nav.graph import Graph
from tests.nav.metres import MetreMap, draw, ring

ROAD = {"highway": "tertiary"}
CIRCLE = {"highway": "tertiary", "junction": "roundabout"}
LONDON = (51.5, -1.2)

# a in the south, then against the clock: d in the east, g in the north, j in the west.
RING = "abcdefghijkl"
ARMS = {"S": (0, -250), "E": (250, 0), "N": (0, 250), "W": (-250, 0)}
FOUR = {"Sa": ROAD, "dE": ROAD, "gN": ROAD, "jW": ROAD}


def circle(folder: Path, ways: dict[str, dict[str, str]], spots: dict[str, tuple[float, float]]) -> MetreMap:
    return draw(folder, ring(RING, 40) | ARMS | spots, {RING + "a": CIRCLE} | FOUR | ways)


def exits(drawn: MetreMap, *ends: str, start: str = "S") -> dict[str, int]:
    """Which exit is said for each end; 0 if the roundabout is not said."""
    found = {}
    for end in ends:
        counts = [m.roundabout_exit for m in drawn.turns(start, end) if "exit" not in m.kind]
        found[end] = counts[0] if counts else 0
    return found


def test_the_arms_are_exits(tmp_path: Path) -> None:
    assert exits(circle(tmp_path, {}, {}), "E", "N", "W") == {"E": 1, "N": 2, "W": 3}


def test_a_road_that_leaves_where_the_own_one_comes_in_is_the_first_exit(tmp_path: Path) -> None:
    drawn = circle(tmp_path, {"ax": ROAD}, {"x": (150, -90)})
    assert exits(drawn, "x", "E", "N", "W") == {"x": 1, "E": 2, "N": 3, "W": 4}
    assert drawn.kinds("S", "x") == ["roundabout right"]


def test_a_road_on_the_other_side_of_the_own_one_is_the_last_exit(tmp_path: Path) -> None:
    """The car has to go all the way round, though the map has both roads at one node."""
    drawn = circle(tmp_path, {"ay": ROAD}, {"y": (-150, -90)})
    assert exits(drawn, "E", "N", "W", "y") == {"E": 1, "N": 2, "W": 3, "y": 4}


def test_two_roads_that_leave_at_one_node_are_two_exits(tmp_path: Path) -> None:
    drawn = circle(tmp_path, {"dx": ROAD, "dy": ROAD}, {"x": (180, -120), "y": (180, 120)})
    assert exits(drawn, "x", "E", "y", "N") == {"x": 1, "E": 2, "y": 3, "N": 4}


def test_what_leads_to_the_island_is_no_exit(tmp_path: Path) -> None:
    drawn = circle(
        tmp_path,
        {"bm": {"highway": "service"}, "en": {"highway": "residential"}, "nh": {"highway": "residential"}},
        {"m": (5, -5), "n": (0, 5)},
    )
    assert exits(drawn, "E", "N", "W") == {"E": 1, "N": 2, "W": 3}


@pytest.mark.parametrize("closed", [{"access": "no"}, {"access": "private"}, {"oneway": "-1"}])
def test_what_may_not_be_driven_is_no_exit(tmp_path: Path, closed: dict[str, str]) -> None:
    drawn = circle(tmp_path, {"cx": {**ROAD, **closed}}, {"x": (150, -100)})
    assert exits(drawn, "E", "N") == {"E": 1, "N": 2}


def test_where_traffic_keeps_left_the_circle_runs_with_the_clock(tmp_path: Path) -> None:
    at = ring(RING, 40, clockwise=True) | ARMS | {"x": (-180, -120), "y": (-150, -90)}
    ways = {RING + "a": CIRCLE, "Sa": ROAD, "dW": ROAD, "gN": ROAD, "jE": ROAD, "dx": ROAD, "ay": ROAD}
    drawn = draw(tmp_path, at, ways, origin=LONDON)
    assert exits(drawn, "y", "x", "W", "N", "E") == {"y": 1, "x": 2, "W": 3, "N": 4, "E": 5}


CROSS = {"X": (0.0, 0.0), "S": (0, -250), "E": (250, 0), "N": (0, 250), "W": (-250, 0)}


@pytest.mark.parametrize(
    ("origin", "right"),
    [
        pytest.param((48.7, 9.18), {"E": 1, "N": 2, "W": 3}, id="against the clock"),
        pytest.param(LONDON, {"W": 1, "N": 2, "E": 3}, id="with the clock"),
    ],
)
def test_mini_roundabouts(tmp_path: Path, origin: tuple[float, float], right: dict[str, int]) -> None:
    ways = {
        "SX": {**ROAD, "name": "South Road"},
        "XN": {**ROAD, "name": "North Road"},
        "XE": ROAD,
        "XW": ROAD,
    }
    drawn = draw(tmp_path, CROSS, ways, nodes={"X": {"highway": "mini_roundabout"}}, origin=origin)
    assert exits(drawn, *right) == right
    assert drawn.said("S", "N") == ["At the mini-roundabout take the second exit onto North Road"]
    assert drawn.said("S", "N", language="zh") == ["在小环岛从第二出口驶出，进入North Road"]


def test_a_mini_roundabout_without_another_road_is_silent(tmp_path: Path) -> None:
    drawn = draw(tmp_path, CROSS, {"SX": ROAD, "XN": ROAD}, nodes={"X": {"highway": "mini_roundabout"}})
    assert drawn.kinds("S", "N") == []


def test_a_circle_is_counted_the_way_it_is_driven(tmp_path: Path) -> None:
    """One that runs with the clock where traffic keeps right: each arm comes and leaves at one node."""
    spots = ring("behk", 15, clockwise=True) | {
        "a": (-120, -160), "c": (120, -160), "d": (-160, 120), "f": (-160, -120),
        "g": (120, 160), "i": (-120, 160), "j": (160, -120), "l": (160, 120),
    }  # fmt: skip
    arm = {"highway": "tertiary", "oneway": "yes"}
    ways = {"behkb": CIRCLE} | dict.fromkeys(("abc", "def", "ghi", "jkl"), arm)
    drawn = draw(tmp_path, spots, ways)
    assert exits(drawn, "f", "i", "l", "c", start="a") == {"f": 1, "i": 2, "l": 3, "c": 4}


def test_a_circle_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = circle(tmp_path, {}, {})
    right = exits(drawn, "E", "N", "W")
    monkeypatch.setattr(Graph, "in_edges", lambda graph, node: pytest.fail("looked at again"))
    assert exits(drawn, "E", "N", "W") == right


def test_walkers_go_round_both_ways_and_count_what_they_pass(tmp_path: Path) -> None:
    ways = {"abcdea": CIRCLE} | dict.fromkeys(("ap", "bq", "cr", "ds", "et"), ROAD)
    drawn = draw(tmp_path, ring("abcde", 40) | ring("pqrst", 240), ways)

    def walked(start: str, end: str) -> int:
        return drawn.turns(start, end, profile="foot")[0].roundabout_exit

    counted = ["".join(str(walked(start, end)) for end in "pqrst" if end != start) for start in "pqrst"]
    assert counted == ["1221", "1122", "2112", "2211", "1221"]
