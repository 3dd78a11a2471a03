"""What the words of a trip's wishes ask for: party, times, limits, lodging, dates, orders."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from agent.trip.asked.clock import times_of
from agent.trip.asked.marks import days_between, stays_said
from agent.trip.asked.occasions import is_impossible, trip_date
from agent.trip.asked.party import read_party
from agent.trip.asked.sentence import completed
from agent.trip.asked.wishes import limits_of, lodging_of
from agent.trip.spoken.orders import order_of
from agent.trip.spoken.talk import said_of_plan
from agent.understanding.intent import PlanChange, PlanTrip, Wishes

NOW = datetime(2026, 6, 10, 10, 0)


@pytest.mark.parametrize(
    ("language", "words", "party"),
    [
        ("zh", "两大一小", {"adults": 2, "children": 1}),
        ("zh", "2大1小1老", {"adults": 2, "children": 1, "elderly": 1}),
        ("zh", "一家四口", {"adults": 2, "children": 2}),
        ("zh", "我和老婆带两个孩子，一个三岁", {"adults": 2, "children": 2, "ages": [3]}),
        ("zh", "带着老人", {"elderly": 1}),
        ("zh", "三个人", {"people": 3}),
        ("zh", "带狗", {"dog": True}),
        ("en", "me and my two kids", {"adults": 1, "children": 2}),
        ("en", "two adults and three children aged 5", {"adults": 2, "children": 3, "ages": [5]}),
        ("en", "with my parents", {"elderly": 2}),
        ("en", "grandma in a wheelchair", {"elderly": 1, "wheelchair": True}),
        ("en", "a group of six", {"people": 6}),
    ],
)
def test_who_comes(language: str, words: str, party: dict[str, object]) -> None:
    assert read_party((words,), language).to_dict() == party  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "words", "slot", "at"),
    [
        ("zh", "下午两点出发", "begin", time(14)),
        ("zh", "晚上八点前回来", "end", time(20)),
        ("zh", "每天九点半出发", "daily", time(9, 30)),
        ("zh", "下午四点的飞机", "end", time(14)),
        ("zh", "晚饭七点", "dinner", time(19)),
        ("en", "back by six", "end", time(18)),
        ("en", "before my flight at four", "end", time(14)),
        ("en", "before my flight at six", "end", time(16)),
        ("en", "start at ten", "begin", time(10)),
        ("en", "half past eight", "begin", time(8, 30)),
        ("en", "not before ten", "begin", time(10)),
        ("en", "train at 18:20", "end", time(17, 35)),
    ],
)
def test_times(language: str, words: str, slot: str, at: time) -> None:
    times = times_of((words,), language)  # type: ignore[arg-type]
    assert getattr(times, slot) == at
    assert times.read == (words,)


def test_words_without_a_time_are_not_read() -> None:
    assert times_of(("随便什么时候",), "zh").read == ()


@pytest.mark.parametrize(
    ("language", "words", "slot", "value"),
    [
        ("zh", "一天开车不超过三小时", "drive_day_s", 3 * 3600),
        ("zh", "一次开车不超过两小时", "drive_leg_s", 2 * 3600),
        ("zh", "一天开车不超过一个半小时", "drive_day_s", 5400),
        ("zh", "单程别超过半个小时车程", "drive_leg_s", 1800),
        ("zh", "每天开车最多两小时二十分钟", "drive_day_s", 8400),
        ("zh", "不想走太多路", "walk_m", 350),
        ("zh", "每天最多三个景点", "sights", 3),
        ("zh", "别太赶", "easy", True),
        ("zh", "不爬山", "climb", True),
        ("en", "no more than 500 meters on foot", "walk_m", 500),
        ("en", "at most two hours of driving a day", "drive_day_s", 2 * 3600),
        ("en", "no more than an hour and a half of driving", "drive_day_s", 5400),
        ("en", "two and a half hours of driving at most", "drive_day_s", 9000),
        ("en", "half an hour in the car", "drive_day_s", 1800),
        ("en", "one hour twenty minutes of driving", "drive_day_s", 4800),
        ("de", "höchstens eine halbe Stunde fahren", "drive_day_s", 1800),
        ("de", "höchstens zweieinhalb Stunden fahren", "drive_day_s", 9000),
        ("en", "no stairs", "climb", True),
        ("en", "no early start", "late", True),
    ],
)
def test_limits(language: str, words: str, slot: str, value: object) -> None:
    assert getattr(limits_of((words,), language), slot) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "words", "slot", "value"),
    [
        ("zh", "民宿", "kinds", ("guest_house",)),
        ("zh", "不要民宿", "banned", ("guest_house",)),
        ("zh", "五星级酒店", "stars", 5),
        ("zh", "不住酒店", "none", True),
        ("zh", "靠近车站", "near", "车站"),
        ("zh", "海景房", "names", ("海景房",)),
        ("en", "no hostels", "banned", ("hostel",)),
        ("en", "a cheap hostel", "kinds", ("hostel",)),
        ("en", "near the station", "near", "station"),
        ("en", "camper", "camper", True),
    ],
)
def test_lodging(language: str, words: str, slot: str, value: object) -> None:
    lodging = lodging_of(Wishes(lodging=(words,)), language)  # type: ignore[arg-type]
    assert getattr(lodging, slot) == value
    if slot == "banned":
        assert lodging.kinds == ()


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("zh", "端午节", date(2026, 6, 19)),
        ("zh", "国庆", date(2026, 10, 1)),
        ("zh", "11月底", date(2026, 11, 27)),
        ("zh", "12月中旬", date(2026, 12, 15)),
        ("zh", "下个月初", date(2026, 7, 3)),
        ("zh", "6月20号", date(2026, 6, 20)),
        ("en", "early December", date(2026, 12, 3)),
        ("en", "next weekend", date(2026, 6, 20)),
        ("en", "Christmas", date(2026, 12, 25)),
        ("en", "the dragon boat festival", date(2026, 6, 19)),
        ("en", "in July", date(2026, 7, 1)),
    ],
)
def test_dates(language: str, words: str, day: date) -> None:
    assert trip_date(words, NOW, language, "CN") == day  # type: ignore[arg-type]


def test_a_day_that_no_calendar_has() -> None:
    assert is_impossible("二月三十号")
    assert is_impossible("February 30")
    assert not is_impossible("6月20号")


@pytest.mark.parametrize(
    ("language", "words", "meant"),
    [
        ("zh", "撤销", PlanTrip(change=PlanChange(action="undo"))),
        ("zh", "出发吧", PlanTrip(act="drive")),
        ("zh", "这个行程要花多少钱", PlanTrip(ask="cost")),
        ("zh", "保存这个行程", PlanTrip(act="save")),
        ("en", "Undo that.", PlanTrip(change=PlanChange(action="undo"))),
        ("en", "take us to the next stop", PlanTrip(act="drive")),
        ("en", "what's next?", PlanTrip(ask="next")),
        ("en", "what changed?", PlanTrip(ask="compare")),
        ("en", "go home", None),
    ],
)
def test_orders_about_the_plan(language: str, words: str, meant: PlanTrip | None) -> None:
    assert order_of(words, language, planning=True) == meant  # type: ignore[arg-type]


def test_without_a_plan_only_a_kept_one_is_asked_for() -> None:
    assert order_of("撤销", "zh", planning=False) is None
    assert order_of("打开上次的行程", "zh", planning=False) == PlanTrip(act="recall")


def test_half_a_day_is_no_place() -> None:
    assert stays_said("Half a day in Lucca with my choir", "en") == {}
    assert stays_said("Lucca two days", "en") == {"Lucca": 2}


@pytest.mark.parametrize(
    "words", ["let's begin on Saturday rather than Monday", "instead of Monday, start the trip on Saturday"]
)
def test_a_date_that_is_given_up_is_not_the_new_one(words: str) -> None:
    said = said_of_plan(words, "en")
    assert isinstance(said, PlanTrip)
    assert said.change is not None
    assert said.change.action == "date"
    assert "Saturday" in said.change.what
    assert "Monday" not in said.change.what


@pytest.mark.parametrize(
    ("language", "words", "days"),
    [
        ("en", "Porto, Friday to Sunday, seafood", 3),
        ("en", "from saturday until tuesday in Porto", 4),
        ("en", "Porto on Friday or Sunday", None),
        ("zh", "周五到周日去黄山", 3),
        ("zh", "星期六至星期一，黄山", 3),
        ("zh", "周五去黄山", None),
        ("en", "I get to Porto on Monday and fly home on Thursday", 4),
        ("en", "We land in Porto Saturday and fly back Monday", 3),
        ("zh", "我周五早上到黄山，周日晚上走", 3),
        ("zh", "周一到黄山，周四回家", 4),
        ("de", "von Freitag bis Sonntag nach Porto", 3),
    ],
)
def test_days_from_one_weekday_to_another(language: str, words: str, days: int | None) -> None:
    found = days_between(words, language)
    assert (found[0] if found else None) == days


@pytest.mark.parametrize(
    ("language", "said", "when", "likes", "times"),
    [
        ("zh", "黄山两天，晚上逛夜市", "晚上逛夜市", ("夜市",), ()),
        ("en", "two days in Lucca, museums and a spa in the evening", "museums and a spa in the evening",
         ("museums", "spa"), ()),
        ("zh", "黄山两天，晚上八点前回来", "晚上八点前回来", (), ("晚上八点前回来",)),
        ("en", "a day in Lucca, shopping until six", "shopping until six", (), ("shopping until six",)),
    ],
)  # fmt: skip
def test_a_part_of_the_day_is_no_hour_of_the_trip(
    language: str, said: str, when: str, likes: tuple[str, ...], times: tuple[str, ...]
) -> None:
    whole = completed(PlanTrip(where="", wishes=Wishes(time=(when,))), said, language, NOW)
    assert whole.wishes.likes == likes
    assert whole.wishes.time == times
