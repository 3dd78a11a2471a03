# ruff: noqa: E501 (a pattern is easier to read whole)
"""On which day a trip begins: the dates that people say, in both languages."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from agent.understanding.amounts import date_said, shift_said
from agent.understanding.numerals import EN_NUMBER, ZH_NUMBER

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

__all__ = ["EN_DATE", "EN_SHIFT", "ZH_DATE", "ZH_SHIFT", "date_said", "first_day_of", "moved_to"]

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
    shift = shift_said(text)
    return first_day + timedelta(days=shift) if shift is not None else date_said(text, now)
