"""One day of a trip, run through by the clock: what is reached when, eaten where, and where it ends.

The same run serves the search, on guessed ways, and the plan itself, on the routers' ways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from agent.trip.driving import (
    AT_CAR_M,
    DRIVE_CAP_S,
    EARLY_EVENING,
    FREE_FROM_MIN,
    HIKE_BEFORE_HOUR,
    LATEST,
    LONGEST_WAIT_MIN,
    MEAL_OWED,
    NAP_DRIVE_S,
    NIGHT_FROM,
    PARK_MIN,
    PART_SPANS,
    REST_EVERY_S,
    SHORT_HIKE_S,
)
from agent.trip.itinerary import Return, Visit, VisitKind
from agent.trip.legs import Leg, Ways, leg_to, walked_to
from agent.trip.offered.kinds import MEAL_MIN
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Point
    from agent.trip.offered.hours import Timetable
    from agent.trip.offered.menu import Menu
    from agent.trip.offered.tables import Role
    from agent.trip.request import TripRequest
    from poi.place import Place

_STEP = timedelta(minutes=5)
_WALK_SLACK = 1.4
"""One walks so much farther than one likes to, rather than drive a few hundred metres."""
_IDLE_END = timedelta(minutes=20)
_TO_TABLE = timedelta(minutes=15)
"""So long it takes from a sight to a table."""
_LATER, _LATER_WANTED = timedelta(hours=1), timedelta(hours=3)
"""So much later a day may begin for a sight that opens later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A sight with the time that it is given."""

    place: Place
    stay_min: int
    kind: Literal["sight", "evening"] = "sight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where and when a day begins and ends."""

    index: int
    """Number of the day from 0."""
    date: date
    start: Point
    car: Point
    begin: datetime
    hotel: Place | None = None
    home: Point | None = None
    """Where it drives home to, if it does."""
    over: datetime
    """When one has to be home, on a day without a night; else when dinner is due."""
    sights_over: datetime
    """When the last sight has to be over."""
    dinner: bool = True
    lunch: bool = True
    town: int = 0
    per_day: int = 5


@dataclass(slots=True, kw_only=True)
class Run:
    """How a day went."""

    visits: list[Visit] = field(default_factory=list)
    home: Return | None = None
    failed: Stop | None = None
    """The stop that could not be made; None if all could."""
    broken: str = ""
    """Why the day cannot end as it has to, "" if it can."""
    drive_s: float = 0.0
    walk_s: float = 0.0
    walk_m: float = 0.0
    free_min: float = 0.0
    sights_end: datetime | None = None
    """When the last sight was over."""
    car: Point = (0.0, 0.0)
    begin: datetime | None = None
    """When it begins, if later than it could: the first sight opens later."""

    @property
    def fine(self) -> bool:
        """Whether everything could be done."""
        return self.failed is None and not self.broken


def rounded_up(moment: datetime) -> datetime:
    """Round up to five minutes, as people write plans."""
    over = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (_STEP - over) if over else moment


class DayRun:
    """Runs one day.

    Parameters
    ----------
    request, ways, menu, times
        The trip, the ways, where to eat, and when places are open.
    """

    def __init__(self, request: TripRequest, ways: Ways, menu: Menu, times: Timetable) -> None:
        self.request, self._ways, self._menu, self._times = request, ways, menu, times

    def run(
        self, frame: Frame, stops: Sequence[Stop], *, used: frozenset[str] = frozenset(),
        tables: Mapping[str, Place] | None = None, must_open: bool = True,
    ) -> Run:  # fmt: skip
        """Run a day through.

        Parameters
        ----------
        frame
            Where and when it begins and ends.
        stops
            Sights in order; those of kind "evening" follow dinner.
        used
            Ids of restaurants of other days.
        tables
            Restaurants to keep, by meal.
        must_open
            Whether a closed sight fails the run.
        """
        state = _State(self.request, self._ways, self._menu, self._times, frame, used, dict(tables or {}))
        for stop in stops:
            if stop.kind == "sight" and not state.sight(stop):
                state.run.failed = stop
                return state.run
        state.evening(next((s for s in stops if s.kind == "evening"), None))
        return state.run


