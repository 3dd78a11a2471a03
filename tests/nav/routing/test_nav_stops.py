"""Where a car may stand: not on a motorway or in a tunnel, where it suits the journey, at the kerb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nav.errors import BadRequest
from nav.graph import RoadClass
from nav.law.vehicle import Vehicle

ROAD = {"highway": "residential"}
MOTORWAY = {"highway": "motorway", "oneway": "yes"}
BESIDE = """
A-b---------C-----------------D-E
   g
     h----------i-----j
"""
BESIDE_WAYS = {
    "bg": {"highway": "motorway_link", "oneway": "yes"},
    "ghij": {"highway": "tertiary", "name": "Village Street"},
    "Ej": {"highway": "tertiary"},
}


def classes(route: Any) -> set[RoadClass]:
    return {RoadClass(int(c)) for c in route.graph.edge_class[route.edges]}


def near(drawn: Any, spot: str, north_m: float = 0.0, east_m: float = 0.0) -> tuple[float, float]:
    lat, lon = drawn.point(spot)
    return lat + north_m / 111_195, lon + east_m / (111_195 * np.cos(np.radians(lat)))


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param({"highway": "motorway", "oneway": "yes"}, id="motorway"),
        pytest.param({"highway": "trunk", "motorroad": "yes"}, id="motorroad"),
        pytest.param({"highway": "trunk_link"}, id="ramp"),
        pytest.param({"highway": "trunk", "bridge": "viaduct"}, id="elevated road"),
        pytest.param({"highway": "primary", "tunnel": "yes"}, id="tunnel"),
        pytest.param({"highway": "tertiary", "tunnel": "avalanche_protector"}, id="gallery"),
        pytest.param({"highway": "primary_link", "tunnel": "yes"}, id="ramp in a tunnel"),
        pytest.param({"highway": "trunk", "expressway": "yes", "oneway": "yes"}, id="expressway"),
        pytest.param({"highway": "primary", "bridge": "viaduct", "layer": "1"}, id="elevated main road"),
        pytest.param({"highway": "primary", "junction": "roundabout"}, id="roundabout"),
        pytest.param({"route": "shuttle_train"}, id="car train"),
    ],
)
def test_nobody_stops_where_that_is_forbidden(draw_map: Callable, tags: dict[str, str]) -> None:
    drawn = draw_map(BESIDE, {"AbCDE": tags} | BESIDE_WAYS)
    hotel = near(drawn, "C", north_m=-25.0)
    router = drawn.router()
    there = router.route([drawn.point("A"), hotel])
    assert drawn.letters(there)[-1] != "C"
    assert there.stops[1].distance_m > 100, "the village street is farther away than the main road"
    assert there.graph.edge_names(int(there.edges[-1])) == {"": "Village Street"}
    begun = router.route([hotel, drawn.point("j")])
    assert classes(begun) == {RoadClass.TERTIARY} or begun.stops[0].distance_m < 30
    over = router.route([drawn.point("A"), hotel, drawn.point("j")])
    assert over.stops[1].distance_m > 100
    assert router.matrix([drawn.point("A")], [hotel])[0, 0] == pytest.approx(there.duration_s, abs=0.01)


def test_a_start_beside_a_motorway(draw_map: Callable) -> None:
    ways = {"ABC": MOTORWAY | {"oneway": "no"}, "DEF": ROAD, "AD": ROAD, "CF": ROAD}
    drawn = draw_map("A---------B---------C\nD---------E---------F", ways)
    hotel = near(drawn, "B", north_m=-30.0)
    assert (
        drawn.router().route([hotel, drawn.point("F")]).edges[0]
        == drawn.router().route([drawn.point("E"), drawn.point("F")]).edges[0]
    )
    moving = drawn.router().route([near(drawn, "B", north_m=-8.0), drawn.point("BBC")], heading_deg=90.0)
    assert classes(moving) == {RoadClass.MOTORWAY}, "a car that moves along the motorway is on it"


def test_a_place_right_on_the_motorway_is_meant(draw_map: Callable) -> None:
    drawn = draw_map(BESIDE, {"AbCDE": MOTORWAY} | BESIDE_WAYS)
    assert drawn.way("A", "C") == "AbC"
    under = draw_map(BESIDE, {"AbCDE": {"highway": "primary", "tunnel": "yes"}} | BESIDE_WAYS)
    assert under.way("A", "C") != "AbC", "over a tunnel is not in it"


def test_where_there_are_only_motorways(draw_map: Callable) -> None:
    drawn = draw_map("A-----B-----C", {"ABC": MOTORWAY})
    route = drawn.router().route([drawn.point("A"), near(drawn, "B", north_m=40.0)])
    assert route.stops[1].distance_m == pytest.approx(40.0, abs=1.0)


def test_the_journey_chooses_among_roads_that_are_about_as_near(draw_map: Callable) -> None:
    close = draw_map(
        "A---------------B\n|               |\nC---------------E",
        {"AB": ROAD | {"oneway": "yes"}, "BE": ROAD, "AC": ROAD | {"maxspeed": "20"}, "CE": ROAD},
    )
    # Halfway between the one-way road and the other: the nearer one would mean the way round the block.
    spot = ((close.at["A"][0] + close.at["C"][0]) / 2 + 0.00004, close.point("AB")[1])
    assert close.router().snap(*spot).distance_m == pytest.approx(106.0, abs=2.0)
    route = close.router().route([close.point("E"), spot])
    assert close.letters(route) in ("E", "", "BE"[::-1])
    assert route.stops[1].distance_m < 120
    assert route.distance_m < 600, "not round the block"


def test_every_stop_on_the_way_is_weighed(draw_map: Callable) -> None:
    close = draw_map(
        "A---------------B\n|               |\nC---------------E",
        {"AB": ROAD | {"oneway": "yes"}, "BE": ROAD, "AC": ROAD, "CE": ROAD},
    )
    spot = ((close.at["A"][0] + close.at["C"][0]) / 2 + 0.00004, close.point("AB")[1])
    router = close.router()
    there = router.route([close.point("E"), spot, close.point("C")])
    assert there.distance_m == pytest.approx(
        router.route([close.point("E"), close.point("C")]).distance_m, rel=0.01
    )
    back = router.route([close.point("A"), spot, close.point("B")])
    assert close.letters(back) == "AB"
    detour = router.detours_s(router.route([close.point("E"), close.point("C")]), [spot])
    assert detour[0] < 1.0


CURB = """
  f-------w               e---x
          |               |   |
        p-S-----N-----m---T---y
