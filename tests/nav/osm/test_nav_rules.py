"""Roads that are open, slow or one-way at times, or for some vehicles only; judged at the hour of arrival."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nav.errors import NoRoute, PointUnreachable
from nav.guidance.progress import limit_kph
from nav.law.conditions import Clock
from nav.law.vehicle import PASSENGER_CAR
from tests.nav.osm.ways_round import AROUND, DIRECT, GERMANY, MAP, ROAD, at, drawn_with


@pytest.mark.parametrize(
    ("tags", "when", "there", "back"),
    [
        pytest.param(
            {"access": "no", "access:conditional": "yes @ (00:00-05:30)"},
            "2026-11-30 03:00",
            1,
            1,
            id="open at night",
        ),
        pytest.param(
            {"access": "no", "access:conditional": "yes @ (00:00-05:30)"},
            "2026-11-30 12:00",
            0,
            0,
            id="closed by day",
        ),
        pytest.param(
            {"access:conditional": "no @ (Oct-Jun)"}, "2026-11-30 12:00", 0, 0, id="closed over the new year"
        ),
        pytest.param({"access:conditional": "no @ (Oct-Jun)"}, "2026-08-01 12:00", 1, 1, id="open in summer"),
        pytest.param(
            {
                "motor_vehicle:conditional": "no @ (2026 Jul 23 05:00-24:00; "
                "2026 Jul 24-2026 Jul 26 00:00-24:00)"
            },
            "2026-07-25 12:00",
            0,
            0,
            id="a fair",
        ),
        pytest.param(
            {"motor_vehicle:conditional": "no @ (2026 Jul 23 05:00-24:00)"},
            "2027-07-23 12:00",
            1,
            1,
            id="a fair that is over",
        ),
        pytest.param(
            {"vehicle:conditional": "no @ (2026 Mar 1-2026 Jun 30)"}, "2026-05-05 12:00", 0, 0, id="vehicle"
        ),
        pytest.param(
            {"oneway:conditional": "-1 @ (06:00-10:00)"},
            "2026-11-30 08:00",
            0,
            1,
            id="one-way against the drawing at times",
        ),
        pytest.param(
            {"oneway:conditional": "yes @ (06:00-10:00)"}, "2026-11-30 08:00", 1, 0, id="one-way at times"
        ),
        pytest.param(
            {"oneway:conditional": "yes @ (06:00-10:00)"}, "2026-11-30 11:00", 1, 1, id="both ways otherwise"
        ),
        pytest.param(
            {"oneway": "yes", "oneway:conditional": "no @ (22:00-06:00)"},
            "2026-11-30 23:00",
            1,
            1,
            id="both ways at night",
        ),
        pytest.param(
            {"oneway": "yes", "oneway:conditional": "no @ (22:00-06:00)"},
            "2026-11-30 12:00",
            1,
            0,
            id="one-way by day",
        ),
        pytest.param(
            {"oneway": "reversible", "oneway:conditional": "yes @ (05:00-12:00); -1 @ (12:00-24:00)"},
            "2026-11-30 08:00",
            1,
            0,
            id="tidal flow in the morning",
        ),
        pytest.param(
            {"oneway": "reversible", "oneway:conditional": "yes @ (05:00-12:00); -1 @ (12:00-24:00)"},
            "2026-11-30 18:00",
            0,
            1,
            id="tidal flow in the evening",
        ),
        pytest.param(
            {"motor_vehicle:forward:conditional": "no @ (07:00-09:00)"},
            "2026-11-30 08:00",
            0,
            1,
            id="one direction",
        ),
        pytest.param(
            {"motor_vehicle:conditional": "no @ sunset-sunrise"}, "2026-11-30 20:00", 0, 0, id="after sunset"
        ),
        pytest.param(
            {"motor_vehicle:conditional": "no @ sunset-sunrise"},
            "2026-06-30 20:00",
            1,
            1,
            id="a long summer day",
        ),
        pytest.param({"motorcar:conditional": "no @ (Sa,Su,PH)"}, "2026-12-25 12:00", 0, 0, id="a holiday"),
        pytest.param(
            {"motor_vehicle:conditional": "no @ (Mo-Fr 07:00-09:00; PH off)"},
            "2026-12-25 08:00",
            1,
            1,
            id="not on holidays",
        ),
        pytest.param(
            {"motor_vehicle": "yes", "access:conditional": "no @ (00:00-24:00)"},
            "2026-11-30 12:00",
            1,
            1,
            id="the specific key wins over a general condition",
        ),
        pytest.param(
            {"access:conditional": "no @ (00:00-24:00); yes @ (10:00-14:00)"},
            "2026-11-30 12:00",
            1,
            1,
            id="the last condition that holds wins",
        ),
        pytest.param(
            {"access:conditional": "no @ (Mo-Fr 07:00-18:00 AND weight>3.5)"},
            "2026-11-30 12:00",
            1,
            1,
            id="heavy ones only",
        ),
        pytest.param(
            {"maxspeed": "50", "maxspeed:conditional": "5 @ (22:00-06:00)"},
            "2026-11-30 23:00",
            0,
            0,
            id="slow at night",
        ),
        pytest.param(
            {"maxspeed": "50", "maxspeed:conditional": "5 @ (22:00-06:00)"},
            "2026-11-30 12:00",
            1,
            1,
            id="fast by day",
        ),
        pytest.param(
            {"motor_vehicle:conditional": "destination @ (07:00-09:00)"},
            "2026-11-30 08:00",
            0,
            0,
            id="no through traffic at times",
        ),
        pytest.param(
            {"motor_vehicle:conditional": "destination @ (07:00-09:00)"},
            "2026-11-30 12:00",
            1,
            1,
            id="through traffic otherwise",
        ),
        pytest.param(
            {"motor_vehicle": "destination", "motor_vehicle:conditional": "yes @ (20:00-06:00)"},
            "2026-11-30 22:00",
            1,
            1,
            id="through traffic at night",
        ),
        pytest.param(
            {"motor_vehicle": "no", "motor_vehicle:conditional": "delivery @ (06:00-10:00)"},
            "2026-11-30 08:00",
            0,
            0,
            id="deliveries only",
        ),
        pytest.param(
            {"access:conditional": "no @ wet"}, "2026-11-30 12:00", 1, 1, id="nobody knows whether it rains"
        ),
        pytest.param(
            {"access": "no", "access:conditional": "yes @ wet"},
            "2026-11-30 12:00",
            0,
            0,
            id="nor does that open a road",
        ),
    ],
)
def test_at_an_hour(draw_map: Callable, tags: dict[str, str], when: str, there: int, back: int) -> None:
    drawn = drawn_with(draw_map, ROAD | tags)
    assert drawn.way("S", "T", depart=at(when)) == (DIRECT if there else AROUND)
    assert drawn.way("T", "S", depart=at(when)) == (DIRECT if back else AROUND)[::-1]


def test_a_footpath_that_is_open_to_cars_at_night(draw_map: Callable) -> None:
    tags = {"highway": "pedestrian", "motor_vehicle:conditional": "yes @ (20:00-08:00)"}
    drawn = draw_map("S-A---B", {"SA": ROAD, "AB": tags}, origin=GERMANY)
    assert drawn.way("S", "B", depart=at("2026-11-30 21:00")) == "SAB"
    with pytest.raises(NoRoute):
        drawn.route("S", "B", depart=at("2026-11-30 12:00"))


def test_the_limit_of_the_season_makes_the_time(draw_map: Callable) -> None:
    tags = {"highway": "motorway", "maxspeed": "130", "maxspeed:conditional": "110 @ (Nov-Mar)"}
    drawn = draw_map("A---B", {"AB": tags})
    summer, winter = (drawn.route("A", "B", depart=at(f"2026-{month}-30 12:00")) for month in ("07", "11"))
    assert winter.duration_s == pytest.approx(summer.duration_s * 130 / 110, rel=1e-3)
    assert winter.cost_s == winter.duration_s
    assert (summer.limits_kph.tolist(), winter.limits_kph.tolist()) == ([130], [110])
    assert [limit_kph(route, int(route.edges[0])) for route in (summer, winter)] == [130, 110]


PLACE_TAGS = ["bollard", "gate", ""]


@pytest.mark.parametrize("barrier", PLACE_TAGS)
def test_a_barrier_that_opens_at_times(draw_map: Callable, barrier: str) -> None:
    tags = {"access": "no", "access:conditional": "yes @ (20:00-08:00)"} | (
        {"barrier": barrier} if barrier else {}
    )
    drawn = drawn_with(draw_map, ROAD | {"maxspeed": "20"}, nodes={"B": tags})
    assert drawn.way("S", "B", depart=at("2026-11-30 12:00")) == "SAB"
    assert drawn.way("S", "T", depart=at("2026-11-30 12:00")) == AROUND
    if barrier != "gate":  # opening one costs more than the way round
        assert drawn.way("S", "T", depart=at("2026-11-30 23:00")) == DIRECT


LONG = {"SA": {"highway": "primary", "maxspeed": "10"}, "ABC": ROAD, "CT": ROAD, "ADEFC": ROAD}


@pytest.mark.parametrize(
    ("condition", "depart", "expected"),
    [
        pytest.param("no @ (12:00-13:00)", "11:58", AROUND, id="closed when the car gets there"),
        pytest.param("no @ (11:00-12:00)", "11:58", DIRECT, id="open again when the car gets there"),
        pytest.param("no @ (11:00-12:00)", "11:30", AROUND, id="still closed then"),
        pytest.param("no @ (12:30-13:00)", "11:58", DIRECT, id="closed only later"),
    ],
)
def test_a_road_is_judged_at_the_arrival_there(
    draw_map: Callable, condition: str, depart: str, expected: str
) -> None:
    drawing = (
        MAP.replace("S-A", "S" + "-" * 41 + "A")
        .replace("\n  |", "\n" + " " * 42 + "|")
        .replace("\n  D", "\n" + " " * 42 + "D")
    )
    # The first road takes some sixteen minutes.
    ways = LONG | {"ABC": ROAD | {"motor_vehicle:conditional": condition}}
    drawn = draw_map(drawing, ways, origin=GERMANY)
    assert drawn.way("S", "T", depart=at(f"2026-11-30 {depart}")) == expected


def test_a_turn_is_judged_at_the_arrival_there(draw_map: Callable) -> None:
    drawing = "S" + "-" * 41 + "A---B\n" + " " * 42 + "|\n" + " " * 42 + "C"
    ways = {"SA": {"highway": "primary", "maxspeed": "10"}, "AB": ROAD, "AC": ROAD}
    rule = (
        {"type": "restriction", "restriction:conditional": "no_right_turn @ (12:00-13:00)"},
        [("from", "SA"), ("via", "A"), ("to", "AC")],
    )
    drawn = draw_map(drawing, ways, relations=[rule], origin=GERMANY)
    assert drawn.way("S", "C", depart=at("2026-11-30 11:00")) == "SAC"
    assert drawn.way("S", "C", depart=at("2026-11-30 11:58")) != "SAC", "the car gets there after twelve"
    assert drawn.way("S", "C", depart=at("2026-11-30 12:55")) == "SAC", "and here after one"


TIMES = st.tuples(st.integers(0, 23), st.sampled_from([0, 30])).map(lambda t: f"{t[0]:02}:{t[1]:02}")
# One-way signs also make turns cheaper, whatever the hour: they are left to the cases above.
KINDS = st.sampled_from(
    [("access", "no"), ("motor_vehicle", "no"), ("motorcar", "destination"), ("maxspeed", "20")]
)


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],  # maps are slow to shrink
)
@given(data=st.data())
def test_a_map_at_an_hour_is_the_map_tagged_for_that_hour(draw_map: Callable, data: st.DataObject) -> None:
    """The answer under conditions equals that on a map whose plain tags say what holds then."""
    hour = at("2026-11-30 12:15")
    conditional: dict[str, dict[str, str]] = {}
    plain: dict[str, dict[str, str]] = {}
    for name in ("AB", "BC", "CF", "AD", "DE", "EF", "BE"):
        base = {"highway": "residential", "maxspeed": "40"}
        conditional[name], plain[name] = dict(base), dict(base)
        if data.draw(st.booleans()):
            key, value = data.draw(KINDS)
            begin, end = data.draw(TIMES), data.draw(TIMES)
            conditional[name][f"{key}:conditional"] = f"{value} @ ({begin}-{end})"
            if Clock(GERMANY).holds(f"{begin}-{end}", hour, PASSENGER_CAR):
                plain[name][key] = value
    ends = {"SA": ROAD, "FT": ROAD}
    grid = "S-A---B---C\n  |   |   |\n  D---E---F-T"
    a, b = (draw_map(grid, ends | ways, origin=GERMANY) for ways in (conditional, plain))
    for start, end in (("S", "T"), ("T", "S")):
        try:
            routes = [drawn.route(start, end, depart=hour) for drawn in (a, b)]
        except NoRoute:
            continue
        if max(stop.distance_m for route in routes for stop in route.stops) < 1.0:  # else one left an island
            assert routes[0].cost_s == pytest.approx(routes[1].cost_s, abs=0.002)


@pytest.mark.parametrize("tags", [{"access": "no"}, {"oneway": "reversible"}, {"motor_vehicle": "no"}])
def test_a_map_that_is_closed_to_cars_is_built(draw_map: Callable, tags: dict[str, str]) -> None:
    drawn = draw_map("A---B---C", {"ABC": {"highway": "residential"} | tags})
    with pytest.raises(PointUnreachable):
        drawn.route("A", "C")
