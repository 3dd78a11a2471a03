"""A plan on paper: Markdown, GeoJSON and iCalendar."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from agent.actions import reply
from agent.trip.asked.party import read_party
from agent.trip.offered.kinds import DIETS
from agent.trip.offered.tables import foods_of
from languages import load_language
from languages.trip_words import any_of, trip_words
from nav.guidance.wording.wording import shown_distance

if TYPE_CHECKING:
    from agent.trip.accounting import Entry
    from agent.trip.itinerary import Day, Plan, Return, Visit
    from agent.understanding.utterance import Language

_NO_HOURS = {"hotel", "rest", "free"}
_WITH_MEANING = re.compile(r"[\\`*_\[\]<>&~]|:(?=//)|(?<=www)\.")
"""What Markdown reads as more than a character inside a line; the last two would make links."""


def to_markdown(plan: Plan, language: Language) -> str:
    """Return the plan as a Markdown page: the days, what became of each wish, notes."""
    title = _say(language, "title", where=_cell(plan.where), days=str(len(plan.days)))
    lines = [f"# {title.replace('day(s)', 'day' if len(plan.days) == 1 else 'days')}", ""]
    for number, day in enumerate(plan.days, 1):
        town = f", {_cell(day.town)}" if day.town else ""
        lines += [f"## {_say(language, 'day', n=str(number))} ({day.date.isoformat()}{town})", ""]
        lines += [_say(language, "head"), "| --- | --- | --- | --- | --- |"]
        lines += [_row(visit, language) for visit in day.visits]
        if day.home is not None:
            way = _way(day.home, language)
            lines.append(f"| {day.home.arrive:%H:%M} | {_say(language, 'home')} |  | {way} |  |")
        lines.append("")
    if plan.accounting.entries:
        lines += [f"## {_say(language, 'wishes')}", ""]
        lines += [
            f"- {_cell(_wish(e, language))}: {_cell(_became(e, plan, language))}"
            for e in _told(plan, language)
        ]
        lines.append("")
    lines += [f"## {_say(language, 'notes')}", "", f"- {_say(language, 'prices')}"]
    lines += [f"- {told}" for told in _free_hours(plan, language)]
    if plan.fuel_range == "unknown":
        lines.append(f"- {_say(language, 'range')}")
    if plan.avoid:
        roads = reply.joined([reply.say(language, f"road.{kind}") for kind in plan.avoid], language)
        lines.append(f"- {_say(language, 'avoid', roads=roads)}")
    lines.append(f"- {_say(language, 'licence')}")
    return "\n".join(lines) + "\n"


_LONG_FREE = timedelta(minutes=150)
_EARLY_BACK = time(15, 30)


def _free_hours(plan: Plan, language: Language) -> Iterator[str]:
    """Say of each half day that is left empty why: it was to be easy, or there is no more to see."""
    wishes = plan.wishes
    words = trip_words(language)
    said = any_of(language, (*words.easy, *words.late)).search(" ".join((*wishes.limit, *wishes.who)))
    slow = read_party(wishes.who, language).walks_less
    why = "purpose" if wishes.pace == "easy" or wishes.limit or said or slow else "nothing_more"
    for number, day in enumerate(plan.days, 1):
        free = [v for v in day.visits if v.kind in {"rest", "free"} and v.leave - v.arrive >= _LONG_FREE]
        for visit in free:
            hours = {"begin": f"{visit.arrive:%H:%M}", "end": f"{visit.leave:%H:%M}"}
            yield _say(language, f"free_hours.{why}", n=str(number), **hours)
        if day.home is not None and day.home.arrive.time() < _EARLY_BACK and not wishes.time:
            yield _say(language, f"early.{why}", n=str(number), end=f"{day.home.arrive:%H:%M}")


def _say(language: Language, key: str, **facts: str) -> str:
    return load_language(language).replies.say(f"export.{key}", **facts)


_ALSO_NOTED = frozenset({"children", "elderly", "avoid"})
"""Values that repeat what the words of who comes say, or what the notes say."""
_OWN_STATE = frozenset(
    {"unread", "who", "not_then", "dog", "wheelchair", "prices", "nearest_hotel", "meal", "empty_town"}
)
"""Notes that are told in words of their own."""
_FAR_BED_S = 20 * 60.0
"""A bed to which one drives so long is not where one is by day, and the list says so."""
_MOST_NAMES = 5
"""So many places that meet a wish are named."""


def _told(plan: Plan, language: Language) -> list[Entry]:
    """Return the wishes to list: no value that only repeats what words of the speaker say."""
    entries = list(plan.accounting)
    priced = any(e.note == "prices" and e.slot != "budget" for e in entries)
    easy = any_of(language, trip_words(language).easy)
    paced = any(e.slot != "pace" and easy.search(e.words) for e in entries)
    silent = {*_ALSO_NOTED, *(("budget",) if priced else ()), *(("pace",) if paced else ())}
    silent |= {"hotel_stars"} if any(e.slot == "lodging" for e in entries) else set()
    return [e for e in entries if e.slot not in silent]


def _wish(entry: Entry, language: Language) -> str:
    """Return the words for a wish: the speaker's, or ours for a value."""
    match entry.slot:
        case "budget" | "pace":
            return _say(language, f"value.{entry.slot}.{entry.words}")
        case "hotel_stars":
            return _say(language, "value.stars", n=entry.words)
    return entry.words


