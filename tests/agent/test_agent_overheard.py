"""What is said in the car without the call: requests are taken, talk is not, and nothing comes of looking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from agent import Agent

STATION = (60.1719, 24.9414)


@pytest.fixture
def driven(new_agent: Callable[..., Agent]) -> Agent:
    """An agent that has just been told where to go."""
    agent = new_agent()
    assert agent.hear("take me to Helsinki Cathedral", position=STATION).outcome == "done"
    return agent


@pytest.mark.parametrize(
    "text",
    [
        "how long will it take",
        "还有多久到",
        "附近有什么酒店",
        "find a hotel near the cathedral",
        "不对，去火车站",
        "避开收费站",
        "取消导航",
        "声音大一点",
        "把这里设为家",
        "到赫尔辛基玩两天",
        "几点关门",
        "when does Kiasma close",
        "走路去大教堂要多久",
    ],
)
def test_a_request_needs_no_call(driven: Agent, text: str) -> None:
    assert driven.is_request(text, position=STATION)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "嗯",
        "去" * 500,
        "The council voted to close the bridge for a year.",
        "It was a long day and everyone was tired.",
        "You need to show your ticket at the gate.",
        "Good morning, this is the traffic news on the hour.",
        "She parked the car behind the school.",
        "这道菜有点咸，下次少放点盐。",
        "家门口新开了一家超市。",
        "国务院召开常务会议，研究部署下一阶段工作。",
        "从这里到机场大概四十分钟。",
        "叫车的人太多了，等了好久。",
        "股市几点开门",
        "中午吃什么",
        "what should we have for dinner",
        "when does the parliament of Westeros open",
        "不是",
        "好的",
        "我跟你说昨天我们去了一趟动物园然后又去吃了火锅回来路上还堵车堵了两个小时附近有什么酒店",
    ],
)
def test_talk_is_no_request(driven: Agent, text: str) -> None:
    assert not driven.is_request(text, position=STATION)


def test_looking_changes_nothing(driven: Agent) -> None:
    before = driven.session.route, driven.session.question, driven.session.last_search, driven.session.topic
    for text in ("find a hotel", "去火车站", "取消导航", "把这里设为家"):
        driven.is_request(text, position=STATION)
    after = driven.session.route, driven.session.question, driven.session.last_search, driven.session.topic
    assert before == after


def test_yes_and_no_answer_a_question_only(driven: Agent) -> None:
    assert not driven.is_request("好的", position=STATION)
    assert driven.hear("最近的博物馆在哪", position=STATION).outcome == "ask_back"
    assert driven.is_request("好的", position=STATION)
    assert driven.is_request("不用了", position=STATION)


def test_yes_answers_no_question_that_is_forgotten(new_agent: Callable[..., Agent]) -> None:
    clock = [datetime(2026, 6, 10, 10, 0)]
    agent = new_agent(now=lambda: clock[0])
    assert agent.hear("最近的博物馆在哪", position=STATION).outcome == "ask_back"
    clock[0] += timedelta(minutes=5)
    assert not agent.is_request("好的", position=STATION)
