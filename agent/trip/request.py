"""What a trip is planned from: the towns, the dates, the wishes as values, and what there is to visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from agent.trip.accounting import Entry
from agent.trip.asked.clock import Times
from agent.trip.asked.party import Party
from agent.trip.asked.wishes import Limits, Lodging
from agent.trip.offered.hikes import Hike
from agent.trip.offered.kinds import family, stay_range
from agent.trip.offered.tables import MealHours, MealWish
from agent.trip.offered.towns import Town
from nav.errors import NavError

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.understanding.intent import Wishes
    from agent.understanding.utterance import Language
    from poi.place import Place

MAX_DAYS = 14
_INDOOR = frozenset({"museum", "historic/castle", "historic/palace"})
_ON_ONES_FEET_MIN = {False: 80, True: 60}
"""So long at most one stands in a museum with somebody who tires soon, and with a small child, minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TripRequest:
    """Everything that the planner and the verifier need to know."""

    where: str
    """Name of the area or areas, as it is spoken."""
    towns: tuple[Town, ...]
    town_of_day: tuple[int, ...]
    """For each day which town it is spent in."""
    start: Point
    """Where the first day begins."""
    home: Point | None
    """Where the last day ends; None if it ends at its last stop."""
    first_day: date
    days: int
    wishes: Wishes
    language: Language = "en"
    party: Party = field(default_factory=Party)
    limits: Limits = field(default_factory=Limits)
    lodging: Lodging = field(default_factory=Lodging)
    times: Times = field(default_factory=Times)
    meal_hours: MealHours = field(default_factory=MealHours)
    sights: tuple[Place, ...] = ()
    """Candidates, the best first; the first `must_count` have to be in."""
    must_count: int = 0
    wanted: frozenset[str] = frozenset()
    """Ids of the sights that were asked for by name or by kind: they get the time they deserve."""
    beyond: frozenset[str] = frozenset()
    """Ids of what lies round a town that has little to see: it fills what the town leaves empty."""
    named: dict[str, str] = field(default_factory=dict)
    """Id of each sight that has to be in, by the words that name it."""
    town_of: dict[str, int] = field(default_factory=dict)
    """Index of the town in which a place lies."""
    parts: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    """What is seen with a sight, by its id."""
    hikes: dict[str, Hike] = field(default_factory=dict)
    """How a summit or fall is walked to, by its id."""
    evenings: tuple[Place, ...] = ()
    """Where to spend an evening, if that was wished."""
    on_days: dict[str, frozenset[int]] = field(default_factory=dict)
    """Ids of places that belong to some days only, counted from 0."""
    in_parts: dict[str, str] = field(default_factory=dict)
    """Part of the day in which a place is to be, by its id."""
    themed: dict[int, frozenset[str]] = field(default_factory=dict)
    """Days with a theme, counted from 0, and the ids that meet it."""
    restaurants: tuple[Place, ...] = ()
    forbidden: frozenset[str] = frozenset()
    """Ids of restaurants for what is not eaten."""
    hotels: tuple[Place, ...] = ()
    fixed_hotel: str = ""
    """Id of the hotel that was asked for by name."""
    fuel_stations: tuple[Place, ...] = ()
    per_day: int = 5
    """Sights a day at most."""
    walk_m: float = 1000.0
    """Longest walk between two stops, metres."""
    day_start: time = time(9, 0)
    begins: dict[int, time] = field(default_factory=dict)
    """When single days begin, counted from 0, where that was said."""
    ends: dict[int, time] = field(default_factory=dict)
    """When the sights of single days are over, counted from 0, where that was said."""
    naps: dict[int, int] = field(default_factory=dict)
    """How long one rests after lunch on single days, counted from 0, minutes."""
    stays: dict[str, int] = field(default_factory=dict)
    """How long a visit is to be, minutes, by the id of its place, where that was said."""
    liked: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Each liking with the ids of the places that meet it."""
    dined: tuple[MealWish, ...] = ()
    skipped: frozenset[str] = frozenset()
    """Meals that are not wanted: "no dinners"."""
    skipped_on: frozenset[tuple[int, str]] = frozenset()
    """The same of single days, counted from 0."""
    meals_at: dict[tuple[int, str], time] = field(default_factory=dict)
    """When one eats on single days, counted from 0, where that was said."""
    meals_min: dict[tuple[int, str], int] = field(default_factory=dict)
    """How long one eats on single days, counted from 0, minutes, where that was said."""
    disliked: frozenset[str] = frozenset()
    """Ids of places that must not be in."""
    range_m: float | None = None
    """How far fuel or charge will last, metres; None if unknown."""
    needs: tuple[tuple[str, str], ...] = ()
    """Stops for the car that were asked for: "fuel" or "charging", each with its words."""
    entries: tuple[Entry, ...] = ()
    """What became of wishes that is known before there is a plan."""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def center(self) -> Point:
        """Middle of the first town."""
        return self.towns[0].center

    @property
    def reach_m(self) -> float:
        """How far the first town reaches, metres."""
        return self.towns[0].reach_m

    @property
    def must_ids(self) -> frozenset[str]:
        """Ids of the sights that have to be in."""
        return frozenset(place.id for place in self.sights[: self.must_count])

    @property
    def liked_ids(self) -> frozenset[str]:
        """Ids of all places that meet a liking."""
        return frozenset(i for _, ids in self.liked for i in ids)

    def skips(self, index: int, meal: str) -> bool:
        """Whether a meal is not wanted on a day, counted from 0."""
        return meal in self.skipped or (index, meal) in self.skipped_on

    def meal_at(self, index: int, meal: str) -> time | None:
        """Return when a meal is to be on a day, counted from 0; None if that was not said."""
        daily = {"lunch": self.times.lunch, "dinner": self.times.dinner}
        return self.meals_at.get((index, meal)) or daily.get(meal)

    def stay_range(self, place: Place) -> tuple[int, int, int]:
        """Return the least, usual and longest visit in minutes: as it was said, else by kind and size."""
        if said := self.stays.get(place.id):
            return said, said, said
        low, usual, high = stay_range(place)
        if place.id in self.wanted:
            usual = (usual + high) // 10 * 5
        if self.party.walks_less and family(place) in _INDOOR:
            most = _ON_ONES_FEET_MIN[self.party.toddlers]
            low, usual, high = min(low, most), min(usual, most), min(high, most)
        return low, usual, high

    @property
    def sleeps_out(self) -> bool:
        """Whether nights are spent in a hotel or a camp."""
        return self.days > 1 and not self.lodging.none


def on_road(desk: Desk, point: Point) -> bool:
    """Whether there is a road near enough to drive to a point."""
    try:
        desk.router.snap(*point)
    except NavError:
        return False
    return True


def begin_of(request: TripRequest, index: int) -> datetime:
    """Return when a day begins."""
    first = request.times.begin if index == 0 else None
    at = request.begins.get(index) or first or request.day_start
    return datetime.combine(next_day(request.first_day, index), at)


def next_day(day: date, count: int = 1) -> date:
    """Return the date `count` days later."""
    return day + timedelta(days=count)


def renumbered(request: TripRequest, now: Mapping[int, int]) -> TripRequest:
    """Return the request with its days in another order: what was said of a day stays with it.

    Parameters
    ----------
    request
        The request.
    now
        The new number of each day that is left, by its old one, both counted from 0.
    """
    towns = {new: request.town_of_day[old] for old, new in now.items()}
    return replace(
        request,
        days=len(now),
        town_of_day=tuple(towns[number] for number in sorted(towns)),
        begins={now[day]: at for day, at in request.begins.items() if day in now},
        ends={now[day]: at for day, at in request.ends.items() if day in now},
        naps={now[day]: minutes for day, minutes in request.naps.items() if day in now},
        skipped_on=frozenset((now[day], meal) for day, meal in request.skipped_on if day in now),
        meals_min={(now[day], meal): at for (day, meal), at in request.meals_min.items() if day in now},
        meals_at={(now[day], meal): at for (day, meal), at in request.meals_at.items() if day in now},
        on_days={i: frozenset(now[day] for day in days if day in now) for i, days in request.on_days.items()},
        themed={now[day]: ids for day, ids in request.themed.items() if day in now},
        dined=tuple(
            replace(wish, day=now[wish.day - 1] + 1) if wish.day else wish
            for wish in request.dined
            if not wish.day or wish.day - 1 in now
        ),
    )