def _became(entry: Entry, plan: Plan, language: Language) -> str:
    """Say what became of a wish: what meets it and when, or how it is kept."""
    if entry.state != "kept":
        return _say(language, f"state.{entry.note if entry.note in _OWN_STATE else entry.state}")
    if entry.slot in {"no_meal", "dislikes"}:
        return _say(language, "state.left_out")
    if entry.how:
        between = load_language(language).settings.list_separator
        return between.join(_say(language, f"how.{key}", value=value) for key, value in entry.how)
    if names := _names(entry, plan, language):
        ways = (
            [v.drive_s for v in plan.visits if v.kind in {"hotel", "rest"}] if entry.slot == "lodging" else []
        )
        if max(ways, default=0.0) >= _FAR_BED_S:
            return _say(language, "far_bed", names=names, minutes=str(round(max(ways) / 60)))
        by_map = entry.slot == "meals" and bool(set(foods_of(entry.words)) & DIETS)
        return _say(language, "by_map", names=names) if by_map else names
    return _say(language, "state.kept")


def _names(entry: Entry, plan: Plan, language: Language) -> str:
    """Return the names of the places that meet a wish, with their days; "" if none does."""
    by_day: dict[int, list[str]] = {}
    met = set(entry.met)
    for number, day in enumerate(plan.days, 1):
        for place in (p for visit in day.visits for p in (visit.place, *visit.parts)):
            if place.id in met:
                met.discard(place.id)
                by_day.setdefault(number, []).append(reply.spoken_name(place, language))
    count, told = 0, []
    for number, names in by_day.items():
        some = names[: _MOST_NAMES - count]
        count += len(some)
        named = reply.joined(some, language)
        if some:
            one = len(plan.days) == 1 or entry.slot == "lodging"
            told.append(named if one else _say(language, "on_day", names=named, n=str(number)))
    left = sum(map(len, by_day.values())) - count
    text = load_language(language).settings.list_separator.join(told)
    return _say(language, "more", names=text, n=str(left)) if left else text


def _cell(text: str) -> str:
    """Return text as it stands, whatever it holds: names of the map are no Markdown, links or HTML."""
    line = " ".join(text.replace("|", "/").split())
    return _WITH_MEANING.sub(r"\\\g<0>", line)


def _row(visit: Visit, language: Language) -> str:
    notes = []
    if visit.hours == "unknown" and visit.kind not in _NO_HOURS:
        notes.append(_say(language, "unknown"))
    own = reply.spoken_name(visit.place, language)
    parts = [name for p in visit.parts if not _says_again(name := reply.spoken_name(p, language), own)]
    if parts:
        names = reply.joined(list(dict.fromkeys(parts)), language)
        notes.append(_say(language, "with", names=names))
    times = f"{visit.arrive:%H:%M}" if visit.kind == "hotel" else f"{visit.arrive:%H:%M}–{visit.leave:%H:%M}"
    name = _cell(reply.spoken_name(visit.place, language))
    what = _say(language, visit.kind)
    return f"| {times} | {what} | {name} | {_way(visit, language)} | {_cell('; '.join(notes))} |"


def _says_again(name: str, own: str) -> bool:
    """Whether a part bears the name of the whole, in other spelling or in fewer words."""
    words, whole = (set(re.findall(r"\w+", text.casefold())) for text in (name, own))
    alike = SequenceMatcher(None, name.casefold(), own.casefold()).ratio() >= _ALIKE
    return alike or len(words & whole) >= max(2, _SHARED * len(words))


_ALIKE, _SHARED = 0.85, 0.6


