"""Talking about a trip through the drawn county: changed part by part, taken back, compared, kept, driven."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest

from agent import Agent
from agent.actions.answer import Answer
from agent.actions.context import Desk
from agent.trip.changes.replan import change_plan
from agent.trip.itinerary import Plan
from agent.trip.verifier import verify
from agent.understanding.intent import Navigate, PlanChange, PlanTrip, Wishes
from tests.agent.trip.conftest import HOME, Trip

Do = Callable[..., Answer]


@pytest.fixture
def do(agent: Agent) -> Do:
    """Give the function that carries out an intent."""

    def done(intent: PlanTrip | Navigate | PlanChange, text: str = "", language: str = "zh") -> Answer:
        meant = PlanTrip(change=intent) if isinstance(intent, PlanChange) else intent
        return agent.carry_out(text or "…", [meant], language=language, position=HOME)  # type: ignore[arg-type]

    return done


def test_the_summary_says_the_shape_of_the_trip(do: Do) -> None:
    answer = do(
        PlanTrip(where="云安市", days=2, wishes=Wishes(likes=("园林", "热气球"), money=("预算三千",)))
    )
    assert answer.plan is not None
    assert "两天" in answer.reply
    assert "六月十一号" in answer.reply
    assert "第一天去" in answer.reply
    assert "第二天去" in answer.reply
    assert "开车一共" in answer.reply
    assert "晚上留作自由活动" in answer.reply
    assert "地图上这一带没有热气球" in answer.reply
    assert "预算三千" in answer.reply
    (hotel,) = {day.hotel.place.name for day in answer.plan.days if day.hotel}
    assert f"住{hotel}" in answer.reply


def test_a_short_trip_is_told_with_every_name(do: Do) -> None:
    answer = do(PlanTrip(where="周荡镇", days=1))
    assert answer.plan is not None
    assert all(visit.place.name in answer.reply for visit in answer.plan.days[0].sights)


def test_a_long_one_says_how_many_it_does_not_name(do: Do) -> None:
    answer = do(PlanTrip(where="云安市", days=3))
    assert "另外" in answer.reply


def test_changes_are_taken_back_and_compared(agent: Agent, do: Do) -> None:
    first = do(PlanTrip(where="云安市", days=2)).plan
    assert first is not None
    name = first.days[0].sights[0].place.name
    dropped = do(PlanChange(action="drop", what=name))
    assert dropped.plan != first
    assert name in do(PlanTrip(ask="compare")).reply
    assert do(PlanChange(action="undo")).plan == first
    assert agent.session.plan == first
    assert do(PlanChange(action="undo")).outcome == "impossible"


def test_a_plan_is_kept_and_taken_up_again(agent: Agent, do: Do) -> None:
    do(PlanTrip(where="云安市", days=2, wishes=Wishes(likes=("园林",), no_meal=("辣",))))
    changed = do(PlanChange(action="hotel", what="东园大酒店")).plan
    assert changed is not None
    assert "云安市" in do(PlanTrip(act="save")).reply
    agent.session.plan = None
    recalled = do(PlanTrip(act="recall")).plan
    assert recalled is not None
    assert ids(recalled) == ids(changed)
    assert recalled.wishes == changed.wishes


def ids(plan: Plan) -> list[list[str]]:
    return [[v.place.id for v in day.visits if v.kind not in {"rest", "free"}] for day in plan.days]


def test_nothing_kept_is_said(do: Do) -> None:
    assert do(PlanTrip(act="recall")).outcome == "impossible"


def test_the_plan_is_driven_stop_by_stop(agent: Agent, do: Do) -> None:
    plan = do(PlanTrip(where="云安市", days=1)).plan
    assert plan is not None
    stops = [v.place for v in plan.visits if v.kind != "free"]
    assert do(PlanTrip(ask="next")).places == (stops[0],)
    first = do(PlanTrip(act="drive"))
    assert first.places[-1].id == stops[0].id
    assert first.route is not None
    assert do(PlanTrip(ask="next")).places[0].id == stops[1].id


def test_the_next_stop_is_offered_when_one_is_left(agent: Agent, do: Do) -> None:
    plan = do(PlanTrip(where="云安市", days=1)).plan
    assert plan is not None
    stops = [v for v in plan.visits if v.kind != "free"]
    do(PlanTrip(act="drive"))
    agent.session.end_drive()
    here = stops[0].park or (stops[0].place.lat, stops[0].place.lon)
    assert agent.suggest(position=here, language="zh") is None
    agent._desk.now = lambda: stops[0].leave
    offer = agent.suggest(position=here, language="zh")
    assert offer is not None
    assert offer.topic == "plan"
    assert offer.place is not None
    assert offer.place.id == stops[1].place.id


@pytest.mark.parametrize(
    ("words", "kind", "number"), [("第一个", "sight", 0), ("酒店", "hotel", 0), ("第二个景点", "sight", 1)]
)
def test_a_stop_of_the_plan_is_driven_to(do: Do, words: str, kind: str, number: int) -> None:
    plan = do(PlanTrip(where="云安市", days=2)).plan
    assert plan is not None
    wanted = [v.place for v in plan.visits if v.kind == kind][number]
    assert do(Navigate(to=words)).places[-1].id == wanted.id


@pytest.mark.parametrize(
    "change",
    [
        PlanChange(action="drop", day=2),
        PlanChange(action="add", what="大剧院"),
        PlanChange(action="hotel", day=1, what="便宜点的"),
        PlanChange(action="hotel", what="东园大酒店"),
        PlanChange(action="later", what="十点"),
        PlanChange(action="earlier", what="八点", day=2),
        PlanChange(action="swap", what="晚饭"),
        PlanChange(action="swap", what="晚饭", other="烧烤", day=1),
        PlanChange(action="swap", what="晚饭", other="素食", day=2),
        PlanChange(action="swap", what="下午", other="公园", day=1),
        PlanChange(action="fewer", day=2),
        PlanChange(action="more", day=1),
        PlanChange(action="longer"),
        PlanChange(action="shorter"),
        PlanChange(action="date", what="下周末"),
        PlanChange(action="add", day=4),
        PlanChange(action="swap", what="上午", day=2),
    ],
)
def test_each_change_holds_and_does_what_was_said(county: Desk, trip: Trip, change: PlanChange) -> None:
    plan, request = trip(days=3, likes=("古镇",))
    changed = change_plan(county, plan, request, change)
    assert verify(changed.plan, changed.request, county) == []
    _check(change, plan, changed.plan)


def _check(change: PlanChange, old: Plan, new: Plan) -> None:
    hotels = [day.hotel.place.name for day in new.days if day.hotel]
    tables = [[v.place.name for v in day.visits if v.kind == "dinner"] for day in new.days]
    match change:
        case PlanChange(action="drop", day=2) | PlanChange(action="shorter"):
            assert len(new.days) == 2
        case PlanChange(action="add", day=4):
            assert len(new.days) == 4
        case PlanChange(action="swap", what="上午"):
            before, after = ([v.place.id for v in p.days[1].sights if v.arrive.hour < 12] for p in (old, new))
            assert after
            assert not set(before) & set(after)
        case PlanChange(action="add"):
            assert "大剧院" in [v.place.name for v in new.visits]
        case PlanChange(action="hotel", day=1):
            assert hotels[0] in {"玉峰青年旅舍", "如家酒店", "亭林花园酒店"}
        case PlanChange(action="hotel"):
            assert hotels == ["东园大酒店"] * 2
        case PlanChange(action="later"):
            assert all(day.start.time() >= time(10) for day in new.days)
        case PlanChange(action="earlier"):
            assert new.days[1].start.time() == time(8)
            assert new.days[0] == old.days[0]
        case PlanChange(action="swap", what="晚饭", other=""):
            assert tables[0] != [v.place.name for v in old.days[0].visits if v.kind == "dinner"]
        case PlanChange(action="swap", what="晚饭", other=food, day=day):
            (table,) = {"烧烤": ["炭火烧烤"], "素食": ["素心斋"]}[food]
            assert [v.place.name for v in old.days[day - 1].visits if v.kind == "dinner"] != [table]
            assert tables[day - 1] == [table]
            assert [v.place.name for v in new.visits if v.kind in {"lunch", "dinner"}].count(table) == 1
        case PlanChange(action="swap"):
            parks = [v for v in new.days[0].sights if v.place.category.startswith("leisure/park")]
            assert any(12 <= v.arrive.hour < 18 for v in parks)
        case PlanChange(action="fewer"):
            assert len(new.days[1].sights) == len(old.days[1].sights) - 1
        case PlanChange(action="more"):
            assert len(new.days[0].sights) == len(old.days[0].sights) + 1
        case PlanChange(action="longer"):
            assert len(new.days) == 4
        case PlanChange(action="date"):
            assert new.days[0].date.isoformat() == "2026-06-20"


def test_a_wish_that_a_change_gives_up_is_named(do: Do) -> None:
    do(PlanTrip(where="云安市", days=1, wishes=Wishes(likes=("园林",))))
    answer = do(PlanChange(action="drop", what="亭林园"))
    assert answer.plan is not None
    assert "亭林园" in answer.reply


def test_questions_without_prices_are_answered_honestly(do: Do) -> None:
    do(PlanTrip(where="云安市", days=2, wishes=Wishes(likes=("热气球",))))
    assert "没有价格" in do(PlanTrip(ask="cost")).reply
    assert "热气球" in do(PlanTrip(ask="unmet")).reply
    assert "第二天开车" in do(PlanTrip(ask="driving", day=2)).reply


def test_exports_show_walks_and_wishes(county: Desk, trip: Trip) -> None:
    import json
    from datetime import UTC, datetime

    from icalendar import Calendar

    from agent.trip.export import export

    plan, _ = trip("周荡镇", 2, likes=("热气球",))
    hostile = replace(plan, where="a|b\n# c")

    def written(form: str, of: Plan = plan) -> str:
        now = datetime(2026, 6, 10, tzinfo=UTC)
        foot = county.router_by("foot")
        return export(of, form, language="zh", router=county.router, now=now, foot=foot)

    page = written("md")
    assert "步行" in page
    assert "热气球: 地图上没有" in page
    assert "# a/b # c" in written("md", hostile)
    lines = [f for f in json.loads(written("geojson"))["features"] if f["geometry"]["type"] == "LineString"]
    assert {f["properties"]["by"] for f in lines} == {"car", "foot"}
    calendar = Calendar.from_ical(written("ics"))
    assert len(calendar.walk("VEVENT")) == len(plan.visits)
