"""Fuel and charge on a trip: a stop where the range would not last, or where one was asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from agent.errors import PlanImpossible
from agent.trip.day import rounded_up
from agent.trip.driving import CHARGE_MIN, FUEL_MIN, PARK_MIN
from agent.trip.itinerary import Day, Visit
from agent.trip.legs import measured
from agent.trip.offered.hours import hours_state

if TYPE_CHECKING:
    from agent.actions.context import Desk
    from agent.trip.request import TripRequest
    from poi.place import Place

_LEFT = 0.9
"""Share of the range that is used at most."""


def with_car_stops(
    desk: Desk, request: TripRequest, days: list[Day]
) -> tuple[list[Day], Literal["ok", "unknown"]]:
    """Return the days with their stops for the car, and whether the range is known to last.

    Raises
    ------
    PlanImpossible
        If the range does not last to a station.
    """
    total_m = sum(day.drive_m for day in days)
    asked = bool(request.needs)
    short = request.range_m is not None and total_m > _LEFT * request.range_m
    if (asked or short) and request.fuel_stations:
        days = _with_stop(desk, request, days, must=short)
    elif short:
        raise PlanImpossible("no_plan", problems=["range"])
    return days, "unknown" if request.range_m is None else "ok"


def _with_stop(desk: Desk, request: TripRequest, days: list[Day], *, must: bool) -> list[Day]:
    """Begin the trip at a station: what is filled in the morning lasts."""
    first = days[0]
    here = first.car or (first.start_lat, first.start_lon)
    for station in request.fuel_stations:
        point = (station.lat, station.lon)
        way = measured(desk, "", here, point, request.wishes.avoid)
        if way is None or (request.range_m is not None and way[1] > request.range_m):
            continue
        charging = station.category == "amenity/charging_station"
        stay = timedelta(minutes=CHARGE_MIN if charging else FUEL_MIN)
        on = measured(desk, "", point, _parked(first), request.wishes.avoid) if first.visits else None
        late = timedelta(seconds=way[0] + (on[0] if on else 0.0), minutes=PARK_MIN) + stay
        begin = first.start - timedelta(minutes=5 * -(-late // timedelta(minutes=5)))
        arrive = rounded_up(begin + timedelta(seconds=way[0], minutes=PARK_MIN))
        state = hours_state(station, arrive, arrive + stay)
        if state == "closed" or begin.date() != first.date or (first.visits and on is None):
            continue
        stop = Visit(
            kind="charging" if charging else "fuel",
            place=station,
            arrive=arrive,
            leave=arrive + stay,
            drive_s=way[0],
            drive_m=way[1],
            park=point,
            hours=state,
        )
        return [replace(first, start=begin, visits=(stop, *_after(first, point, on))), *days[1:]]
    if must:
        raise PlanImpossible("no_plan", problems=["range"])
    return days


def _parked(day: Day) -> tuple[float, float]:
    """Return where the car goes first."""
    visit = day.visits[0]
    return visit.park or (visit.place.lat, visit.place.lon)


def _after(day: Day, station: tuple[float, float], on: tuple[float, float] | None) -> tuple[Visit, ...]:
    """Lead the first visit from the station instead of the start."""
    if not day.visits or on is None:
        return day.visits
    first = day.visits[0]
    walk = (0.0, 0.0) if first.park is None else (first.walk_s, first.walk_m)
    park = first.park or (first.place.lat, first.place.lon)
    led = replace(first, drive_s=on[0], drive_m=on[1], walk_s=walk[0], walk_m=walk[1], park=park)
    return (led, *day.visits[1:])


def is_station(place: Place) -> bool:
    """Whether a place gives fuel or charge."""
    return place.category in {"amenity/fuel", "amenity/charging_station"}
