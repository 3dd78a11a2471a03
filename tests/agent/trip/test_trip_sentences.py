"""The whole of a trip's sentence: what the reader left, what stands round a span, what changes a plan."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from agent.trip.asked.clock import times_of
from agent.trip.asked.marks import without_days
from agent.trip.asked.occasions import trip_date
from agent.trip.asked.sentence import completed, merged
from agent.trip.dates import first_day_of
from agent.trip.spoken.talk import said_of_plan
from agent.understanding.intent import Navigate, PlanChange, PlanTrip, Wishes

NOW = datetime(2026, 6, 10, 10, 0)


def read(text: str, *, where: str = "", days: int | None = None, **wishes: Any) -> PlanTrip:
    """Complete what the reader made of a sentence."""
    language = "en" if text.isascii() else "zh"
    intent = PlanTrip(where=where, days=days, wishes=Wishes.model_validate(wishes))
    return completed(intent, text, language, NOW)


@pytest.mark.parametrize(
    ("text", "slot", "words"),
    [
        ("去云安玩两天，想看古镇", "likes", "古镇"),
        ("去云安玩两天，住好一点", "lodging", "住好一点"),
        ("云安3天亲子游", "who", "亲子"),
        ("去云安玩两天，预算三千", "money", "预算三千"),
        ("去云安玩一天，不吃烧烤", "no_meal", "烧烤"),
        ("去云安玩一天，下午五点前要赶高铁", "time", "下午五点前要赶高铁"),
        ("去云安玩两天，不想走太多路", "limit", "不想走太多路"),
        ("plan two days in Yun'an, hotel near the station", "lodging", "hotel near the station"),
        ("two days in Yun'an for a family of four", "who", "family of four"),
        ("two days in Yun'an, we don't eat pork", "no_meal", "pork"),
        ("two days in Yun'an, not too much walking", "limit", "not too much walking"),
    ],
)
def test_what_the_reader_left_of_a_sentence_is_a_wish(text: str, slot: str, words: str) -> None:
    where = "云安" if not text.isascii() else "Yun'an"
    wishes = read(text, where=where).wishes
    assert any(words in said for said in getattr(wishes, slot)), wishes
    assert wishes.unread == ()


def test_words_that_nobody_knows_come_back() -> None:
    assert read("去云安玩两天，要有量子蹦床", where="云安", days=2).wishes.unread == ("量子蹦床",)
    said = read("two days in Yun'an with zorbing", where="Yun'an", days=2).wishes
    assert said.unread == ("zorbing",)


@pytest.mark.parametrize(
    ("text", "days", "first"),
    [
        ("a weekend in Yun'an with the grandparents", 2, date(2026, 6, 13)),
        ("周末去云安住一晚泡温泉，就一个周末", 2, date(2026, 6, 13)),
        ("two days in Yun'an", 2, None),
    ],
)
def test_a_weekend_is_at_the_weekend(text: str, days: int, first: date | None) -> None:
    trip = read(text, where="云安" if not text.isascii() else "Yun'an", days=days)
    assert trip.days == days
    assert trip_date(trip.date, NOW, "en" if text.isascii() else "zh") == first


def test_the_days_and_the_date_are_found_where_the_reader_missed_them() -> None:
    trip = read("11月底去云安玩两天", where="云安")
    assert (trip.days, trip.date) == (2, "11月底")
    assert read("三天两夜，去云安", where="云安").days == 3
    assert read("half a day in Yun'an", where="Yun'an").days == 1
    assert read("Yun'an for two nights", where="Yun'an").days == 3


@pytest.mark.parametrize(
    "text", ["第一天购物，第二天看古镇，去云安玩两天", "two days in Yun'an, day 1 shopping, day 2 old towns"]
)
def test_each_day_gets_what_was_said_of_it(text: str) -> None:
    where = "Yun'an" if text.isascii() else "云安"
    by_day = read(text, where=where, days=2).wishes.by_day
    assert [day.day for day in by_day] == [1, 2]
    assert all(day.likes for day in by_day)


def test_days_at_several_towns() -> None:
    trip = read("云安两天，周荡一天", where="云安", days=2)
    assert trip.days == 3
    assert [day.where for day in trip.wishes.by_day] == ["云安", "云安", "周荡"]


def test_a_hotel_behind_the_word_for_sleeping_is_no_sight() -> None:
    wishes = read("去云安玩两天，住云安宾馆", where="云安", days=2, must=("云安宾馆",)).wishes
    assert (wishes.must, wishes.lodging) == ((), ("云安宾馆",))


def test_two_times_read_as_one_are_two() -> None:
    said = "上午十点出发,晚上八点前回来"
    wishes = read(f"云安一日游,{said}", where="云安", days=1, time=(said,)).wishes
    assert wishes.time == ("上午十点出发", "晚上八点前回来")


def test_a_limit_keeps_its_no() -> None:
    wishes = read("去云安玩两天，不想走太多路", where="云安", days=2, limit=("想走太多路",)).wishes
    assert wishes.limit == ("不想走太多路",)


def test_a_wish_said_later_wins() -> None:
    old, new = Wishes(meals=("火锅",), likes=("古镇",)), Wishes(no_meal=("火锅",), likes=("园林",))
    both = merged(old, new)
    assert (both.meals, both.no_meal, both.likes) == ((), ("火锅",), ("古镇", "园林"))


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("第二天太赶了", {"action": "fewer", "day": 2}),
        ("下午的改成公园", {"action": "swap", "what": "afternoon", "other": "公园"}),
        ("第一个博物馆换成公园", {"action": "swap", "what": "第一个博物馆", "other": "公园"}),
        ("第三天的晚饭换成火锅", {"action": "swap", "day": 3, "what": "晚饭", "other": "火锅"}),
        ("晚饭换一家", {"action": "swap", "what": "晚饭"}),
        ("去掉第二天", {"action": "drop", "day": 2}),
        ("不去动物园了", {"action": "drop", "what": "动物园"}),
        ("把亭林园放到第二天", {"action": "add", "day": 2, "what": "亭林园"}),
        ("多加一天", {"action": "longer"}),
        ("改成四天", {"action": "days", "days": 4}),
        ("第二天换个便宜点的酒店", {"action": "hotel", "day": 2, "what": "便宜"}),
        ("太累了松一点", {"action": "fewer"}),
        ("推迟一天", {"action": "date", "what": "推迟1天"}),
        ("postpone it by a week", {"action": "date", "what": "7 days later"}),
        ("十点出发", {"action": "later", "what": "十点出发"}),
        ("晚上去夜市", {"action": "swap", "what": "evening", "other": "夜市"}),
        ("swap the first museum for a park", {"action": "swap", "what": "first museum", "other": "park"}),
        (
            "I'd rather have a park instead of the museum",
            {"action": "swap", "what": "museum", "other": "park"},
        ),
        ("drop day two", {"action": "drop", "day": 2}),
        ("make it start at ten", {"action": "later", "what": "make it start at ten"}),
        ("can we start a bit later on day two", {"action": "later", "day": 2}),
        ("day two is too rushed", {"action": "fewer", "day": 2}),
        (
            "I want seafood for dinner on day one",
            {"action": "swap", "day": 1, "what": "dinner", "other": "seafood"},
        ),
        ("find a cheaper hotel for the second night", {"action": "hotel", "day": 2, "what": "cheaper"}),
        ("move Kiasma to day two", {"action": "add", "day": 2, "what": "Kiasma"}),
        ("one day less please", {"action": "shorter"}),
    ],
)
def test_a_change_is_told_by_its_words(text: str, change: dict[str, Any]) -> None:
    said = said_of_plan(text, "en" if text.isascii() else "zh")
    assert isinstance(said, PlanTrip)
    assert said.change == PlanChange.model_validate(change)


@pytest.mark.parametrize(
    ("text", "ask", "day"),
    [
        ("第二天住哪", "hotel", 2),
        ("晚上吃什么", "dinner", 0),
        ("把行程再念一遍", "all", 0),
        ("what's for dinner", "dinner", 0),
        ("how much driving is there on day one", "driving", 1),
    ],
)
def test_a_question_about_the_plan_is_told_by_its_words(text: str, ask: str, day: int) -> None:
    said = said_of_plan(text, "en" if text.isascii() else "zh")
    assert isinstance(said, PlanTrip)
    assert (said.ask, said.day) == (ask, day)


@pytest.mark.parametrize(("text", "to"), [("带我去第一个", "第一个"), ("take me to the first", "first")])
def test_a_stop_of_the_plan_is_driven_to(text: str, to: str) -> None:
    assert said_of_plan(text, "en" if text.isascii() else "zh") == Navigate(to=to)


@pytest.mark.parametrize("text", ["今天天气怎么样", "play some music", "导航去天安门", "附近的加油站"])
def test_what_is_not_about_the_plan_is_left_alone(text: str) -> None:
    assert said_of_plan(text, "en" if text.isascii() else "zh") is None


@pytest.mark.parametrize(
    ("text", "spans", "slot", "words"),
    [
        ("云安两日，晚上去酒吧", {"likes": ("酒",)}, "likes", "酒吧"),
        ("two days in Yun'an with a toddler", {"likes": ("toddler",)}, "who", "toddler"),
        ("a day in Yun'an, dinner by the canal", {"likes": ("dinner",)}, "meals", "dinner"),
        ("two days in Yun'an with our camper van", {"must": ("camper van",)}, "lodging", "camper van"),
        ("one day in Yun'an, back by six", {"time": ("six",)}, "time", "back by six"),
        ("云安一日，下午五点前结束", {"time": ("五点",)}, "time", "下午五点前结束"),
    ],
)
def test_a_span_that_is_cut_or_in_a_wrong_slot_is_put_right(
    text: str, spans: dict[str, Any], slot: str, words: str
) -> None:
    wishes = read(text, **spans).wishes
    assert words in getattr(wishes, slot), wishes
    assert not any(said in getattr(wishes, name) for name, given in spans.items() for said in given)


def test_a_name_that_is_cut_is_read_whole_and_lodging_is_no_area() -> None:
    assert read("two days in Yun'an", where="Yun").where == "Yun'an"
    assert read("周荡两天，住客栈", where="住客栈").where == ""


def test_a_word_that_says_no_is_not_left_over() -> None:
    text = "Yun'an two days, skip the shopping, I hate malls"
    said = read(text, where="Yun'an", dislikes=("shopping", "malls")).wishes
    assert (said.dislikes, said.unread) == (("shopping", "malls"), ())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "two days, night market on the first evening"),
        ("en", "La Massana and Ordino in two days"),
        ("zh", "云安两日，晚上去酒吧"),
        ("de", "zwei Tage, am ersten Abend auf den Nachtmarkt"),
    ],
)
def test_the_days_of_a_trip_are_no_date(language: str, text: str) -> None:
    assert first_day_of(without_days(text, language), NOW) == date(2026, 6, 11)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "arriving at eleven by train"), ("en", "our train gets in at eleven"), ("zh", "坐高铁十一点到")],
)
def test_an_arrival_is_a_beginning(language: str, text: str) -> None:
    times = times_of((text,), language)
    assert (times.begin, times.end) == (time(11), None)
