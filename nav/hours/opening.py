"""Judge opening hours: what a place is at a time, when that changes, and all of it between two times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import compress, pairwise, product
from zoneinfo import ZoneInfo

from nav.country import timezone_at
from nav.hours.calendars import GuessedCalendar, HolidayCalendar
from nav.hours.days import DaySelector, Holidays, NthWeekday, Weekdays
from nav.hours.parser import parse
from nav.hours.rule import Join, Rule, State
from nav.hours.sun import SunAt
from nav.hours.times import DAY_MIN, Event, Stretch

_DAY = timedelta(days=1)
_WHOLE_DAY = (Stretch(begin=0, end=DAY_MIN),)
_DAY_AND_NIGHT = (Stretch(begin=0, end=2 * DAY_MIN),)
"""What a closed day takes: its own night as well."""
_WEEK_DAYS, _YEAR_DAYS, _YEARS_DAYS = 9, 400, 366 * 12
"""How far a change is looked for: where only weekdays count, where dates do, where weeks or years do."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
"""Nobody's opening hours are known in other years; Easter and the holidays have no rules there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A time during which the state is the same."""

    begin: datetime
    end: datetime
    state: State


class _NoSun:
    """Where the place is not known, the sun's times are neither."""

    def minute_of(self, event: Event) -> int | None:
        return None


