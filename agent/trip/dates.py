# ruff: noqa: E501 (a pattern is easier to read whole)
"""On which day a trip begins: the dates that people say, in both languages."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from agent.understanding.numerals import EN_NUMBER, ZH_NUMBER, en_number, ordinal, zh_number

_ZH_WEEKDAYS = "一二三四五六"
_EN_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EN_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

ZH_DATE = (
    rf"(?:大后天|后天|明天|今天|(?:这|下)?(?:个)?(?:周|星期|礼拜)[一二三四五六日天末]|下(?:个)?(?:周|星期|礼拜)|"
    rf"{ZH_NUMBER}月{ZH_NUMBER}[号日]|{ZH_NUMBER}[号日]|{ZH_NUMBER}天(?:以|之)?后)"
)
EN_DATE = (
    rf"(?:the day after tomorrow|tomorrow|today|(?:this |next |on )?(?:{'|'.join(_EN_WEEKDAYS)}|weekend)|next week|"
    rf"in {EN_NUMBER} days?|(?:the )?\d{{1,2}}(?:st|nd|rd|th)(?: of (?:{'|'.join(_EN_MONTHS)}))?|(?:{'|'.join(_EN_MONTHS)}) \d{{1,2}}(?:st|nd|rd|th)?)"
)
ZH_SHIFT = rf"(?:(?:推迟|延后|延迟|往后推|往后挪|晚)(?P<later>{ZH_NUMBER})天|(?:提前|提早|往前挪|早)(?P<sooner>{ZH_NUMBER})天)"
EN_SHIFT = (
    rf"(?:(?P<later>{EN_NUMBER}) days? later|(?P<sooner>{EN_NUMBER}) days? (?:earlier|sooner)|"
    rf"(?:postpone|delay|push (?:it )?back)(?: it| the trip)?(?: by)? (?P<later2>{EN_NUMBER}) days?)"
)


def first_day_of(text: str, now: datetime) -> date:
    """Return the date on which a trip begins by the words said: tomorrow unless something else was."""
    said = date_said(text, now)
    if said is None or (said == now.date() and now.hour >= 10):
        return now.date() + timedelta(days=1)
    return said


def moved_to(text: str, now: datetime, first_day: date) -> date | None:
    """Return the new first day of a plan ("change it to tomorrow", "推迟一天"); None if no date was said."""
    for pattern, read in ((ZH_SHIFT, zh_number), (EN_SHIFT, en_number)):
        if found := re.search(pattern, text, re.IGNORECASE):
            parts = found.groupdict()
            later = parts.get("later") or parts.get("later2")
            days = int(read(later or parts["sooner"] or "1") or 1)
            return first_day + timedelta(days=days if later else -days)
    return date_said(text, now)


def date_said(text: str, now: datetime) -> date | None:
    """Return the date that the words name; None if they name none."""
    today = now.date()
    for pattern, days in (
        (r"大后天", 3),
        (r"后天|\bday after tomorrow\b", 2),
        (r"明天|\btomorrow\b", 1),
        (r"今天|\btoday\b", 0),
    ):
        if re.search(pattern, text, re.IGNORECASE):
            return today + timedelta(days=days)
    return _in_days(text, today) or _weekday(text, today) or _calendar(text, today)


def _in_days(text: str, today: date) -> date | None:
    if found := re.search(rf"({ZH_NUMBER})天(?:以|之)?后", text):
        return today + timedelta(days=int(zh_number(found[1]) or 1))
    if found := re.search(rf"(?i)\bin ({EN_NUMBER}) days?\b", text):
        return today + timedelta(days=int(en_number(found[1]) or 1))
    return None


def _weekday(text: str, today: date) -> date | None:
    """The coming one; "next" and 下 mean the one of the week after this."""
    if re.search(r"周末|双休|(?i:\bweekend\b)", text):
        ahead = (5 - today.weekday()) % 7
        if re.search(r"下(?:个)?周末|(?i:next weekend)", text):
            ahead += 7
        return today + timedelta(days=ahead or 7)
    if found := re.search(r"(下)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])", text):
        day = _ZH_WEEKDAYS.find(found[2]) if found[2] in _ZH_WEEKDAYS else 6
        if found[1]:
            return today + timedelta(days=7 - today.weekday() + day)
        return today + timedelta(days=(day - today.weekday()) % 7 or 7)
    if found := re.search(rf"(?i)\b(next )?({'|'.join(_EN_WEEKDAYS)})\b", text):
        ahead = (_EN_WEEKDAYS.index(found[2].lower()) - today.weekday()) % 7 or 7
        return today + timedelta(days=ahead + (7 if found[1] and ahead < 7 - today.weekday() else 0))
    if re.search(r"下(?:个)?(?:周|星期|礼拜)|(?i:\bnext week\b)", text):
        return today + timedelta(days=7 - today.weekday())
    return None


def _calendar(text: str, today: date) -> date | None:
    """A day of the month, with or without the month: the next one that is not past."""
    month, day = None, None
    if found := re.search(rf"(?:({ZH_NUMBER})月)?({ZH_NUMBER})[号日](?!游)", text):
        month, day = zh_number(found[1]) if found[1] else None, zh_number(found[2])
    elif found := re.search(
        rf"(?i)\b(\d{{1,2}}(?:st|nd|rd|th))(?: of ({'|'.join(_EN_MONTHS)}))?|\b({'|'.join(_EN_MONTHS)}) (\d{{1,2}})(?:st|nd|rd|th)?\b",
        text,
    ):
        name = found[2] or found[3]
        month = _EN_MONTHS.index(name.lower()) + 1 if name else None
        day = ordinal(found[1] or found[4])
    if day is None:
        return None
    for ahead in range(14):
        total = today.month - 1 + ahead
        try:
            there = date(today.year + total // 12, total % 12 + 1, int(day))
        except ValueError:
            continue
        if there >= today and month in {None, there.month}:
            return there
    return None
