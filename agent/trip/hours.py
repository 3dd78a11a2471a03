"""When a place can be visited on a day, in the terms of the solver."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from poi.opening import open_throughout

if TYPE_CHECKING:
    from poi.place import Place

_STEP = timedelta(minutes=15)


def hours_state(place: Place, arrive: datetime, leave: datetime) -> Literal["open", "closed", "unknown"]:
    """Say whether a place is open for a whole visit."""
    state = open_throughout(place.opening_hours, arrive, leave, place.lat, place.lon)
    return "unknown" if state is None else "open" if state else "closed"


def arrival_windows(
    place: Place, day: date, stay: timedelta, first: datetime, last: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the spans in which one may arrive and still find it open for the whole stay.

    Parameters
    ----------
    place
        The place; without opening hours every time will do.
    day
        Date, in the place's own time.
    stay
        Length of the visit.
    first, last
        Earliest and latest arrival of interest.
    """
    if not place.opening_hours:
        return [(first, last)]
    windows: list[tuple[datetime, datetime]] = []
    moment, begun = first, None
    while moment <= last:
        fits = hours_state(place, moment, moment + stay) != "closed"
        if fits and begun is None:
            begun = moment
        if not fits and begun is not None:
            windows.append((begun, moment - _STEP))
            begun = None
        moment += _STEP
    if begun is not None:
        windows.append((begun, last))
    return windows