"""


def test_a_stop_at_the_kerb(draw_map: Callable) -> None:
    ways = {"pSNmT": {"highway": "tertiary"}, "fwS": ROAD, "TexyT": ROAD}
    drawn = draw_map(CURB, ways)
    router = drawn.router()
    north, south = near(drawn, "N", north_m=15.0), near(drawn, "N", north_m=-15.0)
    start = drawn.point("p")
    for place, straight in ((south, True), (north, False)):
        route = router.route([start, place], approaches=[None, "curb"])
        assert (route.distance_m < 700) is straight, (
            "traffic keeps right: the far side is reached from behind"
        )
        assert route.stops[1].side == "right"
        assert router.route([start, place], approaches=["unrestricted", "unrestricted"]).distance_m < 700
    over = router.route([start, north, drawn.point("m")], approaches=[None, "curb", None], turning=False)
    assert over.distance_m > 1000
    with pytest.raises(BadRequest, match="curb"):
        router.route([start, north], approaches=[None, "left"])
    with pytest.raises(BadRequest, match="each"):
        router.route([start, north], approaches=["curb"])


def test_the_heading_at_a_later_stop(draw_map: Callable) -> None:
    drawn = draw_map(
        "A-----B-----C\n|           |\nD-----------E", {"ABC": ROAD, "AD": ROAD, "DE": ROAD, "EC": ROAD}
    )
    router = drawn.router()
    stops = [drawn.point("A"), drawn.point("AB")]
    assert router.route(stops, headings_deg=[None, 90.0]).distance_m < 200
    assert drawn.letters(router.route(stops, headings_deg=[None, 270.0])).endswith("ADECB")


@pytest.mark.parametrize(("turning", "expected"), [(True, "B"), (False, "BCEDA"), (None, "B")])
def test_turning_back_at_a_stop(draw_map: Callable, turning: bool | None, expected: str) -> None:
    drawn = draw_map(
        "A-----B-----C\n|           |\nD-----------E",
        {"AB": ROAD, "BC": ROAD, "AD": ROAD, "DE": ROAD, "EC": ROAD},
    )
    stops = [drawn.point("AAB"), drawn.point("BBC"), drawn.point("AAB")]
    route = drawn.router().route(stops, turning=turning)
    letters = drawn.letters(route)
    assert ("E" in letters) is (expected == "BCEDA")


PARK = """
A-------------B-------------C
|   p-----------------q     |
|   |        X        |     |
|   |                 |     |
|   s--------g--------r     |
D------------e--------------F
"""
PARK_ROADS = {"AB": ROAD, "BC": ROAD, "AD": ROAD, "De": ROAD, "eF": ROAD, "CF": ROAD}


@pytest.mark.parametrize(
    ("tags", "gate", "expected"),
    [
        pytest.param({"leisure": "park"}, {"barrier": "gate"}, "e", id="park"),
        pytest.param({"barrier": "wall"}, {"entrance": "main"}, "e", id="walled palace"),
        pytest.param({"tourism": "hotel", "building": "yes"}, {"entrance": "yes"}, "e", id="hotel"),
        pytest.param({"leisure": "park"}, {"barrier": "gate", "access": "private"}, "", id="private gate"),
        pytest.param({"leisure": "park"}, {"entrance": "emergency"}, "", id="emergency exit"),
        pytest.param({"leisure": "park"}, {}, "", id="no gate is known"),
        pytest.param({"landuse": "meadow"}, {"barrier": "gate"}, "", id="a meadow"),
    ],
)
def test_a_place_in_an_area_is_reached_by_its_gate(
    draw_map: Callable, tags: dict[str, str], gate: dict[str, str], expected: str
) -> None:
    drawn = draw_map(PARK, PARK_ROADS | {"pqrgsp": tags}, nodes={"g": gate})
    route = drawn.route("A", "X")
    end = route.geometry[-1]
    near_gate = np.hypot(*((end - drawn.point("e")) * [1.0, 0.5])) < 1e-5
    assert bool(near_gate) == bool(expected)
    assert route.stops[1].point == drawn.point("X")
    if expected:
        assert route.on_foot_m == pytest.approx(334, abs=5), "from the gate to the place"
    assert drawn.route("X", "A").stops[0].distance_m < 250, "a car inside leaves by the nearest road"


def test_a_road_inside_the_area_is_used(draw_map: Callable) -> None:
    ways = PARK_ROADS | {"pqrgsp": {"amenity": "university"}, "egX": ROAD}
    drawn = draw_map(PARK, ways, nodes={"g": {"barrier": "gate", "access": "yes"}})
    assert drawn.way("A", "X").endswith("egX")


def test_the_gate_that_suits_the_journey(draw_map: Callable) -> None:
    drawing = PARK.replace("p-----------------q", "p--------h--------q")
    ways = PARK_ROADS | {"phqrgsp": {"leisure": "park"}}
    both = draw_map(drawing, ways, nodes={"g": {"entrance": "yes"}, "h": {"entrance": "yes"}})
    assert both.route("A", "X").on_foot_m < 250, "the gate near the place"
    assert both.route("A", "X").geometry[-1][0] > both.point("X")[0]


def test_a_road_of_lorries_alone_is_no_stop_and_no_connection(draw_map: Callable) -> None:
    lorries = {"highway": "service", "motor_vehicle": "no", "hgv": "yes"}
    ways = {"ABC": ROAD, "CD": ROAD, "pq": lorries, "qC": lorries, "rs": ROAD, "sq": lorries}
    drawn = draw_map("A---B-----C---D\np-----q-r-s", ways)
    place = near(drawn, "p", north_m=20.0)
    route = drawn.router().route([drawn.point("D"), place])
    assert drawn.letters(route)[-1] in "AB"
    assert route.stops[1].distance_m == pytest.approx(91, abs=3)
    assert drawn.router().route([drawn.point("D"), drawn.point("rs")]).stops[1].distance_m > 50, "an island"


def test_a_road_too_narrow_for_the_vehicle_is_no_stop(draw_map: Callable) -> None:
    drawn = draw_map(
        "A---B---C\n    |\n    E---F", {"ABC": ROAD, "BE": ROAD, "EF": ROAD | {"maxwidth": "2.0"}}
    )
    router, ends = drawn.router(), [drawn.point("A"), drawn.point("EFF")]
    assert router.route(ends).on_foot_m == 0.0
    broad = Vehicle(width_m=2.5)
    route = router.route(ends, vehicle=broad)
    assert drawn.letters(route) == "ABE"
    assert route.on_foot_m == pytest.approx(148, abs=3)
    assert np.isfinite(router.matrix(ends[:1], ends[1:], vehicle=broad)).all()
    back = router.route(ends[::-1], vehicle=broad)
    assert drawn.letters(back).endswith("BA"), "and the way back begins on the same street"


def test_beyond_a_track_that_is_too_narrow_lies_an_island(draw_map: Callable) -> None:
    ways = {"AB": ROAD, "BC": ROAD, "CD": ROAD | {"maxwidth": "1.0"}, "DE": ROAD}
    drawn = draw_map("A---B---C-D-E", ways)
    route = drawn.route("A", "DE")
    assert drawn.letters(route).startswith("AB")
    assert route.on_foot_m > 50
