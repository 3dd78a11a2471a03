"""What is not eaten is never wished for and never served, however it is said or was read."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.actions.context import Desk
from agent.trip.asked.sentence import completed
from agent.trip.offered.kinds import DIETS
from agent.trip.offered.tables import foods_of, forbids
from agent.trip.planner import make_plan
from agent.understanding.intent import PlanTrip, Wishes
from tests.agent.trip.conftest import asked

NOW = datetime(2026, 6, 10, 10, 0)
FOODS = {
    "zh": [
        "辣",
        "海鲜",
        "烧烤",
        "粤菜",
        "火锅",
        "羊肉",
        "牛肉",
        "猪肉",
        "面条",
        "日料",
        "西餐",
        "快餐",
        "寿司",
        "烤肉",
        "鱼虾",
    ],
    "en": [
        "seafood",
        "fish",
        "spicy food",
        "pork",
        "beef",
        "lamb",
        "hot pot",
        "sushi",
        "noodles",
        "shellfish",
        "meat",
        "barbecue",
        "fast food",
        "Italian food",
        "burgers",
    ],
}
REFUSED = {
    "zh": [
        "不吃{food}",
        "我们不想吃{food}",
        "不要{food}",
        "别安排{food}",
        "对{food}过敏",
        "{food}不吃",
        "孩子不能吃{food}",
        "忌{food}",
        "除了{food}都行",
        "{food}过敏",
        "老人吃不了{food}",
        "不爱吃{food}",
        "{food}都吃腻了",
        "{food}早就戒了",
        "{food}我碰不得",
    ],
    "en": [
        "no {food}",
        "we don't eat {food}",
        "I'm allergic to {food}",
        "without {food}",
        "my son hates {food}",
        "we can't have {food}",
        "please avoid {food}",
        "{food} allergy",
        "anything but {food}",
        "she doesn't like {food}",
        "we never eat {food}",
        "nothing with {food}",
        "steer clear of {food}",
        "spare us the {food}",
        "{food} would put me in hospital",
        "she gave up {food}",
    ],
}
TRIPS = {
    "zh": ["去云安玩两天，{ban}", "{ban}，去云安玩两天", "带孩子去云安玩两天，{ban}，想看古镇"],
    "en": [
        "two days in Yun'an, {ban}",
        "plan two days in Yun'an with kids, {ban}, we like gardens",
        "{ban}. Two days in Yun'an",
    ],
}
TAKEN = ("none", "meals", "likes", "no_meal", "dislikes", "must", "lodging", "money", "limit", "who")


@st.composite
def bans(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """Give a language, a sentence, the food in it, and the slot into which the reader put the food."""
    language = draw(st.sampled_from(["zh", "en"]))
    food = draw(st.sampled_from(FOODS[language]))
    said = draw(st.sampled_from(REFUSED[language])).format(food=food)
    return (
        language,
        draw(st.sampled_from(TRIPS[language])).format(ban=said),
        food,
        draw(st.sampled_from(TAKEN)),
    )


def read(language: str, text: str, food: str, slot: str) -> PlanTrip:
    """Complete what a reader made of a sentence that took the food for something."""
    wishes = Wishes() if slot == "none" else Wishes.model_validate({slot: (food,)})
    where = "云安" if language == "zh" else "Yun'an"
    return completed(PlanTrip(where=where, days=2, wishes=wishes), text, language, NOW)  # type: ignore[arg-type]


@given(bans())
@settings(max_examples=400, deadline=None)
def test_a_food_that_is_refused_is_never_a_wish(ban: tuple[str, str, str, str]) -> None:
    language, text, food, slot = ban
    wishes = read(language, text, food, slot).wishes
    wanted = (*wishes.meals, *wishes.likes, *wishes.must)
    assert not [w for w in wanted if food.casefold() in w.casefold()], text
    refused = (*wishes.no_meal, *wishes.dislikes)
    assert [w for w in refused if food.casefold() in w.casefold() or w.casefold() in food.casefold()], text


@given(bans())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_food_that_is_refused_is_never_served(county: Desk, ban: tuple[str, str, str, str]) -> None:
    language, text, food, slot = ban
    if set(foods_of(food)) & DIETS:
        return
    wishes = read(language, text, food, slot).wishes
    request = asked(county, "云安市", 2, **wishes.model_dump(exclude_defaults=True))
    plan = make_plan(county, request)
    meals = [v.place for v in plan.visits if v.kind in {"lunch", "dinner"}]
    assert [p.name for p in meals if forbids(county, p, food)] == [], text


@pytest.mark.parametrize(
    ("language", "text", "slot", "words"),
    [
        ("zh", "去云安玩两天，不要错过火锅", "meals", "火锅"),
        ("zh", "去云安玩两天，不吃辣，想吃海鲜", "meals", "海鲜"),
        ("en", "two days in Yun'an, no museums, we like seafood", "meals", "seafood"),
        ("en", "two days in Yun'an, don't miss the seafood", "meals", "seafood"),
    ],
)
def test_what_is_wished_beside_a_no_stays_a_wish(language: str, text: str, slot: str, words: str) -> None:
    wishes = read(language, text, words, slot).wishes
    assert words in wishes.meals
    assert words not in (*wishes.no_meal, *wishes.dislikes)
