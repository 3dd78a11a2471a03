"""Questions about places and the road: opening hours from the map, and honesty about what no map holds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from agent import Agent
from agent.actions.context import Desk
from agent.actions.reply import kind_words, spoken_name
from agent.understanding.intent import Confirm, Navigate, Search
from agent.understanding.understand import Understanding
from bench.understanding.facts import unknown_numbers
from poi.kinds.opening import next_change, open_at
from poi.place import Place

STATION = (60.1719, 24.9414)


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


@pytest.mark.parametrize("text", ["a quiet cafe with a view", "安静的咖啡馆"])
def test_praise_that_no_map_holds_does_not_hide_the_kind(text: str, new_agent: Callable[..., Agent]) -> None:
    lead = "find me " if text.isascii() else "带我去个"
    answer = new_agent().hear(lead + text, position=STATION)
    assert answer.outcome == "ask_back"
    assert answer.places[0].category == "amenity/cafe"
    assert text.removeprefix("a ") in answer.reply


def test_capitals_are_a_wish_of_a_kind_that_is_searched_and_a_name_of_a_goal(
    new_agent: Callable[..., Agent],
) -> None:
    agent = new_agent()
    searched = agent.carry_out("…", [Search(what="Turkish barber")], language="en", position=STATION)
    assert (searched.outcome, "Turkish barber" in searched.reply) == ("ask_back", True)
    assert agent.carry_out(
        "…", [Navigate(to="a lovely barber's shop")], language="en", position=STATION
    ).places
    for asked in (Navigate(to="Turkish barber"), Search(what="St Mary's hospital")):
        assert agent.carry_out("…", [asked], language="en", position=STATION).outcome == "impossible"


def test_the_cheapest_of_a_kind_is_a_search_and_of_an_offer_a_choice(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    first = agent.hear("the cheapest hotel", position=STATION)
    assert (first.intents[0].kind, first.outcome) == ("search", "ask_back")
    assert agent.hear("the cheapest one", position=STATION).intents[0].kind == "choose"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a hotel under 100 euros", "no prices"),
        ("人均一百以下的餐厅", "没有价格"),
        ("the best restaurant", "no ratings"),
        ("评价最好的咖啡馆", "没有评价"),
    ],
)
def test_a_wish_that_no_map_can_tell_is_said_to_be_so(
    text: str, told: str, new_agent: Callable[..., Agent]
) -> None:
    answer = new_agent().hear(text, position=STATION)
    assert answer.outcome == "ask_back"
    assert told in answer.reply
    assert len(answer.places) > 1


@pytest.mark.parametrize("text", ["supermarkets within {} minutes", "开车{}分钟以内的超市"])
def test_places_within_minutes_of_driving_are_those_that_the_router_reaches(
    text: str, desk: Desk, new_agent: Callable[..., Agent]
) -> None:
    def minutes(place: Place) -> float:
        return float(desk.router.matrix([STATION], [(place.lat, place.lon)])[0, 0]) / 60

    nearest = desk.places.search("supermarket", near=STATION, limit=12)
    times = sorted(map(minutes, nearest))
    limit = math.ceil(times[2])
    agent = new_agent()
    answer = agent.hear(text.format(limit), position=STATION)
    assert answer.outcome == "ask_back"
    assert all(minutes(place) <= limit for place in answer.places)
    assert [minutes(place) for place in answer.places] == sorted(map(minutes, answer.places))
    assert unknown_numbers(agent, answer, STATION, None) == []
    too_few = math.floor(times[0])
    answer = new_agent().hear(text.format(too_few), position=STATION)
    assert ("There is no supermarket" in answer.reply) or ("以内没有超市" in answer.reply)
    assert minutes(answer.places[0]) == pytest.approx(times[0])


@pytest.mark.parametrize(
    ("text", "told", "name"),
    [
        ("take me to Aleksanterinkatu 14", "The map has no Aleksanterinkatu 14. The nearest number is", "13"),
        ("where is Aleksanterinkatu 14", "The map has no Aleksanterinkatu 14. The nearest number is", "13"),
        ("去Mannerheimintie 900号", "地图上没有Mannerheimintie 900号这个门牌", "Mannerheimintie"),
        ("take me to Aleksanterinkatu 13", "Aleksanterinkatu 13", "Aleksanterinkatu 13"),
    ],
)
def test_a_house_number_that_the_map_lacks_is_said_to_be_lacking(
    text: str, told: str, name: str, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    answer = agent.hear(text, position=STATION)
    assert told in answer.reply
    assert name in answer.places[0].name
    assert ("The map has no" in answer.reply or "没有" in answer.reply) == (answer.outcome == "ask_back")
    if answer.outcome == "ask_back":
        assert agent.hear("yes", position=STATION).route is not None


@pytest.mark.parametrize("text", ["a cafe that isn't {}", "不是{}的咖啡馆"])
def test_what_is_barred_is_not_offered(text: str, desk: Desk, new_agent: Callable[..., Agent]) -> None:
    lead = "find me " if text.isascii() else "找一家"
    nearest, *_ = new_agent().hear(lead + text.format("Starbucks"), position=STATION).places
    found = new_agent().hear(lead + text.format(nearest.name), position=STATION)
    assert len(found.places) > 1
    assert nearest.name not in {place.name for place in found.places}
    assert {place.category for place in found.places} == {"amenity/cafe"}
    agent = new_agent()
    assert nearest in agent.hear("cafes nearby", position=STATION).places
    offered = agent.hear(text.format(nearest.name), position=STATION)
    assert (offered.intents[0].kind, offered.route) == ("search", None), "what is barred is not chosen"


@pytest.mark.parametrize(
    ("text", "tag", "told"),
    [
        ("find me a cafe with wifi", "internet_access", "cafes with wifi"),
        ("附近有没有有wifi的咖啡馆", "internet_access", "家有wifi的咖啡馆"),
        ("wheelchair accessible restaurants", "wheelchair", "wheelchair accessible restaurants"),
        ("有无障碍设施的餐厅", "wheelchair", "家有无障碍设施的餐厅"),
    ],
)
def test_what_a_place_must_have_is_what_the_map_says_it_has(
    text: str, tag: str, told: str, new_agent: Callable[..., Agent]
) -> None:
    answer = new_agent().hear(text, position=STATION)
    assert told in answer.reply
    assert len(answer.places) == 3
    assert {place.tags[tag] for place in answer.places} <= {"yes", "wlan", "designated"}


def test_what_a_few_places_have_is_found_by_their_tags(new_agent: Callable[..., Agent]) -> None:
    answer = new_agent().hear("帮我找个有儿童椅的餐厅", position=STATION)
    assert "家有儿童椅的餐厅" in answer.reply
    assert answer.places
    assert {"yes"} <= {
        place.tags.get("highchair", place.tags.get("changing_table")) for place in answer.places
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("halal restaurant", "I can't tell from the map which one is a halal restaurant."),
        ("带停车场的餐厅", "地图上看不出哪家是有停车场的餐厅，"),
        ("能带宠物的酒店", "地图上看不出哪家是能带宠物的酒店，"),
        ("不用预约的餐厅", "地图上看不出哪家是不用预约的餐厅，"),
        ("能看书的咖啡馆", "地图上看不出哪家是能看书的咖啡馆，"),
        ("去最近的能充电的停车场", "地图上看不出哪个是能充电的停车场，"),
        ("a restaurant with a view", "I can't tell from the map which one is a restaurant with a view."),
        ("find a hotel that allows dogs", "I can't tell from the map which one is a hotel with dogs."),
        (
            "a playground with a toilet near the station",
            "I can't tell from the map which one is a playground with",
        ),
        ("a cafe with wifi and toys", "I can't tell from the map which one is a cafe with toys."),
    ],
)
def test_what_the_map_does_not_tell_is_said_and_never_made_up(
    text: str, told: str, new_agent: Callable[..., Agent]
) -> None:
    answer = new_agent().hear(text, position=STATION)
    assert answer.reply.startswith(told)
    assert len(answer.places) == 1
    assert answer.outcome == "ask_back"


@pytest.mark.parametrize(
    "text",
    [
        "a restaurant with my family",
        "find a restaurant where you can eat",
        "a cafe with wifi",
        "能停车的停车场",
        "找个能喝咖啡的咖啡馆",
        "有什么好吃的餐厅",
        "五分钟能到的餐厅",
    ],
)
def test_what_a_kind_of_place_serves_anyway_is_no_wish(text: str, new_agent: Callable[..., Agent]) -> None:
    answer = new_agent().hear(text, position=STATION)
    assert len(answer.places) == 3
    assert not answer.reply.startswith(("I can't", "地图上"))


def test_a_name_that_is_only_like_the_words_is_none_of_them(new_agent: Callable[..., Agent]) -> None:
    answer = new_agent().hear("find the Harold restaurant", position=STATION)
    assert [place.name for place in answer.places] == ["Harald"]


@pytest.mark.parametrize(("text", "kind"), [("下一个停车场", "停车场"), ("the next car park", "car park")])
def test_the_next_one_is_on_the_road_ahead(text: str, kind: str, new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    agent.hear("drive to Hakaniemi", position=STATION)
    answer = agent.hear(text, position=STATION)
    (intent,) = answer.intents
    assert isinstance(intent, Search)
    assert (intent.what, intent.along) == (kind, True)
    assert answer.places
    assert all(place.detour_s is not None for place in answer.places)


def test_a_town_is_no_name_of_a_car_park(new_agent: Callable[..., Agent]) -> None:
    tags = {"addr:city": "Helsinki", "addr:postcode": "00100"}
    place = Place(
        id="way/1",
        name="",
        category="amenity/parking",
        lat=60.17,
        lon=24.94,
        address="00100 Helsinki",
        tags=tags,
    )
    assert spoken_name(place, "en") == kind_words(place, "en")
    street = replace(
        place, address="Elielinaukio 2, 00100 Helsinki", tags={**tags, "addr:street": "Elielinaukio"}
    )
    assert spoken_name(street, "en").startswith("Elielinaukio")


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
    assert [intent.kind for intent in answer.intents] == ["chat"]
    assert answer.outcome == "impossible"
    assert word in answer.reply


@pytest.mark.parametrize(
    ("language", "asked"),
    [("en", "Do you want to go to a café and Kiasma?"), ("zh", "您是要去咖啡店和Kiasma吗？")],
)
def test_a_doubtful_stop_and_drive_are_asked_about_and_driven_together(
    language: str, asked: str, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    guess = Understanding(
        text="…",
        language=language,
        intents=(Navigate(need="coffee"), Navigate(to="Kiasma")),
        confidence=0.6,
        tier="reader",
    )
    answer = agent._answer("…", guess, STATION, None, 0.0)
    assert answer.reply == asked
    driven = agent.carry_out("…", [Confirm()], language=language, position=STATION)
    assert len(driven.places) == 2
    assert driven.places[0].category == "amenity/cafe"