class OpeningHours:
    """Opening hours of one place; times are what its clocks show."""

    def __init__(self, rules: tuple[Rule, ...], place: tuple[float, float] | None) -> None:
        self._rules = rules
        self._place = place
        self._zone: ZoneInfo | None = None
        self._holidays = HolidayCalendar(*place) if place else None
        self._reach_days = _reach_days(rules)
        self.of_day = lru_cache(maxsize=32)(self._of_day)

    def state(self, when: datetime) -> State:
        """Return the state at a time."""
        minute = when.hour * 60 + when.minute
        return next(state for end, state in self.of_day(when.date()) if minute < end)

    def stays(self, begin: datetime, end: datetime) -> Iterator[Stay]:
        """Go through the stays between two times, without gaps; neighbours differ."""
        held: Stay | None = None
        for stay in self._pieces(begin, end):
            if held is not None and held.state is stay.state:
                held = Stay(begin=held.begin, end=stay.end, state=stay.state)
                continue
            if held is not None:
                yield held
            held = stay
        if held is not None:
            yield held

    def next_change(self, when: datetime) -> datetime | None:
        """Return when the state next changes; None if it never does, as far as can be seen."""
        if when.year > _LAST_YEAR:
            return None
        first = next(self.stays(when, when + timedelta(days=self._reach_days)), None)
        if first is None or first.end >= when + timedelta(days=self._reach_days):
            return None
        return first.end

    def _pieces(self, begin: datetime, end: datetime) -> Iterator[Stay]:
        day = begin.date()
        at = begin
        while at < end:
            midnight = datetime.combine(day, time())
            for minute, state in self.of_day(day):
                until = min(midnight + timedelta(minutes=minute), end)
                if until > at:
                    yield Stay(begin=at, end=until, state=state)
                    at = until
            if day == date.max:
                return
            day += _DAY

    def _of_day(self, day: date) -> tuple[tuple[int, State], ...]:
        """Return the states of a day, each with the minute at which it ends."""
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            return ((DAY_MIN, State.UNKNOWN),)
        calendar = GuessedCalendar(self._holidays)
        found = [self._guessed(day, calendar)]
        doubts = sorted(calendar.doubts)
        for taken in product((False, True), repeat=len(doubts)):
            if any(taken):
                guessed = GuessedCalendar(self._holidays, tuple(compress(doubts, taken)))
                found.append(self._guessed(day, guessed))
        return _agreed(found) if doubts else found[0]

    def _guessed(self, day: date, calendar: GuessedCalendar) -> tuple[tuple[int, State], ...]:
        today, night = (
            self._layers(day, calendar),
            self._layers(day - _DAY, calendar) if day > date.min else [],
        )
        cuts = {0, DAY_MIN}
        for layer in today:
            cuts.update(minute for piece in layer.stretches for minute in (piece.begin, piece.end))
        for layer in night:
            cuts.update(minute - DAY_MIN for piece in layer.stretches for minute in (piece.begin, piece.end))
        found: list[tuple[int, State]] = []
        for begin, end in pairwise(sorted(cut for cut in cuts if 0 <= cut <= DAY_MIN)):
            state = _painted(today, begin, _painted(night, begin + DAY_MIN, None)) or State.CLOSED
            if found and found[-1][1] is state:
                found.pop()
            found.append((end, state))
        return tuple(found)

    def _layers(self, day: date, calendar: GuessedCalendar) -> list[_Layer]:
        """Return the rules of a day in their order, those left out that a later one replaces."""
        kept: list[Rule] = []
        for at, rule in enumerate(self._rules):
            if not rule.holds_on(day, calendar):
                continue
            if _replaces(rule, self._rules[at - 1] if at else None):
                kept.clear()
            kept.append(rule)
        return [_Layer(rule=rule, stretches=self._stretches(rule, day)) for rule in kept]

    def _stretches(self, rule: Rule, day: date) -> tuple[Stretch, ...]:
        if not rule.spans:
            return _DAY_AND_NIGHT if rule.state is State.CLOSED else _WHOLE_DAY
        today, tomorrow = self._sun(day), self._sun(day + _DAY if day < date.max else day)
        found = [piece for span in rule.spans for piece in span.stretches(today, tomorrow)]
        return tuple(sorted(found, key=lambda piece: piece.is_known))

    def _sun(self, day: date) -> SunAt | _NoSun:
        if self._place is None:
            return _NoSun()
        if self._zone is None:
            self._zone = ZoneInfo(timezone_at(*self._place) or "UTC")
        return SunAt(day, *self._place, self._zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """A rule that holds on a day, and its minutes there."""

    rule: Rule
    stretches: tuple[Stretch, ...]


def _replaces(rule: Rule, before: Rule | None) -> bool:
    """Say whether a rule takes the place of those before it; times alone add to days that are named."""
    if rule.join is not Join.REPLACES or rule.state is State.CLOSED:
        return False
    return bool(rule.days) or (rule.state is State.OPEN and before is not None and not before.days)


def _painted(layers: list[_Layer], minute: int, night: State | None) -> State | None:
    """Return what the rules of a day make of a minute, over what the night before left; None for nothing.

    A day that is closed as a whole does not end the night before; a time that is closed does.
    """
    state = night
    for layer in layers:
        rule = layer.rule
        if rule.join is Join.FALLS_BACK and state not in (None, State.CLOSED):
            continue
        for piece in layer.stretches:
            if not piece.begin <= minute < piece.end:
                continue
            if not piece.is_known:
                state = state if state is State.OPEN or rule.state is State.CLOSED else State.UNKNOWN
            elif rule.state is State.CLOSED and not rule.spans and night is not None:
                state = night
            else:
                state = rule.state
    return state


def _agreed(found: list[tuple[tuple[int, State], ...]]) -> tuple[tuple[int, State], ...]:
    """Return the states that all readings of a day share, unknown where they differ."""
    out: list[tuple[int, State]] = []
    for end in sorted({end for day in found for end, _ in day}):
        states = {next(state for until, state in day if end <= until) for day in found}
        state = states.pop() if len(states) == 1 else State.UNKNOWN
        if out and out[-1][1] is state:
            out.pop()
        out.append((end, state))
    return tuple(out)


def _reach_days(rules: tuple[Rule, ...]) -> int:
    sorts: set[type[DaySelector]] = {type(one) for rule in rules for group in rule.days for one in group}
    is_solar = any(
        time is not None and time.event
        for rule in rules
        for span in rule.spans
        for time in (span.begin, span.end)
    )
    if sorts <= {Weekdays} and not is_solar:
        return _WEEK_DAYS
    return _YEAR_DAYS if sorts <= {Weekdays, NthWeekday, Holidays} else _YEARS_DAYS


@lru_cache(maxsize=4096)
def hours_at(text: str, place: tuple[float, float] | None) -> OpeningHours | None:
    """Return the opening hours of a text at a place; None if they are not understood.

    Parameters
    ----------
    text
        Value of the tag `opening_hours`, or of the times in a conditional restriction.
    place
        Latitude and longitude, WGS-84 degrees: gives the holidays and the sun. None if neither is known.
    """
    rules = parse(text.strip()) if text else None
    return OpeningHours(rules, place) if rules is not None else None