def _way(way: Visit | Return, language: Language) -> str:
    """Return the way to a stop: by car, on foot, or both."""
    told = []
    for key, seconds, metres in (("walk", way.walk_s, way.walk_m), ("drive", way.drive_s, way.drive_m)):
        if metres >= 1:
            minutes = str(max(1, round(seconds / 60)))
            told.append(_say(language, key, minutes=minutes, distance=shown_distance(metres)))
    return " + ".join(told)


def to_geojson(plan: Plan, router: Any, foot: Any = None) -> dict[str, Any]:
    """Return the stops as points, the drives and the walks as lines.

    Parameters
    ----------
    plan
        The plan.
    router
        Gives the lines of the drives.
    foot
        Gives the lines of the walks; without it they are left out.
    """
    features: list[dict[str, Any]] = []
    for number, day in enumerate(plan.days, 1):
        for order, visit in enumerate(day.visits, 1):
            features.append(_point(visit, number, order))
        drives, walks = _ways_of(day)
        if len(drives) > 1:
            line = _line(router.route(drives, avoid=plan.avoid))
            properties = {
                "day": number,
                "by": "car",
                "drive_s": round(day.drive_s),
                "drive_m": round(day.drive_m),
            }
            features.append(_feature(line, properties))
        for walk in walks if foot is not None else []:
            features.append(_feature(_line(foot.route(list(walk))), {"day": number, "by": "foot"}))
    return {"type": "FeatureCollection", "features": features}


def _ways_of(
    day: Day,
) -> tuple[list[tuple[float, float]], list[tuple[tuple[float, float], tuple[float, float]]]]:
    """Return where the car goes, and the walks that are not just to the car."""
    here = (day.start_lat, day.start_lon)
    drives, walks = [day.car or here], []
    for visit in day.visits:
        there = (visit.place.lat, visit.place.lon)
        if visit.park is not None:
            drives.append(visit.park)
            if visit.park != there:
                walks.append((visit.park, there))
        elif visit.walk_m >= 1:
            walks.append((here, there))
        here = there
    if day.home is not None:
        drives.append((day.home.lat, day.home.lon))
    return drives, walks


def _point(visit: Visit, day: int, order: int) -> dict[str, Any]:
    place = visit.place
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(place.lon, 7), round(place.lat, 7)]},
        "properties": {
            "day": day,
            "order": order,
            "kind": visit.kind,
            "name": place.name,
            "arrive": visit.arrive.isoformat(timespec="minutes"),
            "leave": visit.leave.isoformat(timespec="minutes"),
            "opening_hours": visit.hours,
        },
    }


def _line(route: Any) -> list[list[float]]:
    return [[round(float(lon), 6), round(float(lat), 6)] for lat, lon in route.geometry]


def _feature(line: list[list[float]], properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": line},
        "properties": properties,
    }


def to_ics(plan: Plan, language: Language, *, now: datetime) -> str:
    """Return the plan as an iCalendar file (RFC 5545) in floating local time."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Xiao Gao//trip//EN")
    calendar.add("version", "2.0")
    for index, visit in enumerate(plan.visits):
        event = Event()
        name = reply.spoken_name(visit.place, language)
        event.add("uid", f"{index}-{visit.arrive:%Y%m%dT%H%M}-{visit.place.id.replace('/', '-')}@xiaogao")
        event.add("dtstamp", now)
        event.add("dtstart", visit.arrive)
        event.add("dtend", max(visit.leave, visit.arrive + timedelta(minutes=5)))
        event.add("summary", f"{_say(language, visit.kind)}: {_cell(name)}")
        event.add("location", _cell(visit.place.address or name))
        event.add("geo", (visit.place.lat, visit.place.lon))
        told = [_way(visit, language)]
        if visit.hours == "unknown" and visit.kind not in _NO_HOURS:
            told.append(_say(language, "unknown"))
        event.add("description", "; ".join(t for t in told if t))
        calendar.add_component(event)
    return str(calendar.to_ical().decode("utf-8"))


def export(plan: Plan, form: str, *, language: Language, router: Any, now: datetime, foot: Any = None) -> str:
    """Return the plan as text in one of the forms "json", "md", "geojson", "ics"."""
    match form:
        case "json":
            return json.dumps(plan.to_dict(), ensure_ascii=False, indent=2) + "\n"
        case "md":
            return to_markdown(plan, language)
        case "geojson":
            return json.dumps(to_geojson(plan, router, foot), ensure_ascii=False) + "\n"
        case "ics":
            return to_ics(plan, language, now=now)
    raise ValueError(f"unknown form {form!r}: use json, md, geojson or ics")
