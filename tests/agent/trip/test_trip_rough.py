"""Changes that are read roughly: a day by its date, several things, all of a kind, one of them, a hotel."""

from __future__ import annotations

from typing import Any

import pytest

from agent import Agent
from agent.actions.answer import Answer
from agent.trip.spoken.talk import said_of_plan
from agent.understanding.intent import PlanChange, PlanTrip, Wishes
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


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("finish day one at 南湖公园", "en", False),
        ("the last stop on day one should be 南湖公园", "en", False),
        ("第一天最后去南湖公园", "zh", False),
        ("start day one with 南湖公园", "en", True),
    ],
)
def test_what_is_put_in_order_comes_in_first(
    agent: Agent, text: str, language: Language, first: bool
) -> None:
    planned(agent)
    change(agent, text, language, action="order", day=1, what="南湖公园", other="first" if first else "last")
    assert seen(agent, 1)[0 if first else -1] == "南湖公园"


def test_an_order_that_is_there_already_is_no_failure(agent: Agent) -> None:
    last = seen(planned(agent), 1)[-1]
    answer = change(agent, f"最后去{last}", "zh", action="order", day=1, what=last, other="last")
    assert answer.outcome == "done"


# -- what the words say


@pytest.mark.parametrize(
    ("text", "language", "slots"),
    [
        ("end it at a pool or something", "en", {"action": "order", "what": "pool", "other": "last"}),
        ("stick the museum on first", "en", {"action": "order", "what": "museum", "other": "first"}),
        ("day two should be super chill, like the beach and nothing else", "en",
         {"action": "swap", "day": 2, "other": "beach"}),
        ("第二天就光逛商场，别的不要", "zh", {"action": "swap", "day": 2, "other": "商场"}),
        ("put it back how it was", "en", {"action": "undo"}),
        ("周六改回刚才那样", "zh", {"action": "undo"}),
        ("呃还是原来那样儿吧，别挪了", "zh", {"action": "undo"}),
        ("酒店换成东园，云安太贵喽", "zh", {"action": "hotel", "what": "东园"}),
        ("something cheaper to sleep in", "en", {"action": "hotel", "what": "cheaper"}),
        ("the museum and the zoo can both go", "en", {"action": "drop", "what": "museum and the zoo"}),
    ],
)  # fmt: skip
def test_the_words_of_a_change(text: str, language: Language, slots: dict[str, Any]) -> None:
    said = said_of_plan(text, language)
    assert isinstance(said, PlanTrip)
    assert said.change is not None
    assert said.change.model_dump(exclude_defaults=True) == slots


@pytest.mark.parametrize(
    ("text", "language", "ask", "about"),
    [
        ("what is after the zoo?", "en", "after", "zoo"),
        ("where do we go after 文昌塔", "en", "after", "文昌塔"),
        ("逛完动物园接着去哪儿", "zh", "after", "动物园"),
        ("亭林园之后去哪", "zh", "after", "亭林园"),
        ("is the castle in there at all", "en", "has", "castle"),
        ("double check there's no via ferrata in it", "en", "has", "via ferrata"),
        ("里头有文昌塔没有", "zh", "has", "文昌塔"),
        ("行程里有没有寺庙", "zh", "has", "寺庙"),
        ("what have we got on Friday", "en", "day", ""),
        ("开车一共要多久", "zh", "driving", ""),
    ],
)
def test_the_words_of_a_question(text: str, language: Language, ask: str, about: str) -> None:
    said = said_of_plan(text, language)
    assert isinstance(said, PlanTrip)
    assert (said.ask, said.about) == (ask, about)


# -- questions about one thing


