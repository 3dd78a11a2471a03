"""Opening hours of a place: open at a time or not, in its own time zone and with its own holidays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nav.country import timezone_at
from nav.hours.opening import hours_at
from nav.hours.rule import State

_LONGEST_NIGHT = timedelta(hours=12)
"""What is open from the day before until so late is open round the clock, and not a night."""

_STATES: dict[State, bool | None] = {State.OPEN: True, State.CLOSED: False, State.UNKNOWN: None}


def _local(when: datetime, lat: float, lon: float) -> datetime:
    """Return what the clocks of the place show."""
    if when.tzinfo is None:
        return when
    return when.astimezone(ZoneInfo(timezone_at(lat, lon) or "UTC")).replace(tzinfo=None)


def open_at(text: str, when: datetime, lat: float, lon: float) -> bool | None:
    """Say whether a place is open.

    Parameters
    ----------
    text
        OSM opening_hours value; empty when unknown.
    when
        The time; without a zone it is the local time of the place.
    lat, lon
        Where the place is: gives its time zone and its public holidays.

    Returns
    -------
    bool or None
        None when the hours are unknown, unreadable, or say "unknown" themselves.
    """
    hours = hours_at(text, (lat, lon))
    return None if hours is None else _STATES[hours.state(_local(when, lat, lon))]


def next_change(text: str, when: datetime, lat: float, lon: float) -> datetime | None:
    """Return when the place next opens, closes or becomes uncertain after `when`; None when it never does.

    The time has the zone of `when`, or is the local time of the place where that has none.
    """
    hours = hours_at(text, (lat, lon))
    change = hours.next_change(_local(when, lat, lon)) if hours is not None else None
    if change is None or when.tzinfo is None:
        return change
    return change.replace(tzinfo=ZoneInfo(timezone_at(lat, lon) or "UTC")).astimezone(when.tzinfo)


def states_between(
    text: str, start: datetime, end: datetime, lat: float, lon: float
) -> list[tuple[datetime, datetime, bool | None]] | None:
    """Return the spans from `start` to `end`, each open (True), closed, or unknown (None).

    Parameters
    ----------
    text
        OSM opening_hours value.
    start, end
        Local times of the place, without a zone.
    lat, lon
        Where the place is.

    Returns
    -------
    list of (begin, end, state), or None
        In order, without gaps, neighbours of different states; None when the hours are unknown or unreadable.
    """
    hours = hours_at(text, (lat, lon))
    if hours is None:
        return None
    return [(stay.begin, stay.end, _STATES[stay.state]) for stay in hours.stays(start, end)]


def hours_of_day(
    text: str, day: date, lat: float, lon: float
) -> list[tuple[datetime, datetime, bool | None]] | None:
    """Return when a place is open on a day (True), or may be (None); a night belongs to the day it began.

    Parameters
    ----------
    text
        OSM opening_hours value.
    day
        Of the place's own calendar.
    lat, lon
        Where the place is.

    Returns
    -------
    list of (begin, end, state), or None
        Empty when it is closed all day; None when the hours are unknown or unreadable. What is open round the
        clock runs from midnight to midnight.
    """
    midnight = datetime.combine(day, time())
    following = midnight + timedelta(days=1)
    states = states_between(text, midnight - timedelta(days=1), following + timedelta(days=1), lat, lon)
    if states is None:
        return None
    found: list[tuple[datetime, datetime, bool | None]] = []
    for begin, end, state in states:
        if state is False or begin >= following or end <= midnight:
            continue
        if begin < midnight and end < midnight + _LONGEST_NIGHT:
            continue
        until = end if end < following + _LONGEST_NIGHT else following
        found.append((max(begin, midnight), until, state))
    return found


def open_throughout(text: str, start: datetime, end: datetime, lat: float, lon: float) -> bool | None:
    """Say whether a place stays open from `start` to `end`; None when unknown."""
    begin, over = _local(start, lat, lon), _local(end, lat, lon)
    states = states_between(text, begin, max(over, begin + timedelta(minutes=1)), lat, lon)
    if not states:
        return None
    found = {state for *_, state in states}
    return False if False in found else None if None in found else True
