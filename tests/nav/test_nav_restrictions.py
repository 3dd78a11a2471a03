"""Turn restrictions, drawn: every kind, over nodes and over ways, always and at times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

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


def test_restrictions_do_not_bind_walkers(draw_map: Callable) -> None:
    drawn = draw_map(CROSS, CROSS_WAYS, relations=[restriction("no_left_turn", "WaX", "X", "NX")])
    assert drawn.way("W", "N", profile="foot") == "WaXN"
