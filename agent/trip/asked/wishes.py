"""What the words of a trip's wishes ask for: limits, lodging, money, as values that a plan can be held to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agent.trip.asked.marks import day_marks, without_days
from languages import load_language
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import alone, any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.intent import Wishes
    from agent.understanding.utterance import Language

LITTLE_WALK_M, LITTLE_DRIVE_S = 350.0, 2.5 * 3600.0
"""What "not too much" of walking between two stops and of driving a day comes to."""
_NO_WAY_M = 2.0
_OF_A_DAY_M = 1_500.0
"""A way on foot that is said to be the most is that of a day from so much on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What must not be too much."""

    walk_m: float | None = None
    """Longest walk between two stops, metres."""
    walk_day_m: float | None = None
    """Longest way on foot in a day, metres."""
    drive_day_s: float | None = None
    """Longest time at the wheel in a day, seconds."""
    drive_leg_s: float | None = None
    """Longest drive without a stop, seconds."""
    on_foot: bool = False
    """Whether the car stays where it is once one is there."""
    climb: bool = False
    """Whether climbs and stairs are to be kept off."""
    sights: int = 0
    """Most sights in a day; 0 for no limit."""
    easy: bool = False
    """Whether it must not be hurried."""
    late: bool = False
    """Whether one wants to sleep in."""
    nap: bool = False
    """Whether one rests after lunch."""
    free_days: tuple[int, ...] = ()
    """Days without anything planned, from 1; -1 for the last."""
    range_m: float | None = None
    """How far the car still goes, metres."""
    read: tuple[tuple[str, str], ...] = ()
    """Words that were understood, each with what it limits: "walk", "drive", "climb"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lodging:
    """Where to sleep."""

    none: bool = False
    """No hotel is wanted: one sleeps at home, with friends."""
    camper: bool = False
    kinds: tuple[str, ...] = ()
    """Values of the map's `tourism` key that fit; empty for any."""
    stars: int = 0
    near: str = ""
    """Place in the speaker's words that it should be near to."""
    price: Literal["", "low", "high"] = ""
    banned: tuple[str, ...] = ()
    """Kinds that it must not be."""
    tags: tuple[tuple[str, str], ...] = ()
    """What it must have by the map, each with its words."""
    names: tuple[str, ...] = ()
    """Words that may be the name of a hotel, or a wish that no map tells."""
    read: tuple[tuple[str, str], ...] = ()
    """Words that were understood, each with what they say."""


def limits_of(spans: Sequence[str], language: Language) -> Limits:
    """Read limits: 一天开车不超过三小时, "not too much walking"."""
    words = trip_words(language)
    walk = walk_day = day = leg = None
    climb, easy, late, on_foot, sights, read = False, False, False, False, 0, []
    nap, range_m = False, None
    free_days: tuple[int, ...] = ()
    for span in spans:
        if any_of(language, (words.range_left,)).search(span):
            range_m = _amount(span, words.units_m, language)
            read.append((span, "range"))
            continue
        if any_of(language, words.frail).search(span):
            walk, climb = LITTLE_WALK_M, True
            read.append((span, "walk"))
            continue
        if _naps(span, language):
            nap = True
            read.append((span, "nap"))
            continue
        if days := free_days_in(span, language):
            free_days = (*free_days, *days)
            read.append((span, "free"))
            continue
        if on_foot_in(span, language):
            on_foot = True
            read.append((span, "on_foot"))
            continue
        if most := _sights(span, language):
            sights = most
            read.append((span, "sights"))
            continue
        if said := next((w for w in ("easy", "late", "same_hotel") if _says(span, language, w)), ""):
            easy, late = easy or said == "easy", late or said == "late"
            read.append((span, said))
            continue
        metres = _amount(span, words.units_m, language)
        seconds = duration_of(span, language)
        if any_of(language, words.limit["drive"]).search(span):
            if any_of(language, words.limit["each"]).search(span) and seconds:
                leg = seconds
            else:
                day = seconds or LITTLE_DRIVE_S
            read.append((span, "drive"))
        elif any_of(language, words.limit["climb"]).search(span):
            climb = True
            read.append((span, "climb"))
        elif any_of(language, words.limit["walk"]).search(span):
            far = metres or (seconds or 0) * 1.2
            walk = min(far or LITTLE_WALK_M, 1500.0)
            whole = far >= _OF_A_DAY_M or any_of(language, words.daily).search(span)
            if far and whole and not any_of(language, words.limit["each"]).search(span):
                walk_day, walk = far, min(far / 3, 1000.0)
            read.append((span, "walk"))
    return Limits(
        walk_m=walk, walk_day_m=walk_day, drive_day_s=day, drive_leg_s=leg, climb=climb, sights=sights,
        easy=easy, late=late,
        on_foot=on_foot, nap=nap, free_days=free_days, range_m=range_m, read=tuple(read),
    )  # fmt: skip


def _naps(span: str, language: Language) -> bool:
    if not talks_of_trips(language):
        return False
    return any_of(language, talk_words(language).change.nap).search(span) is not None


def free_days_in(text: str, language: Language) -> tuple[int, ...]:
    """Return the days that are said to be free as a whole, from 1: 第二天休息不安排."""
    if not talks_of_trips(language):
        return ()
    words, marks = talk_words(language).change, day_marks(text, language)
    parts = tuple(w for said in trip_words(language).parts.values() for w in said)
    if not marks or any_of(language, parts).search(text) or not any_of(language, words.free).search(text):
        return ()
    rest = any_of(language, (*words.free, *words.free_beside)).sub(" ", without_days(text, language))
    left = any_of(language, (*talk_words(language).fillers, *talk_words(language).edges)).sub(" ", rest)
    return () if any(c.isalnum() for c in left) else tuple(mark.day for mark in marks)


