"""One rule of opening hours: on which days, at which times, and what it is then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nav.hours.days import Calendar, DaySelector
from nav.hours.times import Span


class State(StrEnum):
    """What a place is at a time."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Join(StrEnum):
    """What a rule does with those before it."""

    REPLACES = ";"
    ADDS = ","
    FALLS_BACK = "||"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A state on some days at some times."""

    state: State
    join: Join = Join.REPLACES
    days: tuple[tuple[DaySelector, ...], ...] = ()
    """Groups of selectors: one of every group must hold. Empty for every day."""
    spans: tuple[Span, ...] = ()
    """Empty for the whole day."""

    def holds_on(self, day: date, calendar: Calendar) -> bool:
        """Say whether it is a rule for a day."""
        return all(any(one.holds(day, calendar) for one in group) for group in self.days)
