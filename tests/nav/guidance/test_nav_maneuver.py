"""Manoeuvres on drawn maps: one map per kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nav.guidance.maneuvers.lanes import lanes_for
from nav.guidance.maneuvers.maneuver import maneuvers
from tests.nav.guidance.roads import CIRCLE, MAIN, MOTORWAY, RAMP, ROUNDABOUT, STREET, kinds, named, only
from tests.nav.metres import draw

CROSSING = """
    B

A   X   C

    D
"""


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        pytest.param("AB", ["turn left"], id="left"),
        pytest.param("AD", ["turn right"], id="right"),
        pytest.param("AC", [], id="straight on is obvious"),
    ],
)
def test_crossing(draw_map: Any, way: str, expected: list[str]) -> None:
    drawn = draw_map(CROSSING, {"AXC": named(STREET, "East Street"), "BXD": named(STREET, "North Street")})
    assert kinds(drawn.route(*way)) == expected


def test_a_bend_is_no_manoeuvre(draw_map: Any) -> None:
    drawn = draw_map("A  B\n\n   C", {"AB": STREET, "BC": STREET})
    assert kinds(drawn.route("A", "C")) == []


def test_a_driveway_does_not_make_a_bend_a_turn(draw_map: Any) -> None:
    drawn = draw_map(
        "A  B  D\n\n   C",
        {"ABC": named(STREET, "Long Street"), "BD": {"highway": "service", "service": "driveway"}},
    )
    assert kinds(drawn.route("A", "C")) == []


def test_a_short_piece_without_a_name_does_not_take_that_of_the_road_after_the_turn(draw_map: Any) -> None:
    drawn = draw_map(
        "        B\nA       XY      C\n\n\n         D",
        {"AX": named(STREET, "First"), "XB": STREET, "XY": STREET, "YC": STREET, "YD": named(STREET, "Last")},
    )
    said = [m.say("en", "full") for m in drawn.route("B", "D").maneuvers]
    assert said[1:3] == ["At the end of the road turn left, then turn right", "Turn right onto Last"]
    from_there = [m.say("en", "full") for m in drawn.route("XXXY", "D").maneuvers]
    assert from_there[:2] == ["Head east, then turn right", "Turn right onto Last"]


def test_a_short_piece_without_a_name_lets_that_of_its_own_road_through(draw_map: Any) -> None:
    drawn = draw_map(
        "        B\nA       XY      C\n\n        D",
        {
            "AX": named(STREET, "First"),
            "BXD": named(STREET, "Side"),
            "XY": STREET,
            "YC": named(STREET, "Next"),
        },
    )
    assert only(drawn.route("B", "C"), "turn").say("en") == "Turn left onto Next"


def test_end_of_road(draw_map: Any) -> None:
    drawn = draw_map("    B\n\nA   X\n\n    D", {"AX": named(STREET, "A"), "BXD": named(STREET, "B")})
    assert kinds(drawn.route("A", "D")) == ["end_of_road right"]


def test_the_road_itself_turns_off(draw_map: Any) -> None:
    drawn = draw_map(
        CROSSING, {"AXB": named(STREET, "Old Road"), "XC": named(STREET, "New Road"), "XD": STREET}
    )
    route = drawn.route("A", "B")
    assert kinds(route) == ["continue left"]
    assert route.maneuvers[1].say("en") == "Turn left to stay on Old Road"


def test_the_road_itself_bears_off_where_another_goes_straight_on(draw_map: Any) -> None:
    drawn = draw_map(
        "            B\n\nA     X     C",
        {"AX": named(MAIN, "Old Road"), "XB": named(MAIN, "Old Road"), "XC": named(MAIN, "New Road")},
    )
    route = drawn.route("A", "B")
    assert kinds(route) == ["continue slight_left"]
    assert route.maneuvers[1].say("en") == "Bear left to stay on Old Road"


def test_the_road_becomes_another(draw_map: Any) -> None:
    drawn = draw_map(
        "      B\n\nA     X                C",
        {"AX": named(MAIN, "First"), "XC": named(MAIN, "Second"), "XB": STREET},
    )
    route = drawn.route("A", "C")
    assert kinds(route) == [], "nobody can go wrong here"
    every = maneuvers(route.graph, route, every_name=True)
    assert [m.kind for m in every] == ["depart", "new_name", "arrive"]
    assert every[1].say("zh") == "直行进入Second"


def test_going_straight_on_is_said_where_the_own_road_bends_away(draw_map: Any) -> None:
    drawn = draw_map(
        "        B\n\nA     X                C",
        {"AXB": named(MAIN, "First"), "XC": named(STREET, "Second")},
    )
    route = drawn.route("A", "C")
    assert kinds(route) == ["new_name straight"]
    assert route.maneuvers[1].say("zh") == "直行进入Second"


def test_going_straight_on_is_said_where_the_own_name_goes_round_the_corner(draw_map: Any) -> None:
    drawn = draw_map(
        "      B\n\n\nA     X                C",
        {"AX": named(MAIN, "First"), "XB": named(MAIN, "First"), "XC": named(MAIN, "Second")},
    )
    assert kinds(drawn.route("A", "C")) == ["new_name straight"]


def test_a_name_that_is_none_is_not_announced(draw_map: Any) -> None:
    drawn = draw_map(
        "      B\n\nA     X                C",
        {"AX": named(MAIN, "First"), "XC": named(MAIN, "unnamed"), "XB": STREET},
    )
    assert kinds(drawn.route("A", "C")) == []


@pytest.mark.parametrize(("end", "expected"), [("B", ["fork slight_left"]), ("C", ["fork slight_right"])])
def test_fork(draw_map: Any, end: str, expected: list[str]) -> None:
    drawn = draw_map(
        """
            B