def on_foot_in(text: str, language: Language) -> re.Match[str] | None:
    """Find where it is said that nothing is to be driven; a walk of some length is a limit of its own."""
    words = trip_words(language)
    found = any_of(language, words.limit["on_foot"]).search(text)
    if found is None:
        return None
    metres = _amount(text, words.units_m, language) or 0.0
    return None if metres > _NO_WAY_M or duration_of(text, language) else found


def _says(span: str, language: Language, field: str) -> bool:
    return any_of(language, getattr(trip_words(language), field)).search(span) is not None


def _sights(span: str, language: Language) -> int:
    """Return how many sights a day are the most; 0 if that is not what is said."""
    numbers = load_language(language).numbers
    for said in trip_words(language).sights_a_day:
        pattern = said.replace("{n}", f"(?P<n>{numbers.pattern})")
        if found := re.search(alone(language, pattern), span, re.IGNORECASE):
            return int(numbers.read(found["n"].strip()) or 0)
    return 0


def _amount(text: str, units: dict[str, float], language: Language) -> float | None:
    numbers = load_language(language).numbers
    for unit, size in units.items():
        found = re.search(alone(language, rf"(?P<count>{numbers.pattern})\s*(?:{unit})"), text, re.IGNORECASE)
        if found and (value := numbers.read(found["count"].strip())):
            return value * size
    return None


def duration_of(text: str, language: Language) -> float | None:
    """Return seconds out of hours and minutes together: 一个半小时, "one hour thirty minutes"."""
    words, numbers = trip_words(language), load_language(language).numbers
    for pattern in words.half_hours:
        counted = alone(language, pattern.replace("{n}", f"(?P<n>{numbers.pattern})"))
        if found := re.search(counted, text, re.IGNORECASE):
            whole = numbers.read(found["n"].strip()) if "n" in found.groupdict() else 0
            return 3600.0 * ((whole or 0) + 0.5)
    parts = [_amount(text, {unit: size}, language) for unit, size in words.units_s.items()]
    return sum(part for part in parts if part) or None


def lodging_of(wishes: Wishes, language: Language) -> Lodging:
    """Read the wishes for the night."""
    data = trip_words(language)
    words = data.lodging
    kinds: list[str] = []
    banned: list[str] = []
    tags: list[tuple[str, str]] = []
    names: list[str] = []
    read: list[tuple[str, str]] = []
    facts: dict[str, object] = {"stars": wishes.hotel_stars, "price": wishes.budget}
    for span in wishes.lodging:
        what = ""
        if any_of(language, words.none).search(span):
            facts["none"], what = True, "none"
        elif any_of(language, words.not_).search(span) and (found := _kinds(span, language, anywhere=True)):
            banned += found
            what = "ban"
        elif any_of(language, words.camper).search(span):
            facts["camper"], what = True, "camper"
        elif (stars := _stars(words.stars, span, language)) is not None:
            facts["stars"], what = stars, "stars"
        elif found := _kinds(span, language):
            kinds += found
            what = "kind"
        elif near := _near(span, language):
            facts["near"], what = near, "near"
        elif found := [t for t, said in words.tags.items() if any_of(language, said).search(span)]:
            tags += [(tag, span) for tag in found]
            what = "tag"
        elif price := _price(span, language):
            facts["price"], what = price, "price"
        else:
            names.append(span)
            what = "name"
        read.append((span, what))
        if what in {"kind", "near"} and not facts["price"] and (price := _price(span, language)):
            facts["price"] = price
    if facts.get("none") and (facts.get("camper") or set(kinds) - {"hotel"}):
        facts["none"] = False  # no hotel is wanted, but another bed is
        banned.append("hotel")
    return Lodging(
        kinds=tuple(kinds),
        banned=tuple(banned),
        tags=tuple(tags),
        names=tuple(names),
        read=tuple(read),
        **facts,  # type: ignore[arg-type]
    )


def _kinds(span: str, language: Language, *, anywhere: bool = False) -> list[str]:
    """Return the kinds of lodging that are said: a hotel only by itself, for its name may hold the word."""
    found = []
    for kind, said in trip_words(language).lodging.kinds.items():
        pattern = any_of(language, said)
        whole = kind == "hotel" and not anywhere
        if pattern.fullmatch(_core(span)) if whole else pattern.search(span):
            found.append(kind)
    return found


def _core(span: str) -> str:
    return re.sub(r"^(?:an?|the|住|在|住在)\s*", "", span.strip(), flags=re.IGNORECASE)


def _stars(pattern: str, span: str, language: Language) -> int | None:
    numbers = load_language(language).numbers
    found = re.search(
        alone(language, pattern.replace("{n}", f"(?P<n>{numbers.pattern})")), span, re.IGNORECASE
    )
    value = numbers.read(found["n"].strip()) if found else None
    return int(value) if value is not None else None


def _near(span: str, language: Language) -> str:
    for pattern in trip_words(language).lodging.near:
        if found := any_of(language, (pattern,)).search(span):
            return (found["place"] or "").strip()
    return ""


def _price(span: str, language: Language) -> Literal["", "low", "high"]:
    words = trip_words(language).money
    if any_of(language, words["low"]).search(span):
        return "low"
    return "high" if any_of(language, words["high"]).search(span) else ""


def budget_of(wishes: Wishes, language: Language) -> Literal["", "low", "high"]:
    """Say whether the budget is small or large, as far as words say it: a sum says neither."""
    if wishes.budget:
        return wishes.budget
    for span in wishes.money:
        if price := _price(span, language):
            return price
    return ""
