"""Turn restrictions, drawn: every kind, over nodes and over ways, always and at times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from nav.law.vehicle import Vehicle
from nav.routing.route import Route
from nav.routing.router import Router

ROAD = {"highway": "residential"}
CROSS = """
    N
    |
W-a-X-b-E
    |
    S
"""
CROSS_WAYS = {"WaX": ROAD, "XbE": ROAD, "NX": ROAD, "XS": ROAD}


def restriction(kind: str, start: str, via: str, end: str, **more: str) -> tuple:
    return (
        {"type": "restriction", "restriction": kind, **more},
        [("from", start), ("via", via), ("to", end)],
    )


@pytest.mark.parametrize(
    ("kind", "start", "end", "allowed", "forbidden"),
    [
        ("no_left_turn", "WaX", "NX", "WaXbE WaXS", "WaXN"),
        ("no_right_turn", "WaX", "XS", "WaXbE WaXN", "WaXS"),
        ("no_straight_on", "WaX", "XbE", "WaXN WaXS", "WaXbE"),
        ("only_straight_on", "WaX", "XbE", "WaXbE", "WaXN WaXS"),
        ("only_left_turn", "WaX", "NX", "WaXN", "WaXbE WaXS"),
        ("only_right_turn", "WaX", "XS", "WaXS", "WaXbE WaXN"),
        ("no_entry", "WaX", "XbE", "WaXN", "WaXbE"),
        ("no_exit", "WaX", "XbE", "WaXN", "WaXbE"),
    ],
)
def test_at_a_node(draw_map: Callable, kind: str, start: str, end: str, allowed: str, forbidden: str) -> None:
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[restriction(kind, start, "X", end)])
    for path in allowed.split():
        assert drawn.way(path[0], path[-1]) == path
    for path in forbidden.split():
        assert drawn.way(path[0], path[-1]) != path
    assert drawn.way("E", "W") == "EbXaW", "other ways in are not concerned"


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"except": "motorcar"}, id="except cars"),
        pytest.param({"except": "bus;motor_vehicle"}, id="except motor vehicles"),
    ],
)
def test_exceptions(draw_map: Callable, more: dict[str, str]) -> None:
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[restriction("no_left_turn", "WaX", "X", "NX", **more)])
    assert drawn.way("W", "N") == "WaXN"


def test_restrictions_of_other_vehicles(draw_map: Callable) -> None:
    tags = {"type": "restriction", "restriction:hgv": "no_left_turn"}
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[(tags, [("from", "WaX"), ("via", "X"), ("to", "NX")])])
    assert drawn.way("W", "N") == "WaXN"
    own = {"type": "restriction", "restriction:motorcar": "no_left_turn"}
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[(own, [("from", "WaX"), ("via", "X"), ("to", "NX")])])
    assert drawn.way("W", "N") != "WaXN"


def test_at_times(draw_map: Callable) -> None:
    tags = {"type": "restriction", "restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"}
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[(tags, [("from", "WaX"), ("via", "X"), ("to", "NX")])])
    assert drawn.way("W", "N", depart=datetime(2026, 3, 2, 12, 0)) == "WaXN"
    assert drawn.way("W", "N", depart=datetime(2026, 3, 2, 8, 0)) != "WaXN"
    assert drawn.letters(route_at(drawn, "W", "N", 12)) == "WaXN", "without a time of departure it is now"
    assert drawn.letters(route_at(drawn, "W", "N", 8)) != "WaXN"


def route_at(drawn: Any, start: str, end: str, hour: int) -> Route:
    """Find the way that a router takes whose clock shows an hour of a Monday."""
    router = Router(drawn.region, clock=lambda: datetime(2026, 3, 2, hour))
    return router.route([drawn.point(start), drawn.point(end)])


@pytest.mark.parametrize("vehicle", ["motor_vehicle", "motorcar"])
def test_at_times_for_cars(draw_map: Callable, vehicle: str) -> None:
    tags = {"type": "restriction", f"restriction:{vehicle}:conditional": "no_left_turn @ (07:00-09:00)"}
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[(tags, [("from", "WaX"), ("via", "X"), ("to", "NX")])])
    assert drawn.way("W", "N", depart=datetime(2026, 3, 2, 12, 0)) == "WaXN"
    assert drawn.way("W", "N", depart=datetime(2026, 3, 2, 8, 0)) != "WaXN"


def test_conditions_about_weight_do_not_concern_cars(draw_map: Callable) -> None:
    tags = {"type": "restriction", "restriction:conditional": "no_left_turn @ (weight>7.5)"}
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[(tags, [("from", "WaX"), ("via", "X"), ("to", "NX")])])
    assert drawn.way("W", "N") == "WaXN"


def test_no_u_turn(draw_map: Callable) -> None:
    drawn = draw_map(CROSS, CROSS_WAYS)
    back = drawn.route("aX", "Wa", heading_deg=90.0)
    assert "X" in drawn.letters(back), "turning back at the junction is possible"
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[restriction("no_u_turn", "WaX", "X", "WaX")])
    graph = drawn.region.graph
    back = drawn.route("aX", "Wa", heading_deg=90.0)
    pairs = zip(back.edges[:-1], back.edges[1:], strict=True)
    assert not any(
        graph.edge_reverse[a] == b and graph.node_osm_id[graph.edge_to[a]] == ord("X") for a, b in pairs
    )


VIA = """
A-p-B---C-q-D
    |   |
    F   G
    |   |
    K-m-L-r-H
