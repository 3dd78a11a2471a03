"""Changes that are read roughly: a day by its date, several things, all of a kind, one of them, a hotel."""

from __future__ import annotations

from typing import Any

import pytest

from agent import Agent
from agent.actions.answer import Answer
from agent.understanding.intent import PlanChange, PlanTrip
from agent.understanding.utterance import Language
from tests.agent.trip.conftest import HOME


def planned(agent: Agent, days: int = 2) -> Agent:
    """Let the agent plan two days, a Thursday and a Friday."""
    agent.carry_out("云安", [PlanTrip(where="云安市", days=days)], language="zh", position=HOME)
    assert agent.session.plan is not None
    return agent


def change(agent: Agent, text: str, language: Language, **slots: Any) -> Answer:
    """Carry out a change as a reader may read it from a sentence."""
    intent = PlanTrip(change=PlanChange.model_validate(slots))
    return agent.carry_out(text, [intent], language=language, position=HOME)


def seen(agent: Agent, day: int = 0) -> list[str]:
    """Return what is seen, on one day or on all."""
    days = agent.session.plan.days if day == 0 else [agent.session.plan.days[day - 1]]
    return [v.place.name for d in days for v in d.visits if v.kind in {"sight", "evening"}]


@pytest.mark.parametrize(
    ("text", "language", "what"),
    [
        ("周五不去博物馆了", "zh", "周五 博物馆"),
        ("周五不去博物馆了", "zh", "博物馆"),
        ("no museums on Friday please", "en", "museums"),
        ("后天的博物馆不要了", "zh", "博物馆"),
        ("drop Friday's museum", "en", "Friday's museum"),
    ],
)
def test_a_weekday_is_the_day_of_the_plan(agent: Agent, text: str, language: Language, what: str) -> None:
    before = seen(planned(agent), 1)
    change(agent, text, language, action="drop", what=what)
    assert seen(agent, 1) == before
    assert "昆曲馆" not in seen(agent, 2)


def test_a_date_beside_a_change_of_the_whole_plan_is_none_of_its_days(agent: Agent) -> None:
    change(planned(agent, 3), "三天压成两天吧，周六她要加班", "zh", action="days", days=2)
    assert len(agent.session.plan.days) == 2


@pytest.mark.parametrize(
    ("text", "language", "what"),
    [
        ("文昌塔跟人民广场都去掉", "zh", "文昌塔跟人民广场"),
        ("文昌塔 and 人民广场 can both go", "en", "文昌塔 and 人民广场"),
    ],
)
def test_several_are_dropped_at_once(agent: Agent, text: str, language: Language, what: str) -> None:
    change(planned(agent), text, language, action="drop", what=what)
    assert not {"文昌塔", "人民广场"} & set(seen(agent))


@pytest.mark.parametrize(
    ("text", "language", "what"),
    [("古砖瓦博物馆和莲池禅院都加上", "zh", "古砖瓦博物馆和莲池禅院"),
     ("put in 古砖瓦博物馆 and 莲池禅院", "en", "古砖瓦博物馆 and 莲池禅院")],
)  # fmt: skip
def test_several_are_added_at_once(agent: Agent, text: str, language: Language, what: str) -> None:
    answer = change(planned(agent), text, language, action="add", what=what)
    assert {"古砖瓦博物馆", "莲池禅院"} <= set(seen(agent))
    assert "古砖瓦博物馆" in answer.reply
    assert "莲池禅院" in answer.reply


def test_what_of_several_cannot_be_is_told(agent: Agent) -> None:
    answer = change(planned(agent), "莲池禅院和文昌塔加上", "zh", action="add", what="莲池禅院和文昌塔")
    assert "莲池禅院" in seen(agent)
    assert "已经有文昌塔" in answer.reply


@pytest.mark.parametrize(
    ("text", "language", "what", "other"),
    [
        ("所有博物馆都换成公园", "zh", "博物馆", "公园"),
        ("博物馆全换成公园", "zh", "博物馆", "公园"),
        ("swap every museum for a park", "en", "every museum", "park"),
    ],
)
def test_all_of_a_kind_give_way(agent: Agent, text: str, language: Language, what: str, other: str) -> None:
    answer = change(planned(agent), text, language, action="swap", what=what, other=other)
    assert "南湖公园" in seen(agent)
    assert not {"云安博物馆", "昆曲馆"} & set(seen(agent))
    assert "云安博物馆" in answer.reply


@pytest.mark.parametrize(
    ("text", "language", "what"),
    [
        ("that's a lot. lose one of them, I don't mind which", "en", "s a lot"),
        ("leave one out on the first day", "en", "out"),
        ("随便砍一个吧", "zh", "砍一个"),
    ],
)
def test_one_of_them_is_the_least_of_the_day(agent: Agent, text: str, language: Language, what: str) -> None:
    before = seen(planned(agent), 1)
    change(agent, text, language, action="drop", day=1, what=what)
    assert len(seen(agent, 1)) == len(before) - 1


@pytest.mark.parametrize(
    ("text", "language", "what", "gone"),
    [
        ("the second stop on day one, can we leave that out", "en", "that", "亭林园"),
        ("第一天头一个地方不想去", "zh", "不想去", "云安博物馆"),
        ("上午那个不要了", "zh", "上午那个", "云安博物馆"),
        ("what comes after lunch can go", "en", "after lunch", "沈家大院"),
        ("午饭后的那些不去了", "zh", "午饭后的那些", "沈家大院"),
    ],
)
def test_a_stop_by_its_number_or_its_time(
    agent: Agent, text: str, language: Language, what: str, gone: str
) -> None:
    planned(agent)
    change(agent, text, language, action="drop", day=1, what=what)
    assert gone not in seen(agent, 1)
    assert seen(agent, 1)


@pytest.mark.parametrize(
    ("text", "language"),
    [("第二天就光逛南湖公园，别的不要", "zh"), ("day two 南湖公园 and nothing else", "en")],
)
def test_nothing_but_a_kind_is_the_theme_of_a_day(agent: Agent, text: str, language: Language) -> None:
    planned(agent)
    change(agent, text, language, action="drop", day=2, what="南湖公园")
    assert "南湖公园" in seen(agent, 2)


@pytest.mark.parametrize(
    ("text", "language", "what"),
    [
        ("东园大酒店能住吗", "zh", "东园大酒店"),
        ("can we do 东园大酒店", "en", "东园大酒店"),
        ("东园 for the hotel", "en", "东园 for the hotel"),
    ],
)
def test_a_hotel_that_is_added_is_where_one_sleeps(
    agent: Agent, text: str, language: Language, what: str
) -> None:
    before = seen(planned(agent))
    change(agent, text, language, action="add", what=what)
    assert {d.hotel.place.name for d in agent.session.plan.days if d.hotel} == {"东园大酒店"}
    assert seen(agent) == before


def test_what_comes_for_what_is_not_there_comes_all_the_same(agent: Agent) -> None:
    change(planned(agent), "周五不要逛商场了，换成古砖瓦博物馆", "zh",
           action="swap", what="周五 商场", other="古砖瓦博物馆")  # fmt: skip
    assert "古砖瓦博物馆" in seen(agent, 2)
