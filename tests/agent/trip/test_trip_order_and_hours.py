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
from agent.trip.changes.several import change_all
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


# -- as strangers say it


@pytest.mark.parametrize(
    ("text", "language", "change"),
    [
        ("put the tower last on day two", "en",
         {"action": "order", "day": 2, "what": "tower", "other": "last"}),
        ("start at the zoo", "en", {"action": "order", "what": "zoo", "other": "first"}),
        ("动物园提前，上午就去", "zh", {"action": "order", "what": "动物园", "other": "morning"}),
        ("The zoo in the morning would be better", "en",
         {"action": "order", "what": "zoo", "other": "morning"}),
        ("第一天下午别排了，我们自己去逛街", "zh", {"action": "free", "day": 1, "what": "afternoon"}),
        ("第一天下午歇着，回酒店睡一觉", "zh", {"action": "free", "day": 1, "what": "afternoon"}),
        ("八点出门太早，九点半吧", "zh", {"action": "later", "what": "九点半吧"}),
        ("下午太赶，去掉一个", "zh", {"action": "fewer", "what": "afternoon"}),
        ("第二天太累，砍掉两个", "zh", {"action": "fewer", "day": 2, "days": 2}),
        ("寺庙看一两个就得了", "zh", {"action": "fewer", "what": "寺庙"}),
        ("第二天下午换成逛商场", "zh", {"action": "swap", "day": 2, "what": "afternoon", "other": "商场"}),
        ("想泡温泉，第一天晚上行不行", "zh",
         {"action": "add", "day": 1, "what": "泡温泉", "other": "evening"}),
        ("more food stops, a market maybe", "en", {"action": "add", "what": "market"}),
        ("dinner before seven, please", "en",
         {"action": "meal_at", "what": "dinner", "other": "before seven, please"}),
        ("a long lunch, an hour and a half", "en", {"action": "stay", "what": "lunch", "minutes": 90}),
        ("add an hour at the zoo", "en", {"action": "stay", "what": "zoo", "other": "longer", "minutes": 60}),
        ("走路太多了，吃不消", "zh", {"action": "walk"}),
        ("第一天那个教堂能不能放到下午去", "zh",
         {"action": "order", "day": 1, "what": "教堂", "other": "afternoon"}),
        ("第二天少一个博物馆，换成逛公园", "zh",
         {"action": "swap", "day": 2, "what": "博物馆", "other": "公园"}),
        ("午饭太早了，往后挪半小时", "zh",
         {"action": "meal_at", "what": "午饭", "other": "later", "minutes": 30}),
        ("we'd like an extra night", "en", {"action": "longer"}),
        ("less walking on day two", "en", {"action": "walk", "day": 2}),
        ("go back to the first version", "en", {"action": "undo", "days": 99}),
        ("我更喜欢第一版", "zh", {"action": "undo", "days": 99}),
    ],
)  # fmt: skip
def test_what_strangers_mean(text: str, language: str, change: dict[str, Any]) -> None:
    assert meant(text, language) == change


@pytest.mark.parametrize(
    ("text", "language", "ask"),
    [
        ("how does that compare with before", "en", "compare"),
        ("跟刚才比差在哪儿", "zh", "compare"),
        ("今晚在哪儿睡", "zh", "hotel"),
    ],
)
def test_what_strangers_ask(text: str, language: str, ask: str) -> None:
    assert [getattr(i, "ask", "") for i in spoken_of_plan(text, language).intents] == [ask]


def test_a_weekday_is_a_day_of_the_plan_and_no_new_date(trip: Trip) -> None:
    plan, _ = trip(days=3)  # from Thursday on
    read = Understanding(
        text="leave Friday afternoon free", language="en", intents=(), confidence=0.0, tier="reader", why=""
    )
    (intent,) = of_trip(read, planning=True, asked=False, now=NOW, plan=plan).intents
    assert isinstance(intent, PlanTrip)
    assert intent.change == PlanChange(action="free", day=2, what="afternoon")