"""
VIA_WAYS = {"ApB": ROAD, "BC": ROAD, "CqD": ROAD, "CGL": ROAD, "BFK": ROAD, "KmL": ROAD, "LrH": ROAD}


def test_no_turn_over_a_way(draw_map: Callable) -> None:
    rule = restriction("no_right_turn", "ApB", "BC", "CGL")
    drawn = draw_map(VIA, VIA_WAYS, relations=[rule])
    assert drawn.way("A", "G") == "ApBFKmLG", "the direct way over BC is forbidden when coming from A"
    assert drawn.way("A", "D") == "ApBCqD", "going straight on is not"
    assert drawn.way("FB", "CG") == "BC", "coming from F it is allowed"


def test_only_over_a_way(draw_map: Callable) -> None:
    rule = restriction("only_straight_on", "ApB", "BC", "CqD")
    drawn = draw_map(VIA, VIA_WAYS, relations=[rule])
    assert drawn.way("A", "G") == "ApBFKmLG"
    assert drawn.way("A", "D") == "ApBCqD"
    assert drawn.way("A", "H") == "ApBFKmLrH", "a way that does not enter the via road is free"


def test_over_two_ways(draw_map: Callable) -> None:
    tags = {"type": "restriction", "restriction": "no_left_turn"}
    members = [("from", "ApB"), ("via", "BFK"), ("via", "KmL"), ("to", "CGL")]
    drawn = draw_map(VIA, VIA_WAYS, relations=[(tags, members)])
    rule = restriction("no_right_turn", "ApB", "BC", "CGL")
    both = draw_map(VIA, VIA_WAYS, relations=[(tags, members), rule])
    assert drawn.way("A", "G") == "ApBCG"
    path = both.way("A", "G")
    assert not path.startswith(("ApBCG", "ApBFKmLG")), "both short ways are forbidden"
    assert path.endswith("G"), "a longer way is found"
    assert both.way("A", "H") == "ApBFKmLrH"


def test_overlapping_rules_share_their_beginning(draw_map: Callable) -> None:
    rules = [
        restriction("no_right_turn", "ApB", "BC", "CGL"),
        restriction("no_straight_on", "ApB", "BC", "CqD"),
    ]
    drawn = draw_map(VIA, VIA_WAYS, relations=rules)
    assert drawn.way("A", "G") == "ApBFKmLG"
    assert drawn.way("A", "qDD").startswith("ApBFKmLGC")


def test_duplicates_and_broken_relations_do_no_harm(draw_map: Callable) -> None:
    good = restriction("no_left_turn", "WaX", "X", "NX")
    tags = {"type": "restriction", "restriction": "no_left_turn"}
    broken = [
        (tags, [("from", "WaX"), ("to", "NX")]),
        (tags, [("via", "X")]),
        (tags, []),
        (
            {"type": "restriction", "restriction": "no_nonsense_"},
            [("from", "WaX"), ("via", "W"), ("to", "NX")],
        ),
        ({"type": "restriction", "restriction": "give_way"}, [("from", "WaX"), ("via", "X"), ("to", "XbE")]),
        (tags, [("from", "WaX"), ("via", "E"), ("to", "NX")]),
    ]
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[good, good, *broken])
    assert drawn.way("W", "N") != "WaXN"
    assert drawn.way("W", "E") == "WaXbE"


@pytest.mark.parametrize(
    ("tags", "free"),
    [
        pytest.param({"restriction": "no_left_turn;no_u_turn"}, False, id="two bans in one"),
        pytest.param({"restriction": "no_u_turn; no_left_turn"}, False, id="with a blank"),
        pytest.param({"restriction": "No_Left_Turn"}, False, id="in capitals"),
        pytest.param({"restriction:conditional": "NO_LEFT_TURN @ (00:00-24:00)"}, False, id="and at times"),
        pytest.param({"restriction:vehicle": "no_left_turn"}, False, id="for vehicles"),
        pytest.param({"restriction": "no_left_turn", "except": "PSV, Motorcar"}, True, id="by a comma"),
        pytest.param({"restriction": "no_left_turn", "except": "residents"}, False, id="except others"),
        pytest.param({"restriction": "no_left_turn", "restriction:motorcar": "none"}, True, id="not cars"),
        pytest.param({"restriction": "no_left_turn", "type": "disused:restriction"}, True, id="no more"),
        pytest.param({"restriction": "no_left_turn", "type": "restriction:hgv"}, True, id="of lorries"),
    ],
)
def test_how_restrictions_are_written(draw_map: Callable, tags: dict[str, str], free: bool) -> None:
    members = [("from", "WaX"), ("via", "X"), ("to", "NX")]
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[({"type": "restriction", **tags}, members)])
    assert (drawn.way("W", "N") == "WaXN") is free
    assert drawn.way("W", "E") == "WaXbE"


def test_a_restriction_over_a_way_and_its_node(draw_map: Callable) -> None:
    tags = {"type": "restriction", "restriction": "no_right_turn"}
    members = [("from", "ApB"), ("via", "B"), ("via", "BC"), ("to", "CGL")]
    assert draw_map(VIA, VIA_WAYS, relations=[(tags, members)]).way("A", "G") == "ApBFKmLG"


@pytest.mark.parametrize(("kind", "banned"), [("no_exit", "WaXN WaXS"), ("no_entry", "WaXN SXN")])
def test_several_ways_in_or_out(draw_map: Callable, kind: str, banned: str) -> None:
    more = ("to", "XS") if kind == "no_exit" else ("from", "XS")
    members = [("from", "WaX"), ("via", "X"), ("to", "NX"), more]
    tags = {"type": "restriction", "restriction": kind}
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[(tags, members)])
    for path in banned.split():
        assert drawn.way(path[0], path[-1]) != path
    assert drawn.way("W", "E") == "WaXbE"


def test_restrictions_do_not_bind_walkers(draw_map: Callable) -> None:
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[restriction("no_left_turn", "WaX", "X", "NX")])
    assert drawn.way("W", "N", profile="foot") == "WaXN"


@pytest.mark.parametrize("kind", ["no_right_turn_on_red", "no_left_turn_on_red", "no_turn_on_red"])
def test_what_holds_at_red_lights_is_no_ban(draw_map: Callable, kind: str) -> None:
    rules = [restriction(kind, "WaX", "X", end) for end in ("NX", "XS")]
    drawn = draw_map(CROSS, CROSS_WAYS, relations=rules)
    assert drawn.way("W", "N") == "WaXN"
    assert drawn.way("W", "S") == "WaXS"


DODGE = """
e-p-d
    |
