"""Talking about the plan at hand: asked about, shortened, swapped, dropped; wishes are kept or named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from agent import Agent
from agent.actions.answer import Answer
from agent.actions.context import Desk
from agent.actions.reply import spoken_time
from agent.errors import PlanImpossible
from agent.trip.accounting import Accounting
from agent.trip.changes import replan
from agent.trip.changes.replan import change_plan
from agent.trip.itinerary import Plan
from agent.trip.planner import make_plan
from agent.trip.request import TripRequest
from agent.trip.verifier import verify
from agent.understanding.intent import PlanChange
from agent.understanding.labels import State
from bench.understanding.facts import unknown_words
from tests.agent.trip.test_agent_trip import request_for

STATION = (60.1719, 24.9414)
PLANNING = State(planning=True)
Talk = Callable[[str], Answer]


@pytest.fixture
def agent(new_agent: Callable[..., Agent]) -> Agent:
    """Give an agent."""
    return new_agent()


@pytest.fixture
def say(agent: Agent) -> Talk:
    """Say something at the station; nothing in the reply may be invented."""

    def said(text: str) -> Answer:
        answer = agent.hear(text, position=STATION)
        assert unknown_words(agent, answer, text) == []
        return answer

    return said


@pytest.fixture(scope="module")
def trip(desk: Desk) -> tuple[Plan, TripRequest]:
    """Give a plan of two days with museums."""
    request = request_for(desk, likes=("museum",))
    return make_plan(desk, request), request


@pytest.mark.slow
def test_the_plan_is_told_from_the_plan(agent: Agent, say: Talk) -> None:
    made = say("two days in Helsinki, I like museums")
    plan = made.plan
    assert plan is not None
    assert say("what's the plan").reply == made.reply
    lunch = next(visit for visit in plan.days[0].visits if visit.kind == "lunch")
    told = say("what's for lunch on day one")
    assert [place.id for place in told.places] == [lunch.place.id]
    assert spoken_time(lunch.arrive, "en") in told.reply
    hotel = plan.days[0].hotel
    assert hotel is not None
    assert say("住哪").places[0].id == hotel.place.id
    assert [place.id for place in say("第二天去哪").places] == [v.place.id for v in plan.days[1].sights]
    assert say("what do we do on day five").reply == "The plan has only two days."
    assert agent.session.plan is plan


@pytest.mark.parametrize("text", ["行程再说一遍", "what's the plan", "read the itinerary"])
def test_a_plan_that_is_not_there_is_not_told(say: Talk, text: str) -> None:
    assert say(text).outcome == "impossible"


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["取消行程", "行程不要了", "cancel the trip", "forget the plan", "我们不玩了"]
)
def test_the_plan_is_dropped(agent: Agent, say: Talk, text: str) -> None:
    say("plan a day in Helsinki")
    assert say(text).reply in {"好的，行程取消了。", "OK, the plan is dropped."}
    assert agent.session.plan is None


@pytest.mark.slow
def test_a_trip_that_is_driven_is_not_the_plan(agent: Agent, say: Talk) -> None:
    say("plan a day in Helsinki")
    say("take me to Kiasma")
    assert say("cancel the trip").end_guidance
    assert agent.session.plan is not None
    say("take me to Kiasma")
    assert not say("cancel the plan").end_guidance
    assert agent.session.plan is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "days"),
    [
        (PlanChange(action="days", days=1), 1),
        (PlanChange(action="days", days=3), 3),
        (PlanChange(action="longer", days=2), 4),
        (PlanChange(action="shorter"), 1),
    ],
)
def test_the_length_is_what_was_said(
    desk: Desk, trip: tuple[Plan, TripRequest], change: PlanChange, days: int
) -> None:
    assert len(change_plan(desk, *trip, change).plan.days) == days


@pytest.mark.slow
def test_one_day_is_no_days(say: Talk) -> None:
    say("two days in Helsinki")
    assert say("make it one day").reply == "Changed: one day now."
    assert "one days" not in say("what's the plan").reply


def test_a_sight_gives_way_to_another(desk: Desk, trip: tuple[Plan, TripRequest]) -> None:
    plan, request = trip
    museum = next(v for v in plan.visits if v.place.category == "tourism/museum")
    inside = {p.id for visit in plan.visits for p in (visit.place, *visit.parts)}
    park = next(p for p in request.sights if p.category == "leisure/park" and p.id not in inside)
    changed = change_plan(
        desk, plan, request, PlanChange(action="swap", what="first museum", other=park.name)
    )
    out, came = changed.places
    assert came.id == park.id
    ids = {visit.place.id for visit in changed.plan.visits}
    assert out.id == museum.place.id
    assert out.id not in ids
    assert came.id in ids
    assert verify(changed.plan, changed.request, desk) == []


def test_what_comes_is_of_the_kind_as_long_as_there_is_one(
    desk: Desk, trip: tuple[Plan, TripRequest]
) -> None:
    plan, request = trip
    out = next(v.place for v in plan.visits if v.place.category == "leisure/park")
    used = {visit.place.id for visit in plan.visits}
    others = [p for p in request.sights if p.category != out.category]
    turned = replace(request, sights=(*others, *request.sights))  # other kinds first: the kind has to count
    kinds = [p.category for p in replan._instead(desk, plan, turned, out, "")]
    first_other = next(n for n, kind in enumerate(kinds) if kind != out.category)
    assert first_other > 1
    assert any(p.category == out.category and p.id not in used for p in request.sights)


def test_another_of_its_kind_comes_where_the_first_does_not_fit(
    desk: Desk, trip: tuple[Plan, TripRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, request = trip
    fresh = next(p for p in desk.places.search("church", near=STATION, limit=40) if not p.opening_hours)
    closed = replace(fresh, id="node/99", opening_hours="Mo-Su 03:00-04:00")
    monkeypatch.setattr(replan, "of_wish", lambda *_: [closed, fresh])
    assert change_plan(desk, plan, request, PlanChange(action="add", what="church")).places == (fresh,)


def test_what_is_in_already_is_said_to_be_in(desk: Desk, trip: tuple[Plan, TripRequest]) -> None:
    plan, request = trip
    first, second = [v.place for v in plan.visits if v.kind == "sight"][:2]
    with pytest.raises(PlanImpossible) as refusal:
        change_plan(desk, plan, request, PlanChange(action="add", what=second.name))
    assert refusal.value.reason == "already_in"
    changed = change_plan(desk, plan, request, PlanChange(action="swap", what=first.name, other=second.name))
    assert changed.refused is not None
    assert changed.refused.reason == "already_in"
    assert first.id not in {visit.place.id for visit in changed.plan.visits}


@pytest.mark.slow
def test_a_kind_with_a_condition_is_found_in_the_plan(desk: Desk) -> None:
    request = request_for(desk, days=1, likes=("church",))
    plan = make_plan(desk, request)
    dropped = change_plan(desk, plan, request, PlanChange(action="drop", what="first church"))
    assert len(dropped.places) == 1
    assert dropped.places[0].category == "amenity/place_of_worship"


@pytest.mark.slow
def test_a_meal_that_was_wished_for_is_eaten_or_named(desk: Desk) -> None:
    request = request_for(desk, meals=("sushi", "lutefisk"))
    plan = make_plan(desk, request)
    served = next(wish.ids for wish in request.dined if wish.words == "sushi")
    assert [visit.kind for visit in plan.visits if visit.place.id in served] in (["lunch"], ["dinner"])
    assert plan.unmet == ("lutefisk",)
    forgotten = replace(plan, accounting=Accounting())
    assert {p.check for p in verify(forgotten, request, desk)} == {"wishes"}


@pytest.mark.slow
def test_what_is_not_in_the_plan_is_said(say: Talk) -> None:
    assert "The map shows no lutefisk here." in say("a day in Helsinki with lutefisk for dinner").reply


def test_a_place_kept_under_a_name_is_found_by_it(say: Talk) -> None:
    say("save Helsinki Cathedral as my church")
    assert say("take me to my church").places[-1].label("en") == "Helsinki Cathedral"


@pytest.mark.slow
def test_talk_about_lunch_is_ours_only_while_the_plan_is_spoken_of(agent: Agent, say: Talk) -> None:
    say("plan a day in Helsinki")
    assert agent.is_request("中午吃什么", language="zh", position=STATION)
    say("take me to Kiasma")
    assert not agent.is_request("中午吃什么", language="zh", position=STATION)
