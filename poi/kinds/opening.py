"""Opening hours: open at a time or not, in the place's own time zone and with its public holidays."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

_MISSING_SEMICOLON = re.compile(r"(?<=\d)\s+(?=(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)\b)")
"""The most common mistake in the tag: rules parted by a blank only."""


@lru_cache(maxsize=2048)
def _parsed(text: str, lat: float, lon: float) -> Any:
    """Zone and country come from the very coordinates: Monaco has other holidays than France around it."""
    if not text:
        return None
    from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

    for spelling in (text, _MISSING_SEMICOLON.sub("; ", text)):
        try:
            return OpeningHours(spelling, coords=(lat, lon))
        except (ParserError, SyntaxError, ValueError):
            continue
    return None


def _in_a_named_zone(when: datetime) -> datetime:
    """The library takes zones by name only, not bare offsets."""
    return when if when.tzinfo is None else when.astimezone(ZoneInfo("UTC"))


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
    hours = _parsed(text, lat, lon)
    if hours is None:
        return None
    moment = _in_a_named_zone(when)
    if hours.is_unknown(moment):
        return None
    return bool(hours.is_open(moment))


def next_change(text: str, when: datetime, lat: float, lon: float) -> datetime | None:
    """Return when the place next opens or closes after `when`; None when it never does or is unknown."""
    hours = _parsed(text, lat, lon)
    if hours is None:
        return None
    change = hours.next_change(_in_a_named_zone(when))
    if not isinstance(change, datetime):
        return None
    return change.replace(tzinfo=None) if when.tzinfo is None else change


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
        In order and without gaps; None when the hours are unknown or unreadable.
    """
    hours = _parsed(text, lat, lon)
    if hours is None:
        return None
    known = {"open": True, "closed": False}
    return [
        (begin.replace(tzinfo=None), over.replace(tzinfo=None), known.get(str(state).lower()))
        for begin, over, state, _ in hours.intervals(start, end)
    ]


def open_throughout(text: str, start: datetime, end: datetime, lat: float, lon: float) -> bool | None:
    """Say whether a place stays open from `start` to `end`; None when unknown."""
    if start.tzinfo is None and end > start:
        states = [state for *_, state in states_between(text, start, end, lat, lon) or ()]
        return None if not states or (None in states and False not in states) else all(states)
    if (state := open_at(text, start, lat, lon)) is not True:
        return state
    change = next_change(text, start, lat, lon)
    return change is None or change >= end
