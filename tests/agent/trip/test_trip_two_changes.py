"""Two changes of a plan in one sentence are both done."""

from __future__ import annotations

from typing import Any

import pytest

from agent import Agent
from agent.actions.context import Desk
from agent.trip.changes.replan import change_plan
from agent.trip.spoken.heard import of_trip
from agent.trip.spoken.talk import spoken_of_plan
from agent.trip.verifier import verify
from agent.understanding.intent import PlanChange, PlanTrip
from agent.understanding.understand import Understanding
from tests.agent.trip.conftest import HOME, NOW, Trip


def several(text: str, language: str) -> list[dict[str, Any]]:
    """Return the changes of a sentence that asks for more than one."""
    found = spoken_of_plan(text, language).several
    return [i.change.model_dump(exclude_defaults=True) for i in found if i.change is not None]


@pytest.mark.parametrize(
    ("text", "language", "gone", "comes"),
    [
        ("ditch the museum and give us a park", "en", "museum", "park"),
        ("Drop the cathedral and add a park instead", "en", "cathedral", "park"),
        ("we've had enough of churches, lose the first one and put in a market", "en", "first", "market"),
        ("skip the zoo, we'd rather see a park", "en", "zoo", "park"),
        ("take the museum out and squeeze in the beach", "en", "museum", "beach"),
        ("去掉博物馆，加个公园", "zh", "博物馆", "公园"),
        ("不去动物园了，去湿地公园吧", "zh", "动物园", "湿地公园"),
        ("把亭林园删了，再加一个寺庙", "zh", "亭林园", "寺庙"),
        ("Lass das Museum weg und nimm einen Park dazu", "de", "Museum", "Park"),
    ],
)
def test_what_goes_and_what_comes_are_one_swap(text: str, language: str, gone: str, comes: str) -> None:
    assert several(text, language) == [{"action": "swap", "what": gone, "other": comes}]


@pytest.mark.parametrize(
    ("text", "language", "changes"),
    [
        ("scrap day two and start at ten", "en", [("drop", 2, ""), ("later", 0, "start at ten")]),
        (
            "drop the last stop and find us a cheaper hotel",
            "en",
            [("drop", 0, "last"), ("hotel", 0, "cheaper")],
        ),
        ("make it three days and add a park", "en", [("days", 0, ""), ("add", 0, "park")]),
        ("换个便宜的酒店，十点再出发", "zh", [("hotel", 0, "便宜"), ("later", 0, "十点再出发")]),
    ],
)
def test_two_changes_are_two(text: str, language: str, changes: list[tuple[str, int, str]]) -> None:
    said = [(c["action"], c.get("day", 0), c.get("what", "")) for c in several(text, language)]
    assert [(action, day) for action, day, _ in said] == [(action, day) for action, day, _ in changes]
    assert all(what in found for (_, _, found), (_, _, what) in zip(said, changes, strict=True))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("drop the museum", "en"),
        ("drop the castle and the zoo", "en"),
        ("I'm not interested in art, add a market", "en"),
        ("The fortress is far, leave it out.", "en"),
        ("we're up at six, so let's begin earlier", "en"),
        ("第二天太赶了，去掉一个景点", "zh"),
        ("我们六点就醒了，早点开始吧", "zh"),
        ("skip the museum, we have seen it", "en"),
        ("取消亭林园，去过了", "zh"),
        ("博物馆不去了，看过了", "zh"),
    ],
)
def test_a_reason_is_no_second_change(text: str, language: str) -> None:
    assert several(text, language) == []


def test_both_are_done(agent: Agent) -> None:
    made = agent.carry_out("云安两天", [PlanTrip(where="云安", days=2)], language="zh", position=HOME)
    assert made.plan is not None
    text = "去掉云安博物馆，加个夜市"
    read = PlanTrip(change=PlanChange(action="drop", what="云安博物馆"))
    understood = Understanding(text=text, language="zh", intents=(read,), confidence=0.97, tier="reader")
    heard = of_trip(understood, planning=True, asked=False, now=NOW, plan=made.plan)
    answer = agent.carry_out(text, heard.intents, language="zh", position=HOME)
    assert answer.plan is not None
    names = {visit.place.name for visit in answer.plan.visits}
    assert "云安博物馆" not in names
    assert "老街夜市" in names


def test_what_has_no_room_on_the_day_comes_on_another(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=3)
    first = plan.days[0].sights[0].place
    change = PlanChange(action="swap", day=1, what=first.name, other="夜市")
    changed = change_plan(county, plan, request, change)
    assert verify(changed.plan, changed.request, county) == []
    assert first.id not in {v.place.id for v in changed.plan.visits}
    assert any(v.kind == "evening" for v in changed.plan.visits)


@pytest.mark.parametrize(
    ("text", "language", "change"),
    [
        ("湿地公园太远，换成近一点的", "zh", {"action": "swap", "what": "湿地公园"}),
        ("The fortress is too far, somewhere closer please", "en", {"action": "swap", "what": "fortress"}),
        ("博物馆我实在不感兴趣", "zh", {"action": "drop", "what": "博物馆"}),
        ("Could the museum go to day three?", "en", {"action": "add", "day": 3, "what": "museum"}),
        ("get going at half nine", "en", {"action": "later", "what": "get going at half nine"}),
    ],
)
def test_a_thing_is_named_without_what_is_wrong_with_it(
    text: str, language: str, change: dict[str, Any]
) -> None:
    first = spoken_of_plan(text, language).intents[0]
    assert isinstance(first, PlanTrip)
    assert first.change is not None
    assert first.change.model_dump(exclude_defaults=True) == change


def test_a_day_that_is_made_shorter_has_less_in_it() -> None:
    read = PlanTrip(change=PlanChange(action="shorter", day=-1))
    for confidence in (0.6, 0.99):
        understood = Understanding(
            text="make the last day shorter", language="en", intents=(read,), confidence=confidence,
            tier="reader", kind_p={"plan_trip": 0.99},
        )  # fmt: skip
        intent = of_trip(understood, planning=True, asked=False, now=NOW).intents[0]
        assert intent == PlanTrip(change=PlanChange(action="fewer", day=-1))


def test_a_bed_for_the_night_is_no_change_of_hotels() -> None:
    assert several("这儿挺漂亮，干脆住一晚，玩两天", "zh") == []


def test_a_day_that_is_cut_is_gone() -> None:
    read = PlanTrip(change=PlanChange(action="shorter", day=-1))
    understood = Understanding(
        text="cut the last day", language="en", intents=(read,), confidence=0.99, tier="reader"
    )
    intent = of_trip(understood, planning=True, asked=False, now=NOW).intents[0]
    assert isinstance(intent, PlanTrip)
    assert intent.change is not None
    assert intent.change.action in {"drop", "shorter"}
