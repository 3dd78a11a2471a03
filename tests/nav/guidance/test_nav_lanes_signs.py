"""Lanes and signs: what leads on, what serves the next turn too, and every key of a destination."""

from __future__ import annotations

from pathlib import Path

import pytest

from nav.guidance.maneuvers.lanes import lanes_for
from nav.guidance.maneuvers.types import Maneuver, Modifier
from nav.guidance.wording.osrm_names import osrm_step
from nav.osm.signs import read_signs
from tests.nav.metres import MetreMap, draw


def drawn_lanes(tag: str, modifier: Modifier) -> str:
    """Write lanes as `x` for those that serve a manoeuvre and `.` for the others."""
    return "".join("x" if lane.valid else "." for lane in lanes_for(tag, modifier))


@pytest.mark.parametrize(
    ("tag", "modifier", "lanes"),
    [
        ("none|none|slight_right|slight_right", "slight_left", "xx.."),
        ("none|none|slight_right|slight_right", "slight_right", "..xx"),
        ("through|through|slight_right|slight_right", "slight_left", "xx.."),
        ("slight_left|slight_left|slight_right|slight_right", "slight_left", "xx.."),
        ("||right", "straight", "xx."),
        ("left||", "straight", ".xx"),
        ("left|through|", "straight", ".xx"),
        ("none|merge_to_left", "straight", "xx"),
        ("none|none|merge_to_left;slight_right|merge_to_left;slight_right", "slight_right", "..xx"),
        ("none|none|merge_to_left;slight_right|merge_to_left;slight_right", "slight_left", "xxxx"),
        ("left|through|closed", "straight", ".x."),
        ("left|right|", "right", ".x."),
        ("left|none", "right", ""),
    ],
)
def test_lanes_without_an_arrow_lead_on(tag: str, modifier: Modifier, lanes: str) -> None:
    assert drawn_lanes(tag, modifier) == lanes


@pytest.mark.parametrize(
    ("tags", "lanes"),
    [
        ({"turn:lanes": "left|through|"}, "left|through|"),
        ({"turn:lanes": "left|through|", "vehicle:lanes": "yes|yes|no"}, "left|through|closed"),
        ({"turn:lanes": "left|through|", "bus:lanes": "||designated"}, "left|through|closed"),
        ({"turn:lanes:forward": "left|", "psv:lanes:forward": "no|designated"}, "left|closed"),
        ({"turn:lanes": "left|through", "vehicle:lanes": "yes|yes|no"}, "left|through"),
        ({"turn:lanes": "left|through", "bus:lanes": "|yes"}, "left|through"),
    ],
)
def test_lanes_that_cars_may_not_use(tags: dict[str, str], lanes: str) -> None:
    assert read_signs(tags).turn_lanes[0] == lanes


RIGHT_THEN = {
    "a": (-300, 0),
    "x": (0, 0),
    "y": (0, -40),
    "z": (-300, -40),
    "w": (300, -40),
    "n": (0, 300),
    "s": (0, -300),
    "e": (300, 0),
}