A     X

            C
""",
        {"AX": named(MAIN, "A"), "XB": named(MAIN, "B"), "XC": named(MAIN, "C")},
    )
    assert kinds(drawn.route("A", end)) == expected


def test_a_side_road_does_not_make_a_fork(draw_map: Any) -> None:
    drawn = draw_map("            B\n\nA     X     C", {"AXC": named(MAIN, "A"), "XB": STREET})
    assert kinds(drawn.route("A", "C")) == []
    assert kinds(drawn.route("A", "B")) == ["turn slight_left"]


def test_three_ways_at_a_fork(draw_map: Any) -> None:
    drawn = draw_map(
        """
            B

A     X     M

            C
""",
        {"AX": named(MAIN, "A"), "XB": named(MAIN, "B"), "XM": named(MAIN, "M"), "XC": named(MAIN, "C")},
    )
    assert kinds(drawn.route("A", "B")) == ["turn slight_left"]
    assert kinds(drawn.route("A", "C")) == ["turn slight_right"]
    assert kinds(drawn.route("A", "M")) == ["new_name straight"]


MOTORWAY_MAP = """
A     B           C     D
          r   s
H         F   G         I
"""
MOTORWAY_WAYS = {
    "ABCD": {**MOTORWAY, "name": "Ring Road", "ref": "G6", "name:zh": "环路"},
    "BrF": {**RAMP, "destination": "Old Town;Harbour", "junction:ref": "12"},
    "GsC": RAMP,
    "HFGI": named(MAIN, "Station Road"),
}


def test_exit(draw_map: Any) -> None:
    drawn = draw_map(MOTORWAY_MAP, MOTORWAY_WAYS)
    route = drawn.route("A", "H")
    off = only(route, "off_ramp")
    assert (off.modifier, off.exit_number, off.destination) == ("slight_right", "12", ("Old Town", "Harbour"))
    assert off.motorway_before
    assert off.say("en").startswith("Take exit twelve on the right towards Old Town and Harbour")
    assert off.say("zh").startswith("从右侧十二号出口驶出，往Old Town、Harbour方向")


def test_ramp_and_merge(draw_map: Any) -> None:
    drawn = draw_map(MOTORWAY_MAP, MOTORWAY_WAYS)
    route = drawn.route("H", "D")
    assert [k.split()[0] for k in kinds(route)] == ["on_ramp", "merge"]
    on, merge = only(route, "on_ramp"), only(route, "merge")
    assert "left" in on.modifier
    assert on.destination_refs == ("G6",)
    assert on.say("zh").endswith("往G六方向")
    assert merge.modifier == "slight_left"
    assert merge.say("zh") == "向左并入主路，G六环路"


def test_staying_on_the_motorway_is_obvious(draw_map: Any) -> None:
    assert kinds(draw_map(MOTORWAY_MAP, MOTORWAY_WAYS).route("A", "D")) == []


@pytest.mark.parametrize(
    ("end", "count", "modifier"), [("E", 1, "right"), ("N", 2, "straight"), ("W", 3, "left")]
)
def test_exits_of_a_roundabout_are_counted(draw_map: Any, end: str, count: int, modifier: str) -> None:
    drawn = draw_map(
        ROUNDABOUT,
        {"Ss": MAIN, "Ee": named(MAIN, "East"), "Nn": MAIN, "Ww": MAIN, "senws": CIRCLE},
    )
    route = drawn.route("Sss", end, heading_deg=0.0)
    assert kinds(route)[0] == f"roundabout {modifier} exit {count}"
    assert kinds(route)[1].split()[0] == "exit_roundabout"


def test_an_exit_that_may_not_be_taken_is_not_counted(draw_map: Any) -> None:
    drawn = draw_map(
        ROUNDABOUT,
        {"Ss": MAIN, "Ee": {**MAIN, "oneway": "yes"}, "Nn": MAIN, "Ww": MAIN, "senws": CIRCLE},
    )
    assert kinds(drawn.route("S", "N"))[0] == "roundabout straight exit 1"


def test_a_roundabout_is_left_by_name_only_once(draw_map: Any) -> None:
    drawn = draw_map(
        ROUNDABOUT, {"Ss": MAIN, "Ee": named(MAIN, "East"), "Nn": MAIN, "Ww": MAIN, "senws": CIRCLE}
    )
    said = [m.say("en") for m in drawn.route("S", "E").maneuvers]
    assert sum("East" in text for text in said) == 1


def test_a_motorway_that_splits(draw_map: Any) -> None:
    drawn = draw_map(
        "                  B\nA         X\n                  C",
        {
            "AX": {**MOTORWAY, "ref": "G6"},
            "XB": {**MOTORWAY, "ref": "G7", "destination": "North City"},
            "XC": {**MOTORWAY, "ref": "G8"},
        },
    )
    north, south = drawn.route("A", "B"), drawn.route("A", "C")
    assert kinds(north) == ["fork slight_left"]
    assert kinds(south) == ["fork slight_right"]
    assert north.maneuvers[1].say("zh") == "在岔路口靠左行驶，进入G七，往North City方向"
    assert south.maneuvers[1].say("en") == "Keep right at the fork, onto G eight"


def test_ferry(draw_map: Any) -> None:
    drawn = draw_map(
        "A   B       C   D",
        {
            "AB": named(STREET, "Quay"),
            "BC": {"route": "ferry", "name": "Island Line"},
            "CD": named(STREET, "Isle"),
        },
    )
    route = drawn.route("A", "D")
    assert kinds(route)[0] == "ferry straight"
    assert route.maneuvers[1].say("zh") == "驶上轮渡，Island Line"


def test_a_train_that_takes_cars(draw_map: Any) -> None:
    drawn = draw_map(
        "A   B       C   D",
        {
            "AB": named(STREET, "Yard"),
            "BC": {"route": "shuttle_train", "name": "Tunnel Line", "duration": "00:20"},
            "CD": named(STREET, "Far Yard"),
        },
    )
    route = drawn.route("A", "D")
    assert kinds(route)[0] == "car_train straight"
    assert route.maneuvers[1].say("zh") == "驶上载车列车，Tunnel Line"
    assert route.maneuvers[1].say("en") == "Take the car train, Tunnel Line"
    assert route.duration_s > 20 * 60


def test_lanes(draw_map: Any) -> None:
    drawn = draw_map(
        CROSSING,
        {
            "AX": {**MAIN, "oneway": "yes", "turn:lanes": "left|through|through;right", "lanes": "3"},
            "XC": MAIN, "XB": STREET, "XD": STREET,
        },
    )  # fmt: skip
    left = only(drawn.route("A", "B"), "turn")
    assert [lane.valid for lane in left.lanes] == [True, False, False]
    assert left.say("zh") == "走最左侧车道，左转"
    assert left.say("en") == "Use the left lane and turn left"


@pytest.mark.parametrize(
    ("tag", "left_hand", "valid"),
    [
        ("reverse|through|right", False, [True, False, False]),
        ("left|through|right", False, [True, False, False]),
        ("left|through|right", True, [False, False, True]),
        ("through|through|right", False, []),
        ("left|through", True, []),
    ],
)
def test_lanes_of_a_u_turn(tag: str, left_hand: bool, valid: list[bool]) -> None:
    assert [lane.valid for lane in lanes_for(tag, "uturn", left_hand=left_hand)] == valid


@pytest.mark.parametrize(("origin", "said"), [((60.0, 10.0), "left"), ((51.5, -0.1), "right")])
def test_a_u_turn_is_made_from_the_middle_of_the_road(
    draw_map: Any, origin: tuple[float, float], said: str
) -> None:
    lanes = {"lanes": "4", "lanes:backward": "1", "turn:lanes:forward": "left|through|right"}
    drawn = draw_map(
        "A  B" + " " * 44 + "C\n\n   D" + "\n" * 10 + "   E",
        {"AB": named(MAIN, "Main", **lanes), "BC": named(MAIN, "Main"), "BDE": STREET},
        origin=origin,
    )
    back = only(drawn.route("AB", "AAB", heading_deg=90.0), "uturn")
    assert back.say("en").startswith(f"Use the {said} lane")


PATHS = """
        B
