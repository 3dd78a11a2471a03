"""A road on stilts above a road on the ground, as in many cities: which of the two the car is on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from device.position.route_course import course_of
from device.position.simulator import Receiver, simulate
from nav.guidance.events import GuideSettings
from nav.guidance.guide import Guide
from nav.routing.route import Route
from tests.nav.metres import MetreMap, draw

QUIET = GuideSettings(language="zh", speeding=False, rest=False)
# The ground road runs from a to k over three lights; the elevated one lies 4 m beside it in the plan.
SPOTS = {
    "a": (-600, 0), "b": (0, 0), "x": (500, 0), "y": (1100, 0), "z": (1700, 0), "c": (2300, 0),
    "p": (-600, 4), "u": (250, 4), "v": (2050, 4), "q": (2900, 4), "r": (120, -9), "s": (2180, -9),
    "d": (2900, 0), "X": (500, -400), "Y": (1100, -400), "Z": (1700, -400), "w": (3500, 300),
    "k": (3500, -300),
}  # fmt: skip
GROUND = {"highway": "primary", "name": "延安路", "oneway": "yes", "maxspeed": "50"}
ABOVE = {
    "highway": "trunk",
    "name": "延安高架路",
    "oneway": "yes",
    "bridge": "yes",
    "layer": "1",
    "maxspeed": "80",
}
RAMP = {"highway": "trunk_link", "oneway": "yes", "bridge": "yes", "layer": "1"}
WAYS = (
    dict.fromkeys(("ab", "bx", "xy", "yz", "zc", "cd", "dk"), GROUND)
    | dict.fromkeys(("pu", "uv", "vq", "qw"), ABOVE)
    | dict.fromkeys(("bru", "vsc"), RAMP)
    | {f"{at}{end}": {"highway": "secondary", "name": end} for at, end in zip("xyz", "XYZ", strict=True)}
)
LIGHTS = {node: {"highway": "traffic_signals"} for node in "xyz"}


@pytest.fixture
def city(tmp_path: Path) -> MetreMap:
    return draw(tmp_path, SPOTS, WAYS, nodes=LIGHTS, origin=(31.2, 121.4))


def above(city: MetreMap) -> Route:
    return city.route("a", "qw")


def below(city: MetreMap, folder: Path) -> Route:
    """The way on the ground, while the elevated road is closed."""
    city.route("a", "qw")
    router = city.routers["car"]
    shut = folder / "live.json"
    line = [city.point("u"), city.point("v")]
    shut.write_text(json.dumps({"changes": [{"line": line, "closed": True}]}), encoding="utf-8")
    router.apply_live(shut)
    route = city.route("a", "dk")
    router.clear_live()
    assert all(name == "延安路" for name in names(route))
    return route


def names(route: Route) -> list[str]:
    return [route.graph.edge_names(edge).get("", "") for edge in route.edges.tolist()]


def off_route_at(city: MetreMap, planned: Route, driven: Route, noise_m: float, seed: int) -> float | None:
    """Drive one route while another is guided; return where that was noticed, metres."""
    guide = Guide(city.region, city.routers["car"], planned, settings=QUIET)
    course = course_of(driven, stop_at_signals=1.0, seed=seed)
    for moment in simulate(course, Receiver(noise_m=noise_m, lost=0.05), seed=seed):
        events = guide.update(moment.fix, time_s=moment.time_s)
        if any(event.kind in ("off_route", "reroute") for event in events):
            return moment.offset_m
    return None


@pytest.mark.parametrize("noise_m", [5.0, 12.0])
@pytest.mark.parametrize("seed", [0, 4, 7])
def test_the_road_above_or_below_is_not_leaving_the_route(
    city: MetreMap, tmp_path: Path, noise_m: float, seed: int
) -> None:
    up, down = above(city), below(city, tmp_path)
    assert "延安高架路" in names(up)
    assert off_route_at(city, up, up, noise_m, seed) is None
    assert off_route_at(city, down, down, noise_m, seed) is None


@pytest.mark.parametrize("seed", [0, 4, 7])
def test_red_lights_tell_the_ground_from_the_road_above(city: MetreMap, tmp_path: Path, seed: int) -> None:
    """At the latest where the two part: at 2,700 m."""
    at_m = off_route_at(city, above(city), below(city, tmp_path), 5.0, seed)
    assert at_m is not None
    assert at_m < 2700


def test_who_took_the_ramp_is_noticed_where_the_roads_part(city: MetreMap, tmp_path: Path) -> None:
    up, down = above(city), below(city, tmp_path)
    at_m = off_route_at(city, down, up, 5.0, 1)
    assert at_m is not None
    assert at_m < 3700