f---c---g
    |
h---b---i
    |
    a
"""
DODGE_WAYS = {"ab": ROAD, "bc": ROAD, "cd": ROAD, "dpe": ROAD, "hb": ROAD, "bi": ROAD, "gc": ROAD, "cf": ROAD}
SIGNALS = {"c": {"highway": "traffic_signals"}, "b": {"highway": "traffic_signals"}}


@pytest.mark.parametrize(
    ("kind", "via", "end"), [("no_left_turn", ("bc", "cd"), "dpe"), ("no_straight_on", ("bc",), "cd")]
)
def test_turning_round_twice_does_not_shake_off_a_ban(
    draw_map: Callable, kind: str, via: tuple[str, ...], end: str
) -> None:
    rule = (
        {"type": "restriction", "restriction": kind},
        [("from", "ab"), *(("via", way) for way in via), ("to", end)],
    )
    ways = DODGE_WAYS | {
        "hb": ROAD | {"oneway": "yes"},
        "bi": ROAD | {"oneway": "yes"},
        "gc": ROAD | {"oneway": "yes"},
        "cf": ROAD | {"oneway": "yes"},
    }
    assert draw_map(DODGE, ways, nodes=SIGNALS).way("a", "p") == "abcdp"
    drawn = draw_map(DODGE, ways, nodes=SIGNALS, relations=[rule])
    assert drawn.way("a", "p") == "none"
    assert drawn.way("b", "p").endswith("bcdp"), "who does not come from there is free"
    assert drawn.way("h", "p") == "hbcdp"


def test_nor_does_a_turning_circle_or_a_ban_at_times(draw_map: Callable) -> None:
    tags = {"type": "restriction", "restriction:conditional": "no_straight_on @ (07:00-09:00)"}
    ways = DODGE_WAYS | {way: ROAD | {"oneway": "yes"} for way in ("hb", "bi", "gc", "cf")}
    circles = {"b": {"highway": "turning_circle"}, "c": {"highway": "mini_roundabout"}}
    rule = (tags, [("from", "ab"), ("via", "bc"), ("to", "cd")])
    drawn = draw_map(DODGE, ways, nodes=circles, relations=[rule])
    assert drawn.way("a", "p", depart=datetime(2026, 3, 2, 8)) == "none"
    assert drawn.way("a", "p", depart=datetime(2026, 3, 2, 12)) == "abcdp"


def test_turning_round_elsewhere_is_another_journey(draw_map: Callable) -> None:
    rule = (
        {"type": "restriction", "restriction": "no_left_turn"},
        [("from", "ab"), ("via", "bc"), ("to", "cf")],
    )
    drawn = draw_map(DODGE, DODGE_WAYS, nodes=SIGNALS, relations=[rule])
    assert drawn.way("a", "f") in ("abcgcf", "abcdpepdcf", "abibcf", "abhbcf"), (
        "coming back from elsewhere is allowed"
    )


EDGE_OF_MAP = """
  N
  |
