"""What is said besides turn and road: junctions by name, which stop, elevated and side roads, words once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nav.guidance.guide import Guide, GuideSettings
from nav.guidance.maneuvers.types import Kind, Maneuver, Modifier
from nav.guidance.wording.wording import say
from tests.nav.metres import draw

STREET = {"highway": "residential"}
CROSS = {"w": (-300.0, 0.0), "x": (0.0, 0.0), "e": (300, 0), "n": (0, 300), "s": (0, -300)}
WAYS = {"wxe": {**STREET, "name": "East Street"}, "nxs": {**STREET, "name": "North Street"}}


def maneuver(kind: Kind = "turn", modifier: Modifier = "right", **rest: Any) -> Maneuver:
    values: dict[str, Any] = {"lat": 0.0, "lon": 0.0, "offset_m": 0.0, "length_m": 500.0, "duration_s": 30.0}
    return Maneuver(kind=kind, modifier=modifier, **(values | rest))


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "traffic_signals", "name": "渋谷駅前", "name:en": "Shibuya Crossing"},
        {"junction": "yes", "name": "渋谷駅前", "name:en": "Shibuya Crossing"},
    ],
)
def test_a_junction_with_a_name_is_named(tmp_path: Path, tags: dict[str, str]) -> None:
    drawn = draw(tmp_path, CROSS, WAYS, nodes={"x": tags}, origin=(35.66, 139.7))
    assert drawn.said("w", "s") == ["At Shibuya Crossing turn right onto North Street"]
    assert drawn.said("w", "s", language="zh") == ["在渋谷駅前右转进入North Street"]
    assert drawn.said("w", "e") == []


def test_a_named_signal_before_the_junction_names_it(tmp_path: Path) -> None:
    at = CROSS | {"t": (-15.0, 0.0)}
    ways = {"wt": WAYS["wxe"], "txe": WAYS["wxe"], "nxs": WAYS["nxs"]}
    drawn = draw(tmp_path, at, ways, nodes={"t": {"highway": "traffic_signals", "name": "Old Gate"}})
    assert drawn.said("w", "n") == ["At Old Gate turn left onto North Street"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), ["Arrive at your first stop", "Arrive at your second stop", "Arrive at your destination"]),
        (
            ("", "Baker", "Bank", "Home"),
            [
                "Arrive at your first stop, Baker",
                "Arrive at your second stop, Bank",
                "Arrive at your destination, Home",
            ],
        ),
        (
            ("", "", "Bank", "null"),
            ["Arrive at your first stop", "Arrive at your second stop, Bank", "Arrive at your destination"],
        ),
    ],
)
def test_which_stop_is_reached(tmp_path: Path, names: tuple[str, ...], said: list[str]) -> None:
    drawn = draw(tmp_path, CROSS, WAYS)
    route = replace(drawn.route("w", "wx", "xe", "e"), stop_names=names)
    reached = [m.say("en") for m in route.maneuvers if m.kind in ("via", "arrive")]
    assert reached == said


def test_an_only_stop_has_no_number(tmp_path: Path) -> None:
    drawn = draw(tmp_path, CROSS, WAYS)
    vias = [m for m in drawn.route("w", "wx", "e").maneuvers if m.kind == "via"]
    assert [m.say("en") for m in vias] == ["Arrive at your stop"]
    assert [m.say("zh") for m in vias] == ["到达途经点"]


def test_stops_keep_their_names_on_a_new_route(tmp_path: Path) -> None:
    drawn = draw(tmp_path, CROSS, WAYS)
    route = replace(drawn.route("w", "wx", "xe", "e"), stop_names=("", "Baker", "Bank", "Home"))
    guide = Guide(drawn.region, drawn.routers["car"], route, settings=GuideSettings(language="en"))
    lat, lon = drawn.point("n")
    found = guide._route_from(lat, lon, None)
    assert found.stop_names == ("", "Baker", "Bank", "Home")


@pytest.mark.parametrize(
    ("kind", "modifier", "said"),
    [
        ("continue", "straight", "Go straight on along Main Street"),
        ("turn", "straight", "Go straight ahead onto Main Street"),
        ("continue", "left", "Turn left to stay on Main Street"),
        ("new_name", "straight", "Continue onto Main Street"),
    ],
)
def test_straight_on_is_said_once(kind: Kind, modifier: Modifier, said: str) -> None:
    assert say(maneuver(kind, modifier, names={"": "Main Street"}), "en") == said
    assert " on on" not in say(maneuver(kind, modifier, names={"": "Main Street"}), "en")


@pytest.mark.parametrize(
    ("kind", "modifier", "before", "after", "said"),
    [
        ("on_ramp", "slight_right", "延安东路", "延安高架路", "从右侧进入匝道，上高架，进入延安高架路"),
        ("off_ramp", "slight_right", "延安高架路", "", "从右侧出口驶出，下高架"),
        ("fork", "slight_right", "学院路", "学院路辅路", "在岔路口靠右行驶，走辅路，进入学院路辅路"),
        ("merge", "slight_left", "学院路辅路", "学院路", "向左并入主路，进主路，学院路"),
        ("turn", "right", "学院路辅路", "学院路辅路", "右转进入学院路辅路"),
        ("turn", "right", "学院路", "清华东路", "右转进入清华东路"),
    ],
)
def test_elevated_main_and_side_roads_by_their_chinese_names(
    kind: Kind, modifier: Modifier, before: str, after: str, said: str
) -> None:
    what = maneuver(
        kind, modifier, names_before={"": before} if before else {}, names={"": after} if after else {}
    )
    assert say(what, "zh") == said


LIGHTS = {
    "a": (0, -600), "b": (0, -300), "c": (0, -160), "d": (0, 0), "e": (0, 300), "r": (300, 0), "l": (-300, 0),
    "B": (200, -300), "C": (200, -160),
}  # fmt: skip
LIGHT_WAYS = {
    "abcde": {"highway": "primary", "name": "North Road"},
    "ldr": {"highway": "primary", "name": "Cross Road"},
    "bB": {"highway": "residential", "name": "Beta"},
    "cC": {"highway": "residential", "name": "Gamma"},
}


@pytest.mark.parametrize(
    ("lit", "away_m", "zh", "en"),
    [
        pytest.param("bcd", 350, "在第三个红绿灯右转", "at the third traffic light turn right", id="third"),
        pytest.param("bcd", 250, "在第二个红绿灯右转", "at the second traffic light turn right", id="second"),
        pytest.param("bcd", 100, "", "", id="the next one needs no number"),
        pytest.param("bc", 350, "", "", id="the turn has none"),
        pytest.param("bcd", 800, "", "", id="too far to count"),
    ],
)
def test_at_which_traffic_light(tmp_path: Path, lit: str, away_m: float, zh: str, en: str) -> None:
    drawn = draw(tmp_path, LIGHTS, LIGHT_WAYS, nodes={n: {"highway": "traffic_signals"} for n in lit})
    (turn,) = [m for m in drawn.route("a", "r").maneuvers if "turn" in m.kind]
    for language, light, word in (("zh", zh, "红绿灯"), ("en", en, "traffic light")):
        said = turn.say(language, distance_m=away_m)
        assert light in said
        assert (word in said) == bool(light)
    assert "rechts auf Cross Road abbiegen" in turn.say("de", distance_m=away_m)


def test_lights_that_stand_somewhere_on_a_road_are_not_counted(tmp_path: Path) -> None:
    """A crossing for walkers may have one, which a driver counts or not."""
    spots = LIGHTS | {"m": (0, -80)}
    ways = {("abcmde" if way == "abcde" else way): tags for way, tags in LIGHT_WAYS.items()}
    drawn = draw(tmp_path, spots, ways, nodes={n: {"highway": "traffic_signals"} for n in "bcmd"})
    (turn,) = [m for m in drawn.route("a", "r").maneuvers if "turn" in m.kind]
    assert "light" not in turn.say("en", distance_m=350)
