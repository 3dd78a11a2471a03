"""When a place can be visited on a day, in the terms of the solver."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from agent.trip.offered.kinds import OUTDOORS
from nav.country import timezone_at
from nav.hours.sun import SunAt
from poi.kinds.opening import open_throughout, states_between

if TYPE_CHECKING:
    from poi.place import Place

State = Literal["open", "closed", "unknown"]
_NIGHT = timedelta(hours=30)
"""A day's hours are looked at into the next morning."""


def hours_state(place: Place, arrive: datetime, leave: datetime) -> State:
    """Say whether a place is open for a whole visit."""
    state = open_throughout(place.opening_hours, arrive, leave, place.lat, place.lon)
    return "unknown" if state is None else "open" if state else "closed"


def daylight(place: Place, day: date) -> tuple[datetime, datetime] | None:
    """Return when it is light at a place that is nothing in the dark; None if light does not matter there."""
    if not place.category.startswith(OUTDOORS):
        return None
    return _light(round(place.lat, 1), round(place.lon, 1), day)


@lru_cache(maxsize=512)
def _light(lat: float, lon: float, day: date) -> tuple[datetime, datetime] | None:
    sun = SunAt(day, lat, lon, ZoneInfo(timezone_at(lat, lon) or "UTC"))
    rise, fall = sun.minute_of("sunrise"), sun.minute_of("sunset")
    if rise is None or fall is None:
        return None  # it never rises or never sets: one goes out all the same
    midnight = datetime.combine(day, time())
    return midnight + timedelta(minutes=rise), midnight + timedelta(minutes=fall)


class Timetable:
    """Opening hours of one plan's places, each day read once; lives as long as the planning."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, date], list[tuple[datetime, datetime, bool | None]] | None] = {}

    def _spans(self, place: Place, day: date) -> list[tuple[datetime, datetime, bool | None]] | None:
        key = (place.id, day)
        if key not in self._days:
            midnight = datetime.combine(day, time())
            self._days[key] = states_between(
                place.opening_hours, midnight, midnight + _NIGHT, place.lat, place.lon
            )
        return self._days[key]

    def state(self, place: Place, arrive: datetime, leave: datetime) -> State:
        """Say whether a place is open for a whole visit."""
        spans = self._spans(place, arrive.date()) if place.opening_hours else None
        if not spans:
            return "unknown"
        states = {state for begin, end, state in spans if begin < leave and end > arrive}
        return "closed" if False in states else "unknown" if None in states else "open"

    def open_from(
        self, place: Place, moment: datetime, stay: timedelta, *, dark: bool = False
    ) -> datetime | None:
        """Return the first time from then on at which one can come and stay; None for none that day.

        Parameters
        ----------
        place, moment, stay
            Where, from when on, and for how long.
        dark
            Whether one may come in the dark, as in an evening out.
        """
        light = None if dark else daylight(place, moment.date())
        come = self._opens(place, max(moment, light[0]) if light else moment, stay)
        return None if come is None or (light is not None and come + stay > light[1]) else come

    def _opens(self, place: Place, moment: datetime, stay: timedelta) -> datetime | None:
        spans = self._spans(place, moment.date()) if place.opening_hours else None
        if not spans:
            return moment
        begun: datetime | None = None
        for begin, end, state in spans:
            if state is False:
                begun = None
                continue
            begun = begin if begun is None else begun
            come = max(begun, moment)
            if come + stay <= end:
                return come
        return None
