"""Fuel and charge on a trip: a stop where the range would not last, or where one was asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from agent.errors import PlanImpossible
from agent.trip.driving import CHARGE_MIN, FUEL_MIN, PARK_MIN
from agent.trip.itinerary import Day, Visit
from agent.trip.legs import measured
from agent.trip.offered.hours import hours_state

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.trip.request import TripRequest
    from poi.place import Place

_LEFT = 0.9
"""Share of the range that is used at most."""
_KINDS = ("fuel", "charging")


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
    number = next((n for n, day in enumerate(days) if day.visits), None)
    if number is None or days[number].visits[0].kind in _KINDS:
        return days
    first = days[number]
    here = first.car or (first.start_lat, first.start_lon)
    for station in request.fuel_stations:
        point = (station.lat, station.lon)
        way = measured(desk, "", here, point, request.wishes.avoid)
        if way is None or (request.range_m is not None and way[1] > request.range_m):
            continue
        led = _led(desk, request, first.visits[0], point, here)
        if led is None:
            continue
        charging = station.category == "amenity/charging_station"
        stay = timedelta(minutes=CHARGE_MIN if charging else FUEL_MIN)
        arrive = _rounded_down(first.start + _way_of(first.visits[0]) - _way_of(led)) - stay
        begin = _rounded_down(arrive - timedelta(seconds=way[0], minutes=PARK_MIN))
        state = hours_state(station, arrive, arrive + stay)
        if state == "closed" or begin.date() != first.date:
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
        begun = replace(first, start=begin, visits=(stop, led, *first.visits[1:]))
        return [*days[:number], begun, *days[number + 1 :]]
    if must:
        raise PlanImpossible("no_plan", problems=["range"])
    return days


def _led(desk: Desk, request: TripRequest, visit: Visit, station: Point, here: Point) -> Visit | None:
    """Lead the first visit from the station instead of the start; None if there is no way.

    The car is left where the rest of the day has it: what was to be walked to is walked to all the same.
    """
    park = visit.park or here
    on = measured(desk, "", station, park, request.wishes.avoid)
    return None if on is None else replace(visit, drive_s=on[0], drive_m=on[1], park=park)


def _way_of(visit: Visit) -> timedelta:
    """Return how long one is on the way to a visit, with what it takes to park."""
    parked = PARK_MIN if visit.park is not None else 0
    return timedelta(seconds=visit.drive_s + visit.walk_s, minutes=parked)


def _rounded_down(moment: datetime) -> datetime:
    return moment - (moment - datetime.combine(moment.date(), time())) % timedelta(minutes=5)


def is_station(place: Place) -> bool:
    """Whether a place gives fuel or charge."""
    return place.category in {"amenity/fuel", "amenity/charging_station"}
