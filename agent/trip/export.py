"""A plan on paper: Markdown, GeoJSON and iCalendar."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent.actions import reply
from nav.guidance.wording import shown_distance

if TYPE_CHECKING:
    from agent.trip.itinerary import Plan, Visit
    from agent.understanding.utterance import Language

_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "{where}{days}日行程",
        "day": "第{n}天",
        "sight": "游览",
        "lunch": "午餐",
        "dinner": "晚餐",
        "hotel": "住宿",
        "rest": "休息",
        "fuel": "加油",
        "unknown": "营业时间未知",
        "drive": "开车{minutes}分钟，{distance}",
        "notes": "说明",
        "prices": "地图数据里没有价格，费用未知。",
        "unmet": "没能排进：{names}。",
        "range": "续航未知，请自行留意油量或电量。",
        "avoid": "路线避开：{roads}。",
        "head": "| 时间 | 安排 | 地点 | 路程 | 备注 |",
        "licence": "地图数据 © OpenStreetMap 贡献者（ODbL）。",
    },
    "en": {
        "title": "{where}, {days} day(s)",
        "day": "Day {n}",
        "sight": "visit",
        "lunch": "lunch",
        "dinner": "dinner",
        "hotel": "night",
        "rest": "rest",
        "fuel": "fuel",
        "unknown": "opening hours unknown",
        "drive": "{minutes} min drive, {distance}",
        "notes": "Notes",
        "prices": "The map data has no prices: costs are unknown.",
        "unmet": "Not in the plan: {names}.",
        "range": "The range is unknown: please watch fuel or charge.",
        "avoid": "The drives avoid: {roads}.",
        "head": "| time | what | where | drive | note |",
        "licence": "Map data © OpenStreetMap contributors (ODbL).",
    },
}


def to_markdown(plan: Plan, language: Language) -> str:
    """Return the plan as a Markdown page."""
    words = _WORDS[language]
    title = words["title"].format(where=plan.where, days=len(plan.days))
    lines = [f"# {title.replace('day(s)', 'day' if len(plan.days) == 1 else 'days')}", ""]
    for number, day in enumerate(plan.days, 1):
        lines += [f"## {words['day'].format(n=number)} ({day.date.isoformat()})", "", words["head"]]
        lines.append("| --- | --- | --- | --- | --- |")
        for visit in day.visits:
            lines.append(_row(visit, words, language))
        lines.append("")
    lines += [f"## {words['notes']}", "", f"- {words['prices']}"]
    if plan.unmet:
        lines.append(f"- {words['unmet'].format(names=', '.join(plan.unmet))}")
    if plan.fuel_range == "unknown":
        lines.append(f"- {words['range']}")
    if plan.avoid:
        roads = reply.joined([reply.say(language, f"road.{kind}") for kind in plan.avoid], language)
        lines.append(f"- {words['avoid'].format(roads=roads)}")
    lines.append(f"- {words['licence']}")
    return "\n".join(lines) + "\n"


def _row(visit: Visit, words: dict[str, str], language: Language) -> str:
    name = reply.spoken_name(visit.place, language).replace("|", "/")
    note = words["unknown"] if visit.hours == "unknown" and visit.kind != "hotel" else ""
    drive = words["drive"].format(minutes=round(visit.drive_s / 60), distance=shown_distance(visit.drive_m))
    times = f"{visit.arrive:%H:%M}" if visit.kind == "hotel" else f"{visit.arrive:%H:%M}–{visit.leave:%H:%M}"
    return f"| {times} | {words[visit.kind]} | {name} | {drive} | {note} |"


def to_geojson(plan: Plan, router: Any) -> dict[str, Any]:
    """Return the stops as points and the drives as lines.

    Parameters
    ----------
    plan
        The plan.
    router
        Gives the lines of the drives.
    """
    features: list[dict[str, Any]] = []
    for number, day in enumerate(plan.days, 1):
        stops = [(day.start_lat, day.start_lon)]
        for order, visit in enumerate(day.visits, 1):
            place = visit.place
            stops.append((place.lat, place.lon))
            features.append(
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [round(place.lon, 7), round(place.lat, 7)]},
                    "properties": {
                        "day": number,
                        "order": order,
                        "kind": visit.kind,
                        "name": place.name,
                        "arrive": visit.arrive.isoformat(timespec="minutes"),
                        "leave": visit.leave.isoformat(timespec="minutes"),
                        "opening_hours": visit.hours,
                    },
                }
            )
        if len(stops) > 1:
            route = router.route(stops, avoid=plan.avoid)
            line = [[round(float(lon), 6), round(float(lat), 6)] for lat, lon in route.geometry]
            features.append(
                {
                    "type": "Feature",
                    "geometry": {"type": "LineString", "coordinates": line},
                    "properties": {
                        "day": number,
                        "drive_s": round(day.drive_s),
                        "drive_m": round(day.drive_m),
                    },
                }
            )
    return {"type": "FeatureCollection", "features": features}


def to_ics(plan: Plan, language: Language, *, now: datetime) -> str:
    """Return the plan as an iCalendar file (RFC 5545) in floating local time."""
    words = _WORDS[language]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Xiao Gao//trip//EN", "CALSCALE:GREGORIAN"]
    for index, visit in enumerate(plan.visits):
        name = reply.spoken_name(visit.place, language)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{index}-{visit.arrive:%Y%m%dT%H%M}-{visit.place.id.replace('/', '-')}@xiaogao",
            f"DTSTAMP:{now:%Y%m%dT%H%M%S}Z",
            f"DTSTART:{visit.arrive:%Y%m%dT%H%M%S}",
            f"DTEND:{visit.leave:%Y%m%dT%H%M%S}",
            f"SUMMARY:{_escaped(words[visit.kind] + ': ' + name)}",
            f"LOCATION:{_escaped(visit.place.address or name)}",
            f"GEO:{visit.place.lat:.6f};{visit.place.lon:.6f}",
        ]
        if visit.hours == "unknown" and visit.kind != "hotel":
            lines.append(f"DESCRIPTION:{_escaped(words['unknown'])}")
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) + "\r\n" for line in lines)


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Fold at 75 octets, never inside a character."""
    parts: list[str] = []
    current = ""
    for char in line:
        if len((current + char).encode()) > (75 if not parts else 74):
            parts.append(current)
            current = ""
        current += char
    parts.append(current)
    return "\r\n ".join(parts)


def export(plan: Plan, form: str, *, language: Language, router: Any, now: datetime) -> str:
    """Return the plan as text in one of the forms "json", "md", "geojson", "ics"."""
    match form:
        case "json":
            return json.dumps(plan.to_dict(), ensure_ascii=False, indent=2) + "\n"
        case "md":
            return to_markdown(plan, language)
        case "geojson":
            return json.dumps(to_geojson(plan, router), ensure_ascii=False) + "\n"
        case "ics":
            return to_ics(plan, language, now=now)
    raise ValueError(f"unknown form {form!r}: use json, md, geojson or ics")
