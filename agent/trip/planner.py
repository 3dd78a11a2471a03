"""From a trip request to a plan that holds: solve, then write down the times.

The solver works on a matrix and rounded minutes. The schedule written down here takes each drive from the
router and each opening hour from the map again, and what does not fit after all is left out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from agent.errors import PlanImpossible
from agent.trip.driving import DINNER, DRIVE_CAP_S, LUNCH, REST_EVERY_S
from agent.trip.hours import arrival_windows, hours_state
from agent.trip.itinerary import Day, Plan, Visit
from agent.trip.request import MEAL_MIN, TripRequest, next_day, stay_min
from agent.trip.solver import DayFrame, Stop, solve
from nav.errors import NavError

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from poi.place import Place

REST_MIN, FUEL_MIN = 15, 10


def make_plan(desk: Desk, request: TripRequest) -> Plan:
    """Plan a trip; whoever asks for it has it verified (`agent.trip.verifier.require`).

    Raises
    ------
    PlanImpossible
        If there is no such trip; the reason is the one that stood in the way.
    """
    hotel = _choose_hotel(desk, request) if request.days > 1 else None
    frames = day_frames(request, [hotel] * (request.days - 1))
    must = {place.id for place in request.sights[: request.must_count]}
    reachable = _reachable(desk, request)
    if must - {place.id for place in reachable}:
        raise PlanImpossible("unreachable")
    if not reachable:
        raise PlanImpossible("unreachable")
    solved = solve(request, frames, reachable, must, desk.router)
    if solved is None:
        raise PlanImpossible("must_closed", name=_first_must(request))
    days = [
        schedule_day(desk, request, frame, stops, hotel if index < request.days - 1 else None)
        for index, (frame, stops) in enumerate(zip(frames, solved, strict=True))
    ]
    return assemble(desk, request, days)


def _first_must(request: TripRequest) -> str:
    return request.wishes.must[0] if request.wishes.must else request.where


def day_frames(request: TripRequest, hotels: list[Place | None]) -> list[DayFrame]:
    """Return where and when each day begins and ends."""
    frames = []
    start = request.start
    for index in range(request.days):
        hotel = hotels[index] if index < len(hotels) else None
        end = (hotel.lat, hotel.lon) if hotel is not None else None
        frames.append(
            DayFrame(
                date=next_day(request.first_day, index),
                start=start,
                end=end,
                begin=request.day_start,
                dinner=hotel is not None,
                per_day=request.per_day,
            )
        )
        start = end or start
    return frames


def _reachable(desk: Desk, request: TripRequest) -> list[Place]:
    """Return the sights that one can drive to and back from."""
    points = [(place.lat, place.lon) for place in request.sights]
    there = np.asarray(desk.router.matrix([request.start], points, avoid=request.wishes.avoid))[0]
    back = np.asarray(desk.router.matrix(points, [request.start], avoid=request.wishes.avoid))[:, 0]
    fine = np.isfinite(there) & np.isfinite(back) & (there < DRIVE_CAP_S / 2)
    return [place for place, ok in zip(request.sights, fine, strict=True) if ok]


def _choose_hotel(desk: Desk, request: TripRequest, excluded: frozenset[str] = frozenset()) -> Place:
    """Return the hotel from which the sights are nearest, among the best that fit the wishes."""
    from poi.place import Place as _Place

    hotels: list[_Place] = [hotel for hotel in request.hotels if hotel.id not in excluded]
    # With a budget or stars in mind the order of the candidates counts, else the way to the sights does.
    ranked = bool(request.wishes.budget)
    hotels = hotels[: 4 if ranked else 15]
    if not hotels:
        raise PlanImpossible("no_other_hotel" if excluded else "no_hotel")
    targets = [(place.lat, place.lon) for place in request.sights[:12]] + [request.start]
    points = [(hotel.lat, hotel.lon) for hotel in hotels]
    there = np.asarray(desk.router.matrix(points, targets, avoid=request.wishes.avoid))
    back = np.asarray(desk.router.matrix(targets, points, avoid=request.wishes.avoid)).T
    total = np.where(np.isfinite(there) & np.isfinite(back), there + back, 1e7).sum(axis=1)
    best = int(np.argmin(total))
    if total[best] >= 1e7 * len(targets):
        raise PlanImpossible("unreachable")
    return hotels[best]


def other_hotel(desk: Desk, request: TripRequest, excluded: frozenset[str]) -> Place:
    """Return the next best hotel.

    Raises
    ------
    PlanImpossible
        If there is none.
    """
    return _choose_hotel(desk, request, excluded)


def schedule_day(
    desk: Desk, request: TripRequest, frame: DayFrame, stops: list[Stop], hotel: Place | None
) -> Day:
    """Write down the times of a day; a sight that does not fit after all is left out."""
    kept = list(stops)
    while True:
        visits, failed = _run_day(desk, request, frame, kept, hotel)
        if failed is None:
            break
        kept.remove(failed)
    return Day(
        date=frame.date,
        start_lat=frame.start[0],
        start_lon=frame.start[1],
        start=datetime.combine(frame.date, frame.begin),
        start_name="",
        visits=tuple(visits),
    )


def _run_day(
    desk: Desk, request: TripRequest, frame: DayFrame, stops: list[Stop], hotel: Place | None
) -> tuple[list[Visit], Stop | None]:
    clock = datetime.combine(frame.date, frame.begin)
    here = frame.start
    visits: list[Visit] = []
    at_wheel_s = 0.0
    for stop in stops:
        leg = drive(desk, request, here, stop.place)
        if leg is None:
            return visits, stop
        if at_wheel_s + leg[0] > REST_EVERY_S:
            return visits, stop
        arrive = _minute_up(clock + timedelta(seconds=leg[0]))
        fitting = _fitting(stop, arrive, frame)
        if fitting is None:
            return visits, stop
        visit = _visit(stop, fitting, leg)
        visits.append(visit)
        at_wheel_s = 0.0
        clock, here = visit.leave, (stop.place.lat, stop.place.lon)
    if hotel is not None:
        leg = drive(desk, request, here, hotel)
        if leg is None or leg[0] > REST_EVERY_S:
            raise PlanImpossible("unreachable")
        arrive = _minute_up(clock + timedelta(seconds=leg[0]))
        night = datetime.combine(next_day(frame.date), request.day_start)
        visits.append(
            Visit(
                kind="hotel",
                place=hotel,
                arrive=arrive,
                leave=night,
                drive_s=leg[0],
                drive_m=leg[1],
                hours="unknown",
            )
        )
    return visits, None


def _fitting(stop: Stop, arrive: datetime, frame: DayFrame) -> datetime | None:
    """Return the earliest arrival from `arrive` on at which the stop can be visited."""
    stay = timedelta(minutes=MEAL_MIN if stop.role != "sight" else stay_min(stop.place))
    last = datetime.combine(frame.date, time(21, 0)) - stay
    if stop.role != "sight":
        begin, end = LUNCH if stop.role == "lunch" else DINNER
        arrive = max(arrive, datetime.combine(frame.date, begin))
        last = datetime.combine(frame.date, end)
    if arrive > last:
        return None
    if hours_state(stop.place, arrive, arrive + stay) != "closed":
        return arrive
    windows = arrival_windows(stop.place, frame.date, stay, arrive, last)
    return windows[0][0] if windows else None


def _visit(stop: Stop, arrive: datetime, leg: tuple[float, float]) -> Visit:
    minutes = MEAL_MIN if stop.role != "sight" else stay_min(stop.place)
    leave = arrive + timedelta(minutes=minutes)
    hours: Any = hours_state(stop.place, arrive, leave)
    return Visit(
        kind=stop.role,
        place=stop.place,
        arrive=arrive,
        leave=leave,
        drive_s=leg[0],
        drive_m=leg[1],
        hours=hours,
    )


def drive(desk: Desk, request: TripRequest, here: Point, place: Place) -> tuple[float, float] | None:
    """Return seconds and metres of a drive as the router gives them; None if there is no way."""
    try:
        route = desk.router.route([here, (place.lat, place.lon)], avoid=request.wishes.avoid)
    except NavError:
        return None
    return float(route.duration_s), float(route.distance_m)


def _minute_up(moment: datetime) -> datetime:
    if moment.second or moment.microsecond:
        moment = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return moment


def assemble(desk: Desk, request: TripRequest, days: list[Day]) -> Plan:
    """Join days to a plan, with a stop for fuel if the range calls for one."""
    total_m = sum(day.drive_m for day in days)
    fuel = "unknown" if request.range_m is None else "ok"
    if request.range_m is not None and total_m > 0.9 * request.range_m:
        days = _with_fuel(desk, request, days)
    eaten_at = {visit.place.id for day in days for visit in day.visits}
    return Plan(
        where=request.where,
        region=desk.region.name,
        days=tuple(days),
        wishes=request.wishes,
        avoid=request.wishes.avoid,
        unmet=(*request.unmet, *(words for words, ids in request.dined if not eaten_at & set(ids))),
        fuel_range=fuel,  # type: ignore[arg-type]
    )


def _with_fuel(desk: Desk, request: TripRequest, days: list[Day]) -> list[Day]:
    """Begin the trip at the nearest filling station."""
    first = days[0]
    for station in request.fuel_stations:
        leg = drive(desk, request, (first.start_lat, first.start_lon), station)
        if leg is None or (request.range_m is not None and leg[1] > request.range_m):
            continue
        arrive = _minute_up(first.start + timedelta(seconds=leg[0]))
        leave = arrive + timedelta(minutes=FUEL_MIN)
        state = hours_state(station, arrive, leave)
        if state == "closed":
            continue
        stop = Visit(
            kind="fuel",
            place=station,
            arrive=arrive,
            leave=leave,
            drive_s=leg[0],
            drive_m=leg[1],
            hours=state,
        )
        rest = _shifted(desk, request, first, stop)
        if rest is not None:
            return [replace(first, visits=(stop, *rest)), *days[1:]]
    raise PlanImpossible("no_plan", problems=["range"])


def _shifted(desk: Desk, request: TripRequest, day: Day, stop: Visit) -> tuple[Visit, ...] | None:
    hotel = day.hotel
    frame = DayFrame(
        date=day.date,
        start=(stop.place.lat, stop.place.lon),
        end=None,
        begin=stop.leave.time(),
        dinner=True,
        per_day=99,
    )
    stops = [stop_of(visit) for visit in day.visits if visit.kind in {"sight", "lunch", "dinner"}]
    visits, failed = _run_day(desk, request, frame, stops, hotel.place if hotel else None)
    return None if failed is not None else tuple(visits)


def stop_of(visit: Visit) -> Stop:
    """Return the solver's form of a visit."""
    return Stop(role=visit.kind, place=visit.place)  # type: ignore[arg-type]
