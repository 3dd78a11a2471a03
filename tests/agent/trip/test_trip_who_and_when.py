"""What suits those who come is chosen, and what is said to be in the plan is in it, and then."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from agent import Agent
from agent.actions.context import Desk
from agent.errors import PlanImpossible
from agent.trip.accounting import Accounting, Entry
from agent.trip.asked.party import Party, read_party
from agent.trip.asked.sentence import completed
from agent.trip.day import Stop
from agent.trip.itinerary import Day
from agent.trip.offered import sights
from agent.trip.offered.suiting import fondness, unsuited
from agent.trip.planner import Workshop, day_frames, first_hotels, make_plan
from agent.trip.verifier import verify
from agent.understanding.intent import PlanTrip, Wishes
from agent.understanding.utterance import Language
from nav.geometry import distance_m
from poi.place import Place
from tests.agent.trip.conftest import HOME, NOW, Trip, asked

MUSEUM = "tourism/museum"


def _place(category: str, **tags: str) -> Place:
    return Place(id="node/1", name="A", category=category, lat=31.38, lon=120.95, tags=tags)


def _problems(found: object) -> str:
    return " ".join(map(str, found)) if isinstance(found, list) else ""


# -- who comes


@pytest.mark.parametrize(
    ("party", "category", "tags", "out"),
    [
        (Party(dog=True), MUSEUM, {}, True),
        (Party(dog=True), MUSEUM, {"dog": "yes"}, False),
        (Party(dog=True), "leisure/park", {}, False),
        (Party(dog=True), "leisure/park", {"dog": "no"}, True),
        (Party(wheelchair=True), "historic/castle", {}, True),
        (Party(wheelchair=True), "historic/castle", {"wheelchair": "limited"}, False),
        (Party(wheelchair=True), MUSEUM, {"wheelchair": "no"}, True),
        (Party(wheelchair=True), MUSEUM, {}, False),
        (Party(elderly=1), "man_made/tower", {}, True),
        (Party(elderly=1), MUSEUM, {}, False),
        (Party(small=True, children=1), "historic/tomb", {}, True),
        (Party(ages=(4,), children=1), "tourism/gallery", {}, True),
        (Party(ages=(12,), children=1), "tourism/gallery", {}, False),
        (Party(pregnant=True), "tourism/theme_park", {}, True),
        (Party(adults=2), "natural/peak", {}, False),
    ],
)
def test_what_is_nothing_for_somebody_who_comes(
    county: Desk, party: Party, category: str, tags: dict[str, str], out: bool
) -> None:
    request = replace(asked(county), party=party)
    assert unsuited(_place(category, **tags), request) is out


def test_who_comes_moves_the_ranking(county: Desk) -> None:
    request = asked(county)
    small = replace(request, party=Party(children=1, small=True))
    assert fondness(_place("leisure/park"), small) > fondness(_place(MUSEUM), small)
    assert fondness(_place("leisure/park"), request) == fondness(_place(MUSEUM), request) == 0


@pytest.mark.parametrize(
    ("words", "language", "small"),
    [("with a toddler", "en", True), ("two babies", "en", True), ("带着宝宝", "zh", True),
     ("mit Kleinkind", "de", True), ("with our teenager", "en", False)],
)  # fmt: skip
def test_a_toddler_is_small(words: str, language: Language, small: bool) -> None:
    assert read_party((words,), language).toddlers is small


def test_a_dog_stays_in_the_open_air(county: Desk, trip: Trip) -> None:
    plan, request = trip(who=("带着狗",))
    assert verify(plan, request, county) == []
    assert not any(unsuited(v.place, request) for day in plan.days for v in day.sights)
    others, _ = trip()
    assert "does not suit" in _problems(verify(others, request, county))


def test_what_was_wished_for_is_shown_whoever_comes(county: Desk, trip: Trip) -> None:
    plan, request = trip(who=("带着狗",), likes=("博物馆",))
    assert verify(plan, request, county) == []
    assert any(v.place.category == MUSEUM for v in plan.visits)


def test_ages_alone_are_those_of_children() -> None:
    assert read_party(("5 and 8",), "en").ages == (5, 8)
    assert read_party(("5 and 80",), "en").ages == ()


# -- on the day and in the part of the day that was said


def test_a_wish_of_the_afternoon_is_in_the_afternoon(county: Desk, trip: Trip) -> None:
    for part, first, last in (("morning", 0, 13), ("afternoon", 12, 18)):
        plan, request = trip(likes=("博物馆",), parts=(("博物馆", part),))
        assert verify(plan, request, county) == []
        assert [e.state for e in plan.accounting if e.words == "博物馆"] == ["kept"]
        hours = [v.arrive.hour for v in plan.visits if v.place.category == MUSEUM]
        assert hours
        assert all(first <= hour <= last for hour in hours)


def test_a_wish_of_a_day_is_on_that_day(county: Desk, trip: Trip) -> None:
    plan, request = trip(by_day=({"day": 2, "likes": ("博物馆",)},))
    assert verify(plan, request, county) == []
    on = [n for n, day in enumerate(plan.days, 1) for v in day.sights if v.place.category == MUSEUM]
    assert on
    assert set(on) == {2}


@pytest.mark.parametrize(
    "wished",
    [
        {"likes": ("博物馆",), "parts": (("博物馆", "evening"),)},
        {"by_day": ({"day": 1, "likes": ("博物馆",)},)},
    ],
)
def test_what_is_in_at_another_time_is_not_said_to_be_kept(
    county: Desk, trip: Trip, wished: dict[str, Any]
) -> None:
    other, _ = trip(by_day=({"day": 2, "likes": ("博物馆",)},), parts=(("博物馆", "morning"),))
    request = asked(county, **wished)
    told = Accounting(entries=(Entry(slot="likes", words="博物馆", state="kept"),))
    claimed = replace(other, accounting=told)
    assert "not when it was wished for" in _problems(verify(claimed, request, county))


def test_the_market_of_the_first_evening_leaves_the_day_its_sights(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=3, by_day=({"day": 2, "likes": ("夜市",)},), parts=(("夜市", "evening"),))
    assert verify(plan, request, county) == []
    assert [any(v.kind == "evening" for v in day.visits) for day in plan.days] == [False, True, False]
    assert len(plan.days[1].sights) >= 3


@pytest.mark.parametrize(
    ("text", "language", "likes", "parts"),
    [
        ("上午逛博物馆，下午去公园", "zh", ("博物馆", "公园"), {"博物馆": "morning", "公园": "afternoon"}),
        ("hiking and a spa in the evening", "en", ("hiking", "spa"), {"spa": "evening"}),
        ("a museum in the morning and a park in the afternoon", "en", ("museum in the morning and a", "park"),
         {"museum": "morning", "park": "afternoon"}),
        ("an afternoon in X for museums", "en", ("museums",), {}),
    ],
)  # fmt: skip
def test_the_part_of_the_day_belongs_to_the_wish_beside_it(
    text: str, language: Language, likes: tuple[str, ...], parts: dict[str, str]
) -> None:
    read = PlanTrip(where="X", days=2, wishes=Wishes(likes=likes))
    assert dict(completed(read, text, language, NOW).wishes.parts) == parts


def test_the_first_evening_is_no_time_to_begin() -> None:
    read = PlanTrip(
        where="Yun'an", days=2, wishes=Wishes(likes=("night market",), time=("on the first evening",))
    )
    whole = completed(read, "two days Yun'an, night market on the first evening", "en", NOW)
    assert whole.wishes.time == ()
    assert [(day.day, day.likes) for day in whole.wishes.by_day] == [(1, ("night market",))]


# -- words that name nothing


@pytest.mark.parametrize(
    ("text", "read", "kept"),
    [
        ("campus and museums", {"likes": ("campus and", "museums")}, ("campus", "museums")),
        ("easy walks, parks", {"likes": ("walks", "parks"), "limit": ("easy walks",)}, ("parks",)),
    ],
)
def test_a_wish_is_what_is_named_and_no_more(
    text: str, read: dict[str, tuple[str, ...]], kept: tuple[str, ...]
) -> None:
    given = Wishes.model_validate(read)
    wishes = completed(PlanTrip(where="X", days=1, wishes=given), text, "en", NOW).wishes
    assert wishes.likes == kept


def test_a_no_that_was_read_as_food_is_none() -> None:
    read = PlanTrip(where="X", days=1, wishes=Wishes(meals=("no", "nice"), no_meal=("steak",)))
    wishes = completed(read, "X one day, no steak, nice", "en", NOW).wishes
    assert (wishes.meals, wishes.no_meal) == ((), ("steak",))


def test_a_bed_and_a_wish_beside_it_are_two() -> None:
    read = PlanTrip(where="X", days=2, wishes=Wishes(lodging=("guest house, quiet place",)))
    wishes = completed(read, "X for a night, guest house, quiet place", "en", NOW).wishes
    assert wishes.lodging == ("guest house", "quiet place")


def test_villages_are_villages_where_no_old_town_is(monkeypatch: pytest.MonkeyPatch, county: Desk) -> None:
    monkeypatch.setattr(sights, "_of_themes", lambda *_: [])
    found = sights.of_wish(county, "villages", (31.381, 120.951), 60_000)
    assert {p.category for p in found} <= {"place/village", "place/hamlet"}


def test_what_stands_beside_the_part_of_a_day_is_not_lost() -> None:
    read = PlanTrip(where="X", days=1, wishes=Wishes(likes=("museum in the morning and cinnamon buns",)))
    wishes = completed(read, "X one day, museum in the morning and cinnamon buns", "en", NOW).wishes
    assert wishes.likes == ("museum",)
    assert "cinnamon buns" in " ".join((*wishes.unread, *wishes.meals))
    assert not any("morning" in words for words in wishes.unread)


def test_what_is_for_later_is_waited_for_while_the_day_is_filled(county: Desk) -> None:
    request = asked(county, likes=("博物馆",), parts=(("博物馆", "afternoon"),))
    museum = next(p for p in request.sights if p.category == MUSEUM)
    others = [p for p in request.sights if p.category != MUSEUM]
    other = min(others, key=lambda p: distance_m(HOME, (p.lat, p.lon)))
    shop = Workshop(county, request, [])
    frame = day_frames(request, first_hotels(county, request))[0]
    run = shop.rough.run(frame, [Stop(place=other, stay_min=30), Stop(place=museum, stay_min=45)])
    assert run.failed is None
    there = next(v for v in run.visits if v.place.id == museum.id and v.kind == "sight")
    assert there.arrive.hour >= 12


# -- days that begin late, end early, or are in a town with nothing to see


def kinds(day: Day) -> list[str]:
    return [visit.kind for visit in day.visits]


@pytest.mark.parametrize("at", ["中午十二点", "下午五点", "下午六点"])
def test_a_late_first_day_begins_with_a_sight(county: Desk, trip: Trip, at: str) -> None:
    plan, request = trip(days=2, time=(f"{at}出发",))
    assert kinds(plan.days[0])[0] == "sight"
    assert "dinner" in kinds(plan.days[0])
    assert verify(plan, request, county) == []


def test_who_sets_out_too_late_for_lunch_goes_without(county: Desk) -> None:
    request = asked(county, "锦湖镇", 2, time=("下午一点出发",))
    assert "sight" in kinds(make_plan(county, request).days[0])


def test_a_day_of_arrival_is_told_as_one(agent: Agent) -> None:
    intent = PlanTrip(where="云安市", days=2, wishes=Wishes(time=("晚上八点到",)))
    told = agent.carry_out("云安市", [intent], language="zh", position=HOME).reply
    assert "第一天只是抵达" in told


_ALL_OF_ZHOUDANG = ("周荡古镇", "双桥", "沈家大院", "古戏台", "全福讲寺", "南湖公园")


def test_a_day_in_a_town_with_nothing_to_see_is_spent_elsewhere_and_said(trip: Trip) -> None:
    plan, _ = trip("", 2, towns=("云安市", "周荡镇"), dislikes=_ALL_OF_ZHOUDANG)
    assert all(day.sights for day in plan.days)
    assert [(e.words, e.state) for e in plan.accounting if e.note == "empty_town"] == [("周荡镇", "missing")]


@pytest.mark.parametrize("end", ["中午十二点", "下午两点"])
def test_the_last_day_ends_when_it_was_said_and_begins_in_time(trip: Trip, end: str) -> None:
    plan, _ = trip(days=3, time=(f"最后一天{end}前回来",))
    assert plan.days[-1].start.time() == time(9)
    assert plan.days[-1].sights


def test_who_has_little_to_see_on_the_last_day_begins_later(trip: Trip) -> None:
    plan, _ = trip(days=5)
    assert plan.days[-1].start.time() == time(10)


def test_a_trip_without_a_single_sight_is_refused(trip: Trip) -> None:
    with pytest.raises(PlanImpossible):
        trip(days=1, time=("晚上十点出发",))
