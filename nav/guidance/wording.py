"""Distances, times, speeds, road references and names in the words that people say.

Everything here returns text that a speech engine reads right without further normalisation: numbers and
units are written out, and no tag value or empty name gets through.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Literal

from nav.guidance.wording_numbers import en_digits, en_number, zh_digits, zh_number

Language = Literal["zh", "en"]
"""Languages that the agent speaks."""

_NOT_NAMES = frozenset(
    """null|none|nil|nan|n/a|unnamed|noname|no_name|no name|unnamed road|unknown|undefined|yes|no|fixme|todo
    |tbd|?|-|.|无名|无名路|未命名|未命名道路|未知|无|路|道路""".replace("\n    ", "").split("|")
)
_REF_PARTS = re.compile(r"([^\W\d_]+|\d+)")
_NAME_KEYS = {"zh": ("zh-Hans", "zh", "zh-CN", ""), "en": ("en", "")}


def rounded_distance_m(metres: float) -> int:
    """Round a distance to the step that people use at that size.

    Ten metres up to 100, fifty up to 500, a hundred up to 1 km, then a tenth of a kilometre up to 5 km, half
    a kilometre up to 10 km and whole kilometres beyond.
    """
    for limit, step in ((95, 10), (475, 50), (950, 100), (4950, 100), (9750, 500)):
        if metres < limit:
            return max(10, int(metres / step + 0.5) * step)
    return int(metres / 1000 + 0.5) * 1000


@lru_cache(maxsize=4096)
def _distance_words(rounded_m: int, language: Language) -> str:
    if language == "zh":
        if rounded_m < 1000:
            return zh_number(rounded_m, counting=True) + "米"
        whole, tenth = divmod(rounded_m // 100, 10)
        if tenth:
            return f"{zh_number(whole)}点{zh_number(tenth)}公里"
        return zh_number(whole, counting=True) + "公里"
    if rounded_m < 1000:
        return en_number(rounded_m) + " metres"
    whole, tenth = divmod(rounded_m // 100, 10)
    if tenth == 5 and whole < 10:
        return f"{en_number(whole)} and a half kilometres"
    if tenth:
        return f"{en_number(whole)} point {en_number(tenth)} kilometres"
    return "one kilometre" if whole == 1 else f"{en_number(whole)} kilometres"


def spoken_distance(metres: float, language: Language) -> str:
    """Say a distance, rounded as people say it.

    Parameters
    ----------
    metres : float
        Distance in metres; a negative one counts as none.
    language : {"zh", "en"}
        Language to say it in.

    Returns
    -------
    str
        Such as 三百米, 两公里, "three hundred metres", "one and a half kilometres".
    """
    return _distance_words(rounded_distance_m(max(0.0, metres)), language)


def shown_distance(metres: float) -> str:
    """Write a distance for a screen, rounded as it is spoken: "300 m", "1.5 km"."""
    rounded = rounded_distance_m(max(0.0, metres))
    return f"{rounded} m" if rounded < 1000 else f"{rounded / 1000:g} km"


def spoken_duration(seconds: float, language: Language) -> str:
    """Say a length of time in hours and minutes, to five minutes beyond three hours.

    Parameters
    ----------
    seconds : float
        Time in seconds.
    language : {"zh", "en"}
        Language to say it in.

    Returns
    -------
    str
        Such as 十二分钟, 一小时二十分钟, "less than a minute", "one hour twenty minutes".
    """
    minutes = int(max(0.0, seconds) / 60 + 0.5)
    if minutes < 1:
        return "不到一分钟" if language == "zh" else "less than a minute"
    if minutes > 180:
        minutes = int(minutes / 5 + 0.5) * 5
    hours, minutes = divmod(minutes, 60)
    if language == "zh":
        head = zh_number(hours, counting=True) + "小时" if hours else ""
        return head + (zh_number(minutes, counting=True) + "分钟" if minutes else "")
    parts = [_en_counted(hours, "hour")] * bool(hours) + [_en_counted(minutes, "minute")] * bool(minutes)
    return " ".join(parts)


def _en_counted(count: int, noun: str) -> str:
    return f"{en_number(count)} {noun}" + ("" if count == 1 else "s")


def spoken_time(moment: datetime, language: Language) -> str:
    """Say a time of day: 下午三点二十, "three twenty p.m."."""
    hour, minute = moment.hour, moment.minute
    if language == "zh":
        part = ("凌晨", "早上", "上午", "中午", "下午", "晚上")[_bisect((5, 8, 11, 13, 18), hour)]
        tail = (
            "整"
            if not minute
            else ("半" if minute == 30 else ("零" if minute < 10 else "") + zh_number(minute))
        )
        if tail not in ("整", "半"):
            tail += "分"
        return f"{part}{zh_number(hour if hour <= 12 else hour - 12, counting=True)}点{tail}"
    half = "a.m." if hour < 12 else "p.m."
    twelve = hour % 12 or 12
    if not minute:
        return f"{en_number(twelve)} {half}"
    middle = f"oh {en_number(minute)}" if minute < 10 else en_number(minute)
    return f"{en_number(twelve)} {middle} {half}"


def _bisect(limits: tuple[int, ...], value: int) -> int:
    return sum(value >= limit for limit in limits)


def spoken_speed(kph: float, language: Language) -> str:
    """Say a speed: 六十公里每小时, "sixty kilometres an hour"."""
    whole = int(kph + 0.5)
    if language == "zh":
        return zh_number(whole) + "公里每小时"
    return f"{en_number(whole)} kilometres an hour"


@lru_cache(maxsize=4096)
def spoken_ref(ref: str, language: Language) -> str:
    """Say a road reference as people read it.

    Parameters
    ----------
    ref : str
        Value of the OSM key ``ref``; of several joined by ";" the first is said.
    language : {"zh", "en"}
        Language to say it in.

    Returns
    -------
    str
        G2 → G二 / "G two"; G101 → 幺零幺国道 / "G one oh one"; 51 → 五十一号公路 / "route fifty-one";
        empty if nothing of it can be read.
    """
    text = ref.split(";")[0].strip()
    if not text or text.lower() in _NOT_NAMES or len(text) > 24:
        return ""
    parts: list[str] = _REF_PARTS.findall(text)
    if not parts:
        return ""
    if len(parts) == 1 and parts[0].isdecimal():
        number = _ref_number(parts[0], language)
        return f"{number}号公路" if language == "zh" else f"route {number}"
    if language == "zh" and len(parts) == 2 and len(parts[1]) == 3 and parts[1].isdecimal():
        kind = {"G": "国道", "S": "省道", "X": "县道", "Y": "乡道"}.get(parts[0].upper())
        if kind:
            return zh_digits(parts[1]) + kind
    words = [
        _ref_number(part, language) if part.isdecimal() else part if len(part) > 3 else " ".join(part)
        for part in parts
    ]
    return "".join(words) if language == "zh" else " ".join(words)


def _ref_number(digits: str, language: Language) -> str:
    if len(digits) <= 2 and not digits.startswith("0"):
        return zh_number(int(digits)) if language == "zh" else en_number(int(digits))
    return zh_digits(digits) if language == "zh" else en_digits(digits)


@lru_cache(maxsize=16384)
def speakable_name(text: str) -> str:
    """Return the part of a map's name that may be spoken, empty if there is none.

    Placeholders such as "unnamed", "null" or "fixme" and raw tag values are not names; of several joined by
    ";" the first is taken.
    """
    for part in text.split(";"):
        name = " ".join(part.replace("_", " ").split())
        folded = name.casefold()
        if not name or folded in _NOT_NAMES or folded.startswith(("fixme", "todo:")):
            continue
        if any(c.isalnum() for c in name):
            return name
    return ""


def name_in(names: Mapping[str, str], language: Language) -> str:
    """Choose the name to say: the driver's language if the map has it, else the map's own.

    Parameters
    ----------
    names : mapping of str to str
        Names by language code; the map's own ``name`` under the empty key.
    language : {"zh", "en"}
        Language to say it in.

    Returns
    -------
    str
        A name fit to be spoken, or empty.
    """
    for key in _NAME_KEYS[language]:
        if key in names and (name := speakable_name(names[key])):
            return name
    return ""
