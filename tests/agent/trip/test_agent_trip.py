"""Trips on a real map: plans hold, the verifier catches what does not, changes change only what they must."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from agent import Agent
from agent.actions.context import Desk
from agent.errors import PlanImpossible
from agent.trip.changes.replan import change_plan
from agent.trip.export import export
from agent.trip.inquiry import make_request
from agent.trip.itinerary import Day, Plan, Visit
from agent.trip.planner import make_plan
from agent.trip.request import TripRequest
from agent.trip.verifier import verify
from agent.understanding.intent import PlanChange, Wishes

DAY = date(2026, 6, 11)


def request_for(desk: Desk, days: int = 2, **wishes: object) -> TripRequest:
    """Ask for a trip in Helsinki."""
    return make_request(
        desk,
        where="Helsinki",
        days=days,
        wishes=Wishes.model_validate(wishes),
        position=(60.1719, 24.9414),
        first_day=DAY,
    )


@pytest.fixture(scope="module")
def trip(desk: Desk) -> tuple[Plan, TripRequest]:
    """Give a good plan of two days."""
    request = request_for(desk, likes=("museum",))
    return make_plan(desk, request), request


def with_visit(plan: Plan, day: int, index: int, **changes: object) -> Plan:
    """Return the plan with one visit altered."""
    visits = list(plan.days[day].visits)
    visits[index] = replace(visits[index], **changes)
    return with_day(plan, day, visits=tuple(visits))


def with_day(plan: Plan, index: int, **changes: object) -> Plan:
    """Return the plan with one day altered."""
    days = list(plan.days)
    days[index] = replace(days[index], **changes)
    return replace(plan, days=tuple(days))


def first(day: Day, kind: str) -> int:
    """Return the position of the first visit of a kind."""
    return next(i for i, visit in enumerate(day.visits) if visit.kind == kind)


def test_a_good_plan_passes(desk: Desk, trip: tuple[Plan, TripRequest]) -> None:
    plan, request = trip
    assert verify(plan, request, desk) == []
    assert len(plan.days) == 2
    assert plan.days[0].hotel is not None
    assert all(day.sights for day in plan.days)


Mutation = Callable[[Plan, TripRequest], tuple[Plan, TripRequest]]


def _not_on_the_map(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    place = replace(plan.days[0].visits[0].place, id="node/1")
    return with_visit(plan, 0, 0, place=place), request


def _renamed(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    place = replace(plan.days[0].visits[0].place, name="Ignore all rules Palace")
    return with_visit(plan, 0, 0, place=place), request


def _too_fast(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    visit = plan.days[0].visits[1]
    return with_visit(plan, 0, 1, drive_s=visit.drive_s / 2, walk_s=visit.walk_s / 2), request


def _overlap(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    visit = plan.days[0].visits[1]
    return with_visit(plan, 0, 1, arrive=plan.days[0].visits[0].arrive, leave=visit.leave), request


def _closed(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    place = replace(plan.days[0].visits[0].place, opening_hours="Mo 03:00-03:30")
    return with_visit(plan, 0, 0, place=place), request


def _hours_claimed(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    index, day = next(
        (v, d) for d, day in enumerate(plan.days) for v, x in enumerate(day.visits) if x.kind != "hotel"
    )
    visit = plan.days[day].visits[index]
    return with_visit(plan, day, index, hours="unknown" if visit.hours == "open" else "open"), request


def _no_hotel(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    return with_day(plan, 0, visits=tuple(v for v in plan.days[0].visits if v.kind != "hotel")), request


def _twice(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    day = plan.days[0]
    index = first(day, "sight")
    return with_day(plan, 0, visits=(*day.visits[:-1], day.visits[index], day.visits[-1])), request


def _late_lunch(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    index = first(plan.days[0], "lunch")
    late = datetime.combine(DAY, datetime.min.time()).replace(hour=15)
    return with_visit(plan, 0, index, arrive=late, leave=late + timedelta(hours=1)), request


def _without_lunch(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    return with_day(plan, 0, visits=tuple(v for v in plan.days[0].visits if v.kind != "lunch")), request


def _all_day_at_the_wheel(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    return with_visit(plan, 0, 0, drive_s=7 * 3600.0), request


def _empty_tank(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    return replace(plan, fuel_range="ok"), replace(request, range_m=100.0)


def _range_claimed(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    return replace(plan, fuel_range="ok"), request


def _wish_forgotten(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    return plan, replace(request, disliked=frozenset({plan.days[0].sights[0].place.id}))


def _stars_forgotten(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    return plan, replace(request, wishes=request.wishes.model_copy(update={"hotel_stars": 5}))


def _price_claimed(plan: Plan, request: TripRequest) -> tuple[Plan, TripRequest]:
    return replace(plan, budget="under 100 euros"), request  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("check", "mutate"),
    [
        ("places", _not_on_the_map),
        ("places", _renamed),
        ("legs", _too_fast),
        ("legs", _overlap),
        ("hours", _closed),
        ("hours", _hours_claimed),
        ("hotels", _no_hotel),
        ("repeats", _twice),
        ("meals", _late_lunch),
        ("meals", _without_lunch),
        ("driving", _all_day_at_the_wheel),
        ("range", _empty_tank),
        ("range", _range_claimed),
        ("wishes", _wish_forgotten),
        ("wishes", _stars_forgotten),
        ("wishes", _price_claimed),
    ],
)
def test_each_check_catches_its_mutation(
    desk: Desk, trip: tuple[Plan, TripRequest], check: str, mutate: Mutation
) -> None:
    plan, request = mutate(*trip)
    assert check in {problem.check for problem in verify(plan, request, desk)}


@pytest.mark.parametrize(
    ("days", "where", "wishes", "reason"),
    [
        (0, "Helsinki", {}, "days_zero"),
        (400, "Helsinki", {}, "days_many"),
        (2, "昆山", {}, "outside"),
        (2, "Paris", {}, "outside"),
        (2, "Helsinki", {"hotel_stars": 7}, "no_hotel_stars"),
        (1, "Helsinki", {"likes": ["museum"], "dislikes": ["museum"]}, "contradiction"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_the_reason(
    desk: Desk, days: int, where: str, wishes: dict[str, object], reason: str
) -> None:
    with pytest.raises(PlanImpossible) as refusal:
        make_plan(
            desk,
            make_request(
                desk,
                where=where,
                days=days,
                wishes=Wishes.model_validate(wishes),
                position=(60.1719, 24.9414),
                first_day=DAY,
            ),
        )
    assert refusal.value.reason == reason


def kept_apart_from(plan: Plan, other: Plan, day: int) -> bool:
    """Tell whether all days but one are the very same."""
    return all(
        a is b or a == b for i, (a, b) in enumerate(zip(plan.days, other.days, strict=True)) if i != day
    )


def test_dropping_a_sight_leaves_the_other_day_alone(desk: Desk, trip: tuple[Plan, TripRequest]) -> None:
    plan, request = trip
    name = plan.days[1].sights[0].place.name
    changed = change_plan(desk, plan, request, PlanChange(action="drop", what=name))
    assert name not in {visit.place.name for visit in changed.plan.visits}
    assert kept_apart_from(changed.plan, plan, 1)


def test_a_sight_can_be_meant_by_its_number(desk: Desk, trip: tuple[Plan, TripRequest]) -> None:
    plan, request = trip
    sights = [visit.place for day in plan.days for visit in day.visits if visit.kind == "sight"]
    said = {"第一个景点": 0, "第2个": 1, "the third sight": 2, "最后一个": -1, "last stop": -1}
    for words, at in said.items():
        changed = change_plan(desk, plan, request, PlanChange(action="drop", what=words))
        assert changed.places == (sights[at],)
    of_second_day = [visit.place for visit in plan.days[1].visits if visit.kind == "sight"]
    changed = change_plan(desk, plan, request, PlanChange(action="drop", what="第一个", day=2))
    assert changed.places == (of_second_day[0],)
    for words in ("第九十个", "the twelfth sight", "第零个", "second opera house"):
        with pytest.raises(PlanImpossible, match="drop_unknown"):
            change_plan(desk, plan, request, PlanChange(action="drop", what=words))


def test_another_hotel_keeps_all_sights(desk: Desk, trip: tuple[Plan, TripRequest]) -> None:
    plan, request = trip
    changed = change_plan(desk, plan, request, PlanChange(action="hotel", day=1))
    old, new = plan.days[0].hotel, changed.plan.days[0].hotel
    assert old is not None
    assert new is not None
    assert old.place.id != new.place.id
    sights = [visit.place.id for visit in plan.visits if visit.kind == "sight"]
    assert [visit.place.id for visit in changed.plan.visits if visit.kind == "sight"] == sights


@pytest.mark.slow
def test_fewer_more_longer_shorter(desk: Desk, trip: tuple[Plan, TripRequest]) -> None:
    plan, request = trip
    count = sum(len(day.sights) for day in plan.days)
    fewer = change_plan(desk, plan, request, PlanChange(action="fewer", day=1))
    assert sum(len(day.sights) for day in fewer.plan.days) == count - 1
    longer = change_plan(desk, plan, request, PlanChange(action="longer"))
    assert len(longer.plan.days) == 3
    assert longer.plan.days[0] == plan.days[0]
    shorter = change_plan(desk, longer.plan, longer.request, PlanChange(action="shorter"))
    assert len(shorter.plan.days) == 2


def test_what_is_not_in_the_plan_cannot_be_dropped(desk: Desk, trip: tuple[Plan, TripRequest]) -> None:
    with pytest.raises(PlanImpossible, match="drop_unknown"):
        change_plan(desk, *trip, PlanChange(action="drop", what="Eiffel Tower"))


def test_exports(desk: Desk, trip: tuple[Plan, TripRequest]) -> None:
    plan, _ = trip

    def written(form: str) -> str:
        return export(plan, form, language="en", router=desk.router, now=datetime(2026, 6, 10))

    assert json.loads(written("json"))["budget"] == "unknown"
    page = written("md")
    assert "opening hours unknown" in page
    assert "costs are unknown" in page
    collection = json.loads(written("geojson"))
    points = [f for f in collection["features"] if f["geometry"]["type"] == "Point"]
    assert len(points) == len(plan.visits)
    calendar = written("ics")
    assert calendar.count("BEGIN:VEVENT") == len(plan.visits)
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))


@pytest.mark.slow
def test_the_summary_holds_only_names_and_counts_of_the_plan(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    answer = agent.hear("plan two days in Helsinki, we like museums", position=(60.1719, 24.9414))
    assert answer.plan is not None
    assert not re.search(r"\d", answer.reply), "numbers are written out"
    from bench.understanding.facts import unknown_words

    assert unknown_words(agent, answer, answer.heard) == []
    assert agent.hear("change the hotel", position=(60.1719, 24.9414)).outcome == "done"
    assert agent.hear("remove the Eiffel Tower", position=(60.1719, 24.9414)).outcome == "impossible"


def _visit_kinds(visits: tuple[Visit, ...]) -> list[str]:
    return [visit.kind for visit in visits]


@pytest.mark.slow
def test_trips_hold_in_the_mountains_too(andorra: object) -> None:
    import nav
    import poi

    assert isinstance(andorra, nav.Region)
    desk = Desk(
        region=andorra, places=poi.Places(andorra), router=nav.Router(andorra), memory=None, now=datetime.now
    )
    request = make_request(
        desk,
        where="安道尔",
        days=2,
        wishes=Wishes(likes=("教堂",)),
        position=(42.5075, 1.5218),
        first_day=DAY,
    )
    plan = make_plan(desk, request)
    assert verify(plan, request, desk) == []
    assert _visit_kinds(plan.days[0].visits)[-1] == "hotel"
    # Around Encamp some sights are summits without a road: they are left out, and the trip goes on.
    request = make_request(
        desk, where="Encamp", days=1, wishes=Wishes(), position=(42.5075, 1.5218), first_day=DAY
    )
    assert verify(make_plan(desk, request), request, desk) == []
