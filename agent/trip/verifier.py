"""The verifier: a plan is spoken of only if it passes these ten checks.

The checks are those of research on itineraries (see docs/agent.md), and one for each wish. None of them
trusts the planner: places are looked up in the region pack again, ways are asked of the routers again,
hours are read again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from agent.errors import PlanImpossible
from agent.trip.driving import (
    AT_CAR_M,
    DRIVE_CAP_S,
    LATEST,
    LONGEST_WAIT_MIN,
    PARK_MIN,
    REST_EVERY_S,
)
from agent.trip.legs import measured
from agent.trip.offered.hours import daylight, hours_state
from agent.trip.wishcheck import check_wishes
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.trip.itinerary import Day, Plan, Visit
    from agent.trip.request import TripRequest

Check = Literal["places", "legs", "hours", "hotels", "repeats", "meals", "driving", "range", "wishes", "idle"]
_SLACK_S = 1.0
_BEDS = ("tourism/", "building/hotel")
_SAME_SPOT_M = 10.0
_TO_TABLE = timedelta(minutes=30)
"""Who arrives less than so long before it is too late for dinner is owed none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a plan."""

    check: Check
    """Which of the checks caught it."""

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
        check_idle,
        check_driving,
        check_range,
    )
    problems = [problem for check in checks for problem in check(plan, request, desk)]
    return problems + [Problem(check="wishes", what=what) for what in check_wishes(plan, request)]


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


def check_places(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """1: every place is in the database, is what it is said to be, and lies in the area."""
    problems = []
    for visit in plan.visits:
        place = visit.place
        known = desk.places.by_id(place.id)
        if known is None or distance_m((known.lat, known.lon), (place.lat, place.lon)) > 50:
            problems.append(Problem(check="places", what=f"{place.id} is not in the region pack"))
        elif known.name != place.name or known.category != place.category:
            problems.append(Problem(check="places", what=f"{place.id} is not {place.name}"))
        if visit.kind == "sight" and place.category.startswith(("tourism/hotel", "amenity/restaurant")):
            problems.append(Problem(check="places", what=f"{place.name} is no sight"))
    return problems


# -- ways


def check_legs(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """2: each way is the router's, by car from where it stands or on foot, and there is time for it."""
    problems: list[Problem] = []
    car: Point | None = None
    for day in plan.days:
        start = (day.start_lat, day.start_lon)
        walk = _Walk(desk, request, start, day.car or start, day.start)
        if car is not None and distance_m(walk.car, car) > _SAME_SPOT_M:
            problems.append(Problem(check="legs", what=f"{day.date}: the car is not where it was left"))
        for visit in day.visits:
            problems += walk.to(visit)
        problems += walk.home(day)
        car = walk.car
    return problems + _days_in_order(plan)


class _Walk:
    """Goes through a day by the routers."""

    def __init__(self, desk: Desk, request: TripRequest, here: Point, car: Point, clock: datetime) -> None:
        self._desk, self._request = desk, request
        self.here, self.car, self.clock = here, car, clock

    def to(self, visit: Visit) -> list[Problem]:
        """Return what is wrong with the way to a visit, and go on from it."""
        name, there = visit.place.name, (visit.place.lat, visit.place.lon)
        problems = []
        drive, walk = self._ways(visit, there)
        if drive is None or walk is None:
            problems.append(Problem(check="legs", what=f"there is no way to {name}"))
        elif (
            abs(drive[0] - visit.drive_s) > _SLACK_S
            or abs(drive[1] - visit.drive_m) > 5.0
            or abs(walk[0] - visit.walk_s) > _SLACK_S
            or abs(walk[1] - visit.walk_m) > 5.0
        ):
            problems.append(Problem(check="legs", what=f"the way to {name} is not the router's"))
        needs_s = visit.drive_s + visit.walk_s + (60.0 * PARK_MIN if visit.drive_s else 0.0)
        if visit.arrive < self.clock + timedelta(seconds=needs_s - _SLACK_S):
            problems.append(Problem(check="legs", what=f"{name} is reached too soon"))
        if visit.leave < visit.arrive:
            problems.append(Problem(check="legs", what=f"{name} is left before it is reached"))
        self.clock, self.here, self.car = visit.leave, there, visit.park or self.car
        return problems

    def _ways(
        self, visit: Visit, there: Point
    ) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
        if visit.park is None:
            same = visit.kind == "free" or self.here == there
            return (0.0, 0.0), (0.0, 0.0) if same else measured(self._desk, "foot", self.here, there, ())
        back, on = self._foot(self.here, self.car), (0.0, 0.0)
        if visit.park != there:
            on = measured(self._desk, "foot", visit.park, there, ()) or (1e9, 1e9)
        drive = measured(self._desk, "", self.car, visit.park, self._request.wishes.avoid)
        return drive, (back[0] + on[0], back[1] + on[1]) if back and on else None

    def _foot(self, a: Point, b: Point) -> tuple[float, float] | None:
        return (0.0, 0.0) if distance_m(a, b) <= AT_CAR_M else measured(self._desk, "foot", a, b, ())

    def home(self, day: Day) -> list[Problem]:
        """Return what is wrong with the drive home."""
        if day.home is None:
            return []
        there = (day.home.lat, day.home.lon)
        drive = measured(self._desk, "", self.car, there, self._request.wishes.avoid)
        problems = []
        if drive is None or abs(drive[0] - day.home.drive_s) > _SLACK_S:
            problems.append(Problem(check="legs", what="the drive home is not the router's"))
        if day.home.arrive < self.clock + timedelta(seconds=day.home.drive_s + day.home.walk_s - _SLACK_S):
            problems.append(Problem(check="legs", what="one is home too soon"))
        self.car = there
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
    """3: open for the whole visit, nature and views by daylight; unknown hours are flagged as such."""
    problems = []
    for visit in plan.visits:
        if visit.kind in {"hotel", "rest", "free"}:
            continue
        state = hours_state(visit.place, visit.arrive, visit.leave)
        if state == "closed":
            problems.append(Problem(check="hours", what=f"{visit.place.name} is closed"))
        elif state != visit.hours:
            problems.append(
                Problem(check="hours", what=f"{visit.place.name}: hours are {state}, not {visit.hours}")
            )
        light = daylight(visit.place, visit.arrive.date()) if visit.kind == "sight" else None
        if light is not None and not light[0] <= visit.arrive <= visit.leave <= light[1]:
            problems.append(Problem(check="hours", what=f"{visit.place.name} lies in the dark"))
    return problems