class _State:
    def __init__(
        self, request: TripRequest, ways: Ways, menu: Menu, times: Timetable, frame: Frame,
        used: frozenset[str], tables: dict[str, Place],
    ) -> None:  # fmt: skip
        self.request, self.ways, self.menu, self.times, self.frame = request, ways, menu, times, frame
        self.clock, self.here, self.car = frame.begin, frame.start, frame.car
        self.used, self.tables = set(used), tables
        self.run = Run(car=frame.car)
        hours = request.meal_hours
        self.lunch_from, self.lunch_last = (datetime.combine(frame.date, t) for t in hours.lunch)
        self.dinner_from, self.dinner_last = (datetime.combine(frame.date, t) for t in hours.dinner)
        if at := request.meal_at(frame.index, "lunch"):
            self.lunch_from = datetime.combine(frame.date, at)
            self.lunch_last = self.lunch_from + timedelta(minutes=30)
        if at := request.meal_at(frame.index, "dinner"):
            self.dinner_from = datetime.combine(frame.date, at)
            self.dinner_last = self.dinner_from + timedelta(minutes=30)
        self.hungry = frame.lunch and self.clock <= self.lunch_last
        self.latest = datetime.combine(frame.date, LATEST)

    # -- sights

    def sight(self, stop: Stop) -> bool:
        """Make a stop, with lunch before it if it would be too late afterwards."""
        stay = timedelta(minutes=stop.stay_min)
        hike = self.request.hikes.get(stop.place.id)
        if hike is not None:
            stay = timedelta(minutes=5 * round((stop.stay_min * 60 + hike.descent_s) / 300))
        due = self.hungry and self.clock >= self.lunch_from
        if due and not self._is_before_lunch(stop, stay) and not self.eat("lunch"):
            return False
        reached = self._reach(stop)
        if reached is None:
            return False
        leg, arrive = reached
        if (
            self.hungry
            and arrive + stay > self.lunch_last
            and self.clock + timedelta(minutes=45) >= self.lunch_from
        ):
            if not self.eat("lunch"):
                return False
            reached = self._reach(stop)
            if reached is None:
                return False
            leg, arrive = reached
        if arrive + stay > self.frame.sights_over:
            return False
        if self.hungry and arrive + stay > self.lunch_last + timedelta(minutes=30):
            return False
        if not self.run.visits and arrive > self._after(leg):
            late = (arrive - self._after(leg)) // _STEP * _STEP
            self.run.begin = self.clock + late
            self.run.free_min += late.total_seconds() / 60
        if self.request.in_parts.get(stop.place.id):
            self._idle(arrive - (self._after(leg) - self.clock))
        self._go(leg)
        self._note("sight", stop.place, arrive, arrive + stay, leg)
        return True

    def _is_before_lunch(self, stop: Stop, stay: timedelta) -> bool:
        """Whether a day that begins at noon begins with a sight, and lunch is in time after it."""
        if self.run.visits or self.request.meal_at(self.frame.index, "lunch"):
            return False
        reached = self._reach(stop)
        return reached is not None and reached[1] + stay + _TO_TABLE <= self.lunch_last

    def _reach(self, stop: Stop) -> tuple[Leg, datetime] | None:
        """Return the way to a sight and when it can be entered; None if it cannot be in time."""
        place = stop.place
        hike = self.request.hikes.get(place.id)
        if hike is not None and self.clock.hour >= HIKE_BEFORE_HOUR and hike.walk_s > SHORT_HIKE_S:
            return None
        leg = self._leg((place.lat, place.lon), park=hike.park if hike else None)
        if leg is None or not self._may_go(leg):
            return None
        stay = timedelta(minutes=stop.stay_min)
        reached = self._after(leg)
        if hike is not None:
            reached = rounded_up(reached + timedelta(seconds=hike.climb_s))
        part = self.request.in_parts.get(place.id, "")
        first, last = (datetime.combine(self.frame.date, t) for t in PART_SPANS[part])
        if part == "evening":
            first = datetime.combine(self.frame.date, EARLY_EVENING)
        arrive = self.times.open_from(place, max(reached, first), stay)
        if arrive is None or arrive >= last:
            return None
        arrive = rounded_up(arrive)
        wait = arrive - reached
        waits = bool(part)  # what is for the evening may be waited for, or the day begins with it
        if wait > timedelta(minutes=LONGEST_WAIT_MIN) and not (waits or self._may_start_later(place, wait)):
            return None
        return leg, arrive

    def _may_start_later(self, place: Place, wait: timedelta) -> bool:
        """Whether the day may begin later, so that its first sight is open when one comes."""
        wanted = place.id in self.request.must_ids or place.id in self.request.liked_ids
        return not self.run.visits and wait <= (_LATER_WANTED if wanted else _LATER)

    def _leg(self, to: Point, *, bring_car: bool = False, park: Point | None = None) -> Leg | None:
        if self.request.limits.on_foot and (self.run.visits or self.frame.index):
            return walked_to(self.ways, self.here, to, walk_m=self.request.walk_m)
        slack = 1.0 if self.request.limits.walk_m or self.request.extra.get("walks_less") else _WALK_SLACK
        walk_m, most_m = self.request.walk_m, self.request.limits.walk_day_m
        if most_m is not None:  # what is left of the day's way; farther one drives
            walk_m = min(walk_m, max(0.0, most_m - self.run.walk_m))
        return leg_to(
            self.ways, self.here, self.car, to, walk_m=walk_m, bring_car=bring_car, park=park,
            slack=slack,
        )  # fmt: skip

    def _may_go(self, leg: Leg) -> bool:
        limits = self.request.limits
        day_s = min(DRIVE_CAP_S, limits.drive_day_s or DRIVE_CAP_S)
        leg_s = min(REST_EVERY_S, limits.drive_leg_s or REST_EVERY_S)
        if limits.walk_day_m is not None and self.run.walk_m + leg.walk_m > limits.walk_day_m:
            return False
        return leg.drive_s <= leg_s and self.run.drive_s + leg.drive_s <= day_s

    def _after(self, leg: Leg) -> datetime:
        parked = timedelta(minutes=PARK_MIN if leg.park is not None else 0)
        return rounded_up(self.clock + timedelta(seconds=leg.seconds) + parked)

    def _go(self, leg: Leg) -> None:
        self.run.drive_s += leg.drive_s
        self.run.walk_s += leg.walk_s
        self.run.walk_m += leg.walk_m
        if leg.park is not None:
            self.car = leg.park

    def _note(self, kind: VisitKind, place: Place, arrive: datetime, leave: datetime, leg: Leg) -> None:
        self.run.visits.append(
            Visit(
                kind=kind,
                place=place,
                arrive=arrive,
                leave=leave,
                drive_s=leg.drive_s,
                drive_m=leg.drive_m,
                walk_s=leg.walk_s,
                walk_m=leg.walk_m,
                park=leg.park,
                hours="open" if self.times.state(place, arrive, leave) == "open" else "unknown",
                parts=self.request.parts.get(place.id, ()) if kind == "sight" else (),
            )
        )
        self.clock, self.here = leave, (place.lat, place.lon)
        if kind == "sight":
            self.run.sights_end = leave

    # -- meals

    def eat(self, role: Role) -> bool:
        """Have a meal where one can be had; a day without a restaurant goes on without it."""
        first, last = (
            (self.lunch_from, self.lunch_last) if role == "lunch" else (self.dinner_from, self.dinner_last)
        )
        usual = MEAL_MIN if role == "lunch" else MEAL_MIN + 15
        stay = timedelta(minutes=self.request.meals_min.get((self.frame.index, role), usual))
        if role == "lunch":
            self.hungry = False
        kept = self.tables.get(role)
        choices = [kept] if kept is not None else []
        choices += self.menu.near(self.here, self.frame.index, role)
        late = False
        for place in choices:
            if place.id in self.used and place.id not in self.menu.repeatable:
                continue
            leg = self._leg((place.lat, place.lon))
            if leg is None or not self._may_go(leg):
                continue
            arrive = max(self._after(leg), first)
            if arrive > last:
                late = True
                continue
            if self.times.state(place, arrive, arrive + stay) == "closed":
                later = self.times.open_from(place, arrive, stay)
                if later is None or later > last or later - arrive > timedelta(minutes=LONGEST_WAIT_MIN):
                    continue
                arrive = later
            self._idle(arrive - (self._after(leg) - self.clock))
            self._go(leg)
            self._note(role, place, arrive, arrive + stay, leg)
            self.used.add(place.id)
            if role == "lunch" and (minutes := self.request.naps.get(self.frame.index)):
                self._rest(timedelta(minutes=minutes))
            return True
        return not late or not choices or self.frame.begin > last - MEAL_OWED

    def _rest(self, stay: timedelta) -> None:
        """Rest at the hotel after lunch, or where one is if there is none on the way."""
        hotel = self.frame.hotel
        leg = self._leg((hotel.lat, hotel.lon)) if hotel is not None else None
        if hotel is None or leg is None or not self._may_go(leg) or leg.drive_s > NAP_DRIVE_S:
            self._idle(self.clock + stay)
            return
        arrive = self._after(leg)
        self._go(leg)
        self._note("rest", hotel, arrive, arrive + stay, leg)

    def _idle(self, until: datetime) -> None:
        """Show the time until then as free, if it is more than a wait."""
        minutes = (until - self.clock).total_seconds() / 60
        self.run.free_min += max(0.0, minutes)
        if minutes > LONGEST_WAIT_MIN and not self.run.visits:
            self.clock = self.run.begin = until  # a day without sights begins with its lunch
            return
        if minutes > LONGEST_WAIT_MIN and self.run.visits:
            last = self.run.visits[-1]
            if last.kind == "rest":
                self.run.visits[-1] = replace(last, leave=until)
                self.clock = until
                return
            self.run.visits.append(
                Visit(
                    kind="free",
                    place=last.place,
                    arrive=self.clock,
                    leave=until,
                    drive_s=0.0,
                    drive_m=0.0,
                    hours="unknown",
                )
            )
            self.clock = until

    # -- the end of the day

    def evening(self, stop: Stop | None) -> None:
        """End the day: lunch if it is still due, dinner, the evening, then the hotel or the way home."""
        if self.hungry and not self.eat("lunch"):
            self.run.broken = "lunch"
            return
        if self.frame.dinner and not self._dine():
            self.run.broken = "dinner"
            return
        if stop is not None and not self._go_out(stop):
            self.run.failed = stop
            return
        if not self.frame.dinner:
            self.run.free_min += max(0.0, (self.frame.over - self.clock).total_seconds() / 60 - 60)
        if self.frame.hotel is not None:
            dined = any(visit.kind == "dinner" for visit in self.run.visits)
            if self.request.skips(self.frame.index, "dinner") or (self.frame.dinner and not dined):
                night = datetime.combine(self.frame.date, NIGHT_FROM)
                self._idle(night)
                self.clock = max(self.clock, night)
            self._to_hotel()
        elif self.frame.home is not None:
            self._home()
        elif self.clock > self.frame.over:
            self.run.broken = "late"
        self.run.car = self.car

    def _dine(self) -> bool:
        hotel = self.frame.hotel
        gap = (self.dinner_from - self.clock).total_seconds() / 60
        if hotel is not None and gap > FREE_FROM_MIN:
            leg = self._leg((hotel.lat, hotel.lon), bring_car=True)
            if leg is not None and self._may_go(leg):
                arrive = self._after(leg)
                leave = self.dinner_from - timedelta(minutes=10)
                if self.run.visits and self.run.visits[-1].kind == "rest":
                    self._idle(leave)  # one is there already
                elif leave - arrive >= timedelta(minutes=30):
                    self.run.free_min += max(0.0, (leave - arrive).total_seconds() / 60 - 45)
                    self._go(leg)
                    self._note("rest", hotel, arrive, leave, leg)
        return self.eat("dinner")

    def _go_out(self, stop: Stop) -> bool:
        leg = self._leg((stop.place.lat, stop.place.lon))
        if leg is None or not self._may_go(leg):
            return False
        stay = timedelta(minutes=stop.stay_min)
        arrive = self.times.open_from(stop.place, self._after(leg), stay, dark=True)
        if arrive is None or arrive + stay > self.latest or arrive - self.clock > timedelta(hours=1.5):
            return False
        self._idle(arrive - (self._after(leg) - self.clock))
        self._go(leg)
        self._note("evening", stop.place, arrive, arrive + stay, leg)
        return True

    def _to_hotel(self) -> None:
        hotel = self.frame.hotel
        assert hotel is not None
        leg = self._leg((hotel.lat, hotel.lon), bring_car=True)
        if leg is None or not self._may_go(leg):
            self.run.broken = "hotel"
            return
        arrive = self._after(leg)
        night = datetime.combine(self.frame.date + timedelta(days=1), self.request.day_start)
        self._go(leg)
        self._note("hotel", hotel, arrive, max(night, arrive), leg)
        if arrive > self.latest:
            self.run.broken = "late"

    def _home(self) -> None:
        home = self.frame.home
        assert home is not None
        far = distance_m(self.here, self.car) > AT_CAR_M
        back = self.ways.walk(self.here, self.car) if far else (0.0, 0.0)
        driven = self.ways.drive(self.car, home)
        if back is None or driven is None:
            self.run.broken = "home"
            return
        leg = Leg(drive_s=driven[0], drive_m=driven[1], walk_s=back[0], walk_m=back[1], park=home)
        arrive = self._after(leg)
        if not self._may_go(leg):
            self.run.broken = "home"
        if arrive > max(self.frame.over, self.frame.begin) + _IDLE_END * (0 if self.request.times.end else 1):
            self.run.broken = "late"
        self._go(leg)
        self.run.home = Return(
            lat=home[0], lon=home[1], arrive=arrive, drive_s=leg.drive_s, drive_m=leg.drive_m,
            walk_s=leg.walk_s, walk_m=leg.walk_m,
        )  # fmt: skip


def at(day: date, moment: time) -> datetime:
    """Return a time on a day."""
    return datetime.combine(day, moment)
