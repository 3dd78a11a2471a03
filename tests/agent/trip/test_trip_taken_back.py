"""What is said to be taken back: the last change of a plan, not the plan."""

from __future__ import annotations

from datetime import datetime

import pytest

from agent.trip.spoken.heard import of_trip
from agent.understanding.intent import Cancel, PlanTrip
from agent.understanding.understand import Understanding

NOW = datetime(2026, 6, 10, 10, 0)


def heard(text: str, language: str, confidence: float) -> object:
    read = Understanding(
        text=text, language=language, intents=(Cancel(),), confidence=confidence, tier="reader", why=""
    )
    return of_trip(read, planning=True, asked=False, now=NOW).intents[0]


@pytest.mark.parametrize("confidence", [0.5, 0.99])
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("刚才换的那家不算，恢复一下", "zh"),
        ("算了，退回去吧", "zh"),
        ("还是改之前的那个吧，别动了", "zh"),
        ("scrap that last change, would you", "en"),
        ("no, leave everything the way it was", "en"),
        ("hm, take that back please", "en"),
    ],
)
def test_a_change_is_taken_back_and_the_plan_kept(text: str, language: str, confidence: float) -> None:
    intent = heard(text, language, confidence)
    assert isinstance(intent, PlanTrip)
    assert intent.change is not None
    assert intent.change.action == "undo"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("行程不要了，我们不去了", "zh"),
        ("取消整个行程", "zh"),
        ("forget the whole trip", "en"),
        ("cancel the plan", "en"),
    ],
)
def test_a_plan_is_cancelled_where_it_is_meant(text: str, language: str) -> None:
    assert isinstance(heard(text, language, 0.99), Cancel)
