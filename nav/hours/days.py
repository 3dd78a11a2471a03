"""On which days a rule holds: years, dates, weeks, weekdays and holidays, each a value that can be asked.

See https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

from dateutil.easter import easter


class Calendar(Protocol):
    """What the days of one place are."""

    def is_holiday(self, day: date, sort: Literal["public", "school"]) -> bool:
        """Say whether a day is a holiday."""

    def weekdays(self, day: date) -> frozenset[int]:
        """Return as which weekdays a day counts, Monday 0; more than one only where that is guessed at."""

    def ends_with_easter(self) -> bool:
        """Say whether a range that ends at Easter holds on its last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """Years from a first to a last, or every so many."""

    first: int
    last: int
    step: int = 1

    def holds(self, day: date, calendar: Calendar) -> bool:
        """Say whether the selector holds on a day."""
        return self.first <= day.year <= self.last and (day.year - self.first) % self.step == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """Weeks of the year as ISO 8601 counts them."""

    first: int
    last: int
    step: int = 1

    def holds(self, day: date, calendar: Calendar) -> bool:
        """Say whether the selector holds on a day."""
        week = day.isocalendar().week
        if self.first > self.last:
            return week >= self.first or week <= self.last
        return self.first <= week <= self.last and (week - self.first) % self.step == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekdays:
    """Days of the week, Monday 0; over Sunday where the last comes before the first."""

    first: int
    last: int

    def holds(self, day: date, calendar: Calendar) -> bool:
        """Say whether the selector holds on a day."""
        span = (self.last - self.first) % 7
        return any((at - self.first) % 7 <= span for at in calendar.weekdays(day))


@dataclass(frozen=True, slots=True, kw_only=True)
class NthWeekday:
    """A weekday counted in its month: 1 the first, -1 the last; moved by some days."""

    weekday: int
    counts: tuple[int, ...]
    offset_days: int = 0

    def holds(self, day: date, calendar: Calendar) -> bool:
        """Say whether the selector holds on a day."""
        counted = day - timedelta(days=self.offset_days)
        if counted.weekday() != self.weekday:
            return False
        forward = (counted.day - 1) // 7 + 1
        backward = -((monthrange(counted.year, counted.month)[1] - counted.day) // 7 + 1)
        return forward in self.counts or backward in self.counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """Public or school holidays, or the days some days from them."""

    sort: Literal["public", "school"]
    offset_days: int = 0

    def holds(self, day: date, calendar: Calendar) -> bool:
        """Say whether the selector holds on a day."""
        return calendar.is_holiday(day - timedelta(days=self.offset_days), self.sort)


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A day of the year: by month and number, by a counted weekday of a month, or by Easter."""

    month: int = 0
    """1 to 12; 0 for Easter."""
    day: int = 0
    """Day of the month; 0 for the whole month, or where a weekday is counted."""
    nth: NthWeekday | None = None
    year: int = 0
    """0 for every year."""
    toward: int | None = None
    """A weekday, Monday 0, to which the date moves; with `toward_forward`."""
    toward_forward: bool = True
    offset_days: int = 0

    def in_year(self, year: int, *, as_end: bool = False) -> date | None:
        """Return the day in a year, of a whole month its first or (as an end) its last; None for none."""
        found: date | None
        if not self.month:
            found = date.fromordinal(easter(year).toordinal())
        elif self.nth is not None:
            found = _nth_of_month(year, self.month, self.nth)
        else:
            last = monthrange(year, self.month)[1]
            at = self.day or (last if as_end else 1)
            if at > last and not as_end:
                return None
            found = date(year, self.month, min(at, last))
        if found is None:
            return None
        if self.toward is not None:
            sign = 1 if self.toward_forward else -1
            found += timedelta(days=sign * (sign * (self.toward - found.weekday()) % 7 or 7))
        return found + timedelta(days=self.offset_days)


def _nth_of_month(year: int, month: int, nth: NthWeekday) -> date | None:
    count = nth.counts[0]
    length = monthrange(year, month)[1]
    if count > 0:
        at = 1 + (nth.weekday - date(year, month, 1).weekday()) % 7 + 7 * (count - 1)
    else:
        at = length - (date(year, month, length).weekday() - nth.weekday) % 7 + 7 * (count + 1)
    return date(year, month, at) + timedelta(days=nth.offset_days) if 1 <= at <= length else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """Days from one of the year to another, over its end where the last comes before the first."""

    first: Date
    last: Date
    step: int = 1

    def holds(self, day: date, calendar: Calendar) -> bool:
        """Say whether the selector holds on a day."""
        if not date.min.year < day.year < date.max.year:
            return False
        if self.first.year or self.first == self.last:
            years = (self.first.year,) if self.first.year else (day.year - 1, day.year, day.year + 1)
            ranges = [(self.first.in_year(year), self._end(year)) for year in years]
            within = [
                self._steps(day, begin) for begin, end in ranges if begin and end and begin <= day <= end
            ]
            return any(within) and self._ends(day, calendar)
        begin, end = self.first.in_year(day.year), self.last.in_year(day.year, as_end=True)
        if begin is None or end is None:
            return False
        if begin <= end:
            return begin <= day <= end and self._steps(day, begin) and self._ends(day, calendar)
        before = self.first.in_year(day.year - 1)
        if day >= begin:
            return self._steps(day, begin)
        return day <= end and before is not None and self._steps(day, before) and self._ends(day, calendar)

    def _steps(self, day: date, begin: date) -> bool:
        return (day - begin).days % self.step == 0

    def _end(self, year: int) -> date | None:
        return self.last.in_year(self.last.year or year, as_end=True)

    def _ends(self, day: date, calendar: Calendar) -> bool:
        """Say whether a day is not the Easter at which a range ends, or that day belongs to it."""
        if self.last.month or self.last == self.first or self.last.in_year(self.last.year or day.year) != day:
            return True
        return calendar.ends_with_easter()


DaySelector = Years | Weeks | Weekdays | NthWeekday | Holidays | Dates
