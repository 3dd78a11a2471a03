"""Changes of when and in which order: days exchanged, an end, a visit's length, a meal, free time, a rest."""

from __future__ import annotations

from datetime import time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from agent.actions.context import Desk
from agent.errors import PlanImpossible
from agent.trip.changes.changed import tables_of
from agent.trip.changes.replan import change_plan
from agent.trip.itinerary import Plan
from agent.trip.request import TripRequest
from agent.trip.spoken.heard import of_trip
from agent.trip.spoken.talk import spoken_of_plan
from agent.trip.verifier import verify
from agent.understanding.intent import PlanChange, PlanTrip
from agent.understanding.understand import Understanding
from tests.agent.trip.conftest import NOW, Trip


def meant(text: str, language: str) -> dict[str, Any]:
    """Return the likeliest change that a sentence asks for."""
    first = next((i for i in spoken_of_plan(text, language).intents), None)
    change = getattr(first, "change", None)
    return change.model_dump(exclude_defaults=True) if change is not None else {}


@pytest.mark.parametrize(
    ("text", "language", "change"),
    [
        ("trade day one for day two", "en", {"action": "exchange", "day": 1, "days": 2}),
        ("exchange the second and the last day", "en", {"action": "exchange", "day": 2, "days": -1}),
        ("头一天跟第二天调换一下", "zh", {"action": "exchange", "day": 1, "days": 2}),
        ("Tausche Tag 1 und Tag 2", "de", {"action": "exchange", "day": 1, "days": 2}),
        ("go through day two the other way round", "en", {"action": "order", "day": 2, "other": "reverse"}),
        ("the tower first thing", "en", {"action": "order", "what": "tower", "other": "first"}),
        ("can we see the tower before lunch", "en", {"action": "order", "what": "tower", "other": "morning"}),
        ("cancel lunch on day two", "en", {"action": "drop", "day": 2, "what": "lunch"}),
        ("头一天晚饭免了", "zh", {"action": "drop", "day": 1, "what": "晚饭"}),
        ("stay longer at the tower", "en", {"action": "stay", "what": "tower", "other": "longer"}),
        ("文昌塔少看一会儿", "zh", {"action": "stay", "what": "文昌塔", "other": "shorter"}),
        ("the second day should end earlier", "en", {"action": "ends", "day": 2, "other": "earlier"}),
        ("keep the afternoon of day two free", "en", {"action": "free", "day": 2, "what": "afternoon"}),
        ("第一天下午留空", "zh", {"action": "free", "day": 1, "what": "afternoon"}),
        ("we need a nap at midday", "en", {"action": "rest"}),
        ("too many temples", "en", {"action": "fewer", "what": "temples"}),
        ("在古镇待两个小时", "zh", {"action": "stay", "what": "古镇", "minutes": 120}),
        ("lunch at one thirty", "en", {"action": "meal_at", "what": "lunch", "other": "at one thirty"}),
        ("第二天倒着走", "zh", {"action": "order", "day": 2, "other": "reverse"}),
        ("中午回酒店睡一会儿", "zh", {"action": "rest"}),
        ("one temple is enough", "en", {"action": "fewer", "what": "temple"}),
        ("change the two days round, switch them", "en", {"action": "exchange", "day": 1, "days": -1}),
        ("move day two to the front, do day two first", "en", {"action": "exchange", "day": 2}),
        ("先去动物园再去公园", "zh", {"action": "order", "what": "动物园", "other": "公园"}),
        ("turn day two all into parks", "en", {"action": "swap", "day": 2, "other": "parks"}),
        ("晚饭晚一点", "zh", {"action": "meal_at", "what": "晚饭", "other": "later"}),
        ("friends cook on day two, no dinner then", "en", {"action": "drop", "day": 2, "what": "dinner"}),
        ("刚才那两个改动都不要了", "zh", {"action": "undo", "days": 2}),
        ("undo the last two changes", "en", {"action": "undo", "days": 2}),
    ],
)  # fmt: skip
def test_what_is_said_of_order_and_hours(text: str, language: str, change: dict[str, Any]) -> None:
    assert meant(text, language) == change


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("finish the last day by three", "en"),
        ("最后一天三点前结束", "zh"),
        ("home by three on the last day", "en"),
    ],
)
def test_an_end_has_a_time(text: str, language: str) -> None:
    change = meant(text, language)
    assert (change["action"], change["day"]) == ("ends", -1)
    assert change["what"]


def test_a_part_of_a_day_that_is_to_be_free_never_loses_the_day() -> None:
    assert meant("第二天下午什么都别安排", "zh")["action"] == "free"
    assert meant("nothing on the second evening please", "en").get("action") != "drop"


def test_what_the_reader_has_no_label_for_is_taken_by_its_words() -> None:
    read = PlanTrip(change=PlanChange(action="longer", what="动物园"))
    understood = Understanding(
        text="动物园待久一点",
        language="zh",
        intents=(read,),
        confidence=0.99,
        kind_p={"plan_trip": 0.99},
        tier="reader",
    )
    found = of_trip(understood, planning=True, asked=False, now=NOW).intents[0]
    assert isinstance(found, PlanTrip)
    assert found.change == PlanChange(action="stay", what="动物园", other="longer")