def check_hotels(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """4: a hotel for every night but the last, after dinner, reached in time; none where none was wanted."""
    problems = []
    for index, day in enumerate(plan.days):
        wanted = index < len(plan.days) - 1 and not request.lodging.none
        if wanted != (day.hotel is not None):
            what = "lacks a hotel" if wanted else "has a hotel after the last day"
            problems.append(Problem(check="hotels", what=f"{day.date} {what}"))
        if day.hotel is not None:
            if day.visits[-1] is not day.hotel:
                problems.append(Problem(check="hotels", what=f"{day.date} goes on after the hotel"))
            if not day.hotel.place.category.startswith(_BEDS):
                problems.append(Problem(check="hotels", what=f"{day.hotel.place.name} is no hotel"))
            if day.hotel.arrive.time() > LATEST or day.hotel.arrive.date() != day.date:
                problems.append(Problem(check="hotels", what=f"{day.hotel.place.name} is reached too late"))
    return problems


def check_repeats(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """5: nothing but the hotel comes twice, nor does a part of what was seen."""
    seen = [v for v in plan.visits if v.kind not in {"hotel", "rest", "free", "fuel", "charging"}]
    again = {i for wish in request.dined if wish.every for i in wish.ids}
    ids = [v.place.id for v in seen if v.place.id not in again] + [p.id for v in seen for p in v.parts]
    names = [(v.place.name, v.kind) for v in seen if v.kind == "sight" and v.place.name]
    twice = {i for i in ids if ids.count(i) > 1} | {n for n in names if names.count(n) > 1}
    return [Problem(check="repeats", what=f"{item} comes twice") for item in sorted(map(str, twice))]


def check_meals(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """6: meals at the country's hours, none forgotten where there are restaurants, in places for guests."""
    problems = []
    for number, day in enumerate(plan.days):
        for kind, (first, last) in (
            ("lunch", request.meal_hours.lunch),
            ("dinner", request.meal_hours.dinner),
        ):
            found = [visit for visit in day.visits if visit.kind == kind]
            for visit in found:
                wished = request.meal_at(number, kind)
                fits = (
                    first <= visit.arrive.time() <= last if wished is None else visit.arrive.time() >= wished
                )
                if not fits or visit.leave.date() != day.date:
                    problems.append(
                        Problem(check="meals", what=f"{kind} on {day.date} is at {visit.arrive:%H:%M}")
                    )
                if not visit.place.category.startswith(("amenity/restaurant", "amenity/fast_food")):
                    problems.append(Problem(check="meals", what=f"{visit.place.name} is no restaurant"))
            if found and request.skips(number, kind):
                problems.append(Problem(check="meals", what=f"{kind} on {day.date} is not wanted"))
            if (
                not request.skips(number, kind)
                and _needed(day, kind, last)
                and len(found) != 1
                and len(request.restaurants) >= 4 * len(plan.days)
            ):
                problems.append(Problem(check="meals", what=f"{len(found)} times {kind} on {day.date}"))
    return problems


def _needed(day: Day, kind: str, last: time) -> bool:
    if kind == "dinner":
        return day.hotel is not None and day.start <= datetime.combine(day.date, last) - _TO_TABLE
    early = day.start.time() < time(12, 0)
    return early and day.end.time() > time(14, 30)


def check_idle(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """7: no hole: more than a short wait is used, or shown as free."""
    problems = []
    for day in plan.days:
        clock = day.start
        for visit in day.visits:
            needs_s = visit.drive_s + visit.walk_s + 60.0 * PARK_MIN
            hike = request.hikes.get(visit.place.id)
            gap = (visit.arrive - clock).total_seconds() - needs_s - (hike.climb_s if hike else 0.0)
            if gap > 60.0 * (LONGEST_WAIT_MIN + 10):
                problems.append(
                    Problem(check="idle", what=f"{gap / 60:.0f} minutes before {visit.place.name}")
                )
            clock = visit.leave
    return problems


def check_driving(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """8: not too long at the wheel in a day, and a break every two hours."""
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
        if day.end.time() > time(23, 0) or day.end.date() != day.date:
            problems.append(Problem(check="driving", what=f"{day.date} ends at {day.end:%H:%M}"))
    return problems


def check_range(plan: Plan, request: TripRequest, desk: Desk) -> list[Problem]:
    """9: fuel or charge lasts from station to station; without a known range the plan must say so."""
    if request.range_m is None:
        if plan.fuel_range != "unknown":
            return [Problem(check="range", what="the range is not known, but the plan claims that it is")]
        return []
    left_m = request.range_m
    for visit in plan.visits:
        left_m -= visit.drive_m
        if left_m < 0:
            return [Problem(check="range", what=f"the range ends before {visit.place.name}")]
        if visit.kind in {"fuel", "charging"}:
            # A full tank outlasts any trip that can be planned; the legs are bounded by the daily cap.
            left_m = max(left_m, 400_000.0)
    return []