def two_turns(folder: Path, lanes: str, second: str = "") -> MetreMap:
    main = {"highway": "primary", "oneway": "yes"}
    street = {"highway": "residential"}
    return draw(
        folder,
        RIGHT_THEN,
        {
            "ax": {**main, "turn:lanes": lanes, "lanes": str(lanes.count("|") + 1)},
            "xy": {**main, "turn:lanes": second},
            "xn": street, "xe": street, "ys": street,
            "yz": {**main, "name": "West"}, "yw": {**main, "name": "East"},
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lanes", "second", "end", "said"),
    [
        ("left|right|right", "", "z", "Use the right lane and turn right, then turn right"),
        ("left|right|right", "", "w", "Use the middle lane and turn right, then turn left"),
        ("right|right", "", "w", "Use the left lane and turn right, then turn left"),
        ("right|right", "left|left", "w", "Turn right, then turn left"),
        ("left|right|right", "", "s", "Use the right two lanes and turn right"),
    ],
)
def test_the_lane_that_serves_the_next_turn_too(
    tmp_path: Path, lanes: str, second: str, end: str, said: str
) -> None:
    assert two_turns(tmp_path, lanes, second).said("a", end)[0] == said


EXIT = {"a": (-800, 0), "x": (0, 0), "b": (800, 0), "r": (150, -25), "s": (300, -90), "t": (300, -400)}


def an_exit(
    folder: Path, ramp: dict[str, str], node: dict[str, str] | None = None, road: str = "Land Road"
) -> str:
    motorway = {"highway": "motorway", "oneway": "yes", "ref": "A 3"}
    drawn = draw(
        folder,
        EXIT,
        {
            "axb": motorway,
            "xrs": {"highway": "motorway_link", "oneway": "yes", **ramp},
            "st": {"highway": "tertiary", "name": road},
        },
        nodes={"x": {"highway": "motorway_junction", "ref": "8C", **(node or {})}},
    )
    return drawn.said("a", "t")[0].removeprefix("Take exit eight C on the right")


@pytest.mark.parametrize(
    ("ramp", "said"),
    [
        ({"destination:street": "Encinitas Boulevard"}, " towards Encinitas Boulevard"),
        ({"destination": "Encinitas", "destination:street": "El Camino"}, " towards El Camino and Encinitas"),
        ({"destination:ref:to": "A 7", "destination:to": "Ulm"}, " towards Ulm"),
        ({"destination:ref:to": "A 7"}, " towards A seven"),
        ({"destination:lanes": "Ulm;Kempten|Kempten"}, " towards Ulm and Kempten"),
        ({"destination:forward": "Ulm"}, " towards Ulm"),
        ({"destination:backward": "Ulm"}, " onto Land Road"),
        ({"destination:ref": "I 895", "destination:direction": "South"}, " towards I eight nine five South"),
        ({"destination:ref": "I 895 South"}, " towards I eight nine five South"),
        ({}, " onto Land Road"),
    ],
)
def test_every_key_of_a_sign_is_read(tmp_path: Path, ramp: dict[str, str], said: str) -> None:
    assert an_exit(tmp_path, ramp) == said


def test_what_stands_at_the_exit_goes_for_a_ramp_without_a_sign(tmp_path: Path) -> None:
    assert an_exit(tmp_path, {}, {"exit_to": "Harbour;Airport"}) == " towards Harbour and Airport"


def test_a_sign_that_names_the_road_at_the_end_of_the_ramp_is_said_once(tmp_path: Path) -> None:
    said = an_exit(tmp_path, {"destination:street": "Encinitas Boulevard"}, road="Encinitas Boulevard")
    assert said == " towards Encinitas Boulevard"


def test_each_branch_of_a_fork_has_the_sign_over_its_lanes(tmp_path: Path) -> None:
    motorway = {"highway": "motorway", "oneway": "yes", "ref": "A 2"}
    drawn = draw(
        tmp_path,
        {"a": (-800, 0), "x": (0, 0), "l": (800, 100), "r": (800, -100)},
        {
            "ax": {
                **motorway,
                "turn:lanes": "slight_left|slight_left|slight_right",
                "destination:lanes": "North Town|North Town|South Town",
            },
            "xl": motorway,
            "xr": {**motorway, "ref": "A 1"},
        },
    )
    assert drawn.said("a", "l") == [
        "Use the left two lanes and keep left at the fork, onto A two towards North Town"
    ]
    assert drawn.said("a", "r") == [
        "Use the right lane and keep right at the fork, onto A one towards South Town"
    ]


@pytest.mark.parametrize(
    ("places", "refs", "written"),
    [
        (("Berlin", "Hamburg"), ("A 1", "A 7"), "A 1, A 7: Berlin, Hamburg"),
        (("Berlin",), (), "Berlin"),
        ((), ("A 1",), "A 1"),
        ((), (), None),
    ],
)
def test_signs_as_osrm_writes_them(
    places: tuple[str, ...], refs: tuple[str, ...], written: str | None
) -> None:
    what = Maneuver(
        kind="off_ramp", modifier="slight_right", lat=0, lon=0, offset_m=0, length_m=1, duration_s=1,
        destination=places, destination_refs=refs,
    )  # fmt: skip
    assert osrm_step(what, "").get("destinations") == written


@pytest.mark.parametrize(
    ("painted", "to_the_left", "to_the_right"),
    [
        ("left|left|through", [0], [1]),
        ("left;through|through|", [0], [0]),
        ("none|left|through", [1], [1]),
        ("left||right", [0], [0]),
        ("reverse;left|left|through", [0], [1]),
        ("slight_left|left|through", [1], [1]),
        ("left|left;through|through", [0], [1]),
    ],
)
def test_the_lane_for_two_turns_however_it_is_painted(
    tmp_path: Path, painted: str, to_the_left: list[int], to_the_right: list[int]
) -> None:
    one_way = {"highway": "primary", "oneway": "yes"}
    drawn = draw(
        tmp_path,
        {"a": (-400, 0), "b": (0, 0), "c": (0, 60), "d": (-200, 60), "e": (200, 60), "f": (300, 0)},
        {
            "ab": one_way | {"turn:lanes": painted, "lanes": "3"},
            "bc": one_way | {"turn:lanes": "left|right", "lanes": "2"},
            "cd": {"highway": "primary", "name": "West"},
            "ce": {"highway": "primary", "name": "East"},
            "bf": one_way,
        },
    )
    for end, lanes in (("d", to_the_left), ("e", to_the_right)):
        first = drawn.turns("a", end)[0]
        assert [k for k, lane in enumerate(first.lanes) if lane.valid] == lanes
