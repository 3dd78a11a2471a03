"""Junctions at which a driver could err, and those at which there is nothing to say, drawn in metres."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.nav.metres import draw, grid


def road(highway: str, name: str = "", *, oneway: bool = False, **more: str) -> dict[str, str]:
    return {"highway": highway, "name": name, "oneway": "yes" if oneway else "", **more}


RAMP = road("motorway_link", oneway=True)


def at(**spots: tuple[float, float]) -> dict[str, tuple[float, float]]:
    return dict(spots)


@pytest.mark.parametrize(
    ("corner", "other", "size"),
    [
        pytest.param("d", "c", 40, id="a T"),
        pytest.param("c", "d", 40, id="a T the other way"),
    ],
)
def test_at_a_t_junction_the_street_that_keeps_its_name_is_told(
    tmp_path: Path, corner: str, other: str, size: float
) -> None:
    drawn = draw(
        tmp_path,
        grid("      c\n\na     b\n\n      d", size),
        {f"ab{corner}": road("residential", "Main St"), f"b{other}": road("residential", "Other St")},
    )
    kept, left = drawn.turns("a", corner), drawn.turns("a", other)
    side = "right" if corner == "d" else "left"
    assert [m.say("en") for m in kept] == [f"Turn {side} to stay on Main St"]
    assert [m.kind for m in left] == ["end_of_road"]


@pytest.mark.parametrize(
    ("bend", "side", "told"),
    [
        pytest.param((90, -60), (25, 100), False, id="34 right against 76 left is a bend"),
        pytest.param((45, -90), (25, 100), True, id="63 right against 76 left"),
        pytest.param((10, -90), (-12, 100), True, id="84 right against 97 left"),
        pytest.param((100, -80), (-80, 60), False, id="a bend, and a sharp side street"),
        pytest.param((100, 20), (10, 100), False, id="hardly a bend"),
    ],
)
def test_a_street_that_bends_beside_another(
    tmp_path: Path, bend: tuple[float, float], side: tuple[float, float], told: bool
) -> None:
    drawn = draw(
        tmp_path,
        {"a": (-200, 0), "b": (0, 0), "c": bend, "d": side},
        {"abc": road("residential", "Bending"), "bd": road("residential", "Side")},
    )
    assert bool(drawn.kinds("a", "c")) == told
    assert len(drawn.kinds("a", "d")) == 1


def test_a_slip_road_that_bends_back_is_told_with_its_street(tmp_path: Path) -> None:
    """It leaves to the right and comes out nearly in the old direction, on another street."""
    for size in (20, 12):
        folder = tmp_path / str(size)
        folder.mkdir()
        drawn = draw(
            folder,
            grid("a        b           c\n             d\n               e     f        g\nh", size),
            {
                "abc": road("primary", "Main", oneway=True),
                "bde": road("primary_link", oneway=True),
                "hefg": road("primary", "Side", oneway=True),
            },
        )
        assert drawn.said("a", "g") == ["Keep right at the fork, onto Side"]
        assert drawn.said("a", "c") == []


@pytest.mark.parametrize(
    "drawing",
    [
        "                   c\na     b\n\n                   d",
        "a     b            c\n\n\n                   d",
    ],
)
def test_between_two_ramps_both_branches_are_told(tmp_path: Path, drawing: str) -> None:
    drawn = draw(tmp_path, grid(drawing, 40), {"ab": RAMP, "bc": RAMP, "bd": RAMP})
    assert drawn.kinds("a", "c") == ["fork slight_left"]
    assert drawn.kinds("a", "d") == ["fork slight_right"]


def test_at_a_fork_of_ramps_the_road_that_follows_is_said(tmp_path: Path) -> None:
    drawn = draw(
        tmp_path,
        at(a=(-200, 0), b=(0, 0), c=(300, 60), C=(600, 70), d=(300, -60), D=(600, -70)),
        {
            "ab": RAMP,
            "bc": RAMP,
            "bd": RAMP,
            "cC": road("primary", "North Road"),
            "dD": road("trunk", "South Road", ref="A 9"),
        },
    )
    assert drawn.said("a", "C")[0] == "Keep left at the fork, onto North Road"
    assert drawn.said("a", "D")[0] == "Keep right at the fork, onto A nine, South Road"


SLIP = "            e\n\na     b     c   g\n\n            d\n\n            f"


@pytest.mark.parametrize(
    ("slip", "size"),
    [
        (road("primary", "In", oneway=True), 10),
        (road("primary_link", oneway=True), 10),
        (road("primary_link", oneway=True), 20),
        (road("primary_link", "In", oneway=True), 20),
    ],
)
def test_a_right_turn_by_a_slip_road_is_one_turn(tmp_path: Path, slip: dict[str, str], size: float) -> None:
    drawn = draw(
        tmp_path,
        grid(SLIP, size),
        {
            "abc": road("primary", "In", oneway=True),
            "bd": slip,
            "ec": road("primary", "Cross"),
            "cdf": road("primary", "Cross"),
            "cg": road("primary", "On"),
        },
    )
    (turn,) = drawn.turns("a", "f")
    assert turn.say("en").startswith("Turn right onto Cross")
    assert drawn.said("a", "g") == []
    assert len(drawn.turns("a", "e")) == 1


CARRIAGEWAYS = "   n m\n\n\n   g h\nc - b - a\nd - e - f\n   j i\n\n\n   k l"


@pytest.mark.parametrize(
    ("way", "kinds"),
    [
        ("gh", ["uturn uturn"]),
        ("ij", ["uturn uturn"]),
        ("gj", []),
        ("ac", []),
        ("nk", []),
        ("gc", ["turn sharp_right"]),
    ],
)
def test_turning_back_where_carriageways_meet_at_one_node(tmp_path: Path, way: str, kinds: list[str]) -> None:
    first, second = road("primary", "First", oneway=True), road("primary", "Second", oneway=True)
    drawn = draw(
        tmp_path,
        grid(CARRIAGEWAYS, 10),
        {
            "ab": first,
            "bc": first,
            "de": first,
            "ef": first,
            "be": road("primary", "First"),
            "ngbhm": second,
            "liejk": second,
        },
    )
    found = drawn.kinds(*way)
    assert [k.replace("sharp_", "") for k in found] == [k.replace("sharp_", "") for k in kinds]


@pytest.mark.parametrize(
    ("step_m", "name", "said"),
    [(3, "Oak St", []), (4, "Oak St", []), (4, "Elm St", ["Continue onto Elm St"])],
)
def test_a_staggered_crossing_is_crossed(tmp_path: Path, step_m: float, name: str, said: list[str]) -> None:
    drawn = draw(
        tmp_path,
        at(a=(-200, 0), c=(0, 0), j=(0, 150), e=(0, -step_m), g=(400, -step_m), i=(0, -150)),
        {
            "ac": road("residential", "Oak St"),
            "eg": road("residential", name),
            "jcei": road("residential", "Cedar Dr"),
        },
    )
    assert drawn.said("a", "g") == said
    assert drawn.kinds("a", "i") == ["end_of_road right"]
    assert drawn.kinds("a", "j") == ["end_of_road left"]


def test_a_crossing_staggered_by_a_house_is_two_turns(tmp_path: Path) -> None:
    drawn = draw(
        tmp_path,
        at(a=(-200, 0), c=(0, 0), j=(0, 150), e=(0, -25), g=(400, -25), i=(0, -150)),
        {
            "ac": road("residential", "Oak St"),
            "eg": road("residential", "Oak St"),
            "jcei": road("residential", "Cedar Dr"),
        },
    )
    assert drawn.kinds("a", "g") == ["end_of_road right", "turn left"]


def test_the_tip_of_a_road_is_not_taken_for_its_direction(tmp_path: Path) -> None:
    """One arm of the T begins 4 m before the end, where the road only seems to go straight on."""
    drawn = draw(
        tmp_path,
        at(a=(-200, 0), b=(-4, 0), c=(0, 0), d=(0, 150), e=(-4, -150)),
        {"abc": road("tertiary", "Road"), "cd": road("tertiary", "Left"), "be": road("tertiary", "Right")},
    )
    assert drawn.said("a", "d") == ["At the end of the road turn left onto Left"]
    assert drawn.said("a", "e") == ["Turn right onto Right"]


@pytest.mark.parametrize(
    ("side", "told"),
    [
        pytest.param(road("residential", "Side"), False, id="a side street at a right angle"),
        pytest.param(road("tertiary", "Side"), False, id="a road at a right angle"),
    ],
)
def test_a_street_that_only_changes_its_name_is_silent(tmp_path: Path, side: Any, told: bool) -> None:
    drawn = draw(
        tmp_path,
        at(a=(-300, 0), b=(0, 0), c=(600, 0), d=(0, 200)),
        {"ab": road("tertiary", "First"), "bc": road("tertiary", "Second"), "bd": side},
    )
    assert bool(drawn.kinds("a", "c")) == told


def test_a_very_sharp_turn_into_another_street_is_no_u_turn(tmp_path: Path) -> None:
    spots = {"a": (-200, 0), "b": (0, 0), "c": (-200, -40), "d": (-120, -80)}
    ways = {
        "ab": road("primary", "North"),
        "bc": road("primary", "Middle"),
        "bd": road("primary", "South"),
    }
    drawn = draw(tmp_path, spots, ways)
    assert [m.say("en") for m in drawn.turns("a", "c")] == ["Turn sharp right onto Middle"]
    assert drawn.kinds("d", "c") == ["turn sharp_left"]


@pytest.mark.parametrize(
    ("left", "right", "is_fork"),
    [
        pytest.param(
            (150, -50), (150, -100), ["fork slight_left", "fork slight_right"], id="both bend right"
        ),
        pytest.param((150, 100), (150, 50), ["fork slight_left", "fork slight_right"], id="both bend left"),
        pytest.param((150, 5), (150, 100), [], id="one goes straight on"),
    ],
)
def test_a_fork_without_a_straight_branch(
    tmp_path: Path, left: tuple[float, float], right: tuple[float, float], is_fork: bool
) -> None:
    spots = {"a": (-200, 0), "b": (0, 0), "c": left, "d": right}
    ways = {"ab": road("primary"), "bc": road("primary"), "bd": road("primary")}
    drawn = draw(tmp_path, spots, ways)
    expected = [["fork slight_left"], ["fork slight_right"]] if is_fork else [[], ["turn slight_left"]]
    assert [drawn.kinds("a", end) for end in "cd"] == expected


@pytest.mark.parametrize("bend", [30, 60])
def test_a_motorway_that_bends_where_a_ramp_leaves_is_followed_in_silence(tmp_path: Path, bend: int) -> None:
    spots = {"a": (-600, 0), "b": (0, 0), "c": (100, bend), "d": (400, 4 * bend), "r": (300, 0)}
    ways = {"abcd": road("motorway", "A1", oneway=True), "br": road("motorway_link", oneway=True)}
    drawn = draw(tmp_path, spots, ways)
    assert drawn.kinds("a", "d", headings_deg=(90, None)) == []
