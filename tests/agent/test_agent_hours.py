"""Opening hours are told for the moment or the day that was asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from agent.actions.context import Desk
from agent.actions.finding import Finder
from agent.actions.hours import answer
from agent.actions.session import Session
from agent.actions.turn import Turn
from poi.place import Place

MONDAY = datetime(2026, 6, 8, 15, 30)


def shop(hours: str) -> Place:
    return Place(id="node/1", name="Kauppa", category="shop/books", lat=60.17, lon=24.94, opening_hours=hours)


@pytest.mark.parametrize(
    ("hours", "at", "language", "said"),
    [
        ("Mo-Fr 09:00-18:00", "", "en", "open until six p.m., for another"),
        ("Mo-Fr 09:00-18:00", "", "zh", "营业到晚上六点整，还有"),
        ("Mo-Fr 09:00-23:00", "", "en", "Kauppa is open until eleven p.m."),
        ("Mo-Fr 09:00-15:00", "", "en", "closed now and opens at nine a.m. tomorrow"),
        ("Mo-Fr 09:00-18:00", "tomorrow", "en", "Kauppa is open tomorrow from nine a.m. to six p.m."),
        ("Mo-Fr 09:00-12:00,13:00-18:00", "明天", "zh", "明天上午九点整到中午十二点整"),
        ("Tu-Su 09:00-18:00", "星期一", "zh", "星期一不开门"),
        ("Tu-Su 20:00-02:00", "tomorrow", "en", "tomorrow from eight p.m. to two a.m."),
        ("24/7", "tomorrow", "en", "is open all day tomorrow"),
        ("17:00+", "tomorrow", "en", "may be open tomorrow from five p.m."),
        ('"by appointment"', "tomorrow", "en", "The map doesn't say whether Kauppa is open tomorrow"),
        ('"by appointment"', "", "en", "The map doesn't say whether Kauppa is open now"),
        ("", "", "en", "The map doesn't have the opening hours of Kauppa"),
        (
            "Mo-Fr 09:00-18:00",
            "at nine tonight",
            "en",
            "closed at nine p.m. today. It opens at nine a.m. tomorrow",
        ),
        ("Mo-Fr 09:00-22:00", "今晚九点", "zh", "今天晚上九点整开门"),
    ],
)
def test_what_is_told(hours: str, at: str, language: str, said: str, desk: Desk) -> None:
    desk, session = replace(desk, now=lambda: MONDAY), Session()
    finder = Finder(desk=desk, session=session, position=None, language=language)
    turn = Turn(
        desk=desk, session=session, finder=finder, language=language, position=None, guidance=None, text=""
    )
    assert said in answer(turn, shop(hours), at).reply
