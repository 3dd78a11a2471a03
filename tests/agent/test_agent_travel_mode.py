"""A walk or a ride is told, never guided, and names that hold such words stay names."""

from __future__ import annotations

import pytest

from agent.understanding.intent import Navigate, Status
from agent.understanding.rules.travel_mode import cut_travel_mode
from agent.understanding.understand import Understander


@pytest.mark.parametrize(
    ("text", "kind", "to", "by"),
    [
        ("走路去西门", "navigate", "西门", "foot"),
        ("带我步行去最近的便利店", "navigate", "便利店", "foot"),
        ("怎么走路去二校门", "navigate", "二校门", "foot"),
        ("骑自行车去圆明园", "navigate", "圆明园", "bike"),
        ("步行到西门要多久", "status", "西门", "foot"),
        ("西门走路要多久", "status", "西门", "foot"),
        ("从这里走到二校门要多久", "status", "二校门", "foot"),
        ("走路多久能到二校门", "status", "二校门", "foot"),
        ("骑车去北京大学多远", "status", "北京大学", "bike"),
        ("how do I get to Kamppi on foot", "navigate", "Kamppi", "foot"),
        ("walk to the cathedral", "navigate", "cathedral", "foot"),
        ("Walking directions to Kamppi", "navigate", "Kamppi", "foot"),
        ("bike to Kamppi", "navigate", "Kamppi", "bike"),
        ("cycle to the nearest cafe", "navigate", "cafe", "bike"),
        ("how long does it take to walk to Kamppi", "status", "Kamppi", "foot"),
        ("how long is the walk to the cathedral", "status", "cathedral", "foot"),
        ("how far is it to Kamppi by bike", "status", "Kamppi", "bike"),
    ],
)
def test_the_way_of_travel_is_no_part_of_the_name(text: str, kind: str, to: str, by: str) -> None:
    (intent,) = Understander(None).understand(text).intents
    assert intent.kind == kind
    assert isinstance(intent, Navigate | Status)
    assert (intent.to if isinstance(intent, Navigate) else intent.place) == to
    assert intent.by == by


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("去王府井步行街", "zh"),
        ("步行街怎么走", "zh"),
        ("还要走多久", "zh"),
        ("附近有自行车店吗", "zh"),
        ("骑士酒店在哪里", "zh"),
        ("take me to the bike shop", "en"),
        ("a restaurant within walking distance", "en"),
        ("Walkers Hotel", "en"),
        ("find a bicycle repair", "en"),
    ],
)
def test_names_with_such_words_stay_whole(text: str, language: str) -> None:
    assert cut_travel_mode(text, language) == ("", text)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["走路", "步行", "on foot", "by bike", "骑车去"])
def test_without_a_place_nothing_is_cut(text: str) -> None:
    assert not any(getattr(intent, "by", "") for intent in Understander(None).understand(text).intents)


@pytest.mark.parametrize(
    ("text", "to"), [("西门有多远", "西门"), ("二校门远不远", "二校门"), ("多久能到北京大学", "北京大学")]
)
def test_how_far_a_named_place_is(text: str, to: str) -> None:
    assert [i.to_dict().get("place") for i in Understander(None).understand(text).intents] == [to]


@pytest.mark.parametrize("text", ["还有多远", "现在有多远", "多久到", "要多久才能到", "还要走多久"])
def test_how_far_the_drive_goes_on(text: str) -> None:
    (intent,) = Understander(None).understand(text).intents
    assert isinstance(intent, Status)
    assert not intent.place