A       X       C
        D
        E   F   G
"""


@pytest.mark.parametrize(("profile", "path"), [("foot", "footway"), ("bike", "cycleway")])
def test_paths_are_roads_to_those_who_use_them(draw_map: Any, profile: str, path: str) -> None:
    ways = {"AXC": {"highway": path}, "BX": {"highway": path}, "EFG": STREET}
    assert kinds(draw_map(PATHS, ways).route("A", "B", profile=profile)) == ["turn left"]
    along_a_street = {"AXC": named(STREET, "First"), "XB": {"highway": path}}
    assert kinds(draw_map(PATHS, along_a_street).route("A", "C", profile=profile)) == []
    assert kinds(draw_map(PATHS, along_a_street).route("A", "C")) == []


@pytest.mark.parametrize(("end", "expected"), [("F", []), ("S", ["turn right"])])
def test_changing_to_the_other_pavement_is_no_manoeuvre(
    tmp_path: Path, end: str, expected: list[str]
) -> None:
    """From E on one pavement over a crossing of 10 m: on in the old direction, or away from the street."""
    walk = {"highway": "footway"}
    nodes = {"E": (-100, 0), "a": (0, 0), "G": (100, 0), "H": (-100, -10), "b": (0, -10), "F": (100, -10)}
    ways = {"EaG": walk, "HbF": walk, "ab": walk, "bS": walk, "Ec": STREET}
    drawn = draw(tmp_path, nodes | {"S": (0, -90), "c": (-100, 90)}, ways)
    route = drawn.route("E", end, profile="foot")
    assert kinds(route) == expected


def test_then(draw_map: Any) -> None:
    """Two turns 55 m apart are said in one sentence."""
    drawn = draw_map(
        "A       BC\n\n         D",
        {"AB": named(MAIN, "First"), "BC": named(MAIN, "Second"), "CD": named(MAIN, "Third")},
    )
    assert kinds(drawn.route("A", "D")) == []
    drawn = draw_map(
        "        E\nA       X       C\n        Y\n\n        B",
        {"AXC": named(MAIN, "First"), "EX": STREET, "XYB": named(MAIN, "Second")},
    )
    assert only(drawn.route("A", "B"), "turn").then is None
    drawn = draw_map(
        "         F\nA       XY      C\n\n        B",
        {"AXYC": named(MAIN, "First"), "XB": named(MAIN, "Second"), "YF": named(MAIN, "Third")},
    )
    first = only(drawn.route("B", "F"), "end_of_road")
    assert first.then is not None
    assert first.say("en") == "At the end of the road turn right onto First, then turn left"
    assert first.say("zh") == "在道路尽头右转进入First，然后左转"


def test_a_stop_on_the_way(draw_map: Any) -> None:
    drawn = draw_map(CROSSING, {"AXC": named(STREET, "East Street"), "BXD": named(STREET, "North Street")})
    route = drawn.route("A", "XC", "B")
    assert [k.split()[0] for k in kinds(route)] == ["via", "uturn", "turn"]
    assert [m.leg for m in route.maneuvers] == [0, 0, 1, 1, 1]
    assert [m.leg for m in drawn.route("A", "X", "B").maneuvers] == [0, 0, 1, 1], "a stop on the corner"
    via = only(route, "via")
    assert via.offset_m == pytest.approx(route.legs[0].distance_m)


def test_side_of_the_road(draw_map: Any) -> None:
    drawn = draw_map("A       B", {"AB": STREET})
    lat, lon = drawn.point("AB")
    router = drawn.router()
    south = router.route([drawn.point("A"), (lat - 0.0002, lon)])
    assert south.maneuvers[-1].side == "right"
    assert south.maneuvers[-1].say("zh") == "到达目的地，目的地在右侧"


def test_names_follow_the_language(draw_map: Any) -> None:
    drawn = draw_map(
        CROSSING,
        {"AXC": STREET, "BXD": {**STREET, "name": "Pohjoinen", "name:zh": "北街", "name:en": "North Street"}},
    )
    turn = only(drawn.route("A", "B"), "turn")
    assert turn.say("zh") == "左转进入北街"
    assert turn.say("en") == "Turn left onto North Street"
