"""Opening hours measured: expressions with what they mean, judged at five moments each.

The first come from `data/hours.txt`, written by hand from the specification. The others are drawn: a
timetable is drawn first and then written down in one of the ways in which people write it, so what is right
is known without reading anything.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from poi.kinds.opening import open_at

_CASES = Path(__file__).parents[1] / "data" / "hours.txt"
_MONDAY = date(2024, 6, 3)
_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_STATES = {"o": True, "c": False, "u": None}
DRAWN, SEED = 260, 20_261_129

PLACES = {
    "stuttgart": (48.7769, 9.1844), "berlin": (52.52, 13.405), "beijing": (39.9075, 116.3972),
    "london": (51.5074, -0.1278), "edinburgh": (55.9533, -3.1883), "new york": (40.7128, -74.006),
    "moscow": (55.7558, 37.6173), "buenos aires": (-34.6037, -58.3816), "strasbourg": (48.5734, 7.7521),
    "paris": (48.8566, 2.3522), "tokyo": (35.6762, 139.6503),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """Opening hours, and whether the place is open at some moments; None where that is not told."""

    text: str
    place: tuple[float, float]
    moments: tuple[tuple[datetime, bool | None], ...]


def written() -> list[Case]:
    """Return the cases that were written by hand."""
    lines = (line for line in _CASES.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    found = []
    for text, place, moments in (line.split("\t") for line in lines):
        parts = [part.split() for part in moments.split(";")]
        read = tuple((_moment(day, clock), _STATES[state]) for day, clock, state in parts)
        found.append(Case(text, PLACES[place], read))
    return found


def _moment(day: str, clock: str) -> datetime:
    if day in _WEEKDAYS:
        on = _MONDAY + timedelta(days=_WEEKDAYS.index(day))
    else:
        on = date.fromisoformat(day if len(day) > 5 else f"{_MONDAY.year}-{day}")
    return datetime.fromisoformat(f"{on}T{clock}")


@dataclass(frozen=True, slots=True)
class _Timetable:
    """Minutes of opening for each weekday, those over 24 hours after midnight; and days off."""

    spans: tuple[tuple[tuple[int, int], ...], ...]
    off: frozenset[date]

    def is_open(self, moment: datetime) -> bool:
        minute = moment.hour * 60 + moment.minute
        return self._covers(moment.date(), minute) or self._covers(
            moment.date() - timedelta(days=1), minute + 1440
        )

    def _covers(self, day: date, minute: int) -> bool:
        if day in self.off:
            return False
        return any(begin <= minute < end for begin, end in self.spans[day.weekday()])


def drawn(count: int, seed: int) -> list[Case]:
    """Return cases whose timetable was drawn before it was written down."""
    rng = random.Random(seed)
    return [_drawn(rng) for _ in range(count)]


def _drawn(rng: random.Random) -> Case:
    groups = _day_groups(rng)
    spans: list[tuple[tuple[int, int], ...]] = [()] * 7
    ruled = []
    for days in groups:
        hours = _hours(rng)
        ruled.append((days, hours))
        for day in days:
            spans[day] = hours
    off = frozenset(_MONDAY + timedelta(days=rng.randrange(120)) for _ in range(rng.choice((0, 0, 1, 2))))
    table = _Timetable(tuple(spans), off)
    text = _writer(rng)(rng, ruled)
    for day in sorted(off):
        text += f"; {day.year} {day:%b} {day.day:02d} off"
    edges = [m for hours in spans for span in hours for m in span] or [600]
    moments = []
    for _ in range(5):
        day = rng.choice(sorted(off)) if off and rng.random() < 0.4 else None
        day = day or _MONDAY + timedelta(days=rng.randrange(120))
        minute = (rng.choice(edges) + rng.choice((-30, -1, 0, 1, 30))) % 1440
        moment = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
        moments.append((moment, table.is_open(moment)))
    return Case(text, PLACES[rng.choice(("stuttgart", "paris", "new york", "tokyo"))], tuple(moments))


def _day_groups(rng: random.Random) -> list[tuple[int, ...]]:
    """Draw a week cut into runs of days, some of them closed."""
    cuts = sorted(rng.sample(range(1, 7), rng.choice((0, 1, 1, 2))))
    runs = [tuple(range(a, b)) for a, b in zip((0, *cuts), (*cuts, 7), strict=True)]
    return [run for run in runs if rng.random() < 0.85] or runs[:1]


def _hours(rng: random.Random) -> tuple[tuple[int, int], ...]:
    begin, end = rng.randrange(24, 44) * 15, rng.randrange(64, 92) * 15
    match rng.randrange(4):
        case 0:
            noon = rng.randrange(46, 52) * 15
            return (begin, noon), (noon + 60, end)
        case 1:
            return ((rng.randrange(68, 92) * 15, rng.randrange(100, 118) * 15),)
        case _:
            return ((begin, end),)


def _days(days: tuple[int, ...], names: tuple[str, ...], to: str = "-") -> str:
    return names[days[0]] + (f"{to}{names[days[-1]]}" if len(days) > 1 else "")


def _clock(minute: int, form: str = "{h:02d}:{m:02d}") -> str:
    minute %= 1440
    return form.format(h=minute // 60, m=minute % 60)


def _notation(rng: random.Random, ruled: Any) -> str:
    past = rng.random() < 0.3

    def end(minute: int) -> str:
        return f"{minute // 60:02d}:{minute % 60:02d}" if past and minute > 1440 else _clock(minute)

    dash, joint = rng.choice(("-", "-", "–", " - ")), rng.choice(("; ", ";", ", "))
    return joint.join(
        _days(days, _WEEKDAYS)
        + rng.choice((" ", ": "))
        + ",".join(f"{_clock(a)}{dash}{end(b)}" for a, b in hours)
        for days, hours in ruled
    )


def _english(rng: random.Random, ruled: Any) -> str:
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return "; ".join(
        f"{_days(days, names)} "
        + ", ".join(f"{_half(a)}{rng.choice(('-', ' to '))}{_half(b)}" for a, b in hours)
        for days, hours in ruled
    )


def _half(minute: int) -> str:
    hour, rest = divmod(minute % 1440, 60)
    return f"{(hour - 1) % 12 + 1}" + (f":{rest:02d}" if rest else "") + ("am" if hour < 12 else "pm")


def _german(rng: random.Random, ruled: Any) -> str:
    names = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
    form = rng.choice(("{h:02d}.{m:02d}", "{h:02d}:{m:02d}"))
    return "; ".join(
        f"{_days(days, names, ' bis ')} "
        + " und ".join(f"{_clock(a, form)}-{_clock(b, form)} Uhr" for a, b in hours)
        for days, hours in ruled
    )


def _french(rng: random.Random, ruled: Any) -> str:
    names = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
    return "; ".join(
        f"{_days(days, names, ' à ')} "
        + ", ".join(f"{_clock(a, '{h:02d}h{m:02d}')}-{_clock(b, '{h:02d}h{m:02d}')}" for a, b in hours)
        for days, hours in ruled
    )


def _chinese(rng: random.Random, ruled: Any) -> str:
    week = rng.choice(("周", "星期"))
    names = tuple(week + day for day in "一二三四五六日")
    to = rng.choice(("至", "到", "-"))
    return "；".join(
        f"{_days(days, names, to)} "
        + "、".join(f"{_clock(a)}{rng.choice(('-', '至', '~'))}{_clock(b)}" for a, b in hours)
        for days, hours in ruled
    )


def _writer(rng: random.Random) -> Any:
    return rng.choice((_notation, _notation, _notation, _english, _german, _french, _chinese))


def judged(cases: list[Case]) -> Iterator[tuple[Case, datetime, bool | None, bool | None]]:
    """Go through all moments with what is right and what was answered."""
    for case in cases:
        for moment, right in case.moments:
            yield case, moment, right, open_at(case.text, moment, *case.place)


def measure() -> dict[str, dict[str, float]]:
    """Return the shares of right, unknown and wrong answers, and the time of one."""
    figures = {}
    for name, cases in (("hours, by the specification", written()), ("hours, drawn", drawn(DRAWN, SEED))):
        counts: Counter[str] = Counter()
        took: list[float] = []
        for case in cases:
            for moment, right in case.moments:
                began = time.process_time()
                answer = open_at(case.text, moment, *case.place)
                took.append(time.process_time() - began)
                counts["right" if answer is right else "unknown" if answer is None else "wrong"] += 1
        asked = sum(counts.values())
        p50, p99 = np.percentile(np.array(took) * 1000, [50, 99])
        figures[name] = {
            "expressions": len(cases), "asked": asked, "right": counts["right"] / asked,
            "unknown": counts["unknown"] / asked, "wrong": counts["wrong"] / asked,
            "p50_ms": float(p50), "p99_ms": float(p99),
        }  # fmt: skip
    return figures
