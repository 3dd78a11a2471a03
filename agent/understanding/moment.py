# ruff: noqa: E501 (a pattern is easier to read whole)
"""At which moment a place should be open: the days and times that people say, in both languages."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from agent.trip.dates import EN_DATE, ZH_DATE, date_said
from agent.understanding.numerals import ZH_NUMBER, en_number, zh_number

_ZH_PART = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|早|晚)"
_ZH_CLOCK = rf"(?:{ZH_NUMBER}点(?:钟|整|半|一刻|三刻|{ZH_NUMBER}分?)?|\d{{1,2}}[:：]\d\d|午夜|零点|很晚|深夜)"
ZH_MOMENT = rf"(?:(?:{ZH_DATE}|今|明|后天)?(?:的)?{_ZH_PART}?(?:的)?{_ZH_CLOCK}|{ZH_DATE}{_ZH_PART}?|(?:明|后天){_ZH_PART})"
"""A time, a day or both: 晚上十点, 周日, 明天早上, 明晚八点半."""

_EN_HOUR = r"(?:[01]?\d|2[0-4]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_EN_HALF = r"(?:a\.?m\b\.?|p\.?m\b\.?|o'?clock)"
_EN_PART = r"(?:(?:in|during) the (?:early )?(?:morning|afternoon|evening)|at night|tonight|this (?:morning|afternoon|evening))"
_EN_CLOCK = (
    rf"(?:midnight|noon|(?<=until )late|(?:half past |(?:a )?quarter (?:past|to) )?{_EN_HOUR}(?:[:.]\d\d| ?(?:thirty|fifteen|forty[ -]five))?(?: ?{_EN_HALF})?)"
    r"(?! ?(?:min|hour|kilo|met|mile|km\b|star|%))"
)
_EN_DAY = rf"(?:on )?{EN_DATE}s?(?: (?:morning|afternoon|evening|night))?|in the (?:morning|evening)|at (?:night|noon)"
EN_MOMENT = (
    rf"(?:(?:at |around |about |by )?{_EN_CLOCK}(?:,? (?:{_EN_PART}|{_EN_DAY}))*"
    rf"|(?:{_EN_DAY})(?:,? (?:(?:at|around|until|till|past|after) )?{_EN_CLOCK})?)"
)
"""A time, a day or both: "at ten pm", "on Sunday", "tomorrow morning at seven"."""

_UNTIL = re.compile(r"(?i)到|\b(?:until|till?)\b")
_AFTER = re.compile(r"(?i)以后|之后|过了|\b(?:after|(?<!half )(?<!quarter )past)\b")
_EVENING = re.compile(r"(?i)傍晚|晚|夜里|半夜|午夜|\b(?:evening|night|tonight|midnight)\b")
_AM = re.compile(r"(?i)凌晨|清晨|早上|早晨|上午|\ba\.?m\b|\bmorning\b")
_SMALL_HOURS = 4
"""What is open until an hour before this is so at night."""
_EARLY = 6
"""An hour before this is meant after noon if nothing else was said."""
_LATE = (23, 0)
_MIDDAY = time(13)
"""When something is to be open on a day of which no hour was said."""
_PARTS = (
    (r"早|上午|\bmorning\b", time(9)),
    (r"中午|\bnoon\b", time(12)),
    (r"下午|\bafternoon\b", time(15)),
    (r"晚|夜|\bevening\b|\bnight\b", time(20)),
)
_MINUTE = timedelta(minutes=1)


def today_said(words: str) -> bool:
    """Tell "open today", which asks for now, from a moment."""
    return re.fullmatch(r"(?i)\s*(?:on )?(?:today|今天)\s*", words) is not None


def until_said(words: str) -> bool:
    """Tell "until ten" from "at ten"."""
    return _UNTIL.search(words) is not None


def moment_said(words: str, now: datetime) -> datetime | None:
    """Return the moment at which a place has to be open.

    Parameters
    ----------
    words
        What was said of it: "on Sunday", "at ten pm", 开到十二点.
    now
        The present, in the region's own time, with or without a time zone.

    Returns
    -------
    datetime or None
        "Until ten" is the minute before ten. None if the words name no moment.
    """
    day = date_said(re.sub(r"(?i)days\b", "day", words), now)
    if day is None and re.search(r"明[早晚]", words):
        day = now.date() + timedelta(days=1)
    said = _clock_of(words)
    if said is None:
        part = next((at for pattern, at in _PARTS if re.search(pattern, words, re.IGNORECASE)), None)
        if day is None and part is None:
            return None
        moment = datetime.combine(day or now.date(), part or _MIDDAY, tzinfo=now.tzinfo)
        return moment if day or moment >= now else moment + timedelta(days=1)
    hour, minute = said
    until = until_said(words)
    moment = _placed(hour, minute, words, day=day, now=now, until=until)
    return moment - _MINUTE if until else moment + (_MINUTE if _AFTER.search(words) else timedelta())


def _placed(hour: int, minute: int, words: str, *, day: date | None, now: datetime, until: bool) -> datetime:
    """Put a time of the clock on the day that is meant, into the half of the day that is meant.

    Without either it is the next such hour; what is open "until two" is so at night, "until ten" in the evening.
    """
    morning = _AM.search(words) is not None
    pm = re.search(r"(?i)\bp\.?m\b|中午|下午|\bafternoon\b", words) is not None
    later_half = pm or until or _EVENING.search(words) is not None
    base = datetime.combine(day or now.date(), time(), tzinfo=now.tzinfo)
    if hour == 12 and later_half and not pm:
        hour = 24
    elif hour < _SMALL_HOURS and later_half and not (pm or morning):
        hour += 24
    elif hour < 12 and later_half and not morning:
        hour += 12
    moment = base + timedelta(hours=hour, minutes=minute)
    if day is not None or moment >= now:
        half = timedelta(hours=12 if hour < 12 and not morning and moment < now else 0)
        return moment + half
    if hour < _EARLY and not morning:
        return moment + timedelta(hours=12 if moment + timedelta(hours=12) >= now else 36)
    later = moment + timedelta(hours=12)
    return later if hour < 12 and not morning and later >= now else moment + timedelta(days=1)


def _clock_of(words: str) -> tuple[int, int] | None:
    """Return hour (0 to 24) and minute of the clock; None if none is named."""
    if re.search(r"(?i)午夜|零点|\bmidnight\b", words):
        return 24, 0
    if re.search(r"(?i)\bnoon\b", words):
        return 12, 0
    if re.search(r"(?i)很晚|深夜|\blate\b", words):
        return _LATE
    if found := re.search(r"\b(\d{1,2})[:：.](\d\d)", words):
        return _valid(float(found[1]), int(found[2]))
    if found := re.search(rf"({ZH_NUMBER})点(半|一刻|三刻|{ZH_NUMBER})?", words):
        minute = {"半": 30.0, "一刻": 15.0, "三刻": 45.0}.get(found[2] or "零") or zh_number(found[2] or "零")
        return _valid(zh_number(found[1]), int(minute or 0))
    found = re.search(
        rf"(?i)\b(half past |(?:a )?quarter past |(?:a )?quarter to )?(?P<hour>{_EN_HOUR}) ?(?P<more>thirty|fifteen|forty[ -]five)?(?: ?{_EN_HALF})?$",
        _without_day(words),
    )
    if not found:
        return None
    hour = en_number(found["hour"].strip())
    before = (found[1] or "").lower()
    minute = {"th": 30, "fi": 15, "fo": 45}.get((found["more"] or "")[:2].lower(), 0)
    if "half" in before:
        minute = 30
    elif "quarter past" in before:
        minute = 15
    elif "quarter to" in before:
        hour, minute = (hour or 0) - 1, 45
    return _valid(hour, minute)


def _without_day(words: str) -> str:
    """Take off the day and the part of the day, so that the hour comes last."""
    before = None
    while words != before:
        before = words
        words = re.sub(rf"(?i),? ?\b(?:{_EN_PART}|{_EN_DAY})$", "", words.strip(" ,.?!"))
    return words


def _valid(hour: float | None, minute: int) -> tuple[int, int] | None:
    if hour is None or hour != int(hour) or not 0 <= hour <= 24 or not 0 <= minute < 60:
        return None
    return int(hour), minute