def test_the_words_name_the_sight_where_the_reader_takes_another(trip: Trip) -> None:
    plan, _ = trip(days=2)
    one, other = plan.days[0].sights[0].place.name, plan.days[1].sights[0].place.name
    wrong = PlanTrip(change=PlanChange(action="drop", what=one))
    read = Understanding(
        text=f"看完{one}就够了，去掉{other}",
        language="zh",
        intents=(wrong,),
        confidence=0.6,
        tier="reader",
        why="",
    )
    (intent,) = of_trip(read, planning=True, asked=False, now=NOW, plan=plan).intents
    assert isinstance(intent, PlanTrip)
    assert intent.change == PlanChange(action="drop", what=other)


def _changed(county: Desk, plan: Plan, request: TripRequest, change: PlanChange) -> Plan:
    changed = change_plan(county, plan, request, change)
    assert verify(changed.plan, changed.request, county) == []
    return changed.plan


def _seen(plan: Plan) -> list[set[str]]:
    return [{v.place.id for v in day.sights} for day in plan.days]


def test_less_walking_leaves_what_is_seen(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=3)
    fresh = _changed(county, plan, request, PlanChange(action="walk"))
    assert _seen(fresh) == _seen(plan)
    assert sum(d.walk_m for d in fresh.days) < sum(d.walk_m for d in plan.days)


def test_a_stop_comes_last_and_none_is_lost_for_it(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=3)
    name = plan.days[2].sights[0].place.name
    fresh = _changed(county, plan, request, PlanChange(action="order", day=3, what=name, other="last"))
    assert fresh.days[2].sights[-1].place.name == name
    assert _seen(fresh) == _seen(plan)


def test_of_a_part_of_the_day_only_that_part_gets_fewer(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=2)
    fresh = _changed(county, plan, request, PlanChange(action="fewer", day=2, what="afternoon", days=2))
    gone = _seen(plan)[1] - _seen(fresh)[1]
    assert len(gone) == 2
    assert all(v.arrive.time() >= time(12, 30) for v in plan.days[1].sights if v.place.id in gone)
    assert _seen(fresh)[0] == _seen(plan)[0]


def test_a_meal_is_added_where_there_is_none(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=1)
    assert "dinner" not in tables_of(plan.days[0])
    fresh = _changed(county, plan, request, PlanChange(action="swap", what="晚饭", other="一起安排上"))
    assert "dinner" in tables_of(fresh.days[0])
    assert _seen(fresh) == _seen(plan)


def test_another_lunch_brings_no_dinner(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=1)
    fresh = _changed(county, plan, request, PlanChange(action="swap", what="午饭", other="面"))
    assert "dinner" not in tables_of(fresh.days[0])


def test_a_meal_takes_as_long_as_was_said(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=2)
    fresh = _changed(county, plan, request, PlanChange(action="stay", day=1, what="午饭", minutes=90))
    lunch = next(v for v in fresh.days[0].visits if v.kind == "lunch")
    assert lunch.leave - lunch.arrive == timedelta(minutes=90)


def test_a_day_that_gets_emptier_begins_when_it_did(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=2)
    for day in (1, 2):
        name = plan.days[day - 1].sights[-1].place.name
        fresh = _changed(county, plan, request, PlanChange(action="drop", what=name))
        assert [d.start for d in fresh.days] == [d.start for d in plan.days]


def test_one_of_a_kind_is_told_by_the_rest_of_its_name(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=3)
    museums = [v.place.name for v in plan.visits if v.place.category == "tourism/museum"]
    assert len(museums) > 1
    with pytest.raises(PlanImpossible) as refusal:
        change_plan(county, plan, request, PlanChange(action="stay", what="electricity museum", minutes=90))
    assert refusal.value.reason == "drop_unknown"


def test_what_goes_is_named_one_by_one_and_what_is_unknown_is_said(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=2)
    one, other = (v.place.name for v in plan.days[1].sights[:2])
    every = change_all(county, plan, request, PlanChange(action="drop", what=f"{one}和{other}"))
    assert {p.name for p in every.places} == {one, other}
    known = change_all(county, plan, request, PlanChange(action="drop", what=f"{one}和月球馆"))
    assert [p.name for p in known.places] == [one]
    assert known.refused is not None
    assert known.refused.facts["name"] == "月球馆"


def test_to_be_at_the_station_is_when_one_has_to_be_there(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=2)
    fresh = _changed(county, plan, request, PlanChange(action="ends", day=-1, what="下午两点到火车站"))
    assert time(12, 30) < fresh.days[-1].end.time() <= time(14)
