"""Questions about places and the road: opening hours from the map, and honesty about what no map holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from agent import Agent
from agent.intent import Chat, Navigate, Status
from agent.understand import Understander
from poi.opening import next_change, open_at

STATION = (60.1719, 24.9414)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("图书馆几点关门", "图书馆"),
        ("圆明园的营业时间", "圆明园"),
        ("麦当劳营业到几点", "麦当劳"),
        ("同仁堂明天几点开门", "同仁堂"),
        ("when does the library close", "library"),
        ("what time does Stockmann open tomorrow", "Stockmann"),
        ("how late is Kiasma open", "Kiasma"),
        ("opening hours of the post office", "post office"),
        ("Kiasma opening hours", "Kiasma"),
    ],
)
def test_asking_when_a_place_is_open(text: str, place: str) -> None:
    (intent,) = Understander(None).understand(text).intents
    assert intent == Status(what="opening_hours", place=place)


@pytest.mark.parametrize("day", range(8, 15))
@pytest.mark.parametrize("hour", [3, 12, 23])
def test_the_answer_is_what_the_map_says(day: int, hour: int, new_agent: Callable[..., Agent]) -> None:
    now = datetime(2026, 6, day, hour, 5)
    agent = new_agent(now=lambda: now)
    answer = agent.hear("when does Kiasma close", position=STATION)
    (place,) = answer.places
    assert place.opening_hours
    is_open = open_at(place.opening_hours, now, place.lat, place.lon)
    assert ("is open until" in answer.reply) == is_open
    assert ("is closed now and opens" in answer.reply) == (not is_open)
    change = next_change(place.opening_hours, now, place.lat, place.lon)
    assert change is not None
    assert ("tomorrow" in answer.reply) == ((change.date() - now.date()).days == 1)


@pytest.mark.parametrize(
    ("text", "to", "via"),
    [
        ("stop at a supermarket on the way to the opera", "opera", "supermarket"),
        ("stop by the library on the way home", "home", "library"),
        ("get coffee on the way to the cathedral", "cathedral", "coffee"),
    ],
)
def test_a_stop_on_the_way_to_somewhere(text: str, to: str, via: str) -> None:
    assert Understander(None).understand(text).intents == (Navigate(to=to, via=(via,)),)


@pytest.mark.parametrize("text", ["a quiet cafe with a view", "安静的咖啡馆"])
def test_praise_that_no_map_holds_does_not_hide_the_kind(text: str, new_agent: Callable[..., Agent]) -> None:
    lead = "find me " if text.isascii() else "带我去个"
    answer = new_agent().hear(lead + text, position=STATION)
    assert answer.outcome == "ask_back"
    assert answer.places[0].category == "amenity/cafe"
    assert text.removeprefix("a ") in answer.reply


def test_the_cheapest_of_a_kind_is_a_search_and_of_an_offer_a_choice(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    first = agent.hear("the cheapest hotel", position=STATION)
    assert (first.intents[0].kind, first.outcome) == ("search", "ask_back")
    assert agent.hear("the cheapest one", position=STATION).intents[0].kind == "choose"


def test_whether_a_named_place_is_open_is_answered_by_its_hours(new_agent: Callable[..., Agent]) -> None:
    reply = new_agent().hear("is Kiasma open now", position=STATION).reply
    assert "open until" in reply or "closed now" in reply


def test_hours_that_the_map_lacks_are_not_made_up(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    for text in ("大教堂几点关门", "when does Helsinki Cathedral open"):
        answer = agent.hear(text, position=STATION)
        assert answer.route is None
        place = agent.session.topic
        assert place is not None
        assert (answer.outcome == "impossible") == (not place.opening_hours)


def test_questions_about_the_place_last_spoken_of(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    for text in ("is it open", "when does it close", "几点关门", "电话是多少"):
        assert agent.hear(text, position=STATION).outcome == "impossible", "no place was spoken of yet"
    drive = agent.hear("take me to Kiasma", position=STATION).route
    (place,) = agent.hear("what's the phone number", position=STATION).places
    assert place.phone
    assert place.phone.split(";")[0].strip() in agent.hear("电话是多少", position=STATION).reply
    for text in ("is it open", "when does it close", "几点关门", "现在开门吗"):
        assert agent.hear(text, position=STATION).places == (place,)
    assert agent.hear("走路过去要多久", position=STATION).reply.startswith("走路去")
    assert agent.session.route is drive


def test_a_phone_number_that_the_map_lacks_is_not_made_up(new_agent: Callable[..., Agent]) -> None:
    answer = new_agent().hear("what's the phone number of Esplanadinpuisto", position=STATION)
    assert answer.outcome == "impossible"
    assert not re.search(r"\d", answer.reply)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("前面堵吗", "路况"),
        ("路上堵车吗", "路况"),
        ("is there traffic ahead", "traffic"),
        ("how's the traffic", "traffic"),
        ("明天天气怎么样", "天气"),
        ("what's the weather like", "weather"),
        ("门票多少钱", "价格"),
        ("how much is the museum", "prices"),
    ],
)
def test_what_no_map_holds_is_said_to_be_unknown(
    text: str, word: str, new_agent: Callable[..., Agent]
) -> None:
    answer = new_agent().hear(text, position=STATION)
    assert answer.intents == (Chat(),)
    assert answer.outcome == "impossible"
    assert word in answer.reply


@pytest.mark.parametrize(
    "text", ["堵车了", "前面堵死了", "too much traffic", "how much further", "how much time left"]
)
def test_complaints_and_questions_about_the_drive_stay_what_they_are(text: str) -> None:
    (intent,) = Understander(None).understand(text).intents
    assert intent.kind in {"change_route", "status"}
