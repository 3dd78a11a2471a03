"""A trip asked for in free words reaches the planner; what contradicts itself is asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Any

import pytest

from agent.actions.context import Desk
from agent.errors import PlanImpossible
from agent.trip.asked.clock import clock_of, times_of
from agent.trip.asked.sentence import completed
from agent.trip.asked.wishes import limits_of
from agent.trip.offered.towns import joined_near
from agent.trip.spoken.heard import of_trip
from agent.trip.verifier import verify
from agent.understanding.intent import Chat, Navigate, PlanTrip, Search, Wishes
from agent.understanding.understand import Understanding
from agent.understanding.utterance import Language
from tests.agent.trip.conftest import NOW, Trip, asked


def read(text: str, language: Language, intent: Any, confidence: float, **kind_p: float) -> object:
    """Return what is made of a sentence that the reader read so."""
    understood = Understanding(
        text=text, language=language, intents=(intent,), confidence=confidence, tier="reader", kind_p=kind_p
    )
    return of_trip(understood, planning=False, asked=False, now=NOW).intents[0]


def whole(text: str, language: Language = "en", **wishes: Any) -> Wishes:
    """Return the wishes of a request with all that its sentence says."""
    given = PlanTrip(where="X", days=1, wishes=Wishes.model_validate(wishes))
    return completed(given, text, language, NOW).wishes


@pytest.mark.parametrize(
    ("text", "language", "intent", "confidence", "where"),
    [
        ("想到清华看看", "zh", Navigate(to="清华"), 0.53, "清华"),
        ("想去趟云安，听说挺舒服的", "zh", Navigate(to="云安"), 0.72, "云安"),
        ("a getaway to Yun'an", "en", Navigate(to="Yun'an"), 0.6, "Yun'an"),
        ("后天去南京，别的还没想好，你给安排", "zh", Chat(), 0.91, "南京"),
        ("I'd love to see Yun'an, it's meant to be lovely", "en", Chat(), 0.6, "Yun'an"),
    ],
)
def test_a_visit_in_free_words_is_a_trip(
    text: str, language: Language, intent: Any, confidence: float, where: str
) -> None:
    trip = read(text, language, intent, confidence, talk=0.55)
    assert isinstance(trip, PlanTrip)
    assert where.startswith(trip.where)
    assert trip.where


@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [
        ("去清华看看", Navigate(to="清华"), 0.93),
        ("想去超市看看", Navigate(to="超市"), 0.6),
        ("去清华", Navigate(to="清华"), 0.6),
        ("听说南京下雨了", Chat(), 0.95),
    ],
)
def test_a_drive_and_talk_stay_what_they_are(text: str, intent: Any, confidence: float) -> None:
    assert read(text, "zh", intent, confidence, talk=0.95) == intent


def test_sights_until_four_today_are_a_day() -> None:
    found = Search(need="sights", near="Tsinghua")
    trip = read("We've only got today, till four, around Tsinghua", "en", found, 0.85, search=0.97)
    assert isinstance(trip, PlanTrip)
    assert trip.days == 1


def test_the_area_is_found_among_the_words_that_nobody_read(county: Desk) -> None:
    assert asked(county, "", unread=("云安 有意思吗",)).towns[0].name.startswith("云安")


# -- contradictions


@pytest.mark.parametrize(
    "wishes",
    [
        {"meals": ("川菜",), "no_meal": ("一顿川菜",)},
        {"must": ("周荡古镇",), "dislikes": ("周荡古镇",)},
        {"by_day": ({"day": 1, "likes": ("公园",)},), "dislikes": ("公园",)},
        {"clash": "all three days"},
    ],
)
def test_what_is_in_and_out_is_asked_about(county: Desk, wishes: dict[str, Any]) -> None:
    with pytest.raises(PlanImpossible) as refusal:
        asked(county, **wishes)
    assert refusal.value.reason == "contradiction"


def test_a_food_may_be_wished_for_in_another_manner(county: Desk) -> None:
    assert asked(county, meals=("鱼",), no_meal=("生鱼片",)).wishes.meals == ("鱼",)


@pytest.mark.parametrize(
    ("text", "language", "clash"),
    [
        ("exactly one day, so plan all three days of it", "en", "all three days"),
        ("one day, not one metre by car, and drive us right up to every door", "en",
         "drive us right up to every door"),
        ("玩一天，三天全都排满", "zh", "三天全都"),
        ("玩一天，不开车，送到门口", "zh", "送到门口"),
        ("one day, drive us right up to every door", "en", ""),
        ("one day, all of it in parks", "en", ""),
    ],
)  # fmt: skip
def test_words_that_contradict_others(text: str, language: Language, clash: str) -> None:
    assert whole(text, language).clash == clash


# -- words that were read as something else


@pytest.mark.parametrize(
    ("text", "at"),
    [("a campsite", None), ("a hotel at four", time(16)), ("back by six", time(6)), ("an hour", None)],
)
def test_an_article_is_no_hour(text: str, at: time | None) -> None:
    assert clock_of(text, "en") == at


def test_never_before_ten_is_a_beginning() -> None:
    times = times_of(("never out before ten",), "en")
    assert (times.daily, times.begin, times.end) == (time(10), None, None)


def test_a_bed_that_was_read_as_a_time_is_a_bed() -> None:
    text = "two nights, so it's a campsite we're after"
    wishes = whole(text, time=("so it's a campsite we're after",))
    assert wishes.time == ()
    assert any("campsite" in words for words in wishes.lodging)


def test_the_way_home_is_when_it_is_said() -> None:
    text = "I get to X on Thursday morning and fly out on Saturday night"
    given = PlanTrip(where="X", wishes=Wishes(time=("on Thursday morning and fly out on Saturday night",)))
    trip = completed(given, text, "en", datetime(2026, 6, 10, 10))
    assert (trip.days, trip.wishes.time) == (3, ("fly out on Saturday night",))


@pytest.mark.parametrize(
    ("text", "must"),
    [
        ("and the Second Gate and the old library must be on the list", ("Second Gate", "old library")),
        ("the Old Bridge is an absolute must", ("Old Bridge",)),
    ],
)
def test_what_must_be_in_is_named_before_it(text: str, must: tuple[str, ...]) -> None:
    given = PlanTrip(where="X", days=1, date=text)
    trip = completed(given, text, "en", NOW)
    assert (trip.date, trip.wishes.must) == ("", must)


def test_a_dish_for_a_meal_is_one_wish() -> None:
    wishes = whole("one day in X, duck for dinner")
    assert (wishes.meals, wishes.likes, wishes.unread) == (("duck",), (), ())


def test_a_tent_is_a_bed() -> None:
    assert whole("we pitch our tent near the lake", likes=("tent near the lake",)).lodging == (
        "tent near the lake",
    )


def test_people_in_their_seventies_come_along() -> None:
    assert whole("We're in our seventies, one day in X").who


def test_a_meal_that_is_not_wanted_is_left_out(county: Desk, trip: Trip) -> None:
    plan, request = trip(no_meal=("晚饭",))
    assert verify(plan, request, county) == []
    assert not any(v.kind == "dinner" for v in plan.visits)
    assert any(v.kind == "lunch" for v in plan.visits)
    assert all(day.hotel.arrive.hour >= 18 for day in plan.days if day.hotel)
    dined, _ = trip()
    assert "is not wanted" in " ".join(map(str, verify(dined, request, county)))


# -- days, areas and mornings in other words


@pytest.mark.parametrize(
    ("text", "language", "date", "days"),
    [
        ("X, tomorrow till Sunday", "en", "tomorrow", 4),
        ("X on Saturday, back home by five", "en", "on Saturday", 1),
        ("下周五到X，住两晚，周日中午走", "zh", "下周五", 3),
    ],
)
def test_days_that_are_said_by_their_end(text: str, language: Language, date: str, days: int) -> None:
    given = PlanTrip(where="X", date="" if "till" in text else date)
    trip = completed(given, text, language, NOW)
    assert (trip.date, trip.days) == (date, days)


def test_hours_at_the_wheel_are_no_town() -> None:
    trip = completed(PlanTrip(where="云安"), "云安自驾四天，老公开车不想超过两小时一天", "zh", NOW)
    assert (trip.where, trip.days, trip.wishes.by_day) == ("云安", 4, ())


@pytest.mark.parametrize(
    ("text", "language", "read_as"),
    [
        ("一天，早上别叫我", "zh", ("早上", "叫")),
        ("one day, I'm no morning person", "en", ("morning person",)),
    ],
)
def test_who_sleeps_in_dislikes_nothing(text: str, language: Language, read_as: tuple[str, ...]) -> None:
    wishes = whole(text, language, dislikes=read_as)
    assert wishes.dislikes == ()
    assert limits_of(wishes.limit, language).late


def test_a_pram_comes_along() -> None:
    assert whole("推婴儿车", "zh", likes=("婴儿车",)).who == ("婴儿车",)


def test_two_names_run_together_are_two_areas(county: Desk) -> None:
    assert len(asked(county, "锦湖周荡", 2).towns) == 2


def test_areas_side_by_side_are_one_day(county: Desk) -> None:
    town = asked(county).towns[0]
    near = replace(town, name="B", center=(town.center[0] + 0.02, town.center[1]))
    far = replace(town, name="B", center=(town.center[0] + 0.2, town.center[1]))
    assert len(joined_near((town, near), 1, "zh")) == 1
    assert len(joined_near((town, near), 2, "zh")) == 2
    assert len(joined_near((town, far), 1, "zh")) == 2
