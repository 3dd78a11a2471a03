"""Places on the way: ahead of the car, in order, with their side and their detour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pytest

from poi import Places
from poi.kinds.along import along_route

DRAWN = """
            b         d
       s--------------------t
          a       c         g
                                  e

 f
"""
FUEL = {c: {"amenity": "fuel", "name": c} for c in "abcdefg"}


@dataclass
class StraightRoute:
    """Drives along one line at 20 m/s."""

    geometry: np.ndarray
    duration_s: float = 60.0


@dataclass
class CountingRouter:
    """Charges a detour by the distance from the line and remembers what it was asked."""

    asked: list[tuple[float, float]] = field(default_factory=list)

    def detours_s(
        self, route: StraightRoute, points: Sequence[tuple[float, float]], *, from_offset_m: float = 0.0
    ) -> np.ndarray:
        self.asked = list(points)
        return np.array([abs(lat - route.geometry[0][0]) * 1e5 for lat, _ in points])


@pytest.fixture
def way(
    draw: Callable[..., Places], at: Callable[[str, str], tuple[float, float]]
) -> tuple[Places, StraightRoute]:
    places = draw(DRAWN, FUEL)
    return places, StraightRoute(np.array([at(DRAWN, "s"), at(DRAWN, "t")]))


def test_in_the_order_in_which_they_come(way: tuple[Places, StraightRoute]) -> None:
    places, route = way
    found = places.search("加油站", along=route, router=CountingRouter())
    assert [p.name for p in found] == ["a", "b", "c", "d", "g"]
    offsets = [p.distance_m for p in found]
    assert offsets == sorted(offsets, key=lambda m: m or 0)
    assert offsets[0] == pytest.approx(3 * 111.2, rel=0.02)


def test_side_of_the_road(way: tuple[Places, StraightRoute]) -> None:
    places, route = way
    found = {p.name: p.side for p in places.search("加油站", along=route, router=CountingRouter())}
    assert (found["a"], found["b"]) == ("right", "left")


def test_nothing_behind_the_car(way: tuple[Places, StraightRoute]) -> None:
    places, route = way
    found = places.search("加油站", along=route, router=CountingRouter(), from_offset_m=900)
    assert [p.name for p in found] == ["c", "d", "g"]
    assert found[0].distance_m == pytest.approx(11 * 111.2 - 900, rel=0.05)


def test_the_next_two(way: tuple[Places, StraightRoute]) -> None:
    places, route = way
    found = places.search("加油站", along=route, router=CountingRouter(), limit=2)
    assert [p.name for p in found] == ["a", "b"]


def test_detours_come_from_the_router(way: tuple[Places, StraightRoute]) -> None:
    places, route = way
    router = CountingRouter()
    found = places.search("加油站", along=route, router=router)
    assert all(p.detour_s == pytest.approx(100, rel=0.01) for p in found)
    assert len(router.asked) <= 50


def test_without_a_router_detours_stay_unknown(way: tuple[Places, StraightRoute]) -> None:
    places, route = way
    assert {p.detour_s for p in places.search("加油站", along=route)} == {None}


def test_unreachable_and_costly_stops_are_left_out(way: tuple[Places, StraightRoute]) -> None:
    places, route = way

    class Harsh:
        def detours_s(self, route: object, points: list[object], *, from_offset_m: float = 0.0) -> np.ndarray:
            return np.array([10.0, np.inf, 5000.0, 20.0, 30.0][: len(points)])

    assert len(places.search("加油站", along=route, router=Harsh())) == 3


def test_narrow_corridor(way: tuple[Places, StraightRoute]) -> None:
    places, route = way
    assert places.search("加油站", along=route, within_m=50) == []


def test_open_on_arrival(draw: Callable[..., Places], at: Callable[[str, str], tuple[float, float]]) -> None:
    drawing = "s    a         b    t"
    hours = {"amenity": "cafe", "opening_hours": "Mo-Su 08:00-12:00"}
    places = draw(drawing, {"a": {**hours, "name": "early"}, "b": {**hours, "name": "late"}})
    route = StraightRoute(np.array([at(drawing, "s"), at(drawing, "t")]), duration_s=7200)
    found = places.search("coffee", along=route, open_at=datetime(2026, 6, 15, 11, 0))
    assert [p.name for p in found] == ["early"]


def test_no_route_no_places() -> None:
    assert along_route([], StraightRoute(np.zeros((2, 2))), None) == []
