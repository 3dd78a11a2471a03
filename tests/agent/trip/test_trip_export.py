"""What a plan on paper makes of hostile names, and what it says of the wishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agent.actions.context import Desk
from agent.trip.accounting import Accounting
from agent.trip.asked.sentence import completed
from agent.trip.export import _cell, to_markdown
from agent.trip.itinerary import Plan
from agent.trip.offered.kinds import NAMED_ONLY
from agent.trip.offered.sights import themes_of
from agent.trip.verifier import verify
from agent.understanding.intent import PlanTrip, Wishes
from agent.understanding.utterance import Language
from tests.agent.trip.conftest import NOW, Trip

SIGNS = st.text(st.sampled_from("\\`*_[]()<>&~!#|:/. a小1\n\t\"'=-+;"), max_size=40)


def tokens_of(markdown: str) -> list[Any]:
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return [token for block in parsed for token in (block.children or [])]


@given(name=SIGNS)
@example(name="[Free petrol](http://example.org)")
@example(name="<img src=x onerror=alert(1)>")
@example(name="a `b` *c* __d__ ~~e~~ &lt;f&gt; \\")
@example(name="http://example.org and www.example.org")
def test_a_name_stands_as_it_is_in_a_table(name: str) -> None:
    """Read by another program, a cell is text and nothing else, and says what the map says."""
    table = f"| a | b |\n| --- | --- |\n| x | {_cell(name)} |\n"
    inner = tokens_of(table)
    assert {token.type for token in inner} <= {"text", "text_special"}
    shown = [token.content for token in inner]
    assert "".join(shown[3:]) == " ".join(name.replace("|", "/").split())


@pytest.mark.parametrize("name", ["http://a.example", "www.a.example", "ftp://a"])
def test_an_address_in_a_name_is_no_link(name: str) -> None:
    """Programs make links of bare addresses; one with a backslash in it is none."""
    assert name not in _cell(name)
    assert _cell(name).replace("\\", "") == name


# -- the list of wishes says what the plan shows


def listed_wishes(plan: Plan, language: Language = "zh") -> dict[str, str]:
    lines = [line[2:] for line in to_markdown(plan, language).splitlines() if line.startswith("- ")]
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def test_a_wish_is_listed_with_what_meets_it(trip: Trip) -> None:
    plan, _ = trip(likes=("博物馆",), must=("沈家大院",), meals=("海鲜",), no_meal=("烧烤",))
    told = listed_wishes(plan)
    seen = {v.place.name: n for n, day in enumerate(plan.days, 1) for v in day.visits}
    assert told["沈家大院"] == f"沈家大院（第{seen['沈家大院']}天）"
    museums = [name for name in seen if "博物馆" in name]
    assert museums
    assert all(name in told["博物馆"] for name in museums)
    assert any(v.place.name in told["海鲜"] for day in plan.days for v in day.visits if v.kind == "dinner")
    assert told["烧烤"] == "已避开"


def test_a_limit_is_listed_with_what_the_plan_makes_of_it(trip: Trip) -> None:
    plan, _ = trip(limit=("每天最多两个景点", "少走路"), time=("早上十点出发", "下午五点前回来"))
    told = listed_wishes(plan)
    assert told["每天最多两个景点"] == f"每天最多{max(len(day.sights) for day in plan.days)}个景点"
    assert told["少走路"].startswith("单次步行不超过")
    assert told["早上十点出发"] == f"{plan.days[0].start:%H:%M}开始"
    assert told["下午五点前回来"] == f"{plan.days[-1].end:%H:%M}回到"


def test_who_comes_is_listed_with_what_is_done_for_them(trip: Trip) -> None:
    plan, _ = trip(who=("七十岁的奶奶", "三个朋友"))
    told = listed_wishes(plan)
    assert told["七十岁的奶奶"].startswith("每天最多")
    assert "午饭后休息" in told["七十岁的奶奶"]
    assert told["三个朋友"] == "记下了，换别人同行也是这样排"


def test_a_value_is_not_listed_beside_the_words_that_say_it(trip: Trip) -> None:
    plan, _ = trip(budget="low", money=("便宜一点",), pace="easy", limit=("别太赶",))
    assert "地图上没有价格" in listed_wishes(plan)["便宜一点"]
    assert not {"low", "easy", "预算不多", "节奏轻松"} & listed_wishes(plan).keys()
    plan, _ = trip(pace="easy")
    assert "节奏轻松" in listed_wishes(plan)


def test_a_price_of_a_meal_is_no_food(trip: Trip) -> None:
    plan, _ = trip(meals=("便宜的午饭",))
    entry = next(e for e in plan.accounting if e.slot == "meals")
    assert (entry.state, entry.note) == ("unknown", "prices")


def test_what_is_claimed_and_is_not_in_the_plan_is_found(county: Desk, trip: Trip) -> None:
    plan, request = trip(must=("沈家大院",))
    entries = tuple(replace(e, met=("node/0",)) for e in plan.accounting)
    false = replace(plan, accounting=Accounting(entries=entries))
    assert any("not in" in str(problem) for problem in verify(false, request, county))


def read_in(sentence: str, **found: object) -> Wishes:
    intent = PlanTrip(where="Helsinki", days=2, wishes=Wishes.model_validate(found))
    return completed(intent, sentence, "en", NOW).wishes


def test_a_reason_is_no_traveller() -> None:
    said = read_in("two days in Helsinki, no fish please, my husband hates it", no_meal=("fish",))
    assert said.who == ("my husband",)
    said = read_in("two days in Helsinki, my husband hates museums", who=("my husband hates museums",))
    assert said.who == ("my husband hates museums",)


def test_a_club_comes_along_and_is_no_sight() -> None:
    said = read_in("two days in Helsinki with the motorbike club", likes=("motorbike club",))
    assert (said.who, said.likes) == (("motorbike club",), ())
    assert read_in("two days in Helsinki with the museums", likes=("museums",)).likes == ("museums",)


def test_an_electric_car_is_charged() -> None:
    said = read_in("two days in Helsinki, we have an electric car and need to charge", likes=("charge",))
    assert "electric car" in said.likes
    assert not said.unread


def test_a_museum_is_not_of_design_unless_it_says_so() -> None:
    assert themes_of("design") == ("design",)
    assert "design" in NAMED_ONLY
