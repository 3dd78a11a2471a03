"""While places are offered: what is a choice among them, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent import Agent
from agent.actions import reply

STATION = (60.1719, 24.9414)


@pytest.mark.parametrize(("between", "repeat"), [("louder", "repeat"), ("大声点", "再说一遍")])
def test_the_open_question_is_what_is_repeated(
    between: str, repeat: str, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent()
    asked = agent.hear("find a hotel", position=STATION)
    agent.hear(between, position=STATION)
    again = agent.hear(repeat, position=STATION)
    assert (again.outcome, again.asks, again.reply) == ("done", True, asked.reply)
    agent.hear("the tenth one", position=STATION)
    assert agent.hear(repeat, position=STATION).reply == asked.reply
    assert agent.hear("the second one", position=STATION).places[0].id == asked.places[1].id


def test_a_better_one_is_not_claimed_without_ratings(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    offered = agent.hear("find a toilet", position=STATION)
    assert not any(place.stars for place in offered.places)
    answer = agent.hear("a better one", position=STATION)
    assert answer.route is None
    assert answer.reply.startswith("The map has no ratings")


def test_the_offered_places_are_asked_about_by_their_number(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent()
    offered = agent.hear("find a hotel", position=STATION).places
    assert offered[1].label("en") in agent.hear("how far is the second one", position=STATION).reply
    assert offered[0].label("zh") in agent.hear("第一家几点关门", position=STATION).reply
    assert offered[-1].label("zh") in agent.hear("最后一家多远", position=STATION).reply
    assert agent.hear("how far is the ninth one", position=STATION).outcome == "impossible"


@pytest.mark.parametrize(
    ("said", "words"),
    [("take me to Kamppi", "places with a name like Kamppi"), ("导航到Kamppi", "个地方和Kamppi名字相近")],
)
def test_names_that_only_resemble_the_words_are_not_said_to_be_them(
    said: str, words: str, new_agent: Callable[..., Agent]
) -> None:
    answer = new_agent().hear(said, position=STATION)
    assert answer.outcome == "ask_back"
    assert words in answer.reply
    assert all(place.label(answer.language) in answer.reply for place in answer.places)


def test_a_correction_of_the_gate_does_not_drive_on_to_the_same_place(
    new_agent: Callable[..., Agent],
) -> None:
    agent = new_agent()
    before = agent.hear("带我去赫尔辛基大教堂", position=STATION).places[-1]
    answer = agent.hear("不是，我说的是停车场", position=STATION)
    assert all(place.id != before.id for place in answer.places)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("找个厕所", "个厕所"),
        ("找个酒店", "家酒店"),
        ("find a church", "churches"),
    ],
)
def test_what_was_found_is_counted_as_the_language_does(
    text: str, words: str, new_agent: Callable[..., Agent]
) -> None:
    assert words in new_agent().hear(text, position=STATION).reply


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("take me to the zoo", "couldn't find a zoo"),
        ("take me to Zzyzx Tower Bridge", "couldn't find Zzyzx"),
        ("find a different hotel with a harp", "which one is a different hotel"),
        ("what's the way to the old church", "which one is an old church"),
    ],
)
def test_kinds_have_an_article_and_names_have_none(
    text: str, words: str, new_agent: Callable[..., Agent]
) -> None:
    assert words in new_agent().hear(text, position=STATION).reply


@pytest.mark.parametrize(
    ("words", "language", "named"),
    [
        ("anything but sushi", "en", "place"),
        ("除了麦当劳的快餐店", "zh", "快餐店"),
        ("除了必胜客", "zh", "地方"),
        ("bakery", "en", "bakery"),
        ("sushi or pizza", "en", "sushi or pizza"),
    ],
)
def test_what_is_left_out_is_no_name_of_what_was_found(words: str, language: Any, named: str) -> None:
    assert reply.without_exclusion(words, language) == named
