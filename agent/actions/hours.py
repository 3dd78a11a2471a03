"""Answers about opening hours, for the moment or the day that was asked about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent.actions import reply
from agent.actions.turn import Result, Turn
from agent.understanding.amounts import hour_said, until_said
from poi.kinds.opening import hours_of_day, next_change, open_at

if TYPE_CHECKING:
    from poi.place import Place

_SOON = timedelta(hours=3)
"""How long it still is until a place closes is told when it is no longer than this."""

_LONG = timedelta(days=7)
"""When it opens after that is not told."""


def answer(turn: Turn, place: Place, at: str) -> Result:
    """Say whether, or when, a place is open.

    Parameters
    ----------
    turn
        The request.
    place
        Asked about.
    at
        The moment in the speaker's words: "on Sunday" asks for the hours of a day, "tomorrow at nine" for a
        moment, "" for now.
    """
    turn.session.topic, turn.session.touched_at = place, turn.desk.now()
    moment = turn.finder.moment(at)
    if moment is None:
        return _now(turn, place)
    if not hour_said(at):
        return _on_day(turn, place, moment)
    return open_then(turn, place, moment, until=until_said(at))


def _now(turn: Turn, place: Place) -> Result:
    """Say until when a place is open, or when it opens."""
    now, name = turn.desk.now(), turn.name(place)
    where = (place.opening_hours, now, place.lat, place.lon)
    is_open, change = open_at(*where), next_change(*where)
    if is_open is None:
        return turn.impossible("hours.unsure" if place.opening_hours else "hours.unknown", name=name)
    if change is None:
        return turn.done("hours.always" if is_open else "hours.never", name=name, places=(place,))
    key, facts = ("hours.open" if is_open else "hours.closed"), {"day": "", "duration": ""}
    if is_open and change - now <= _SOON:
        key, facts["duration"] = "hours.open.soon", turn.duration((change - now).total_seconds())
    elif change.date() > now.date():
        key, facts["day"] = f"{key}.day", turn.day(change)
    time = reply.spoken_time(change, turn.language)
    return turn.done(key, name=name, time=time, places=(place,), **facts)


def _on_day(turn: Turn, place: Place, moment: datetime) -> Result:
    """Say from when until when a place is open on a day."""
    name, day = turn.name(place), turn.day(moment)
    spans = hours_of_day(place.opening_hours, moment.date(), place.lat, place.lon)
    if spans is None:
        return turn.impossible("hours.then.unknown", name=name, when=day)
    if not spans:
        return turn.done("hours.day.closed", name=name, day=day, places=(place,))
    known = [(begin, end) for begin, end, is_open in spans if is_open]
    if not known and all(end - begin >= timedelta(days=1) for begin, end, _ in spans):
        return turn.impossible("hours.then.unknown", name=name, when=day)
    if known and known[0][1] - known[0][0] >= timedelta(days=1):
        return turn.done("hours.day.always", name=name, day=day, places=(place,))
    said = [
        turn.say(
            "hours.span",
            begin=reply.spoken_time(begin, turn.language),
            end=reply.spoken_time(end, turn.language),
        )
        for begin, end in known or [(begin, end) for begin, end, _ in spans]
    ]
    key = "hours.day.open" if known else "hours.day.unsure"
    return turn.done(key, name=name, day=day, hours=turn.listed(said), places=(place,))


def open_then(turn: Turn, place: Place, moment: datetime, *, until: bool) -> Result:
    """Say whether a place is open at a moment to come, or until it; if it is not, when it opens."""
    name = turn.name(place)
    where = (place.opening_hours, moment, place.lat, place.lon)
    is_open = open_at(*where)
    if is_open is None:
        return turn.impossible("hours.then.unknown", name=name, when=turn.moment(moment, until=until))
    if is_open:
        return turn.done("hours.open.then", name=name, when=turn.moment(moment, until=until), places=(place,))
    change = next_change(*where)
    if (
        change is None
        or change - moment > _LONG
        or not open_at(place.opening_hours, change, place.lat, place.lon)
    ):
        return turn.done("hours.closed.then", name=name, when=turn.moment(moment), places=(place,))
    return turn.done(
        "hours.closed.then.opens",
        name=name,
        when=turn.moment(moment),
        next=turn.moment(change),
        places=(place,),
    )
