"""Labelled intents become spans of their sentence and closed values, and intents again."""

from __future__ import annotations

from typing import Any

import pytest

from agent.understanding.labels import (
    KIND_VALUES,
    KINDS,
    SPAN_SLOTS,
    SPANS,
    VALUES,
    Request,
    Span,
    State,
    state_from_json,
)
from agent.understanding.learned.label_json import LabelError, intents_to_requests, requests_to_intents
from languages.language import load_language

ROUND_TRIPS: list[tuple[str, str, list[dict[str, Any]]]] = [
    (
        "zh",
        "先去红黄蓝幼儿园接妞妞，然后回家，别走高速",
        [
            {"kind": "navigate", "to": "红黄蓝幼儿园"},
            {"kind": "navigate", "to": "家", "avoid": ["motorway"]},
        ],
    ),
    ("zh", "打道回府", [{"kind": "navigate", "to": "家"}]),
    ("en", "find a cafe within half a mile", [{"kind": "search", "what": "cafe", "within_m": 805}]),
    ("zh", "麦当劳，十分钟内能到的", [{"kind": "search", "what": "麦当劳", "within_min": 10}]),
    ("zh", "也就一个星期", [{"kind": "plan_trip", "days": 7}]),
    (
        "en",
        "three days in Lisbon with my gran, no museums",
        [{"kind": "plan_trip", "where": "Lisbon", "days": 3, "dislikes": ["museums"], "elderly": True}],
    ),
    ("en", "forget all the stops", [{"kind": "change_route", "drop": "*"}]),
    ("en", "the second one", [{"kind": "choose", "index": 2}]),
    ("zh", "给我妈打个电话", [{"kind": "none", "topic": "call"}]),
    ("en", "volume to thirty percent", [{"kind": "volume", "level": 30, "change": "set"}]),
    ("en", "a quicker way please", [{"kind": "change_route", "prefer": "faster"}]),
]


@pytest.mark.parametrize(("language", "text", "intents"), ROUND_TRIPS)
def test_intents_come_back_from_the_words_of_their_sentence(
    language: str, text: str, intents: list[dict[str, Any]]
) -> None:
    words = load_language(language).reading
    requests = intents_to_requests(text, intents, words)
    assert requests_to_intents(text, requests, words) == intents


def test_each_request_begins_where_it_is_said() -> None:
    text = "turn it down a bit and tell me when we arrive"
    intents = [{"kind": "volume", "change": "down"}, {"kind": "status", "what": "arrival_time"}]
    requests = intents_to_requests(text, intents, load_language("en").reading)
    assert [text[r.begins :] for r in requests][1].startswith("and tell me")


def test_a_short_name_is_not_found_inside_a_longer_one() -> None:
    text = "协和医院附近的医院"
    (request,) = intents_to_requests(
        text, [{"kind": "navigate", "to": "医院", "near": "协和医院"}], load_language("zh").reading
    )
    assert {span.tag: (span.start, span.end) for span in request.spans} == {"near": (0, 4), "to": (7, 9)}


def test_two_stops_are_two_requests() -> None:
    words = load_language("en").reading
    requests = intents_to_requests(
        "stop at Aldi and the bank", [{"kind": "change_route", "add": ["Aldi", "bank"]}], words
    )
    back = requests_to_intents("stop at Aldi and the bank", requests, words)
    assert [intent["add"] for intent in back] == ["Aldi", "bank"]


@pytest.mark.parametrize(
    ("intent", "fault"),
    [
        ({"kind": "navigate", "to": "Rome"}, "is not in the sentence"),
        ({"kind": "navigate", "avoid": ["bridges"]}, "avoid knows no"),
        ({"kind": "navigate", "colour": "red"}, "has no slot"),
        ({"kind": "dance", "to": "Paris"}, "there is no kind"),
        ({"kind": "volume", "change": "louder"}, "knows no"),
    ],
)
def test_a_label_that_does_not_fit_is_named(intent: dict[str, Any], fault: str) -> None:
    with pytest.raises(LabelError, match=fault):
        intents_to_requests("take me to Paris", [intent], load_language("en").reading)


def test_every_kind_slot_and_value_has_a_tag_or_a_list() -> None:
    assert {*SPAN_SLOTS, *KIND_VALUES} <= set(KINDS)
    assert {tag for slots in SPAN_SLOTS.values() for tag in slots.values()} == set(SPANS)
    assert {name for names in KIND_VALUES.values() for name in names} == set(VALUES)


def test_the_state_is_told_in_numbers() -> None:
    state = state_from_json({"expecting": "yes_no", "offered": ["Ibis"], "guiding": True})
    assert state == State(expecting="yes_no", offered=("Ibis",), guiding=True)
    assert state.vector() == [0, 1, 0, 0, 1, 0, 1]
    assert not any(state_from_json(None).vector())


@pytest.mark.parametrize(
    ("code", "text", "read", "what"),
    [
        ("en", "anything but sushi please", "sushi", "anything but sushi"),
        ("en", "find me a place to eat other than McDonald's", "McDonald's", "other than McDonald's"),
        ("zh", "除了必胜客都行", "必胜客", "除了必胜客"),
        ("zh", "找一家除了必胜客以外的披萨店", "披萨店", "除了必胜客以外的披萨店"),
        ("en", "not far from sushi, find pizza", "pizza", "pizza"),
        ("en", "I'd like a butter chicken", "butter chicken", "butter chicken"),
        ("zh", "附近的加油站", "加油站", "加油站"),
    ],
)
def test_what_is_excluded_is_never_what_is_looked_for(code: str, text: str, read: str, what: str) -> None:
    start = text.index(read)
    request = Request(kind="search", spans=(Span(tag="what", start=start, end=start + len(read)),), values={})
    (intent,) = requests_to_intents(text, [request], load_language(code).reading)
    assert intent == {"kind": "search", "what": what}