W-X   y
  |
  S
"""


@pytest.mark.parametrize("value", ["only_straight_on", "only_right_turn"])
def test_a_prescribed_way_that_the_map_cuts_off_forbids_the_others(draw_map: Callable, value: str) -> None:
    ways = {"WX": ROAD, "NX": ROAD, "XS": ROAD, "XZQ": ROAD}  # Z and Q lie beyond the map
    rule = restriction(value, "WX", "X", "XZQ")
    drawn = draw_map(EDGE_OF_MAP, ways, relations=[rule])
    assert drawn.way("WX", "N", heading_deg=90.0) != "XN", "the left turn stays forbidden"
    assert drawn.way("N", "S") == "NXS", "others are free"


def test_a_prescribed_way_over_a_way_that_the_map_cuts_off(draw_map: Callable) -> None:
    ways = {
        "ApB": ROAD,
        "BC": ROAD,
        "CqD": ROAD,
        "CGL": ROAD,
        "BFK": ROAD,
        "KmL": ROAD,
        "LrH": ROAD,
        "CZ": ROAD,
    }
    tags = {"type": "restriction", "restriction": "only_left_turn"}
    drawn = draw_map(VIA, ways, relations=[(tags, [("from", "ApB"), ("via", "BC"), ("to", "CZ")])])
    assert drawn.way("A", "D") == "ApBFKmLGCqD", "neither straight on nor right over BC when coming from A"
    assert drawn.way("FB", "D") == "BCqD"


@pytest.mark.parametrize(("kind", "banned"), [("only_left_turn", "ajp ajc"), ("no_left_turn", "")])
def test_the_named_side_of_a_way_lies_beyond_the_map(draw_map: Callable, kind: str, banned: str) -> None:
    ways = {"aj": ROAD, "jc": ROAD, "pjZ": ROAD}  # Z lies beyond the map, p is on the other side
    drawn = draw_map("  a\np j\n  c", ways, relations=[restriction(kind, "aj", "j", "pjZ")])
    for path in ("ajp", "ajc"):
        assert (drawn.way(path[0], path[-1]) != path) is (path in banned.split())


def test_a_prescribed_way_that_is_no_road_prescribes_nothing(draw_map: Callable) -> None:
    ways = CROSS_WAYS | {"XbE": {"highway": "construction"}}
    drawn = draw_map(CROSS, ways, relations=[restriction("only_straight_on", "WaX", "X", "XbE")])
    assert drawn.way("W", "N") == "WaXN"


THROUGH = """
  a
