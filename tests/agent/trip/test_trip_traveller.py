"""What a traveller said of plans that hold together and yet nobody would set out with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from agent.actions.context import Desk
from agent.trip.itinerary import Visit
from agent.trip.offered.hours import Timetable, daylight
from agent.trip.offered.kinds import stay_range
from agent.trip.offered.sights import is_sight
from agent.trip.offered.tables import is_for_guests
from agent.trip.planner import make_plan
from agent.trip.verifier import verify
from poi.place import Place
from tests.agent.trip.conftest import Trip, asked


def _minutes(visit: Visit) -> float:
    return (visit.leave - visit.arrive).total_seconds() / 60


def _place(category: str, **more: object) -> Place:
    values: dict[str, object] = {
        "id": "node/1",
        "name": "A",
        "category": category,
        "lat": 60.17,
        "lon": 24.94,
    }
    return Place(**{**values, **more})  # type: ignore[arg-type]


# -- a visit is as long as its kind and size deserve


@pytest.mark.parametrize(
    ("category", "area_m2", "most"),
    [
        ("leisure/park", 8_000, 30),
        ("leisure/garden", 40_000, 90),
        ("tourism/museum", 5_000, 120),
        ("leisure/nature_reserve", 9e8, 120),
        ("historic/castle", 0, 60),
        ("amenity/place_of_worship", 900, 40),
    ],
)
def test_no_visit_takes_hours_where_less_does(category: str, area_m2: float, most: int) -> None:
    assert stay_range(_place(category, area_m2=area_m2))[2] <= most


def test_spare_time_is_a_rest_and_a_later_morning(county: Desk, trip: Trip) -> None:
    plan, request = trip(limit=("每天最多两个景点",))
    assert verify(plan, request, county) == []
    assert all(_minutes(v) <= stay_range(v.place)[2] for day in plan.days for v in day.sights)
    first = plan.days[0]
    assert "rest" in [v.kind for v in first.visits]
    assert first.start.time() > time(9)


def test_a_beginning_that_was_said_is_no_later(trip: Trip) -> None:
    plan, _ = trip(limit=("每天最多两个景点",), time=("每天九点出发",))
    assert [day.start.time() for day in plan.days] == [time(9), time(9)]


# -- nothing in the dark, nothing that is closed


def test_a_garden_is_seen_by_daylight() -> None:
    garden, museum = _place("leisure/garden"), _place("tourism/museum")
    times, hour = Timetable(), timedelta(hours=1)
    noon, four = datetime(2026, 12, 30, 12), datetime(2026, 12, 30, 16)
    assert times.open_from(garden, noon, hour) == noon
    assert times.open_from(garden, four, hour) is None
    assert times.open_from(garden, four, hour, dark=True) == four
    assert times.open_from(museum, four, hour) == four
    early = times.open_from(garden, datetime(2026, 12, 30, 8), hour)
    assert early is not None
    assert early.hour == 9


def test_a_winter_day_has_its_gardens_by_light(county: Desk) -> None:
    request = replace(asked(county, days=3, likes=("公园", "园林")), first_day=date(2026, 12, 20))
    plan = make_plan(county, request)
    assert verify(plan, request, county) == []
    light = [(v, daylight(v.place, day.date)) for day in plan.days for v in day.sights]
    assert any(span for _, span in light)
    assert all(span[0] <= v.arrive and v.leave <= span[1] for v, span in light if span)
    late = timedelta(hours=8)
    day = plan.days[0]
    dark = [replace(v, arrive=v.arrive + late, leave=v.leave + late) for v in day.visits]
    broken = replace(plan, days=(replace(day, visits=tuple(dark)), *plan.days[1:]))
    assert any("in the dark" in p.what for p in verify(broken, request, county))


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("Address - closed", {}),
        ("Chez Paul (permanently closed)", {}),
        ("外婆小厨（已停业）", {}),
        ("Gasthof Post - geschlossen", {}),
        ("Le Palace", {"access": "customers"}),
        ("Le Palace", {"opening_hours": "closed"}),
    ],
)
def test_nobody_is_sent_where_it_is_closed(name: str, tags: dict[str, str]) -> None:
    hours = tags.pop("opening_hours", "")
    table = _place("amenity/restaurant", name=name, tags=tags, opening_hours=hours)
    beach = _place("natural/beach", name=name, tags=tags, opening_hours=hours)
    assert not is_for_guests(table)
    assert not is_sight(beach)
    assert is_for_guests(_place("amenity/restaurant", name="Chez Paul"))
    assert is_sight(_place("natural/beach", name="Closerie"))
