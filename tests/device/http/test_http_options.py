"""Every option of the OSRM v1 interface: honoured, or refused by its name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from device.http.api import create_app
from device.http.osrm_request import SERVICES
from tests.nav.metres import MetreMap, draw

MAIN = {"highway": "primary", "name": "Long Street"}
BLOCK = {
    "a": (0, 0),
    "b": (600, 0),
    "c": (1200, 0),
    "d": (1200, 300),
    "e": (0, 300),
    "i": (3000, 0),
    "j": (3300, 0),
}
OPTIONS = (Path(__file__).parents[3] / "docs" / "routing.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> MetreMap:
    """A street of 1.2 km with a way round its block, and one on an island."""
    lane = {"highway": "residential", "name": "Back Lane"}
    ways = {"abc": MAIN, "cde": lane, "ea": lane, "ij": lane}
    return draw(tmp_path_factory.mktemp("block"), BLOCK, ways)


@pytest.fixture(scope="module")
def client(town: MetreMap) -> TestClient:
    return TestClient(create_app(town.region))


def ask(
    client: TestClient, town: MetreMap, service: str, spots: list[tuple[float, float]], query: str
) -> Any:
    from tests.nav.metres import degrees

    at = [degrees(east, north, town.origin) for east, north in spots]
    points = ";".join(f"{lon:.7f},{lat:.7f}" for lat, lon in at)
    return client.get(f"/{service}/v1/driving/{points}?{query}").json()


NEAR_A, SOUTH, NORTH, NEAR_C = (50.0, 0.0), (700.0, -15.0), (700.0, 15.0), (1150.0, 0.0)


def metres(body: Any) -> float:
    assert body["code"] == "Ok", body
    return float(body["routes"][0]["distance"])


def test_a_place_on_the_other_side_is_driven_to_round_the_block(client: TestClient, town: MetreMap) -> None:
    for side, far in ((SOUTH, False), (NORTH, True)):
        free = metres(ask(client, town, "route", [NEAR_A, side], ""))
        curb = metres(ask(client, town, "route", [NEAR_A, side], "approaches=;curb"))
        assert free == pytest.approx(650, abs=5)
        assert (curb > free + 300) == far


def test_bearings_of_later_points_are_honoured(client: TestClient, town: MetreMap) -> None:
    with_it = metres(ask(client, town, "route", [NEAR_A, (700.0, 0.0)], "bearings=;90,20"))
    against = metres(ask(client, town, "route", [NEAR_A, (700.0, 0.0)], "bearings=;270,20"))
    assert with_it == pytest.approx(650, abs=5)
    assert against > with_it + 300
    assert metres(ask(client, town, "route", [NEAR_A, (700.0, 0.0)], "bearings=;270,180")) == with_it


def test_turning_back_at_a_stop(client: TestClient, town: MetreMap) -> None:
    stops = [NEAR_A, (700.0, 0.0), (100.0, 0.0)]
    back = metres(ask(client, town, "route", stops, "continue_straight=false"))
    on = metres(ask(client, town, "route", stops, "continue_straight=true"))
    assert back == pytest.approx(1250, abs=5)
    assert on > back + 300


def test_what_is_no_waypoint_is_only_passed(client: TestClient, town: MetreMap) -> None:
    stops = [NEAR_A, (700.0, 0.0), NEAR_C]
    every = ask(client, town, "route", stops, "steps=true")
    some = ask(client, town, "route", stops, "steps=true&waypoints=0;2")
    assert [len(body["routes"][0]["legs"]) for body in (every, some)] == [2, 1]
    assert [len(body["waypoints"]) for body in (every, some)] == [3, 2]
    assert metres(every) == metres(some)
    types = [step["maneuver"]["type"] for step in some["routes"][0]["legs"][0]["steps"]]
    assert types == ["depart", "arrive"]


def test_waypoints_of_an_answer(client: TestClient, town: MetreMap) -> None:
    plain = ask(client, town, "route", [NEAR_A, NEAR_C], "")
    assert all("hint" in point for point in plain["waypoints"])
    assert not any(
        "hint" in p for p in ask(client, town, "route", [NEAR_A, NEAR_C], "generate_hints=false")["waypoints"]
    )
    assert "waypoints" not in ask(client, town, "route", [NEAR_A, NEAR_C], "skip_waypoints=true")
    assert "sources" not in ask(client, town, "table", [NEAR_A, NEAR_C], "skip_waypoints=true")


def test_a_table_is_scaled_and_filled_where_no_way_leads(client: TestClient, town: MetreMap) -> None:
    island = (3100.0, 0.0)
    plain = ask(client, town, "table", [NEAR_A, NEAR_C, island], "annotations=duration,distance")
    filled = ask(
        client, town, "table", [NEAR_A, NEAR_C, island],
        "annotations=duration,distance&fallback_speed=10&scale_factor=2",
    )  # fmt: skip
    assert plain["durations"][0][2] is None
    assert filled["durations"][0][2] == pytest.approx(2 * 3050 / 10, rel=0.01)
    assert filled["distances"][0][2] == pytest.approx(3050, rel=0.01)
    assert filled["durations"][0][1] == pytest.approx(2 * plain["durations"][0][1], abs=0.2)
    assert [0, 2] in filled["fallback_speed_cells"]


def test_a_silence_divides_a_trace_unless_gaps_are_ignored(client: TestClient, town: MetreMap) -> None:
    trace = [(50.0, 2.0), (120.0, -2.0), (190.0, 1.0), (800.0, 0.0), (870.0, 2.0)]
    times = "timestamps=0;5;10;200;205"
    assert len(ask(client, town, "match", trace, times)["matchings"]) == 2
    assert len(ask(client, town, "match", trace, times + "&gaps=ignore")["matchings"]) == 1


@pytest.mark.parametrize(
    ("service", "query", "code", "named"),
    [
        ("route", "approaches=;foo", "InvalidValue", "approaches"),
        ("route", "approaches=;opposite", "NotImplemented", "approaches"),
        ("table", "approaches=;curb", "NotImplemented", "approaches"),
        ("route", "approaches=curb", "InvalidOptions", "approaches"),
        ("route", "=;foo", "InvalidOptions", "unknown option"),
        ("route", "foo=1", "InvalidOptions", "foo"),
        ("route", "hints=;foo", "InvalidValue", "hints"),
        ("route", "snapping=any", "NotImplemented", "snapping"),
        ("route", "snapping=foo", "InvalidValue", "snapping"),
        ("route", "continue_straight=maybe", "InvalidValue", "continue_straight"),
        ("route", "waypoints=1", "InvalidValue", "waypoints"),
        ("route", "waypoints=0;9", "InvalidValue", "waypoints"),
        ("route", "generate_hints=1", "InvalidValue", "generate_hints"),
        ("route", "annotations=nodes", "NotImplemented", "nodes"),
        ("table", "bearings=;10,20", "NotImplemented", "bearings"),
        ("table", "fallback_speed=0", "InvalidValue", "fallback_speed"),
        ("table", "scale_factor=-1", "InvalidValue", "scale_factor"),
        ("match", "tidy=true", "NotImplemented", "tidy"),
        ("match", "gaps=foo", "InvalidValue", "gaps"),
        ("match", "waypoints=0;1", "NotImplemented", "waypoints"),
        ("trip", "bearings=;10,20", "NotImplemented", "bearings"),
        ("trip", "depart=9999-12-31T23:59:59", "InvalidValue", "depart"),
        ("route", "depart=0001-01-01T00:00%2B14:00", "InvalidValue", "depart"),
    ],
)
def test_what_is_not_honoured_is_refused_by_name(
    client: TestClient, town: MetreMap, service: str, query: str, code: str, named: str
) -> None:
    body = ask(client, town, service, [NEAR_A, NEAR_C], query)
    assert body["code"] == code
    assert named in body["message"]


def test_every_option_is_listed_in_the_documents() -> None:
    from device.http import osrm_request

    listed = set(re.findall(r"`(\w+)`", OPTIONS))
    for service in SERVICES:
        missing = osrm_request._OPTIONS[service] - listed
        assert not missing, f"docs/routing.md does not say what is done about {sorted(missing)}"
