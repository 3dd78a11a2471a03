"""A map in which every tag is malformed builds, is told about, and routes as if the tags were absent."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nav.law.vehicle import Vehicle
from tests.nav.osm.ways_round import ROAD, at

NOON = at("2026-11-30 12:00")
TRUCK = Vehicle(height_m=3.9, width_m=2.5, length_m=11, weight_t=11, hgv=True)
LIMITS = ("maxheight", "maxwidth", "maxlength", "maxweight", "maxweightrating", "maxaxleload", "maxspeed")
ACCESS = ("access", "vehicle", "motor_vehicle", "motorcar", "hgv", "hazmat")
TIMED = (*ACCESS, "oneway", "maxspeed", "maxheight", "maxweight")
KEYS = (
    *LIMITS,
    *ACCESS,
    "oneway",
    *(f"{key}:{way}" for key in ("access", "motor_vehicle", "maxspeed") for way in ("forward", "backward")),
    *(f"{key}:conditional" for key in TIMED),
)
GARBAGE = ("low", "maybe", "@@@", "no @", "@ (Mo-Fr)", "no @ (Mo-Fr 25:99-", "-", "∞ m", "yess", "3..5", "²")
DRAWN = """
S-A---B---C-T
  |   |   |
  G---H   |
  |       |
  D---E---F
"""
ENDS = [("S", "T"), ("T", "S"), ("D", "B"), ("G", "C"), ("F", "H")]


def ways(tags: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    roads = {"SA": ROAD, "ABC": ROAD, "CT": ROAD, "ADEFC": ROAD, "GH": ROAD}
    closed = {"BH": ROAD | {"access": "no"}}
    # What is closed by one tag stays closed whatever the others are.
    drawn = {way: road | tags.get(way, {}) for way, road in roads.items()}
    return drawn | {way: tags.get(way, {}) | road for way, road in closed.items()}


def journeys(drawn: object) -> list[tuple[str, float]]:
    found = []
    for start, end in ENDS:
        for vehicle in (Vehicle(), TRUCK):
            route = drawn.route(start, end, depart=NOON, vehicle=vehicle)  # type: ignore[attr-defined]
            found.append((drawn.letters(route), route.duration_s))  # type: ignore[attr-defined]
    return found


def test_a_map_in_which_every_tag_is_malformed(draw_map: Callable, caplog: pytest.LogCaptureFixture) -> None:
    bad = {key: GARBAGE[i % len(GARBAGE)] for i, key in enumerate(KEYS)}
    node = {"access": "perhaps", "motor_vehicle:conditional": "no @ (whenever", "maxheight": "low"}
    members = [("from", "SA"), ("via", "A"), ("to", "ABC")]
    rules = [
        ({"type": "restriction", "restriction": "no_nonsense"}, members),
        ({"type": "restriction", "restriction:conditional": "no_straight_on @ (perhaps"}, members),
        ({"type": "restriction", "restriction": "no_straight_on"}, [("from", "SA"), ("to", "ABC")]),
        ({"type": "restriction", "restriction": "only_straight_on"}, [("via", "A")]),
    ]
    plain = draw_map(DRAWN, ways({}))
    with caplog.at_level(logging.WARNING):
        drawn = draw_map(
            DRAWN,
            ways(dict.fromkeys(("SA", "ABC", "CT", "ADEFC", "GH", "BH"), bad)),
            nodes={"B": node, "E": node},
            relations=rules,
        )
    assert journeys(drawn) == journeys(plain)
    faults = drawn.region.meta.faults
    assert {"access", "conditional", "maxheight", "oneway", "restriction"} <= set(faults)
    assert min(faults[kind] for kind in ("access", "maxheight", "oneway")) >= 5
    told = [record.message for record in caplog.records]
    assert len(told) == len(faults), "once a kind"
    assert all(any(kind in line and str(count) in line for line in told) for kind, count in faults.items())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tags=st.dictionaries(
        st.sampled_from(["SA", "ABC", "CT", "ADEFC", "GH", "BH"]),
        st.dictionaries(st.sampled_from(KEYS), st.sampled_from(GARBAGE), min_size=1, max_size=6),
        min_size=1,
    )
)
def test_whatever_is_malformed_counts_as_absent(draw_map: Callable, tags: dict[str, dict[str, str]]) -> None:
    assert journeys(draw_map(DRAWN, ways(tags))) == journeys(draw_map(DRAWN, ways({})))
