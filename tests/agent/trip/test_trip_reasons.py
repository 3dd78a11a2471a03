"""A sentence about the plan has reasons beside what it asks for: only what is asked for is changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from agent.trip.asked.sentence import completed
from agent.trip.spoken.heard import of_trip
from agent.trip.spoken.named import sight_of, topic_of
from agent.trip.spoken.talk import said_of_plan, spoken_of_plan
from agent.understanding.intent import Cancel, Chat, Navigate, PlanChange, PlanTrip, Repeat, Search, Wishes
from agent.understanding.understand import Understanding

NOW = datetime(2026, 6, 10, 10, 0)


def language_of(text: str) -> str:
    return "en" if text.isascii() else "zh"


def change_of(text: str) -> dict[str, Any]:
    """Return what the words alone change."""
    said = said_of_plan(text, language_of(text))
    assert isinstance(said, PlanTrip), text
    assert said.change is not None, text
    return said.change.model_dump(exclude_defaults=True) | {"action": said.change.action}


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("The soup was cold there once. Another place for lunch on day one.", ("swap", 1, "lunch")),
        ("My sister got ill there, so a different restaurant for dinner please", ("swap", 0, "dinner")),
        ("那家上菜太慢，第一天中午换一家吃", ("swap", 1, "午饭")),
        ("我老婆吃坏过肚子，晚饭换个地方", ("swap", 0, "晚饭")),
        ("The hotel has no lift and my knees are bad. Somewhere else, please.", ("hotel", 0, "")),
        ("We slept terribly last year. Book us somewhere else.", ("hotel", 0, "")),
        ("这酒店没电梯，我腿不好，换个地方住", ("hotel", 0, "")),
        ("上次一宿没睡着，换一家", ("hotel", 0, "")),
        ("The morning of day two isn't for us, think of something else", ("swap", 2, "morning")),
        ("第二天上午不适合我们，想点别的", ("swap", 2, "morning")),
        ("The fortress is far, leave it out.", ("drop", 0, "fortress is far")),
        ("要塞太远了，现代馆就算了", ("drop", 0, "现代馆")),
        ("We're up at six, so let's begin earlier", ("earlier", 0, "")),
        ("我们六点就醒了，早点开始吧", ("earlier", 0, "")),
        ("five sights are a lot, take a stop out", ("fewer", 0, "")),
        ("五个景点多了点，去掉一个", ("fewer", 0, "")),
    ],
)
def test_only_the_clause_that_asks_is_a_change(text: str, change: tuple[str, int, str]) -> None:
    said = change_of(text)
    assert (said["action"], said.get("day", 0), said.get("what", "")) == change


@pytest.mark.parametrize(
    ("text", "action", "days"),
    [
        ("Could we have a fourth day?", "days", 4),
        ("we need a fifth day for this", "days", 5),
        ("能不能加个第三天", "days", 3),
        ("Two days aren't enough, make it three", "days", 3),
        ("两天不够玩，三天吧", "days", 3),
        ("只能玩一天了，不好意思", "days", 1),
        ("one day is plenty", "days", 1),
        ("I have to be home a day sooner", "shorter", 1),
        ("家里有事，得早一天回来", "shorter", 1),
        ("we can fly home two days later", "longer", 2),
        ("我们又多了一天假", "longer", 1),
    ],
)
def test_days_are_counted_however_they_are_said(text: str, action: str, days: int) -> None:
    said = change_of(text)
    assert (said["action"], said.get("days", 1)) == (action, days)


@pytest.mark.parametrize(
    "text",
    [
        "We can only leave on Saturday, so begin then",
        "my holiday only begins on the 15th of June",
        "let's go on the 18th instead",
        "周六才能出发，从周六开始吧",
        "我十五号才放假，改到十五号",
        "改成十八号走吧",
    ],
)
def test_a_day_of_the_calendar_is_a_date_and_no_hour(text: str) -> None:
    assert change_of(text)["action"] == "date"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("don't drag us out so early", "later"),
        ("that's too early for the kids", "later"),
        ("not that late, please", "earlier"),
        ("孩子起不来，别那么赶着出门", "later"),
        ("不要太早出发", "later"),
    ],
)
def test_a_no_before_early_asks_for_later(text: str, action: str) -> None:
    assert change_of(text)["action"] == action


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("no, forget what I just changed", 1),
        ("I liked the plan better before", 1),
        ("that was a mistake, go back", 1),
        ("还是之前的安排好", 1),
        ("刚改的不要", 1),
        ("哎呀改错了", 1),
        ("我更喜欢第一版", 99),
    ],
)
@pytest.mark.parametrize("read", [Cancel(), Chat(topic="talk"), Repeat()])
def test_what_was_changed_is_taken_back_whatever_the_reader_says(text: str, changes: int, read: Any) -> None:
    assert heard(text, read, 0.98).change == PlanChange(action="undo", days=changes)


def test_lunch_put_back_before_two_is_no_undo() -> None:
    said = said_of_plan("move lunch back before two", "en")
    assert said is None or said.change != PlanChange(action="undo")  # type: ignore[union-attr]


def heard(text: str, read: Any, confidence: float, kind: float = 0.0, plan: Any = None) -> PlanTrip:
    """Return what is made of a sentence of which the reader made something."""
    given: Mapping[str, float] = {"plan_trip": kind}
    understood = Understanding(
        text=text,
        language=language_of(text),
        intents=(read,),
        confidence=confidence,
        tier="reader",
        kind_p=given,
    )
    intent = of_trip(understood, planning=True, asked=False, now=NOW, plan=plan).intents[0]
    assert isinstance(intent, PlanTrip), text
    return intent


def changing(action: Any, **slots: Any) -> PlanTrip:
    return PlanTrip(change=PlanChange(action=action, **slots))


@pytest.mark.parametrize(
    ("text", "read", "what"),
    [
        ("美术馆我去过三回了，拿掉吧", "美术馆", "美术馆"),
        ("小站那个太沉重了，带着孩子就别去了", "小站", "小站"),
        ("the signal station is too grim for my girl, skip it", "signal station", "signal station"),
        ("The fortress? Too far for the kids, leave it out.", "fortress", "fortress"),
        ("drop the old prison", "prison", "old prison"),
        ("去掉第一个博物馆", "博物馆", "第一个博物馆"),
        ("我不喜欢教堂，都去掉", "教堂", "教堂"),
    ],
)
def test_the_reader_tells_which_words_name_the_thing(text: str, read: str, what: str) -> None:
    change = heard(text, changing("drop", what=read), 0.6, 0.95).change
    assert change == PlanChange(action="drop", what=what)


def test_a_reason_gives_way_to_the_reader_and_a_request_does_not() -> None:
    read = changing("days", days=2)
    assert heard("one is too short for that, let it be two", read, 0.66, 0.98).change == read.change
    said = heard("最后一天少跑一个点，早点收工", changing("earlier", day=-1), 0.8, 0.98)
    assert said.change == PlanChange(action="fewer", day=-1)
    read = changing("hotel", day=3)
    said = heard("the afternoon of day three isn't for us, something else please", read, 0.9, 0.98)
    assert said.change == PlanChange(action="swap", day=3, what="afternoon")


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("we've a baby with us, I should have said", "who"),
        ("对了，还有个婴儿", "who"),
        ("I can't walk further than a kilometre in one go", "limit"),
        ("一口气走不了一公里以上", "limit"),
    ],
)
def test_who_comes_too_and_what_is_too_far_are_wishes(text: str, slot: str) -> None:
    assert getattr(heard(text, Chat(topic="talk"), 0.9).wishes, slot)


def test_what_is_wished_no_more_is_no_sight_to_drop() -> None:
    read = PlanTrip(wishes=Wishes(dislikes=("museums",)))
    said = heard("no more museums for me, please", read, 0.86, 0.97)
    assert (said.change, said.wishes.dislikes) == (None, ("museums",))


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("where are we eating tonight", "dinner"),
        ("is there any seafood for dinner on day one", "dinner"),
        ("今晚在哪吃", "dinner"),
        ("中午去哪儿吃", "lunch"),
        ("第二天晚上有海鲜吃吗", "dinner"),
    ],
)
def test_where_one_eats_is_asked(text: str, ask: str) -> None:
    said = said_of_plan(text, language_of(text))
    assert isinstance(said, PlanTrip)
    assert said.ask == ask


@pytest.mark.parametrize("text", ["lovely, save it for me", "save it for later please", "先存起来，回头再看"])
def test_a_plan_is_kept_in_passing(text: str) -> None:
    assert heard(text, Chat(topic="talk"), 0.9).act == "save"


def visit(kind: str, name: str, **names: str) -> Any:
    return SimpleNamespace(kind=kind, place=SimpleNamespace(id=name, name=name, names=names))


PLAN: Any = SimpleNamespace(
    days=[
        SimpleNamespace(
            visits=[
                visit("sight", "沙站", en="Sand Station"),
                visit("lunch", "Ravintola Ahti"),
                visit("hotel", "Hôtel Ålpen", zh="阿尔彭酒店"),
            ]
        )
    ]
)


def test_the_hotel_and_the_tables_of_the_plan_are_known_by_name() -> None:
    assert topic_of(PLAN, "the Alpen was noisy") == "hotel"
    assert topic_of(PLAN, "阿尔彭太吵") == "hotel"
    assert topic_of(PLAN, "I had a bad soup at Ravintola Ahti") == "lunch"
    assert topic_of(PLAN, "alpenglow") == ""
    assert sight_of(PLAN, "Sand Station bores me") == "沙站"


@pytest.mark.parametrize(
    ("text", "what"),
    [("The Alpen is too much for our wallet", "our wallet"), ("The Alpen? Somewhere else, please", "")],
)
def test_a_hotel_that_is_named_is_changed(text: str, what: str) -> None:
    assert heard(text, Chat(topic="talk"), 0.9, plan=PLAN).change == PlanChange(action="hotel", what=what)


def test_a_sight_that_is_named_is_what_is_dropped() -> None:
    said = heard(
        "I've seen enough of Sand Station, with my girl along leave it out",
        Chat(topic="talk"),
        0.9,
        plan=PLAN,
    )
    assert said.change == PlanChange(action="drop", what="沙站")


def test_what_asks_for_nothing_is_left_over() -> None:
    assert spoken_of_plan("my knees are bad, drop the tower", "en").left_over == ("my knees are bad",)


@pytest.mark.parametrize(
    ("text", "to", "days"),
    [
        ("周一到云安，周四回家", "云安", 4),
        ("Yun'an on Friday, we leave on Sunday night", "Yun'an", 3),
        ("后天去云安，什么都没想好，你帮我安排吧", "云安", None),
    ],
)
def test_a_doubtful_drive_with_a_stay_or_a_plan_is_a_trip(text: str, to: str, days: int | None) -> None:
    for confidence, kind in ((0.4, "plan_trip"), (0.95, "navigate")):
        read = Understanding(
            text=text,
            language=language_of(text),
            intents=(Navigate(to=to),),
            confidence=confidence,
            tier="reader",
        )
        intent = of_trip(read, planning=False, asked=False, now=NOW).intents[0]
        assert intent.kind == kind
        if isinstance(intent, PlanTrip):
            assert (intent.where, intent.days) == (to, days)


@pytest.mark.parametrize(
    ("text", "read", "where", "days"),
    [
        ("we've only got today, until three, in Yun'an", Search(need="sights", near="Yun'an"), "Yun'an", 1),
        ("Three days in Yun'an: gardens, gardens, gardens", Chat(topic="knowledge"), "Yun'an", 3),
    ],
)
def test_a_stay_that_is_spoken_of_is_a_trip(text: str, read: Any, where: str, days: int) -> None:
    understood = Understanding(text=text, language="en", intents=(read,), confidence=0.6, tier="reader")
    intent = of_trip(understood, planning=False, asked=False, now=NOW).intents[0]
    assert isinstance(intent, PlanTrip)
    assert (intent.where, intent.days) == (where, days)


def test_the_day_of_leaving_is_when_the_trip_ends() -> None:
    text = "I get to Yun'an on Thursday morning and fly out on Saturday night"
    trip = PlanTrip(where="Yun'an", wishes=Wishes(time=("Saturday night",)))
    said = completed(trip, text, "en", NOW)
    assert (said.days, said.date, said.wishes.time) == (3, "Thursday", ("fly out on Saturday night",))


@pytest.mark.parametrize(
    ("text", "read", "meant"),
    [
        (
            "多待两天",
            PlanTrip(change=PlanChange(action="longer")),
            {"change": {"action": "longer", "days": 2}},
        ),
        ("where does day one end", PlanTrip(ask="day", day=1), {"ask": "hotel", "day": 1}),
        ("cancel the trip", PlanTrip(act="save"), {"act": "save"}),
    ],
)
def test_words_that_say_the_same_more_exactly_count_beside_a_sure_reader(
    text: str, read: PlanTrip, meant: dict[str, Any]
) -> None:
    understood = Understanding(
        text=text, language=language_of(text), intents=(read,), confidence=0.99, tier="reader"
    )
    intent = of_trip(understood, planning=True, asked=False, now=NOW).intents[0]
    assert isinstance(intent, PlanTrip)
    assert intent.model_dump(exclude_defaults=True) == meant
