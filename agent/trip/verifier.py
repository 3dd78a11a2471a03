"""The verifier: a plan is spoken of only if it passes these nine checks.

The checks are those of research on itineraries (see docs/agent.md). None of them trusts the planner: places
are looked up in the region pack again, drives are asked of the router again, hours are read again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from agent.errors import PlanImpossible
from agent.trip.driving import DRIVE_CAP_S, REST_EVERY_S
from agent.trip.hours import hours_state
from nav.errors import NavError
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.trip.itinerary import Day, Plan
    from agent.trip.request import TripRequest
    from poi.place import Place

Check = Literal["places", "legs", "hours", "hotels", "repeats", "meals", "driving", "range", "wishes"]
_SLACK_S = 1.0
_MEALS = {"lunch": (time(11, 0), time(14, 0)), "dinner": (time(17, 0), time(20, 0))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a plan."""

    check: Check
    """Which of the nine checks caught it."""

    what: str
    """What is wrong, for a log."""

    def __str__(self) -> str:
        return f"{self.check}: {self.what}"


def verify(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """Check a plan.

    Parameters
    ----------
    plan
        The plan.
    request
        What was asked for.
    desk
        Region pack and router.

    Returns
    -------
    list of Problem
        Empty if the plan holds.
    """
    checks: tuple[Callable[[Plan, TripRequest, Desk], list[Problem]], ...] = (
        check_places,
        check_legs,
        check_hours,
        check_hotels,
        check_repeats,
        check_meals,
        check_driving,
        check_range,
        check_wishes,
    )
    return [problem for check in checks for problem in check(plan, request, desk)]


def require(plan: Plan, request: TripRequest, desk: Desk) -> Plan:
    """Return a plan that passes every check.

    Raises
    ------
    PlanImpossible
        If it does not, with the problems.
    """
    problems = verify(plan, request, desk)
    if problems:
        raise PlanImpossible("no_plan", problems=[str(problem) for problem in problems])
    return plan


def _drive(desk: Desk, request: TripRequest, here: Point, place: Place) -> tuple[float, float] | None:
    """Return seconds and metres as the router gives them; None if there is no way."""
    try:
        route = desk.router.route([here, (place.lat, place.lon)], avoid=request.wishes.avoid)
    except NavError:
        return None
    return route.duration_s, route.distance_m


def check_places(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """1: every place is in the database, is what it is said to be, and lies in the area."""
    problems = []
    for visit in plan.visits:
        place = visit.place
        known = desk.places.by_id(place.id)
        if known is None or distance_m((known.lat, known.lon), (place.lat, place.lon)) > 50:
            problems.append(Problem(check="places", what=f"{place.id} is not in the region pack"))
        elif known.name != place.name:
            problems.append(
                Problem(check="places", what=f"{place.id} is called {known.name!r}, not {place.name!r}")
            )
        elif distance_m((place.lat, place.lon), request.center) > max(2 * request.reach_m, 20_000):
            problems.append(Problem(check="places", what=f"{place.name} is outside the area"))
    return problems


def check_legs(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """2: each drive is what the router gives, in order and without overlap."""
    problems = []
    for day in plan.days:
        clock, here = day.start, (day.start_lat, day.start_lon)
        for visit in day.visits:
            leg = _drive(desk, request, here, visit.place)
            if leg is None or abs(leg[0] - visit.drive_s) > _SLACK_S:
                problems.append(
                    Problem(check="legs", what=f"the drive to {visit.place.name} is not the router's")
                )
            if visit.arrive < clock + timedelta(seconds=visit.drive_s) - timedelta(seconds=_SLACK_S):
                problems.append(Problem(check="legs", what=f"{visit.place.name} is reached too early"))
            if visit.leave < visit.arrive:
                problems.append(
                    Problem(check="legs", what=f"{visit.place.name} is left before it is reached")
                )
            clock, here = visit.leave, (visit.place.lat, visit.place.lon)
    problems += _days_in_order(plan)
    return problems


def _days_in_order(plan: Plan) -> list[Problem]:
    problems = []
    for before, after in zip(plan.days, plan.days[1:], strict=False):
        if after.date != before.date + timedelta(days=1):
            problems.append(Problem(check="legs", what=f"{after.date} does not follow {before.date}"))
        if before.hotel is not None:
            place = before.hotel.place
            if distance_m((place.lat, place.lon), (after.start_lat, after.start_lon)) > 50:
                problems.append(Problem(check="legs", what=f"{after.date} does not begin at the hotel"))
    return problems


def check_hours(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """3: open for the whole visit; unknown hours are flagged as such."""
    problems = []
    for visit in plan.visits:
        if visit.kind == "hotel":
            continue
        state = hours_state(visit.place, visit.arrive, visit.leave)
        if state == "closed":
            problems.append(Problem(check="hours", what=f"{visit.place.name} is closed"))
        elif state != visit.hours:
            problems.append(
                Problem(check="hours", what=f"{visit.place.name}: hours are {state}, not {visit.hours}")
            )
    return problems


def check_hotels(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """4: a hotel for every night but the last, reached by ten in the evening."""
    problems = []
    for index, day in enumerate(plan.days):
        wanted = index < len(plan.days) - 1
        if wanted != (day.hotel is not None):
            what = "lacks a hotel" if wanted else "has a hotel after the last day"
            problems.append(Problem(check="hotels", what=f"{day.date} {what}"))
        if day.hotel is not None:
            if day.visits[-1] is not day.hotel:
                problems.append(Problem(check="hotels", what=f"{day.date} goes on after the hotel"))
            if not day.hotel.place.category.startswith(("tourism/", "building/hotel")):
                problems.append(Problem(check="hotels", what=f"{day.hotel.place.name} is no hotel"))
            if day.hotel.arrive > datetime.combine(day.date, time(22, 30)):
                problems.append(Problem(check="hotels", what=f"{day.hotel.place.name} is reached too late"))
    return problems


def check_repeats(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """5: nothing but the hotel comes twice."""
    ids = [visit.place.id for visit in plan.visits if visit.kind != "hotel"]
    names = [
        (visit.place.name, visit.kind) for visit in plan.visits if visit.kind == "sight" and visit.place.name
    ]
    twice = {i for i in ids if ids.count(i) > 1} | {n for n in names if names.count(n) > 1}
    return [Problem(check="repeats", what=f"{item} comes twice") for item in sorted(map(str, twice))]


def check_meals(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """6: lunch between 11 and 14, dinner between 17 and 20, none forgotten where there are restaurants."""
    problems = []
    for day in plan.days:
        for kind, (begin, end) in _MEALS.items():
            found = [visit for visit in day.visits if visit.kind == kind]
            for visit in found:
                if visit.arrive.time() < begin or visit.leave.time() > end or visit.leave.date() != day.date:
                    problems.append(
                        Problem(check="meals", what=f"{kind} on {day.date} is at {visit.arrive:%H:%M}")
                    )
            needed = kind == "lunch" or day.hotel is not None
            if needed and len(found) != 1 and len(request.restaurants) >= 2 * len(plan.days):
                problems.append(Problem(check="meals", what=f"{len(found)} times {kind} on {day.date}"))
    return problems


def check_driving(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """7: not too long at the wheel in a day, and a break every two hours."""
    problems = []
    for day in plan.days:
        if day.drive_s > DRIVE_CAP_S:
            problems.append(
                Problem(check="driving", what=f"{day.date}: {day.drive_s / 3600:.1f} h at the wheel")
            )
        problems += [
            Problem(check="driving", what=f"{day.date}: {visit.drive_s / 3600:.1f} h without a break")
            for visit in day.visits
            if visit.drive_s > REST_EVERY_S
        ]
        problems += _sights_a_day(day, request)
    return problems


def _sights_a_day(day: Day, request: TripRequest) -> list[Problem]:
    if (
        day.visits
        and day.visits[-1].kind != "hotel"
        and day.visits[-1].leave > datetime.combine(day.date, time(22, 30))
    ):
        return [Problem(check="driving", what=f"{day.date} ends after half past ten")]
    return []


def check_range(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """8: fuel or charge lasts from station to station; without a known range the plan must say so."""
    if request.range_m is None:
        if plan.fuel_range != "unknown":
            return [Problem(check="range", what="the range is not known, but the plan claims that it is")]
        return []
    left_m = request.range_m
    for visit in plan.visits:
        left_m -= visit.drive_m
        if left_m < 0:
            return [Problem(check="range", what=f"the range ends before {visit.place.name}")]
        if visit.kind == "fuel":
            # A full tank outlasts any trip that can be planned; the legs are bounded by the daily cap.
            left_m = max(left_m, 400_000.0)
    return []


def check_wishes(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """9: each wish that was stated holds, or is named as unmet; no price is claimed."""
    problems = []
    wishes = request.wishes
    ids = {visit.place.id for visit in plan.visits}
    sights = [visit for visit in plan.visits if visit.kind == "sight"]
    for place in request.sights[: request.must_count]:
        if place.id not in ids:
            problems.append(Problem(check="wishes", what=f"{place.name} has to be in"))
    for words, liked in (*request.liked, *request.dined):
        if not ids & set(liked) and words not in plan.unmet:
            problems.append(Problem(check="wishes", what=f"nothing of {words!r} is in"))
    for place_id in ids & request.disliked:
        problems.append(Problem(check="wishes", what=f"{place_id} must not be in"))
    if len(plan.days) != request.days:
        problems.append(Problem(check="wishes", what=f"{len(plan.days)} days instead of {request.days}"))
    if set(wishes.avoid) - set(plan.avoid):
        problems.append(Problem(check="wishes", what="roads that were to be avoided are not"))
    if wishes.hotel_stars:
        problems += [
            Problem(check="wishes", what=f"{day.hotel.place.name} has too few stars")
            for day in plan.days
            if day.hotel is not None and not _stars_enough(day.hotel.place.stars, wishes.hotel_stars)
        ]
    if any(day.start.time() < request.day_start for day in plan.days):
        problems.append(Problem(check="wishes", what="a day begins too early"))
    claimed: str = plan.budget
    if claimed != "unknown":
        problems.append(Problem(check="wishes", what="costs are claimed that the map does not hold"))
    if not sights:
        problems.append(Problem(check="wishes", what="there is nothing to see in it"))
    limit = max(request.per_day, 1)
    if any(len(day.sights) > limit for day in plan.days) and not request.extra.get("changed"):
        problems.append(Problem(check="wishes", what="more sights a day than the pace allows"))
    return problems


def _stars_enough(tagged: str, wanted: int) -> bool:
    try:
        return float(tagged.rstrip("sS+ ")) >= wanted
    except ValueError:
        return False
