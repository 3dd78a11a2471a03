"""What a touch says is understood: the buttons speak the language of the agent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.actions.session import Question
from agent.trip.spoken.orders import order_of
from agent.understanding.intent import Help, PlanTrip
from device.assistant.assistant import Assistant
from device.settings import Settings
from device.store.regions import add_region
from languages import load_language
from tests.device.town import write_town

KINDS = ("fuel", "charging", "parking", "food", "hotel", "toilets", "supermarket", "hospital")


@pytest.fixture
def understanding(with_models: Path, tmp_path: Path) -> Iterator[Assistant]:
    """An agent in the drawn town that reads with the learned reader."""
    add_region(write_town(tmp_path / "town.osm"), "town")
    opened = Assistant(Settings())
    yield opened
    opened.close()


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_button_of_the_trip_drives_on(code: str) -> None:
    words = load_language(code).messages("screen")["say.trip_first"]
    assert order_of(words, code, planning=True) == PlanTrip(act="drive")


@pytest.mark.parametrize("code", ["zh", "en"])
def test_every_button_is_understood(understanding: Assistant, code: str) -> None:
    language = load_language(code)
    words = language.messages("screen")
    expected = {f"say.{kind}": "search" for kind in KINDS} | {"say.stop": "cancel"}
    expected |= {"say.yes": "confirm", "say.no": "deny"}
    for key, kind in expected.items():
        if kind in {"confirm", "deny"}:  # these buttons are shown where something was asked
            asked_at = understanding.agent._desk.now()
            question = Question(expecting="yes_no", intent=Help(), asked_at=asked_at, words="?")
            understanding.agent.session.question = question
        answer = understanding.agent.hear(words[key], language=code, position=(60.002, 10.002))
        assert [intent.kind for intent in answer.intents] == [kind], (code, key, words[key])
    # The one hotel of the town is found, and "the first one" drives there.
    found = understanding.agent.hear(words["say.hotel"], language=code, position=(60.0, 10.001))
    assert [place.name for place in found.places] == ["Hotel Torni"]
    first = words["say.choose"].replace("{nth}", language.numbers.ordinal(1))
    chosen = understanding.agent.hear(first, language=code, position=(60.0, 10.001))
    assert chosen.route is not None
