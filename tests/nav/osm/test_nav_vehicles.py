"""Roads that are closed to some vehicles: height, width, length, weight, load."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nav.errors import BadRequest
from nav.law.vehicle import PASSENGER_CAR, Vehicle
from nav.routing.router import Router
from tests.nav.osm.ways_round import AROUND, DIRECT, ROAD, at, drawn_with

VAN, TRUCK = (
    Vehicle(height_m=2.6, width_m=2.1, length_m=7.0, weight_t=3.4),
    Vehicle(height_m=4, width_m=2.5, length_m=16, weight_t=40),
)


@pytest.mark.parametrize(
    ("tags", "car", "van", "truck"),
    [
        ({"maxheight": "1.0"}, 0, 0, 0),
        ({"maxheight": "2.5"}, 1, 0, 0),
        ({"maxheight": "3.8 m"}, 1, 1, 0),
        ({"maxheight": "8'6\""}, 1, 0, 0),
        ({"maxheight": "none"}, 1, 1, 1),
        ({"maxheight": "default"}, 1, 1, 1),
        ({"maxheight:physical": "2.2"}, 1, 0, 0),
        ({"maxwidth": "2"}, 1, 0, 0),
        ({"maxwidth:physical": "1.5"}, 0, 0, 0),
        ({"maxlength": "6"}, 1, 0, 0),
        ({"maxweight": "1"}, 0, 0, 0),
        ({"maxweight": "2"}, 1, 0, 0),
        ({"maxweight": "7.5 t"}, 1, 1, 0),
        ({"maxweight": "3000 kg"}, 1, 0, 0),
        ({"maxweightrating": "12"}, 1, 1, 0),
        ({"maxaxleload": "10"}, 1, 1, 0),
        ({"maxweight": "7.5", "maxweight:conditional": "none @ destination"}, 1, 1, 0),
        ({"maxweight": "3", "maxweight:conditional": "7.5 @ (08:00-18:00)"}, 1, 1, 0),
        ({"hgv": "no"}, 1, 1, 0),
        ({"hgv:conditional": "no @ (08:00-18:00)"}, 1, 1, 0),
        ({"hgv:conditional": "no @ (18:00-08:00)"}, 1, 1, 1),
        ({"motor_vehicle": "no", "hgv": "yes"}, 0, 0, 1),
        ({"access:conditional": "no @ (weight>7.5)"}, 1, 1, 0),
        ({"motor_vehicle:conditional": "no @ (length > 6 m AND 08:00-18:00)"}, 1, 0, 0),
        ({"width": "1.8"}, 0, 0, 0),
        ({"width": "6"}, 1, 1, 1),
    ],
)
def test_size_and_weight(draw_map: Callable, tags: dict[str, str], car: int, van: int, truck: int) -> None:
    drawn = drawn_with(draw_map, ROAD | tags)
    noon = at("2026-11-30 12:00")
    for vehicle, passes in ((PASSENGER_CAR, car), (VAN, van), (TRUCK, truck)):
        expected = DIRECT if passes else AROUND
        assert drawn.way("S", "T", depart=noon, vehicle=vehicle) == expected, vehicle


def test_a_weight_limit_spares_who_calls_there(draw_map: Callable) -> None:
    tags = ROAD | {"maxweight": "7.5", "maxweight:conditional": "none @ destination"}
    drawn = drawn_with(draw_map, tags)
    assert drawn.way("S", "B", vehicle=TRUCK) == "SAB"
    assert drawn.way("S", "T", vehicle=TRUCK) == AROUND


def test_a_height_restrictor(draw_map: Callable) -> None:
    drawn = drawn_with(draw_map, ROAD, nodes={"B": {"barrier": "height_restrictor", "maxheight": "2.3"}})
    assert drawn.way("S", "T") == DIRECT
    assert drawn.way("S", "T", vehicle=VAN) == AROUND


@pytest.mark.parametrize("tags", [{"hazmat": "no"}, {"hazmat:C": "no"}])
def test_dangerous_goods(draw_map: Callable, tags: dict[str, str]) -> None:
    drawn = drawn_with(draw_map, ROAD | tags)
    assert drawn.way("S", "T") == DIRECT
    assert drawn.way("S", "T", vehicle=Vehicle(hazmat=True)) == AROUND


def test_matrix_alternatives_and_detours_ask_for_the_vehicle(draw_map: Callable) -> None:
    drawn = drawn_with(draw_map, ROAD | {"maxheight": "2.3"})
    router = Router(drawn.region, vehicle=VAN)
    s, t = drawn.point("S"), drawn.point("T")
    assert drawn.letters(router.route([s, t])) == AROUND
    assert router.matrix([s], [t])[0, 0] == pytest.approx(router.route([s, t]).duration_s)
    assert drawn.letters(router.alternatives(s, t)[0]) == AROUND
    assert drawn.letters(router.route([s, t], vehicle=PASSENGER_CAR)) == DIRECT


@pytest.mark.parametrize("size", [{"height_m": 0.0}, {"weight_t": float("nan")}, {"length_m": 1e9}])
def test_impossible_vehicles(size: dict[str, float]) -> None:
    with pytest.raises(BadRequest, match="not possible"):
        Vehicle(**size)
