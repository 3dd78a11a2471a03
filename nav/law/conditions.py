"""Conditions of `…:conditional` tags: times, sizes and kinds of vehicle, joined by AND; one evaluator.

See https://wiki.openstreetmap.org/wiki/Conditional_restrictions. Times are read as opening hours are.
What cannot be decided in a car (wet, snow, …) is never taken to hold.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from nav.hours.opening import hours_at
from nav.hours.rule import State
from nav.law.vehicle import Vehicle

HEAVY, LIGHT = "hgv", "!hgv"
"""Conditions that hold for heavy goods vehicles, and for all others."""
FOR_DESTINATION = "destination"
"""Condition that holds for who has a destination on the road."""
_DESTINATION_WORDS = frozenset({"destination", "customers", "visitors", "access"})
_PRIVATE_WORDS = frozenset({
    "delivery", "private", "permit", "residents", "resident", "employees", "loading", "permit_holder",
})  # fmt: skip
_HEAVY_WORDS = frozenset({"hgv", "goods", "truck", "lorry"})
_OTHERS = frozenset({
    "agricultural", "forestry", "bus", "psv", "taxi", "emergency", "bicycle", "moped", "motorcycle",
    "trailer", "caravan", "motorhome", "disabled", "hov", "tourist_bus", "coach", "bdouble", "electric",
    "foot", "hazmat", "military", "official", "school_bus", "carpool", "ev", "mofa", "horse", "cargo",
    "doctor", "parking",
})  # fmt: skip
_UNDECIDED = frozenset({
    "wet", "dry", "rain", "snow", "ice", "fog", "winter", "summer", "school", "flashing", "flooding",
    "high_tide", "low_tide", "fuel", "smog", "congestion", "event", "signals", "snow chains",
    "high_water", "lights", "match",
})  # fmt: skip
_COMPARED = re.compile(
    r"(?:max)?(weight(?:rating)?|gcweight|emptyweight|height|width|length|axleload|axles|wheels|trailers|stay|"
    r"occupants|passengers|seats)\s*(<=|>=|<|>|=)\s*(\d+(?:\.\d+)?)\s*([a-z]*)",
    re.IGNORECASE,
)
_SIZES = {
    "weight": "weight",
    "weightrating": "weight",
    "gcweight": "weight",
    "height": "height",
    "width": "width",
    "length": "length",
    "axleload": "axleload",
}
_UNITS = {"": 1.0, "t": 1.0, "kg": 0.001, "st": 0.907, "lbs": 0.000_453_6, "m": 1.0, "ft": 0.3048, "cm": 0.01}

Purpose = Literal["", "destination", "private", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A condition as tagged, understood."""

    text: str
    """What is left to judge when driving, atoms joined by ` AND `; `` if nothing is."""
    purpose: Purpose
    """Whom it is for; ``never`` if it never holds, or if nobody can tell."""
    is_broken: bool = False
    """Whether it is not understood at all."""


def read_condition(text: str) -> Reading:
    """Understand a condition as tagged.

    >>> read_condition("(07:00-09:00 AND weight > 7.5 t)").text
    '07:00-09:00 AND weight>7.5'
    >>> read_condition("destination").purpose, read_condition("wet").purpose
    ('destination', 'never')
    """
    atoms: list[str] = []
    purpose: Purpose = ""
    for part in re.split(r"\s+and\s+", _unwrapped(text), flags=re.IGNORECASE):
        atom = _unwrapped(part)
        word = atom.lower()
        if word in _DESTINATION_WORDS:
            purpose = "private" if purpose == "private" else "destination"
        elif word in _PRIVATE_WORDS:
            purpose = "private"
        elif word in _HEAVY_WORDS:
            atoms.append(HEAVY)
        elif word in _OTHERS or word in _UNDECIDED:
            return Reading(text="", purpose="never")
        elif found := _COMPARED.fullmatch(atom):
            size = _SIZES.get(found[1].lower())
            if size is None or found[4].lower() not in _UNITS:
                return Reading(text="", purpose="never")
            limit = float(found[3]) * _UNITS[found[4].lower()]
            atoms.append(f"{size}{found[2]}{limit:g}")
        elif atom and hours_at(atom, None) is not None:
            atoms.append(atom)
        else:
            return Reading(text="", purpose="never", is_broken=True)
    return Reading(text=" AND ".join(atoms), purpose=purpose)


