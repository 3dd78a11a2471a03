"""What a touch says is understood: the buttons speak the language of the agent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.actions.session import Question
from agent.trip.spoken.orders import order_of
from agent.understanding.closed import match
from agent.understanding.intent import Help, PlanTrip
from agent.understanding.labels import State
from device.assistant.assistant import Assistant
from device.settings import Settings
from device.store.regions import add_region
from languages import codes, load_language
from tests.device.screen.trips import two_days
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


TOOLS = {
    "north": "north", "heading": "heading", "overview": "route", "follow": "car", "in": "in", "out": "out",
    "search": "search", "trip": "trip", "settings": "settings",
}  # fmt: skip


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("tool", TOOLS)
def test_what_a_tool_is_called_can_be_said(code: str, tool: str) -> None:
    words = load_language(code).messages("screen")[f"tool.{tool}"]
    assert match(words, code, State()) == [{"kind": "view", "show": TOOLS[tool]}]


def test_without_a_screen_it_is_said(assistant: Assistant) -> None:
    answer = assistant.agent.hear("zoom in", language="en")
    assert (answer.outcome, answer.view) == ("impossible", None)
    assert "screen" in answer.reply
    assistant.agent.looked_at(lambda: True)
    assert assistant.agent.hear("zoom in", language="en").view == {"show": "in", "index": 0}


@pytest.mark.parametrize("words", ["settings", "search", "show me the second one"])
def test_what_others_say_opens_nothing(assistant: Assistant, words: str) -> None:
    assistant.agent.looked_at(lambda: True)
    assert not assistant.agent.is_request(words, language="en")
    assert assistant.agent.is_request("zoom in", language="en")


def test_a_day_of_the_trip_is_told_and_shown(assistant: Assistant) -> None:
    assistant.agent.session.plan = two_days()
    told = assistant.agent.hear("show me day two", language="en")
    assert "Castle" in told.reply
    assert told.view is None
    assistant.agent.looked_at(lambda: True)
    assert assistant.agent.hear("show me day two", language="en").view == {"show": "trip", "index": 2}
    assert assistant.agent.hear("show me day nine", language="en").outcome == "impossible"


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
