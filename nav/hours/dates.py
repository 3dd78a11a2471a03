"""Read the parts of opening hours that name years, weeks and dates."""

from __future__ import annotations

from dataclasses import replace

from nav.hours.days import Date, Dates, DaySelector, NthWeekday, Weeks, Years
from nav.hours.reading import Cursor
from nav.hours.tokens import NotOpeningHours, Token

_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class DateReader:
    """Reads selectors of years, weeks and dates."""

    def __init__(self, at: Cursor) -> None:
        self._at = at

    def begins_year(self, ahead: int = 0) -> bool:
        """Say whether a year comes next."""
        token = self._at.peek(ahead)
        return token.kind == "number" and len(token.text) == 4 and _FIRST_YEAR <= token.value <= _LAST_YEAR

    def group(self) -> tuple[DaySelector, ...]:
        """Read years, or weeks, or dates, as a list of which one must hold."""
        if self._at.kind() == "week":
            self._at.next()
            return self._weeks()
        if self.begins_year() and not self._is_dated_year():
            return self._year_list()
        return self._dates()

    def _is_dated_year(self) -> bool:
        return self._at.kind(1) in ("month", "easter")

    def _weeks(self) -> tuple[Weeks, ...]:
        found = [self._week()]
        while self._at.is_sign(",") and self._at.kind(1) in ("number", "week"):
            self._at.next()
            if self._at.kind() == "week":
                self._at.next()
            found.append(self._week())
        return tuple(found)

    def _year_list(self) -> tuple[Years, ...]:
        found = [self._years()]
        while self._at.is_sign(",") and self.begins_year(1) and self._at.kind(2) not in ("month", "easter"):
            self._at.next()
            found.append(self._years())
        return tuple(found)

    def _week(self) -> Weeks:
        first = last = self._at.number(1, 53)
        step = 1
        if self._at.is_sign("-") and self._at.kind(1) == "number":
            self._at.next()
            last = self._at.number(1, 53)
            step = self._step()
        return Weeks(first=first, last=last, step=step)

    def _step(self) -> int:
        return self._at.number(1, 366) if self._at.takes("/") else 1

    def _years(self) -> Years:
        first = last = self._year()
        if self._at.takes("+"):
            return Years(first=first, last=_LAST_YEAR)
        if self._at.is_sign("-") and self.begins_year(1):
            self._at.next()
            last = self._year()
        if self._at.is_sign("/"):
            return Years(first=first, last=last if last != first else _LAST_YEAR, step=self._step())
        if last < first:
            raise NotOpeningHours("years backwards")
        return Years(first=first, last=last)

    def _year(self) -> int:
        return self._at.number(_FIRST_YEAR, _LAST_YEAR)

    def _dates(self) -> tuple[DaySelector, ...]:
        found: list[DaySelector] = []
        year = month = 0
        while True:
            one, year, month = self._range(year, month)
            found.append(one)
            if not self._at.is_sign(","):
                return tuple(found)
            goes_on = self._at.kind(1) in ("month", "easter") or (
                self.begins_year(1) and self._at.kind(2) == "month"
            )
            if not goes_on and not self._is_day_number(1):
                return tuple(found)
            self._at.next()

    def _is_day_number(self, ahead: int) -> bool:
        """Say whether a day of the month that was named comes."""
        token = self._at.peek(ahead)
        return token.kind == "number" and len(token.text) <= 2 and 1 <= token.value <= 31

    def _range(self, year: int, month: int) -> tuple[Dates, int, int]:
        """Read a date or a range of them; the year and the month that go before hold on."""
        first = last = self._date(year, month, takes_counted=self._begins_counted_range())
        step = 1
        if self._at.is_sign("-") and self._begins_date(1, first):
            self._at.next()
            is_exact = bool(first.day or first.nth)
            last = self._date(0, first.month if is_exact else 0, takes_counted=is_exact)
            if self._at.is_sign("/"):
                step = self._step()
            if first.year and not last.year:
                last = _following(first, last)
        elif self._at.takes("+"):
            last = Date(month=12, day=31)
        return Dates(first=first, last=last, step=step), first.year, last.month or first.month

    def _begins_date(self, ahead: int, first: Date) -> bool:
        if self._at.kind(ahead) in ("month", "easter"):
            return True
        if self.begins_year(ahead):
            return self._at.kind(ahead + 1) in ("month", "easter")
        return bool(first.day) and self._is_day_number(ahead)

    def _begins_counted_range(self) -> bool:
        """Say whether "Mar Su[-1] - Oct …" comes next: the counted weekday then belongs to the date."""
        at = self._at
        ahead = 1 if self.begins_year() else 0
        if (
            at.kind(ahead) != "month"
            or at.kind(ahead + 1) != "weekday"
            or not at.is_sign("[", ahead=ahead + 2)
        ):
            return False
        ahead += 3
        while at.kind(ahead) == "number" or at.is_sign("-", ",", ahead=ahead):
            ahead += 1
        ahead += 1
        if at.is_sign("+", "-", ahead=ahead) and at.kind(ahead + 2) == "day":
            ahead += 3
        return at.is_sign("-", ahead=ahead) and (
            at.kind(ahead + 1) in ("month", "easter") or self.begins_year(ahead + 1)
        )

    def _date(self, year: int, month: int, *, takes_counted: bool) -> Date:
        if self.begins_year():
            year = self._year()
        token = self._at.next()
        if token.kind == "easter":
            return self._moved(Date(year=year))
        if token.kind == "number":
            if not month or not 1 <= token.value <= 31:
                raise NotOpeningHours("a day without its month")
            return self._moved(Date(year=year, month=month, day=token.value))
        if token.kind != "month":
            raise NotOpeningHours("no date")
        month = token.value
        if self._is_day_number(0):
            return self._moved(Date(year=year, month=month, day=self._at.number(1, 31)))
        if takes_counted and self._at.kind() == "weekday" and self._at.is_sign("[", ahead=1):
            counted = self.counted(self._at.next(), takes_offset=False)
            return self._moved(Date(year=year, month=month, nth=counted))
        return Date(year=year, month=month)

    def counted(self, token: Token, *, takes_offset: bool = True) -> NthWeekday:
        """Read which of a month's weekdays are meant, [1], [1,3], [2-4], [-1]; the weekday was taken."""
        self._at.must("[")
        counts: list[int] = []
        while True:
            first = -self._at.number(1, 5) if self._at.takes("-") else self._at.number(1, 5)
            last = first
            if first > 0 and self._at.takes("-"):
                last = self._at.number(first, 5)
            counts += range(first, last + 1)
            if not self._at.takes(","):
                break
        self._at.must("]")
        offset = self._at.offset_days() if takes_offset else 0
        return NthWeekday(weekday=token.value, counts=tuple(counts), offset_days=offset)

    def _moved(self, found: Date) -> Date:
        """Read what a date is moved by: to a weekday, and by days."""
        at = self._at
        if at.is_sign("+", "-") and at.kind(1) == "weekday" and self._ends_after_weekday():
            forward = at.next().text == "+"
            found = replace(found, toward=at.next().value, toward_forward=forward)
        return replace(found, offset_days=at.offset_days())

    def _ends_after_weekday(self) -> bool:
        """Say whether the weekday after a sign moves a date: it does not begin a range or a counted one."""
        at = self._at
        if at.is_sign("[", ahead=2):
            return False
        return not at.is_sign("-", ahead=2) or at.kind(3) != "weekday"


def _following(first: Date, last: Date) -> Date:
    """Give the end of a range the year of its beginning, or the one after."""
    begin, end = first.in_year(first.year), last.in_year(first.year, as_end=True)
    is_over = begin is not None and end is not None and end < begin
    return replace(last, year=first.year + is_over)
