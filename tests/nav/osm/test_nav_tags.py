"""What each tag does to a car, drawn as a map with a short road to test and a long way round."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nav.errors import NoRoute
from nav.graph import EdgeFlag
from nav.routing.route import Route
from nav.routing.router import Router
from tests.nav.osm.ways_round import AROUND, DIRECT, MAP, ROAD


@pytest.mark.parametrize(
    ("tags", "there", "back"),
    [
        pytest.param({"highway": "residential"}, DIRECT, DIRECT, id="open road"),
        pytest.param({"highway": "residential", "oneway": "yes"}, DIRECT, AROUND, id="oneway"),
        pytest.param(
            {"highway": "residential", "oneway": "-1"}, AROUND, DIRECT, id="oneway against the drawing"
        ),
        pytest.param(
            {"highway": "residential", "oneway": "reversible"}, AROUND, AROUND, id="reversible is closed"
        ),
        pytest.param({"highway": "residential", "oneway": "alternating"}, DIRECT, DIRECT, id="alternating"),
        pytest.param({"highway": "residential", "junction": "roundabout"}, DIRECT, AROUND, id="roundabout"),
        pytest.param({"highway": "residential", "junction": "circular"}, DIRECT, AROUND, id="circular"),
        pytest.param({"highway": "motorway"}, DIRECT, AROUND, id="motorways are one-way"),
        pytest.param({"highway": "motorway", "oneway": "no"}, DIRECT, DIRECT, id="unless tagged"),
        pytest.param({"highway": "motorway_link"}, DIRECT, DIRECT, id="motorway links are not"),
        pytest.param({"highway": "residential", "access": "no"}, AROUND, AROUND, id="access no"),
        pytest.param({"highway": "residential", "vehicle": "no"}, AROUND, AROUND, id="vehicle no"),
        pytest.param(
            {"highway": "residential", "access": "no", "motor_vehicle": "yes"},
            DIRECT,
            DIRECT,
            id="specific wins",
        ),
        pytest.param(
            {"highway": "residential", "motor_vehicle": "no", "motorcar": "yes"},
            DIRECT,
            DIRECT,
            id="most specific",
        ),
        pytest.param({"highway": "residential", "motorcar": "no"}, AROUND, AROUND, id="motorcar no"),
        pytest.param({"highway": "residential", "vehicle:backward": "no"}, DIRECT, AROUND, id="backward no"),
        pytest.param(
            {"highway": "residential", "motor_vehicle:forward": "no"}, AROUND, DIRECT, id="forward no"
        ),
        pytest.param(
            {"highway": "residential", "access": "private"}, AROUND, AROUND, id="private is no short cut"
        ),
        pytest.param(
            {"highway": "residential", "access": "destination"}, AROUND, AROUND, id="no through traffic"
        ),
        pytest.param({"highway": "residential", "access": "customers"}, AROUND, AROUND, id="customers only"),
        pytest.param(
            {"highway": "residential", "motor_vehicle": "agricultural"}, AROUND, AROUND, id="agricultural"
        ),
        pytest.param({"highway": "service", "service": "driveway"}, AROUND, AROUND, id="driveway"),
        pytest.param({"highway": "service", "service": "parking_aisle"}, AROUND, AROUND, id="parking aisle"),
        pytest.param({"highway": "track"}, AROUND, AROUND, id="track"),
        pytest.param({"highway": "footway"}, AROUND, AROUND, id="footway"),
        pytest.param({"highway": "pedestrian"}, AROUND, AROUND, id="pedestrian street"),
        pytest.param({"highway": "construction"}, AROUND, AROUND, id="under construction"),
        pytest.param(
            {"highway": "primary", "construction": "yes"}, AROUND, AROUND, id="being built, with a class"
        ),
        pytest.param({"highway": "primary", "construction": "minor"}, DIRECT, DIRECT, id="small works"),
        pytest.param({"highway": "busway"}, AROUND, AROUND, id="busway"),
        pytest.param({"highway": "residential", "area": "yes"}, AROUND, AROUND, id="an area is no road"),
        pytest.param(
            {"highway": "residential", "hov": "designated"}, AROUND, AROUND, id="only for car pools"
        ),
        pytest.param(
            {"highway": "residential", "smoothness": "impassable"}, AROUND, AROUND, id="impassable surface"
        ),
        pytest.param({"highway": "residential", "maxspeed": "5"}, AROUND, AROUND, id="very slow"),
        pytest.param(
            {"highway": "residential", "maxspeed:backward": "5"}, DIRECT, AROUND, id="slow one way round"
        ),
        pytest.param({"highway": "living_street"}, AROUND, AROUND, id="living street"),
        pytest.param(
            {"highway": "residential", "motor_vehicle": "yes;delivery"}, DIRECT, DIRECT, id="yes in a list"
        ),
        pytest.param(
            {"highway": "residential", "oneway": "no", "oneway:motor_vehicle": "yes"},
            DIRECT,
            AROUND,
            id="oneway for motor vehicles",
        ),
        pytest.param({"highway": "residential", "oneway:motorcar": "yes"}, DIRECT, AROUND, id="for cars"),
        pytest.param(
            {"highway": "residential", "oneway": "yes", "oneway:motorcar": "no"},
            DIRECT,
            DIRECT,
            id="not for cars",
        ),
        pytest.param(
            {"highway": "residential", "oneway:vehicle": "-1"}, AROUND, DIRECT, id="oneway for vehicles"
        ),
        pytest.param({"highway": "residential", "oneway": "maybe"}, DIRECT, DIRECT, id="no such oneway"),
        pytest.param({"highway": "residential", "access": "emergency"}, AROUND, AROUND, id="emergency"),
        pytest.param({"highway": "residential", "motor_vehicle": "bus"}, AROUND, AROUND, id="buses"),
        pytest.param({"highway": "residential", "access": "wizards"}, DIRECT, DIRECT, id="no such access"),
        pytest.param(
            {"highway": "residential", "access": "no", "motor_vehicle": "wizards"},
            AROUND,
            AROUND,
            id="which opens nothing",
        ),
    ],
)
def test_which_way_a_car_takes(draw_map: Callable, tags: dict[str, str], there: str, back: str) -> None:
    drawn = draw_map(MAP, {"SA": ROAD, "ABC": tags, "CT": ROAD, "ADEFC": {"highway": "primary"}})
    assert drawn.way("S", "T") == there
    assert drawn.way("T", "S") == back[::-1]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param({"barrier": "bollard"}, AROUND, id="bollard"),
        pytest.param({"barrier": "block"}, AROUND, id="block"),
        pytest.param({"barrier": "bollard", "motor_vehicle": "yes"}, DIRECT, id="bollard that is open"),
        pytest.param({"barrier": "gate"}, AROUND, id="a gate costs"),
        pytest.param({"barrier": "gate", "access": "yes"}, DIRECT, id="open gate"),
        pytest.param({"barrier": "gate", "access": "no"}, AROUND, id="closed gate"),
        pytest.param({"barrier": "lift_gate", "motorcar": "yes"}, DIRECT, id="lift gate for cars"),
        pytest.param({"barrier": "cattle_grid"}, DIRECT, id="cattle grid"),
        pytest.param({"barrier": "kerb"}, DIRECT, id="kerb"),
        pytest.param({"barrier": "toll_booth"}, DIRECT, id="toll booth"),
        pytest.param({"highway": "traffic_signals"}, DIRECT, id="signals"),
        pytest.param({"motor_vehicle": "no"}, AROUND, id="closed without a barrier"),
        pytest.param({"access": "no"}, AROUND, id="closed to all"),
        pytest.param({"access": "no", "motorcar": "yes"}, DIRECT, id="but not to cars"),
        pytest.param({"vehicle": "agricultural"}, AROUND, id="open to farmers"),
        pytest.param({"access": "private"}, DIRECT, id="private"),
        pytest.param({"access": "wizards"}, DIRECT, id="no such access"),
        pytest.param({"highway": "crossing", "bicycle": "no"}, DIRECT, id="what concerns others"),
        pytest.param({"barrier": "toll_booth", "motor_vehicle": "no"}, AROUND, id="closed toll booth"),
        pytest.param({"barrier": "bollard", "bollard": "removable"}, AROUND, id="removable bollard"),
        pytest.param(
            {"barrier": "bollard", "bollard": "rising", "access": "yes"}, DIRECT, id="rising bollard"
        ),
        pytest.param({"maxheight": "1.5"}, AROUND, id="too low"),
    ],
)
def test_what_stands_on_the_road(draw_map: Callable, tags: dict[str, str], expected: str) -> None:
    drawn = draw_map(
        MAP, {"SA": ROAD, "ABC": ROAD, "CT": ROAD, "ADEFC": {"highway": "primary"}}, nodes={"B": tags}
    )
    assert drawn.way("S", "T") == expected


def test_a_rising_bollard_is_a_gate(draw_map: Callable) -> None:
    drawn = draw_map("A---B---C", {"ABC": ROAD}, nodes={"B": {"barrier": "bollard", "bollard": "rising"}})
    assert drawn.way("A", "C") == "ABC"
    assert drawn.route("A", "C").duration_s > draw_map("A---B---C", {"ABC": ROAD}).route("A", "C").duration_s


@pytest.mark.parametrize("highway", ["footway", "pedestrian", "path", "steps", "cycleway", "bridleway"])
@pytest.mark.parametrize("access", ["yes", "permissive", "private", "customers", "destination", "designated"])
def test_access_to_a_footpath_speaks_of_walkers(draw_map: Callable, highway: str, access: str) -> None:
    tags = {"highway": highway, "access": access}
    drawn = draw_map(MAP, {"SA": ROAD, "ABC": tags, "CT": ROAD, "ADEFC": {"highway": "track"}})
    assert drawn.way("S", "T") == AROUND
    assert drawn.way("S", "T", profile="foot") == DIRECT


@pytest.mark.parametrize("key", ["vehicle", "motor_vehicle", "motorcar"])
def test_what_opens_a_footpath_to_cars(draw_map: Callable, key: str) -> None:
    tags = {"highway": "footway", key: "yes"}
    drawn = draw_map("S-A---B", {"SA": ROAD, "AB": tags})
    assert drawn.way("S", "B") == "SAB"


def test_a_closed_gate_still_lets_a_car_reach_its_near_side(draw_map: Callable) -> None:
    ways = {"SA": ROAD, "ABC": ROAD, "CT": ROAD, "ADEFC": ROAD}
    drawn = draw_map(MAP, ways, nodes={"B": {"barrier": "bollard"}})
    assert drawn.way("S", "ABB") == "SA"
    assert drawn.way("S", "BBC") == "SADEFC"


def test_cars_crawl_where_pedestrians_let_them_in(draw_map: Callable) -> None:
    tags = {"highway": "pedestrian", "motor_vehicle": "yes"}
    drawn = draw_map(MAP, {"SA": ROAD, "ABC": tags, "CT": ROAD, "ADEFC": ROAD})
    assert drawn.way("S", "B") == "SAB"
    assert drawn.way("S", "T") == AROUND


@pytest.mark.parametrize(
    ("tags", "seconds"),
    [
        ({"barrier": "toll_booth"}, 15.0),
        ({"barrier": "gate", "access": "yes"}, 0.0),
        ({"highway": "traffic_signals"}, 2.0),
        ({"highway": "stop"}, 0.0),
    ],
)
def test_what_stands_on_the_road_takes_time(draw_map: Callable, tags: dict[str, str], seconds: float) -> None:
    free = draw_map("A---B---C", {"ABC": ROAD}).route("A", "C").duration_s
    slowed = draw_map("A---B---C", {"ABC": ROAD}, nodes={"B": tags}).route("A", "C").duration_s
    assert slowed - free == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize("access", ["private", "destination", "destination;delivery", "bus; private"])
def test_private_roads_lead_to_what_lies_on_them(draw_map: Callable, access: str) -> None:
    private = {"highway": "residential", "access": access}
    drawn = draw_map(MAP, {"SA": ROAD, "ABC": private, "CT": ROAD, "ADEFC": ROAD})
    assert drawn.way("S", "B") == "SAB"
    assert drawn.way("S", "T") == AROUND


@pytest.mark.parametrize(("highway", "expected"), [("secondary", "ABC"), ("residential", "AB")])
def test_a_bollard_where_a_path_leaves_a_main_road_stands_on_the_path(
    draw_map: Callable, highway: str, expected: str
) -> None:
    ways = {"ABC": {"highway": highway}, "BD": {"highway": "footway"}}
    drawn = draw_map("A-B-C\n  |\n  D", ways, nodes={"B": {"barrier": "bollard"}})
    assert drawn.way("A", "C") == expected


def test_a_road_closed_at_times(draw_map: Callable) -> None:
    tags = ROAD | {"motor_vehicle:conditional": "no @ (Mo-Fr 07:00-09:00)"}
    drawn = draw_map(MAP, {"SA": ROAD, "ABC": tags, "CT": ROAD, "ADEFC": ROAD})
    assert drawn.way("S", "T", depart=datetime(2026, 3, 2, 8, 0)) == AROUND
    assert drawn.way("S", "T", depart=datetime(2026, 3, 2, 12, 0)) == DIRECT
    assert drawn.letters(route_at(drawn, 7)) == AROUND, "without a time of departure it is now"
    assert drawn.letters(route_at(drawn, 12)) == DIRECT
    assert drawn.letters(route_at(drawn, 6)) == AROUND, "the clocks there are an hour ahead"
    assert drawn.letters(route_at(drawn, 8)) == DIRECT


def route_at(drawn: Any, hour: int) -> Route:
    """Find the way from S to T at half past an hour, universal time, of a Monday."""
    router = Router(drawn.region, clock=lambda: datetime(2026, 3, 2, hour, 30, tzinfo=UTC))
    return router.route([drawn.point("S"), drawn.point("T")])


def test_a_street_closed_at_night_is_reached_by_day(draw_map: Callable) -> None:
    tags = ROAD | {"motor_vehicle:conditional": "no @ (22:00-06:00)"}
    drawn = draw_map("A---B---C", {"AB": ROAD, "BC": tags})
    noon, night = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 23, tzinfo=UTC)
    points = [drawn.point("A"), drawn.point("C")]
    times = [noon]
    router = Router(drawn.region, clock=lambda: times[0])
    assert drawn.letters(router.route(points)) == "ABC"
    assert np.isfinite(router.matrix(points, points)).all()
    times[0] = night
    with pytest.raises(NoRoute):
        router.route(points)
    assert drawn.letters(router.route(points, depart=noon)) == "ABC"
    assert drawn.way("A", "C", profile="foot", depart=night) == "ABC", "it is closed to cars only"
    assert drawn.way("A", "C", profile="bike", depart=night) == "ABC"


def test_conditions_cost_nothing_until_another_set_of_them_holds(draw_map: Callable) -> None:
    tags = ROAD | {"motor_vehicle:conditional": "no @ (22:00-06:00)"}
    metrics = draw_map("A---B---C", {"AB": ROAD, "BC": tags}).router().metrics
    morning, noon = (metrics.weights(depart=datetime(2026, 3, 2, hour)) for hour in (9, 12))
    assert morning is noon
    assert metrics.weights(depart=datetime(2026, 3, 2, 23)) is metrics.weights() is not noon


FERRY_MAP = """
S-A-------B-T
  |       |
  D-------E
