"""The holidays of a place: of its country and its state, as far as they are announced."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Literal

from nav.country import country_at
from nav.hours.subdivision import subdivision_at

_CITY_SAINTS = frozenset(("IT", "PT"))
"""Countries whose subdivisions differ by the saints of single towns only."""

_WEAK_STATES = frozenset(("US",))
"""Countries where a state's own holiday closes its offices at most."""

_MOVED = "Day off (substituted"
"""How a working day is called that was given off for another: shops may be open."""

_WORKDAYS = frozenset(range(5))
_DOUBTFUL_DAYS = 9
"""So many days before and after a festival China's yearly arrangement may move working days."""


class HolidayCalendar:
    """Public and school holidays where a place is.

    Whether a day is one may be unknown: state holidays where the state is not known, China's until they are
    announced.
    """

    def __init__(self, lat: float, lon: float) -> None:
        self._place = (lat, lon)

    @cached_property
    def _country(self) -> str:
        return country_at(*self._place)

    @cached_property
    def _state(self) -> str | None:
        return subdivision_at(self._country, *self._place)

    def public(self, day: date) -> bool | None:
        """Say whether a day is a public holiday; None if that is not known."""
        if self._country == "CN":
            return _china(day)
        if not self._country:
            return None
        return _public(self._country, self._state, day)

    def is_made_workday(self, day: date) -> bool:
        """Say whether a weekend day was made a working day."""
        return day.weekday() >= 5 and self._country == "CN" and _is_made_workday(day)


Doubt = Literal["public", "school", "moved", "easter"]
"""What may be unknown of a day: whether it is a public or a school holiday, whether a weekend day that was
made a working day counts as one, whether a range ending at Easter holds on its last day (readers differ)."""


class GuessedCalendar:
    """A calendar in which doubtful days are taken for something; remembers what was in doubt."""

    def __init__(self, days: HolidayCalendar | None, taken: Collection[Doubt] = ()) -> None:
        self._days = days
        self._taken = taken
        self.doubts: set[Doubt] = set()

    def is_holiday(self, day: date, sort: Literal["public", "school"]) -> bool:
        """Say whether a day is a holiday, or is taken for one."""
        known = self._days.public(day) if self._days is not None and sort == "public" else None
        return self._guess(sort) if known is None else known

    def weekdays(self, day: date) -> frozenset[int]:
        """Return as which weekdays a day counts, Monday 0."""
        is_moved = self._days is not None and self._days.is_made_workday(day)
        return _WORKDAYS if is_moved and self._guess("moved") else frozenset((day.weekday(),))

    def ends_with_easter(self) -> bool:
        """Say whether a range that ends at Easter holds on its last day."""
        return self._guess("easter")

    def _guess(self, what: Doubt) -> bool:
        self.doubts.add(what)
        return what in self._taken


@lru_cache(maxsize=64)
def _holidays_of(country: str, state: str | None, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Return the days that are public holidays of a place in a year, and those that may be.

    Where the state is not known, the holidays of any may be; where towns differ by their confession, those of
    one.
    """
    import holidays

    try:
        nation = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return frozenset(), frozenset(date(year, 1, 1) + timedelta(days=n) for n in range(366))
    found = dict(nation)
    own = state if state in nation.subdivisions else None
    if own and country not in _WEAK_STATES:
        found |= dict(holidays.country_holidays(country, subdiv=own, years=year))
    known = {day for day, name in found.items() if not name.startswith(_MOVED)}
    possible = set(found)
    if country not in _CITY_SAINTS and state != "":
        sorts = {"public", "catholic"} & set(nation.supported_categories)
        for one in (own,) if own else nation.subdivisions:
            possible |= set(holidays.country_holidays(country, subdiv=one, years=year, categories=sorts))
    return _of_year(known, year), _of_year(possible - known, year)


def _of_year(days: set[date], year: int) -> frozenset[date]:
    return frozenset(day for day in days if day.year == year)


def _public(country: str, state: str | None, day: date) -> bool | None:
    known, possible = _holidays_of(country, state, day.year)
    return True if day in known else None if day in possible else False


def _china(day: date) -> bool | None:
    """Say whether a day is off by the State Council's arrangement of its year; None where that is not out."""
    from chinese_calendar import get_holiday_detail

    try:
        is_off, name = get_holiday_detail(day)
    except NotImplementedError:
        return _china_by_law(day)
    return bool(is_off and name)


@lru_cache(maxsize=64)
def _chinese_festivals(year: int) -> frozenset[date]:
    import holidays

    law = holidays.country_holidays("CN", years=(year - 1, year, year + 1), observed=False)
    return frozenset(law)


def _china_by_law(day: date) -> bool | None:
    """Say whether a day is a holiday by the law alone; days about the festivals may yet become one."""
    festivals = _chinese_festivals(day.year)
    if day in festivals:
        return True
    near = any(day + timedelta(days=n) in festivals for n in range(-_DOUBTFUL_DAYS, _DOUBTFUL_DAYS + 1))
    return None if near else False


def _is_made_workday(day: date) -> bool:
    from chinese_calendar import get_holiday_detail

    try:
        return not get_holiday_detail(day)[0]
    except NotImplementedError:
        return False
