"""Words of guidance as data: phrases with slots, the schema, and a third language that is only a folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from languages import Language, LanguageError, load_language
from nav.guidance.maneuvers.types import Kind, Lane, Maneuver, Modifier
from nav.guidance.wording.phrase import Phrase
from nav.guidance.wording.wording import say
from nav.guidance.wording.words import read_words

GERMAN = load_language("de").folder


@pytest.mark.parametrize(
    ("lines", "slots", "said"),
    [
        (["turn left[ onto {road}]"], {"road": "Main Street"}, "turn left onto Main Street"),
        (["turn left[ onto {road}]"], {"road": ""}, "turn left"),
        (["[{ref}[ {name}]]!"], {"ref": "A7", "name": ""}, "A7!"),
        (["[{ref}[ {name}]]!"], {"ref": "", "name": "Ring"}, "!"),
        (["keep {side}", "keep on"], {"side": "left"}, "keep left"),
        (["keep {side}", "keep on"], {"side": ""}, "keep on"),
        (["keep {side}"], {"side": ""}, ""),
    ],
)
def test_phrases(lines: list[str], slots: dict[str, str], said: str) -> None:
    assert Phrase(*lines).fill(slots) == said


@pytest.mark.parametrize("broken", ["[onto {road}", "onto]", "{the road}", "{road", "road}", "{}"])
def test_a_broken_phrase_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match=r"slot|closed|without"):
        Phrase(broken)


def maneuver(kind: Kind = "turn", modifier: Modifier = "right", **rest: Any) -> Maneuver:
    values: dict[str, Any] = {"lat": 0.0, "lon": 0.0, "offset_m": 0.0, "length_m": 500.0, "duration_s": 30.0}
    return Maneuver(kind=kind, modifier=modifier, **(values | rest))


LANES = (Lane(indications=("left",), valid=False), Lane(indications=("right",), valid=True))


@pytest.mark.parametrize(
    ("what", "distance_m", "said"),
    [
        (maneuver(names={"": "Hauptstraße"}), None, "Rechts auf Hauptstraße abbiegen"),
        (maneuver(), 310.0, "In dreihundert Metern rechts abbiegen"),
        (maneuver(), 1000.0, "In einem Kilometer rechts abbiegen"),
        (maneuver(names={"": "ohne Namen"}, lanes=LANES), None, "Auf der rechten Spur rechts abbiegen"),
        (maneuver("roundabout", roundabout_exit=2), None, "Im Kreisverkehr die zweite Ausfahrt nehmen"),
        (
            maneuver(then=maneuver(modifier="left")),
            None,
            "Rechts abbiegen, dann links abbiegen",
        ),
        (maneuver("arrive", "left", side="left"), None, "Das Ziel links erreichen"),
        (maneuver("depart", "straight", bearing_after_deg=90.0), None, "Nach Osten fahren"),
    ],
)
def test_a_third_language_is_a_folder(what: Maneuver, distance_m: float | None, said: str) -> None:
    assert say(what, "de", distance_m=distance_m) == said


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("now: ", "nov: ", "guidance.yaml: now: Field required"),
        ('after: "{distance} weiter', 'after: "[{distance} weiter', "guidance.yaml: after: .*is not closed"),
        ("  ferry: auf die Fähre fahren\n", "", "actions lack ferry"),
        ("speed: {kph:", "speed: {kmh:", "guidance.yaml: speed.kph"),
        ('ahead: "in {distance} {text}"', 'ahead: "in {distanz} {text}"', "ahead: there is no slot distanz"),
    ],
)
def test_broken_words_name_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = tmp_path / "de"
    shutil.copytree(GERMAN, folder)
    text = (folder / "guidance.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "guidance.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(LanguageError, match=message):
        read_words(Language(folder))
