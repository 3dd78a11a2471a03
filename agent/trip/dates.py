"""On which day a trip begins, and to which it is moved."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from agent.understanding.amounts import date_said, shift_said

__all__ = ["date_said", "first_day_of", "moved_to"]


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
