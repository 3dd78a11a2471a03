"""At which moment a place has to be open, and what is offered then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import Agent
from agent.understanding.amounts import moment_said
from languages import load_language
from poi.kinds.opening import open_at

STATION = (60.1719, 24.9414)
MONDAY = datetime(2026, 6, 8, 15, 20)


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("on Sunday", "14 13:00"),
        ("on sunday evening", "14 20:00"),
        ("on Saturdays", "13 13:00"),
        ("at ten pm", "8 22:00"),
        ("at seven", "8 19:00"),
        ("at three", "9 15:00"),
        ("at eight today", "8 20:00"),
        ("今天八点", "8 20:00"),
        ("at 8 in the morning", "9 08:00"),
        ("tomorrow at seven", "9 07:00"),
        ("tomorrow morning at half past eight", "9 08:30"),
        ("at noon", "9 12:00"),
        ("at 12 pm tomorrow", "9 12:00"),
        ("ten thirty", "8 22:30"),
        ("quarter to nine", "8 20:45"),
        ("until midnight", "8 23:59"),
        ("until twelve", "8 23:59"),
        ("until ten", "8 21:59"),
        ("until 2 am", "9 01:59"),
        ("until late", "8 22:59"),
        ("after ten pm", "8 22:01"),
        ("in the evening", "8 20:00"),
        ("周日", "14 13:00"),
        ("周日下午三点", "14 15:00"),
        ("晚上十点", "8 22:00"),
        ("今晚十点半", "8 22:30"),
        ("明早八点", "9 08:00"),
        ("明晚", "9 20:00"),
        ("22点", "8 22:00"),
        ("下午三点一刻", "9 15:15"),
        ("到十二点", "8 23:59"),
        ("到凌晨两点", "9 01:59"),
        ("到中午十二点", "9 11:59"),
        ("到很晚", "8 22:59"),
        ("near the station", None),
        ("25点", None),
    ],
)
def test_moments_are_read(words: str, moment: str | None) -> None:
    told = moment_said(words, MONDAY)
    assert (told and f"{told.day} {told:%H:%M}") == moment


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    hour=st.integers(1, 11),
    afternoon=st.booleans(),
)
def test_a_time_of_day_is_the_next_such_time(now: datetime, hour: int, afternoon: bool) -> None:
    half = "pm" if afternoon else "am"
    part = ("下午" if hour < 6 else "晚上") if afternoon else "早上"
    for words in (
        f"at {load_language('en').numbers.spell(hour)} {half}",
        f"at {hour} {half}",
        f"{part}{load_language('zh').numbers.spell(hour, counting=True)}点",
    ):
        moment = moment_said(words, now)
        assert moment is not None, words
        assert (moment.hour, moment.minute) == (hour + 12 * afternoon, 0), words
        assert timedelta() <= moment - now.replace(second=0, microsecond=0) <= timedelta(days=1), words


@pytest.mark.parametrize(
    ("text", "told", "day", "hour"),
    [
        ("a restaurant that is open at ten pm", "Open at ten p.m. today: ", 8, 22),
        ("晚上十点还开着的餐厅", "今天晚上十点整开着的，", 8, 22),
        ("supermarkets open on sunday", "Open at one p.m. on Sunday: ", 14, 13),
        ("a restaurant open until ten", "Open until ten p.m. today: ", 8, 21),
        ("带我去开到十二点的餐厅", "到今天午夜还开着的，", 8, 23),
    ],
)
def test_what_is_offered_is_open_then(
    text: str, told: str, day: int, hour: int, new_agent: Callable[..., Agent]
) -> None:
    answer = new_agent(now=lambda: MONDAY).hear(text, position=STATION)
    assert answer.reply.startswith(told)
    until = "until" in text or "到" in text
    moment = MONDAY.replace(day=day, hour=hour, minute=59 if until else 0)
    assert answer.places
    assert all(open_at(place.opening_hours, moment, place.lat, place.lon) for place in answer.places)


def test_whether_a_place_is_open_at_a_moment(new_agent: Callable[..., Agent]) -> None:
    agent = new_agent(now=lambda: MONDAY)
    for text, when, moment in (
        ("is Kiasma open on sunday", "on Sunday", MONDAY.replace(day=14, hour=13, minute=0)),
        ("is it open tomorrow at eight", "at eight a.m. tomorrow", MONDAY.replace(day=9, hour=8, minute=0)),
        ("那里周日晚上开门吗", "星期日晚上八点整", MONDAY.replace(day=14, hour=20, minute=0)),
    ):
        answer = agent.hear(text, position=STATION)
        (place,) = answer.places
        is_open = open_at(place.opening_hours, moment, place.lat, place.lon)
        assert when in answer.reply
        assert ("closed" in answer.reply or "不开门" in answer.reply) == (not is_open)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a museum open until midnight", "known to be open until midnight today"),
        ("a museum open at eleven pm", "open at eleven p.m. today"),
        ("开到十二点的博物馆", "没有到今天午夜还"),
    ],
)
def test_when_nothing_is_open_then_the_moment_is_said(
    text: str, told: str, new_agent: Callable[..., Agent]
) -> None:
    answer = new_agent(now=lambda: MONDAY).hear(text, position=STATION)
    assert told in answer.reply
    assert len(answer.places) == 1


def test_what_is_known_to_be_closed_is_not_said_to_have_unknown_hours(
    new_agent: Callable[..., Agent],
) -> None:
    agent = new_agent(now=lambda: MONDAY.replace(hour=4))
    for text in ("museums open now", "现在开着的博物馆"):
        answer = agent.hear(text, position=STATION)
        (place,) = answer.places
        is_open = open_at(place.opening_hours, agent._desk.now(), place.lat, place.lon)
        assert is_open is not True
        assert ("closed then" in answer.reply or "那时不开门" in answer.reply) == (is_open is False)
