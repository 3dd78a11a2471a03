"""What a request says in everyday words: half days, days by kind, a nap, a range, what is not a sight."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest

from agent.actions.context import Desk
from agent.trip.asked.clock import times_of
from agent.trip.asked.party import read_party
from agent.trip.asked.sentence import completed
from agent.trip.asked.wishes import limits_of
from agent.trip.planner import make_plan
from agent.trip.verifier import verify
from agent.understanding.intent import PlanTrip
from agent.understanding.utterance import Language
from tests.agent.trip.conftest import Trip, asked

NOW = datetime(2026, 6, 10, 10, 0)


def said(text: str, language: Language, **read: object) -> PlanTrip:
    """Return a request with all that its sentence says, whatever little the reader read."""
    return completed(PlanTrip.model_validate(read), text, language, NOW)


def test_what_nobody_reads_is_said_back_in_whole_words() -> None:
    wishes = said("two days in Helsinki, underwater basket weaving", "en", where="Helsinki").wishes
    assert wishes.unread == ("underwater basket weaving",)
    wishes = said("two days in Helsinki, parks first and after that whatever", "en", where="Helsinki").wishes
    assert wishes.likes == ("parks",)
    assert not wishes.unread


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("a lazy day in Helsinki", "en", 1),
        ("36 hours in Helsinki", "en", 2),
        ("a windy Sunday in Helsinki", "en", 1),
        ("Helsinki, Friday evening till Sunday noon", "en", 3),
        ("在云安待48小时", "zh", 2),
        ("Helsinki, a park in the morning and a museum in the afternoon", "en", 1),
    ],
)
def test_how_many_days_it_is(text: str, language: Language, days: int) -> None:
    where = "云安" if language == "zh" else "Helsinki"
    assert said(text, language, where=where).days == days


@pytest.mark.parametrize("text", ["云安一日游", "云安两日游，不吃辣", "云安三日"])
def test_a_number_of_days_is_no_date(text: str) -> None:
    assert said(text, "zh", where="云安").date == ""


def test_the_word_beside_a_day_is_not_lost() -> None:
    assert said("a frumious day in Helsinki", "en", where="Helsinki").wishes.unread == ("frumious",)


def test_days_are_given_to_kinds_in_their_order() -> None:
    trip = said(
        "three days in Andorra, one day museums, one day shopping, one day hiking", "en", where="Andorra"
    )
    assert [(day.day, day.likes) for day in trip.wishes.by_day] == [
        (1, ("museums",)),
        (2, ("shopping",)),
        (3, ("hiking",)),
    ]


def test_a_thing_belongs_to_the_day_that_stands_with_it() -> None:
    trip = said(
        "two days in Helsinki, parks on the first day and museums on the second", "en", where="Helsinki"
    )
    assert [(day.day, day.likes) for day in trip.wishes.by_day] == [(1, ("parks",)), (2, ("museums",))]
    assert not trip.date


def test_half_a_day_ends_after_half_a_day() -> None:
    times = times_of(said("half a day in Helsinki, this afternoon", "en", where="Helsinki").wishes.time, "en")
    assert (times.begin, times.end) == (time(13), time(17, 30))
    times = times_of(("from nine to one",), "en")
    assert (times.begin, times.end) == (time(9), time(13))
    times = times_of(("上午九点到下午四点",), "zh")
    assert (times.begin, times.end) == (time(9), time(16))


def test_some_hours_are_a_part_of_a_day() -> None:
    trip = said("I have 4 hours in Helsinki", "en", where="Helsinki", days=4)
    assert trip.days == 1
    assert times_of(trip.wishes.time, "en").end == time(13)
    times = times_of(said("one evening in Helsinki", "en", where="Helsinki").wishes.time, "en")
    assert times.begin == time(18)


def test_a_meal_before_or_after_an_hour_starts_no_day() -> None:
    times = times_of(("晚饭七点以后",), "zh")
    assert (times.begin, times.dinner) == (None, time(19))


def test_days_given_to_kinds_are_no_towns() -> None:
    trip = said("云安两日，一天人文一天休闲", "zh", where="云安")
    assert [(day.day, day.where, day.likes) for day in trip.wishes.by_day] == [
        (1, "", ("人文",)),
        (2, "", ("休闲",)),
    ]


def test_what_has_to_be_seen_fits_before_a_wish_for_the_afternoon(trip: Trip) -> None:
    plan, _ = trip(days=1, must=("云安动物园",), likes=("公园",), parts=(("公园", "afternoon"),))
    assert any(v.place.name == "云安动物园" for v in plan.visits)


def test_what_is_eaten_is_no_ban_beside_one() -> None:
    read = {"dislikes": ("本地菜",), "no_meal": ("面食",)}
    wishes = said("云安两日游，晚饭都吃本地菜，不要面食", "zh", where="云安", wishes=read).wishes
    assert wishes.meals == ("本地菜",)
    assert wishes.no_meal == ("面食",)


def test_a_ban_means_the_thing_and_not_what_one_does_with_it() -> None:
    wishes = said("云安一天，不逛公园", "zh", where="云安", wishes={"dislikes": ("逛公园",)}).wishes
    assert wishes.dislikes == ("公园",)


def test_who_comes_is_never_disliked() -> None:
    wishes = said("云安一天，老人晕车", "zh", where="云安").wishes
    assert not wishes.dislikes
    assert "老人" in "".join(wishes.who)


def test_ages_are_read_beside_the_children() -> None:
    assert read_party(("they're three and seven",), "en").ages == (3, 7)
    assert read_party(("two kids, 5 and 8",), "en").ages == (5, 8)
    assert not read_party(("they're three of us",), "en").ages


@pytest.mark.parametrize(
    ("text", "language", "name", "value"),
    [
        ("a nap after lunch", "en", "nap", True),
        ("中午要睡午觉", "zh", "nap", True),
        ("80 km left", "en", "range_m", 80_000.0),
        ("续航还剩120公里", "zh", "range_m", 120_000.0),
        ("第二天休息不安排", "zh", "free_days", (2,)),
        ("my knees are bad", "en", "climb", True),
        ("每天两个地方就够", "zh", "sights", 2),
        ("nothing planned on day two", "en", "free_days", (2,)),
    ],
)
def test_limits_of_other_kinds(text: str, language: Language, name: str, value: object) -> None:
    assert getattr(limits_of((text,), language), name) == value


def test_a_day_that_is_free_has_no_sights(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=3, limit=("第二天休息不安排",))
    assert not plan.days[1].sights
    assert plan.days[0].sights
    assert not verify(plan, request, county)


def test_one_sleeps_where_one_wants_to(county: Desk) -> None:
    request = asked(county, days=2, lodging=("住周荡",))
    plan = make_plan(county, request)
    hotel = plan.days[0].hotel
    assert hotel is not None
    assert any(e.words == "住周荡" and e.state == "kept" for e in plan.accounting)


def test_who_needs_it_rests_at_the_hotel(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=2, who=("我老婆怀孕了",))
    after = next(b for a, b in pairwise(plan.days[0].visits) if a.kind == "lunch")
    assert after.kind in {"rest", "free"}  # where the hotel is far, one rests where one is
    assert after.drive_s <= 15 * 60
    assert after.leave - after.arrive >= timedelta(minutes=45)
    assert not verify(plan, request, county)


def test_a_ban_that_names_nothing_is_not_said_to_be_kept(trip: Trip) -> None:
    plan, _ = trip(dislikes=("飞碟",))
    assert [e.state for e in plan.accounting if e.words == "飞碟"] == ["unknown"]