"""


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        pytest.param("00:05", "SADEBT", id="slow boat"),
        pytest.param("", "SADEBT", id="untagged: 15 km/h and boarding"),
    ],
)
def test_a_ferry_takes_its_time(draw_map: Callable, duration: str, expected: str) -> None:
    ferry = {"route": "ferry", "duration": duration} if duration else {"route": "ferry"}
    drawn = draw_map(FERRY_MAP, {"SA": ROAD, "AB": ferry, "BT": ROAD, "ADEB": ROAD})
    assert drawn.way("S", "T") == expected


def test_a_ferry_is_sailed_where_there_is_no_road(draw_map: Callable) -> None:
    drawn = draw_map("S-A-----B-T", {"SA": ROAD, "AB": {"route": "ferry", "duration": "00:20"}, "BT": ROAD})
    route = drawn.route("S", "T")
    assert drawn.letters(route) == "SABT"
    assert 1200 + 300 < route.duration_s < 1200 + 300 + 90, (
        "the tagged duration, boarding, and two short roads"
    )
    assert drawn.route("S", "T", avoid=["ferry"]).avoid_broken == ("ferry",)
    for tags, expected in (
        ({"foot": "yes", "motor_vehicle": "no"}, "none"),
        ({"foot": "yes"}, "none"),
        ({"foot": "yes", "bicycle": "yes"}, "none"),
        ({"foot": "yes", "bicycle": "yes", "motorcar": "yes"}, "SABT"),
        ({"bicycle": "yes"}, "SABT"),
        ({"motor_vehicle": "no", "hgv": "yes"}, "none"),
    ):
        boat = {"route": "ferry"} | tags
        assert draw_map("S-A-----B-T", {"SA": ROAD, "AB": boat, "BT": ROAD}).way("S", "T") == expected, tags


@pytest.mark.parametrize(
    ("profile", "tags", "expected"),
    [
        pytest.param("bike", {"highway": "cycleway"}, DIRECT, id="bike on cycleway"),
        pytest.param("bike", {"highway": "residential", "oneway": "-1"}, AROUND, id="bike obeys one-way"),
        pytest.param(
            "bike",
            {"highway": "residential", "oneway": "-1", "oneway:bicycle": "no"},
            DIRECT,
            id="bike contraflow",
        ),
        pytest.param(
            "bike",
            {"highway": "residential", "oneway:motor_vehicle": "-1"},
            DIRECT,
            id="bike against a one-way for motor vehicles",
        ),
        pytest.param(
            "bike",
            {"highway": "residential", "oneway:bicycle": "-1"},
            AROUND,
            id="one-way for bikes alone",
        ),
        pytest.param("bike", {"highway": "motorway"}, AROUND, id="no bike on motorway"),
        pytest.param("foot", {"highway": "footway"}, DIRECT, id="foot on footway"),
        pytest.param("foot", {"highway": "residential", "oneway": "-1"}, DIRECT, id="foot ignores one-way"),
        pytest.param("foot", {"highway": "trunk", "motorroad": "yes"}, AROUND, id="no foot on motorroad"),
        pytest.param("foot", {"highway": "residential", "foot": "no"}, AROUND, id="foot no"),
        pytest.param("foot", {"highway": "steps"}, DIRECT, id="steps"),
        pytest.param("foot", {"highway": "footway", "oneway:foot": "-1"}, AROUND, id="one-way for walkers"),
        pytest.param(
            "foot",
            {"highway": "residential", "oneway": "-1", "oneway:foot": "yes"},
            DIRECT,
            id="one-way for walkers, against the cars",
        ),
        pytest.param("foot", {"highway": "steps", "conveying": "backward"}, AROUND, id="escalator"),
        pytest.param("foot", {"highway": "footway", "access": "wizards"}, DIRECT, id="no such access"),
    ],
)
def test_bikes_and_walkers(draw_map: Callable, profile: str, tags: dict[str, str], expected: str) -> None:
    drawn = draw_map(MAP, {"SA": ROAD, "ABC": tags, "CT": ROAD, "ADEFC": ROAD})
    assert drawn.way("S", "T", profile=profile) == expected


def test_a_square_is_walked_along_its_edge(draw_map: Callable) -> None:
    square = {"highway": "pedestrian", "area": "yes"}
    drawn = draw_map("x-a---b-y\n  |   |\n  d---c", {"xa": ROAD, "by": ROAD, "abcda": square})
    assert drawn.way("x", "y", profile="foot") == "xaby"
    assert drawn.way("x", "y") != "xaby", "not by car"


def test_a_path_far_from_every_road_is_on_the_map_of_walkers(draw_map: Callable) -> None:
    drawn = draw_map("A-B" + " " * 97 + "C---D", {"AB": ROAD, "CD": {"highway": "footway"}})
    assert drawn.way("C", "D", profile="foot") == "CD"


@pytest.mark.parametrize(
    ("wish", "tags"),
    [
        ("toll", {"highway": "residential", "toll": "yes"}),
        ("motorway", {"highway": "motorway"}),
        ("unpaved", {"highway": "residential", "surface": "gravel"}),
    ],
)
def test_avoiding(draw_map: Callable, wish: str, tags: dict[str, str]) -> None:
    drawn = draw_map(MAP, {"SA": ROAD, "ABC": tags, "CT": ROAD, "ADEFC": ROAD})
    assert drawn.way("S", "T") == DIRECT
    assert drawn.way("S", "T", avoid=[wish]) == AROUND
    route = drawn.route("S", "B", avoid=[wish])
    assert route.avoid_broken == (wish,), "a destination on such a road is still reached, and it is said"


def test_texts_for_guidance_are_kept(draw_map: Callable) -> None:
    tags = ROAD | {
        "name": "Main Street",
        "name:zh": "主街",
        "ref": "G6;G7",
        "destination:forward": "Town",
        "destination:ref:forward": "A1",
        "turn:lanes:forward": "left|through",
        "junction:ref": "3A",
        "maxspeed": "60",
        "lanes": "4",
    }
    drawn = draw_map(
        "A---B---C", {"AB": tags, "BC": ROAD}, nodes={"B": {"highway": "motorway_junction", "ref": "7"}}
    )
    graph = drawn.region.graph
    forward = int(drawn.route("A", "AB").edges[0])
    assert graph.edge_names(forward) == {"": "Main Street", "zh": "主街"}
    assert graph.edge_ref(forward) == "G6;G7"
    assert graph.text(int(graph.edge_destination[forward])) == "Town"
    assert graph.text(int(graph.edge_destination_ref[forward])) == "A1"
    assert graph.text(int(graph.edge_turn_lanes[forward])) == "left|through"
    assert graph.text(int(graph.edge_junction_ref[forward])) == "3A"
    backward = int(graph.edge_reverse[forward])
    assert graph.text(int(graph.edge_turn_lanes[backward])) == ""
    assert graph.edge_maxspeed_kph[forward] == 60
    assert graph.edge_lanes[forward] == graph.edge_lanes[backward] == 2
    junction = int(graph.edge_to[forward])
    assert graph.text(int(graph.node_exit_ref[junction])) == "7"
    assert graph.country(forward) == "NO"


def test_driving_side_and_limits_come_from_the_country(draw_map: Callable) -> None:
    england = draw_map(
        "A---B", {"AB": ROAD | {"maxspeed": "GB:nsl_single"}}, origin=(52.0, -1.0)
    ).region.graph
    assert england.country(0) == "GB"
    assert england.edge_flags[0] & EdgeFlag.LEFT_HAND
    urban = draw_map("A---B", {"AB": ROAD | {"maxspeed:type": "FI:urban"}}).region.graph
    assert urban.edge_maxspeed_kph[0] == 50
    assert not urban.edge_flags[0] & EdgeFlag.LEFT_HAND


def test_the_documented_table_names_every_rule() -> None:
    page = Path(__file__).parents[3] / "docs" / "routing.md"
    text = page.read_text(encoding="utf-8")
    for key in (
        "access", "oneway", "junction=roundabout", "service", "gate", "bollard", "toll", "route=ferry",
        "maxspeed", "surface", "traffic_signals", "restriction:conditional", "only_", "except", "turn:lanes",
        "junction:ref",
    ):  # fmt: skip
        assert re.search(re.escape(key), text), f"docs/routing.md does not explain {key}"