p j m
  c
"""


@pytest.mark.parametrize(
    ("kind", "banned", "free"),
    [
        ("no_left_turn", "ajm", "ajp ajc"),
        ("no_right_turn", "ajp", "ajm ajc"),
        ("no_straight_on", "", "ajm ajp ajc"),
        ("no_entry", "", "ajm ajp ajc"),
        ("only_left_turn", "ajp ajc", "ajm"),
    ],
)
def test_a_way_that_passes_through_the_junction_is_left_to_the_named_side(
    draw_map: Callable, kind: str, banned: str, free: str
) -> None:
    ways = {"aj": ROAD, "jc": ROAD, "pjm": ROAD}
    drawn = draw_map(THROUGH, ways, relations=[restriction(kind, "aj", "j", "pjm")])
    for path in banned.split():
        assert drawn.way(path[0], path[-1]) != path
    for path in free.split():
        assert drawn.way(path[0], path[-1]) == path


def test_a_way_that_comes_through_the_junction(draw_map: Callable) -> None:
    ways = {"ajc": ROAD, "pj": ROAD, "jm": ROAD}
    drawn = draw_map(THROUGH, ways, relations=[restriction("no_left_turn", "ajc", "j", "jm")])
    assert drawn.way("a", "m") != "ajm"
    assert drawn.way("c", "m") == "cjm", "from the other end it is a turn to the right"


def test_restrictions_of_heavy_vehicles(draw_map: Callable) -> None:
    truck = Vehicle(weight_t=18.0)
    members = [("from", "WaX"), ("via", "X"), ("to", "NX")]
    cases = [
        ({"restriction:hgv": "no_left_turn"}, True, False),
        ({"restriction": "no_left_turn", "except": "hgv"}, False, True),
        ({"restriction": "no_left_turn", "except": "motorcar"}, True, False),
        ({"restriction:conditional": "no_left_turn @ (weight>7.5)"}, True, False),
        ({"restriction": "no_left_turn"}, False, False),
    ]
    for tags, car, heavy in cases:
        drawn = draw_map(CROSS, CROSS_WAYS, relations=[({"type": "restriction", **tags}, members)])
        assert (drawn.way("W", "N") == "WaXN") is car, tags
        assert (drawn.way("W", "N", vehicle=truck) == "WaXN") is heavy, tags


def test_two_bans_of_one_turn_at_different_hours(draw_map: Callable) -> None:
    members = [("from", "WaX"), ("via", "X"), ("to", "NX")]
    rules = [
        ({"type": "restriction", "restriction:conditional": f"no_left_turn @ ({hours})"}, members)
        for hours in ("07:00-09:00", "16:00-18:00")
    ]
    drawn = draw_map(CROSS, CROSS_WAYS, relations=rules)
    free = [drawn.way("W", "N", depart=datetime(2026, 3, 2, hour)) == "WaXN" for hour in (8, 12, 17)]
    assert free == [False, True, False]