@pytest.mark.parametrize(
    ("text", "language", "slots", "told", "untold"),
    [
        ("what is after the zoo", "en", {"ask": "after", "about": "zoo"}, "昆曲馆", "亭林园"),
        ("亭林园之后去哪", "zh", {"ask": "after", "about": "亭林园"}, "文昌塔", "云安博物馆"),
        ("里头有文昌塔没有", "zh", {"ask": "has", "about": "文昌塔"}, "第二天", "没有"),
        ("is there a cinema in it", "en", {"ask": "has", "about": "cinema"}, "No", "文昌塔"),
        ("what have we got on Friday", "en", {"ask": "day"}, "文昌塔", "周荡古镇"),
        ("周五都去哪儿", "zh", {"ask": "day"}, "文昌塔", "周荡古镇"),
        ("where is lunch on Friday", "en", {"ask": "lunch"}, "老渔港海鲜酒楼", "锦湖酒家"),
        ("what's the last stop on day one", "en", {"ask": "day", "day": 1}, "锦湖湿地公园", "亭林园"),
        ("第一天的头一站是哪儿", "zh", {"ask": "day", "day": 1}, "云安博物馆", "亭林园"),
        ("what have we got after lunch on day one", "en", {"ask": "day", "day": 1}, "沈家大院", "亭林园"),
    ],
)  # fmt: skip
def test_a_question_is_answered_about_what_it_names(
    agent: Agent, text: str, language: Language, slots: dict[str, Any], told: str, untold: str
) -> None:
    intent = PlanTrip.model_validate(slots)
    answer = planned(agent).carry_out(text, [intent], language=language, position=HOME)
    assert answer.outcome == "done"
    assert told in answer.reply
    assert untold not in answer.reply


# -- a request whose words were read roughly


def test_names_run_together_are_several(agent: Agent) -> None:
    planned(agent)
    wishes = Wishes(must=("文昌塔古砖瓦博物馆",))
    trip = PlanTrip(where="云安市", days=2, wishes=wishes)
    agent.carry_out("文昌塔古砖瓦博物馆都得去", [trip], language="zh", position=HOME)
    assert {"文昌塔", "古砖瓦博物馆"} <= set(seen(agent))


def test_a_sight_among_the_words_not_understood_is_wished_for(agent: Agent) -> None:
    trip = PlanTrip(where="云安市", days=2, wishes=Wishes(unread=("古砖瓦博物馆、莲池禅院", "他")))
    answer = agent.carry_out("云安两天，古砖瓦博物馆、莲池禅院", [trip], language="zh", position=HOME)
    assert {"古砖瓦博物馆", "莲池禅院"} <= set(seen(agent))
    assert "“他”没听懂" in answer.reply


@pytest.mark.parametrize(
    ("text", "language", "where"),
    [
        ("博物馆公园两天", "zh", "博物馆公园"),
        ("plan two days, churches", "en", "plan"),
        ("在学校里逛两天", "zh", "学校里"),
        ("two days, all Formula One", "en", "Formula One"),
        ("两天，全是一级方程式", "zh", "一级方程式"),
    ],
)
def test_what_is_no_area_is_planned_round_here(
    agent: Agent, text: str, language: Language, where: str
) -> None:
    answer = agent.carry_out(text, [PlanTrip(where=where, days=2)], language=language, position=HOME)
    assert answer.outcome == "done"
    assert answer.plan is not None


def test_an_area_that_is_not_installed_is_still_refused(agent: Agent) -> None:
    trip = PlanTrip(where="Lisbon", days=2)
    answer = agent.carry_out("two days in Lisbon", [trip], language="en", position=HOME)
    assert answer.outcome == "impossible"


@pytest.mark.parametrize(
    ("text", "language", "limit"),
    [("一天别塞那么多", "zh", "一天别塞那么多"), ("don't cram so much in", "en", "don't cram so much in")],
)
def test_a_wish_for_less_leaves_less(agent: Agent, text: str, language: Language, limit: str) -> None:
    trip = PlanTrip(where="云安市", days=2, wishes=Wishes(pace="easy"))
    agent.carry_out("云安两天", [trip], language=language, position=HOME)
    before = seen(agent)
    wish = PlanTrip(wishes=Wishes(limit=(limit,)))
    agent.carry_out(text, [wish], language=language, position=HOME)
    assert len(seen(agent)) < len(before)


def test_a_sight_moves_to_another_day_by_whatever_name_the_map_knows_it(agent: Agent) -> None:
    assert "云安博物馆" in seen(planned(agent), 1)
    answer = change(agent, "把云安博物院挪到第二天", "zh", action="add", what="云安博物院", day=2)
    assert answer.outcome == "done", answer.reply
    assert "云安博物馆" in seen(agent, 2)
