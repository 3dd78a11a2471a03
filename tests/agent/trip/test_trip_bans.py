"""What is not eaten is never wished for and never served, however it is said or was read."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.actions.context import Desk
from agent.trip.asked.sentence import completed
from agent.trip.asked.wishes import lodging_of
from agent.trip.offered.beds import find_beds
from agent.trip.offered.kinds import DIETS
from agent.trip.offered.tables import foods_of, forbids
from agent.trip.offered.towns import Town
from agent.trip.planner import make_plan
from agent.understanding.intent import PlanTrip, Wishes
from poi.place import Place
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


EVERYWHERE = {
    "en": [
        "we keep away from {thing}",
        "anything as long as it isn't {thing}",
        "I can't look at {thing} any more",
        "without {thing}",
        "and please not {thing}",
        "{thing} no",
        "my boys are bored by {thing}",
        "we've had our fill of {thing}",
        "{thing} is not for us",
        "{thing} is a no-go",
        "stay clear of {thing}",
        "rather no {thing}",
        "we don't do {thing}",
        "{thing} is off the list",
        "least of all {thing}",
        "save us {thing}",
        "we refuse {thing}",
        "we won't touch {thing}",
        "everything except {thing}",
        "just not {thing}",
        "I'm not a fan of {thing}",
        "{thing} leaves me cold",
        "we're done with {thing}",
        "{thing} is forbidden to us",
        "enough of {thing} already",
        "forget about {thing}",
        "instead of {thing} take us to a lake",
        "please none of that {thing}",
    ],
    "zh": [
        "{thing}一点都不要",
        "{thing}谢绝",
        "千万别{thing}",
        "{thing}绝对不行",
        "{thing}看够了",
        "{thing}一个都不要排",
        "对{thing}没兴趣",
        "{thing}别安排",
        "{thing}坚决不考虑",
        "{thing}敬谢不敏",
        "拒绝{thing}",
        "除了{thing}都行",
        "{thing}不在考虑范围",
        "{thing}最好不要",
        "{thing}就算了",
        "{thing}没意思，跳过",
        "不喜欢{thing}",
        "少安排{thing}",
        "什么都行，就是别{thing}",
        "禁止{thing}",
        "{thing}一律不要",
        "{thing}免了",
    ],
}
SEEN = {
    "en": ["museums", "churches", "hiking", "shopping", "zoos", "bars", "boats", "seafood", "pork", "sushi"],
    "zh": ["博物馆", "寺庙", "爬山", "购物", "动物园", "酒吧", "坐船", "海鲜", "猪肉", "火锅"],
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("slot", ["none", "likes", "dislikes", "must", "meals", "no_meal", "lodging"])
def test_what_is_refused_is_no_wish_whatever_the_reader_took_it_for(language: str, slot: str) -> None:
    """Food, sights, ways to travel: each refusal with each thing, in each slot of the reader."""
    inverted = []
    for said in EVERYWHERE[language]:
        for thing in SEEN[language]:
            text = TRIPS[language][0].format(ban=said.format(thing=thing))
            wishes = read(language, text, thing, slot).wishes
            wanted = (*wishes.meals, *wishes.likes, *wishes.must)
            inverted += [text for w in wanted if thing in w]
    assert inverted == []


@pytest.mark.parametrize(
    ("language", "said", "thing"),
    [
        ("en", "don't forget the market", "market"),
        ("en", "we can't get enough of museums", "museums"),
        ("en", "we haven't seen a castle yet", "castle"),
        ("en", "the museums are not to be missed", "museums"),
        ("zh", "不想错过夜市", "夜市"),
    ],
)
def test_a_no_that_wishes_is_no_ban_though_the_reader_takes_it_for_one(
    language: str, said: str, thing: str
) -> None:
    text = TRIPS[language][0].format(ban=said)
    assert thing in read(language, text, thing, "dislikes").wishes.likes


@pytest.mark.parametrize(
    ("language", "said"), [("en", "temples give my aunt the creeps"), ("zh", "寺庙让我毛骨悚然")]
)
def test_a_thing_beside_words_that_nobody_knows_is_said_back_and_not_wished_for(
    language: str, said: str
) -> None:
    wishes = read(language, TRIPS[language][0].format(ban=said), "", "none").wishes
    assert wishes.likes == ()
    assert [w for w in wishes.unread if "temples" in w or "寺庙" in w]


@pytest.mark.parametrize(
    ("language", "said", "thing"),
    [
        ("en", "we want museums", "museums"),
        ("en", "an elegant bar and ancient temples", "temples"),
        ("en", "we went for shopping last year, now gardens", "gardens"),
        ("en", "it is important to see castles", "castles"),
        ("en", "museums and parks, we are not in a hurry", "museums"),
        ("zh", "没什么安排，就想逛公园", "公园"),
        ("zh", "不去博物馆，去公园", "公园"),
        ("zh", "公园和博物馆，不赶时间", "博物馆"),
    ],
)
@pytest.mark.parametrize("slot", ["likes", "must"])
def test_what_is_wished_is_no_ban(language: str, said: str, thing: str, slot: str) -> None:
    wishes = read(language, TRIPS[language][0].format(ban=said), thing, slot).wishes
    assert thing in (*wishes.likes, *wishes.must)
    assert thing not in (*wishes.dislikes, *wishes.no_meal)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "we want a campground rather than a hotel"),
        ("en", "it's a campsite we're after and not a hotel"),
        ("en", "no hotel, only a campsite"),
        ("zh", "要住露营地，不要酒店"),
    ],
)
def test_a_hotel_that_is_refused_is_no_hotel_wished_for(language: str, said: str) -> None:
    text = TRIPS[language][0].format(ban=said)
    thing = "hotel" if language == "en" else "酒店"
    lodging = lodging_of(read(language, text, thing, "lodging").wishes, language)  # type: ignore[arg-type]
    assert "hotel" not in lodging.kinds


def test_a_name_that_is_refused_need_not_be_in() -> None:
    text = "two days in Yun'an, Lindow old town is a must, and keep us away from Lindow old town"
    assert read("en", text, "Lindow old town", "must").wishes.must == ()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("campsites", "no hotels")), ("zh", ("营地", "不要酒店")), ("zh", ("露营地",))],
)
def test_who_wants_a_camp_sleeps_in_one(language: str, words: tuple[str, ...]) -> None:
    lodging = lodging_of(Wishes(lodging=words), language)  # type: ignore[arg-type]
    assert not lodging.none
    beds = [
        Place(id=f"node/{n}", name=f"Bed {n}", category=f"tourism/{kind}", lat=31.3, lon=120.9)
        for n, kind in enumerate(("hotel", "hostel", "camp_site"))
    ]
    places = SimpleNamespace(of_kinds=lambda kinds, **_: [p for p in beds if p.category in kinds])
    town = Town(name="", center=(31.3, 120.9), reach_m=30_000.0)
    desk: Any = SimpleNamespace(places=places)
    found = find_beds(desk, [town], lodging, banned=(), language=language)  # type: ignore[arg-type]
    assert [p.category for p in found.hotels] == ["tourism/camp_site"]


@pytest.mark.parametrize("words", ["鱼", "fish", "Fisch", "海鲜", "seafood"])
@pytest.mark.parametrize(
    ("name", "cuisine", "banned"),
    [("Zen", "japanese", True), ("Kuu", "sushi", True), ("Zen Sushi", "", True), ("Roma", "italian", False)],
)
def test_raw_fish_is_fish(county: Desk, words: str, name: str, cuisine: str, banned: bool) -> None:
    place = Place(id="node/1", name=name, category="amenity/restaurant", lat=31.3, lon=120.9, cuisine=cuisine)
    assert forbids(county, place, words) == banned