def _unwrapped(text: str) -> str:
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and "(" not in text[1:-1]:
        text = text[1:-1].strip()
    return text


def conditional_parts(text: str) -> list[tuple[str, str]]:
    """Split a `…:conditional` value into (value, condition) pairs; a broken part has the condition ``""``.

    >>> conditional_parts("no @ (Mo-Fr 07:00-09:00; Sa 10:00-12:00); destination @ (Su)")
    [('no', 'Mo-Fr 07:00-09:00; Sa 10:00-12:00'), ('destination', 'Su')]
    """
    parts, depth, begin = [], 0, 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == ";" and depth <= 0:
            parts.append(text[begin:i])
            begin = i + 1
    parts.append(text[begin:])
    found = []
    for part in parts:
        value, _, condition = part.partition("@")
        if part.strip():
            found.append((value.strip(), _unwrapped(condition)))
    return found


class Clock:
    """Judges conditions at one place; times are what its clocks show, to the minute."""

    def __init__(self, place: tuple[float, float]) -> None:
        self._place = place
        self._atoms: dict[str, Callable[[datetime | None, Vehicle], bool | None]] = {}
        self._conditions: dict[str, tuple[Callable[[datetime | None, Vehicle], bool | None], ...]] = {}

    def holds(self, condition: str, moment: datetime | None, vehicle: Vehicle) -> bool | None:
        """Tell whether a condition holds; None if that depends on a time that is not given."""
        if not condition:
            return True
        if " OR " in condition:
            verdicts = [self.holds(part, moment, vehicle) for part in condition.split(" OR ")]
            return True if True in verdicts else None if None in verdicts else False
        atoms = self._conditions.get(condition)
        if atoms is None:
            atoms = tuple(self._atom(part) for part in condition.split(" AND "))
            self._conditions[condition] = atoms
        verdict: bool | None = True
        for atom in atoms:
            judged = atom(moment, vehicle)
            if judged is False:
                return False
            if judged is None:
                verdict = None
        return verdict

    def next_change(self, condition: str, moment: datetime) -> datetime | None:
        """Return the next moment at which a condition may change its verdict; None if it never does."""
        found = None
        for part in _atoms(condition):
            if not is_timed(part):
                continue
            times = hours_at(part, self._place)
            change = times.next_change(moment) if times is not None else None
            if change is not None:
                found = change if found is None else min(found, change)
        return found

    def _atom(self, text: str) -> Callable[[datetime | None, Vehicle], bool | None]:
        if text not in self._atoms:
            self._atoms[text] = self._made(text)
        return self._atoms[text]

    def _made(self, text: str) -> Callable[[datetime | None, Vehicle], bool | None]:
        if text == HEAVY:
            return lambda moment, vehicle: vehicle.is_heavy
        if text == LIGHT:
            return lambda moment, vehicle: not vehicle.is_heavy
        if found := _COMPARED.fullmatch(text):
            size, sign, limit = found[1], found[2], float(found[3])
            return lambda moment, vehicle: _compare(vehicle.size(size), sign, limit)
        times = hours_at(text, self._place)
        if times is None:
            return lambda moment, vehicle: False

        # The same minute is asked for by many roads.
        last: list[Any] = [None, False]

        def at(moment: datetime | None, vehicle: Vehicle) -> bool | None:
            if moment is None:
                return None
            if last[0] != moment:
                last[:] = moment, times.state(moment) is State.OPEN
            return bool(last[1])

        return at


def is_timed(condition: str) -> bool:
    """Tell whether a condition that was read depends on the time."""
    return any(
        part and part not in (HEAVY, LIGHT, FOR_DESTINATION) and not _COMPARED.fullmatch(part)
        for part in _atoms(condition)
    )


def _atoms(condition: str) -> list[str]:
    return re.split(" AND | OR ", condition)


def _compare(value: float, sign: str, limit: float) -> bool:
    match sign:
        case "<":
            return value < limit
        case "<=":
            return value <= limit
        case ">":
            return value > limit
        case ">=":
            return value >= limit
    return math.isclose(value, limit)


def to_minute(moment: datetime) -> datetime:
    """Cut a local time to the minute, without its zone."""
    return moment.replace(second=0, microsecond=0, tzinfo=None)
