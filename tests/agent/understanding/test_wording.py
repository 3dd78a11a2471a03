"""Slots hold what is looked up: without the words that only tie it to the sentence."""

from __future__ import annotations

from typing import Any

import pytest

from agent.understanding.intent import Navigate
from agent.understanding.labels import State
from agent.understanding.meaning import intents_of
from agent.understanding.wording import settled
from languages.language import load_language

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("zh", {"kind": "search", "what": "酒店", "has": ["有停车场和早餐"]}, {"has": ["停车场", "早餐"]}),
    ("en", {"kind": "search", "what": "pub", "has": ["with wifi and a garden"]}, {"has": ["wifi", "garden"]}),
    ("zh", {"kind": "status", "what": "address", "place": "文具店的"}, {"place": "文具店"}),
    ("zh", {"kind": "navigate", "to": "机场", "arrive_by": "下午三点之前"}, {"arrive_by": "下午三点"}),
    ("en", {"kind": "navigate", "to": "school", "arrive_by": "by nine sharp"}, {"arrive_by": "nine sharp"}),
    ("zh", {"kind": "search", "what": "旅馆", "price": "便宜的"}, {"pick": "cheapest"}),
    ("en", {"kind": "search", "what": "hostel", "price": "cheap"}, {"pick": "cheapest"}),
    ("de", {"kind": "search", "what": "Hotel", "price": "günstig"}, {"pick": "cheapest"}),
    ("en", {"kind": "search", "what": "inn", "price": "under fifty euros"}, {"price": "under fifty euros"}),
    ("zh", {"kind": "search", "what": "药店", "has": ["24小时的"]}, {"open_now": True}),
    ("en", {"kind": "plan_trip", "where": "Bath", "who": ["with the kids"]}, {"children": True}),
    ("zh", {"kind": "plan_trip", "where": "大理", "who": ["带着奶奶"]}, {"elderly": True}),
    (
        "en",
        {"kind": "plan_trip", "who": ["two adults and 3 children"]},
        {
            "who": ["two adults and 3 children"],
            "children": True,
        },
    ),
    ("zh", {"kind": "plan_trip", "where": "西安", "limit": ["不走高速"]}, {"avoid": ["motorway"]}),
    ("en", {"kind": "plan_trip", "limit": ["no early mornings"]}, {"limit": ["no early mornings"]}),
    ("en", {"kind": "plan_trip", "change": "drop", "dislikes": ["church"]}, {"item": "church"}),
]


@pytest.mark.parametrize(("language", "request_", "wanted"), CASES)
def test_words_are_settled(language: str, request_: dict[str, Any], wanted: dict[str, Any]) -> None:
    got = settled(request_, load_language(language).reading)
    said = {"kind", "what", "to", "where", "change"}
    kept = {name: value for name, value in got.items() if name not in said}
    assert kept == wanted


@pytest.mark.parametrize("language", ["zh", "en", "de"])
@pytest.mark.parametrize("name", ["和平饭店", "Marks and Spencer", "Hof und Garten", "有间茶馆", "有"])
def test_names_of_places_stay_as_they_are(language: str, name: str) -> None:
    request = {"kind": "navigate", "to": name, "via": [name]}
    assert settled(request, load_language(language).reading) == request


def test_a_road_to_avoid_said_beside_a_trip_belongs_to_it() -> None:
    requests = [{"kind": "plan_trip", "where": "西安"}, {"kind": "change_route", "avoid": ["motorway"]}]
    (trip,) = intents_of(requests, State(), load_language("zh").reading)
    assert trip.to_dict() == {"kind": "plan_trip", "where": "西安", "wishes": {"avoid": ["motorway"]}}


@pytest.mark.parametrize("need", ["coffee", "fuel", "toilet"])
def test_a_need_said_before_a_drive_is_a_stop_on_the_way(need: str) -> None:
    requests = [{"kind": "search", "need": need}, {"kind": "navigate", "to": "Lindow Hall"}]
    for guiding in (False, True):
        meant = intents_of(requests, State(guiding=guiding), load_language("en").reading)
        assert meant == (Navigate(need=need), Navigate(to="Lindow Hall"))


@pytest.mark.parametrize("search", [{"need": "hotel"}, {"need": "coffee", "near": "the harbour"}])
def test_what_is_looked_for_on_its_own_is_no_stop(search: dict[str, str]) -> None:
    requests = [{"kind": "search", **search}, {"kind": "navigate", "to": "Lindow Hall"}]
    assert [i.kind for i in intents_of(requests, State())] == ["search", "navigate"]