def test_a_flight_ends_the_day_before_it_leaves(county: Desk, trip: Trip) -> None:
    plan, _ = changed(county, trip(), action="ends", day=-1, what="下午五点要赶飞机")
    assert plan.days[-1].end.time() <= time(15)


def test_everything_on_a_day_is_something_else(county: Desk, trip: Trip) -> None:
    made = trip(days=1)
    plan, _ = changed(county, made, action="swap", day=1, what="全部")
    assert not set(seen(plan, 0)) & set(seen(made[0], 0))


def changed(county: Desk, made: tuple[Plan, TripRequest], **change: Any) -> tuple[Plan, TripRequest]:
    """Return the plan after a change that holds."""
    found = change_plan(county, *made, PlanChange(**change))
    assert not verify(found.plan, found.request, county)
    return found.plan, found.request


def seen(plan: Plan, index: int) -> list[str]:
    return [v.place.id for v in plan.days[index].sights]


def test_two_days_change_places_and_back(county: Desk, trip: Trip) -> None:
    made = trip(days=3)
    plan, request = changed(county, made, action="exchange", day=1, days=2)
    assert set(seen(plan, 0)) == set(seen(made[0], 1))
    assert set(seen(plan, 1)) == set(seen(made[0], 0))
    assert set(seen(plan, 2)) == set(seen(made[0], 2))
    with pytest.raises(PlanImpossible):
        change_plan(county, plan, request, PlanChange(action="exchange", day=1, days=1))


def test_a_day_ends_when_it_was_said_and_later_changes_keep_to_it(county: Desk, trip: Trip) -> None:
    made = changed(county, trip(), action="ends", day=1, what="end at three")
    assert all(v.leave.time() <= time(15) for v in made[0].days[0].sights)
    again, _ = changed(county, made, action="later", day=1, what="start at ten")
    assert all(v.leave.time() <= time(15) for v in again.days[0].sights)


def test_a_meal_is_left_out_on_one_day_only(county: Desk, trip: Trip) -> None:
    made = trip(days=3)
    assert all("dinner" in tables_of(day) for day in made[0].days[:2])
    plan, _ = changed(county, made, action="drop", day=1, what="dinner")
    assert "dinner" not in tables_of(plan.days[0])
    assert "dinner" in tables_of(plan.days[1])


def test_a_meal_moves(county: Desk, trip: Trip) -> None:
    plan, _ = changed(county, trip(), action="meal_at", day=1, what="dinner", other="at seven")
    dinner = next(v for v in plan.days[0].visits if v.kind == "dinner")
    assert time(19) <= dinner.arrive.time() <= time(19, 30)


def test_a_visit_gets_the_time_that_was_said(county: Desk, trip: Trip) -> None:
    made = trip()
    first = made[0].days[0].sights[0]
    plan, request = changed(county, made, action="stay", what=first.place.name, minutes=40)
    visit = next(v for v in plan.days[0].sights if v.place.id == first.place.id)
    assert (visit.leave - visit.arrive).total_seconds() == 40 * 60
    plan, _ = changed(county, (plan, request), action="later", what="start at ten")
    visit = next(v for v in plan.days[0].sights if v.place.id == first.place.id)
    assert (visit.leave - visit.arrive).total_seconds() == 40 * 60


def test_a_free_afternoon_stays_free(county: Desk, trip: Trip) -> None:
    plan, _ = changed(county, trip(), action="free", day=2, what="afternoon")
    assert len(plan.days) == 2
    assert all(v.arrive.time() < time(13) for v in plan.days[1].sights)


def test_one_rests_after_lunch(county: Desk, trip: Trip) -> None:
    plan, _ = changed(county, trip(), action="rest", day=1, minutes=60)
    after = next(b for a, b in pairwise(plan.days[0].visits) if a.kind == "lunch")
    assert after.kind in {"rest", "free"}  # at the hotel, or where one is if that is far
    assert after.leave - after.arrive >= timedelta(minutes=60)


def test_a_day_is_given_to_a_kind(county: Desk, trip: Trip) -> None:
    plan, _ = changed(county, trip(days=1), action="swap", day=1, other="公园")
    assert {v.place.category for v in plan.days[0].sights} == {"leisure/park"}


def test_half_of_a_kind_is_left_out(county: Desk, trip: Trip) -> None:
    made = trip(days=3)
    before = sum(v.place.category == "tourism/museum" for v in made[0].visits)
    plan, _ = changed(county, made, action="fewer", what="博物馆")
    assert 0 < sum(v.place.category == "tourism/museum" for v in plan.visits) < before


def test_a_stop_comes_first(county: Desk, trip: Trip) -> None:
    made = trip()
    last = made[0].days[0].sights[-1].place
    plan, _ = changed(county, made, action="order", day=1, what=last.name, other="first")
    assert seen(plan, 0)[0] == last.id
