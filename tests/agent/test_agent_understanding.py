"""The second tier with a head: classes, names, and how sure it is; the committed files it is trained from."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from agent.errors import ModelTimeout
from agent.train.lines import development, hand_written, label_of, read_line, spoken, templated
from agent.train.understanding import calibration_error, labelled_lines
from agent.understanding.context import Context
from agent.understanding.head import Head
from agent.understanding.intent import parse_intent
from agent.understanding.slot_filling import Reader, parts_of
from agent.understanding.understand import Understander
from agent.understanding.utterance import clean
from bench.agent import load


class Model:
    """Gives a hidden state that the head reads as one class, and one span."""

    def __init__(self, label: str, span: str = "") -> None:
        head = Head()
        index = head.labels.index(label)
        # The state that lies farthest on this class's side of the head.
        weight = head._weight
        direction = weight[index] - weight.mean(axis=0)
        self._state = head._mean + head._scale * direction * 400
        self._span = span
        self.asked: list[str] = []

    def features(self, prompt: str, *, timeout_s: float) -> Any:
        """Give the state."""
        return self._state.astype(np.float32)

    def complete(self, prompt: str, **_: Any) -> str:
        """Give the span."""
        self.asked.append(prompt)
        return self._span


def read(text: str, model: Model, context: Context | None = None) -> list[dict[str, Any]]:
    """Read with the language model alone."""
    return [i.to_dict() for i in Understander(model).read_slow(clean(text), context)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "label", "span", "wanted"),
    [
        ("肚子里空空荡荡", "search need=food", "", {"kind": "search", "need": "food"}),
        ("丈母娘在紫竹院等着", "navigate", "紫竹院", {"kind": "navigate", "to": "紫竹院"}),
        ("折腾够了回吧", "navigate", "回", {"kind": "navigate", "to": "家"}),
        ("her recital is at Maple Hall", "navigate", "Maple Hall", {"kind": "navigate", "to": "Maple Hall"}),
        ("that mill is off", "change_route drop", "mill", {"kind": "change_route", "drop": "mill"}),
        ("都甭停了", "change_route drop=*", "", {"kind": "change_route", "drop": "*"}),
        ("高架也行", "change_route allow=motorway", "", {"kind": "change_route", "allow": ["motorway"]}),
        ("搞到四十的声响", "volume set", "", {"kind": "volume", "change": "set", "level": 40}),
    ],
)
def test_the_head_chooses_and_the_words_fill(
    text: str, label: str, span: str, wanted: dict[str, Any]
) -> None:
    assert read(text, Model(label, span)) == [wanted]


def test_a_name_that_was_not_said_is_not_taken() -> None:
    assert read("丈母娘在紫竹院等着", Model("navigate", "颐和园")) == []


def test_a_change_of_the_plan_keeps_its_day_and_its_date() -> None:
    plan = Context(planning=True)
    (hotel,) = read("第二天那旅社我嫌弃", Model("plan_trip change=hotel"), plan)
    assert hotel["change"] == {"action": "hotel", "day": 2}
    (moved,) = read("咱礼拜六动身不更美", Model("plan_trip change=date"), plan)
    assert moved["change"]["action"] == "date"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("先去书店然后去接老王", ["去书店", "然后去接老王"]),
        ("first the bakery, then the office", ["the bakery", "the office"]),
        ("我媳妇在东方广场等我", ["我媳妇在东方广场等我"]),
        ("", [""]),
    ],
)
def test_wishes_in_order_are_read_one_by_one(text: str, parts: list[str]) -> None:
    assert parts_of(text) == parts


class Stuck:
    """A model that never gives its state."""

    def features(self, prompt: str, *, timeout_s: float) -> Any:
        """Time out."""
        raise ModelTimeout("too slow")


def test_a_model_that_hangs_leaves_the_rules() -> None:
    understood = Understander(Stuck()).understand("丈母娘在紫竹院等着")  # type: ignore[arg-type]
    assert understood.tier == "rules"


def test_the_development_lines_are_not_trained_on() -> None:
    held_out = {clean(line.text) for line in development() + spoken()}
    assert held_out.isdisjoint(text for text, _ in labelled_lines())
    assert len(held_out) > 1000


def test_the_held_out_set_shares_no_sentence_with_what_is_tuned() -> None:
    def bare(text: str) -> str:
        return re.sub(r"\W+", "", clean(text)).lower()

    seen = {bare(line.text) for line in (*development(), *spoken(), *hand_written(), *templated())}
    assert sum(bare(case["text"]) in seen for case in load("utterances")) == 0


def test_the_lines_fit_the_schema_and_the_head_knows_their_classes() -> None:
    labels = {label_of(line.intents[0]) for line in hand_written()}
    assert labels <= set(Head().labels)


def test_the_two_forms_of_a_line_say_the_same() -> None:
    line = read_line("[choice:甲所,乙所] 要乙所 => choose name=乙所")
    assert line.context == {"expecting": "choice", "offered": ("甲所", "乙所")}
    assert line.intents == (parse_intent({"kind": "choose", "name": "乙所"}),)


def test_calibration_error_of_known_cases() -> None:
    sure = np.array([0.95, 0.95, 0.55, 0.55], dtype=np.float32)
    assert calibration_error(sure, np.array([1, 1, 1, 0], dtype=np.float32)) == pytest.approx(0.05, abs=1e-6)
    assert calibration_error(sure, np.zeros(4, dtype=np.float32)) == pytest.approx(0.75, abs=1e-6)


def test_an_answer_out_of_place_is_not_guessed() -> None:
    reader = Reader(text="随便", context=Context(), model=Model("chat"), time_limit_s=1.0)
    assert [i.kind for i in reader.read("chat")] == ["chat"]
