"""Where one walks and rides a bicycle: by the tags of a way, and past what stands on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.nav.osm.ways_round import AROUND, DIRECT, MAP, ROAD

PATH = {"highway": "footway"}


@pytest.mark.parametrize(
    ("tags", "there", "back"),
    [
        ({"highway": "steps", "conveying": "forward"}, True, False),
        ({"highway": "steps", "conveying": "backward"}, False, True),
        ({"highway": "steps", "conveying": "reversible"}, True, True),
        (PATH | {"oneway": "yes"}, True, True),
        (PATH | {"oneway:foot": "-1"}, False, True),
        (PATH | {"oneway:foot": "no", "oneway": "-1"}, True, True),
        (PATH | {"foot:backward": "no"}, True, False),
        (PATH | {"foot": "no"}, False, False),
        (PATH | {"access": "no"}, False, False),
        (PATH | {"access": "no", "foot": "permissive"}, True, True),
        (PATH | {"indoor": "yes"}, True, True),
        ({"highway": "cycleway"}, False, False),
        ({"highway": "cycleway", "foot": "yes"}, True, True),
        ({"highway": "busway"}, False, False),
        ({"highway": "busway", "foot": "yes"}, True, True),
        ({"highway": "trunk", "foot": "no"}, False, False),
        ({"highway": "primary", "motorroad": "yes"}, False, False),
        ({"highway": "motorway_link"}, False, False),
        ({"highway": "track", "motor_vehicle": "no"}, True, True),
        ({"highway": "track", "access": "agricultural"}, False, False),
        ({"highway": "via_ferrata"}, False, False),
        ({"highway": "construction", "construction": "footway"}, False, False),
    ],
)
def test_who_walks_which_way(draw_map: Callable, tags: dict[str, str], there: bool, back: bool) -> None:
    drawn = draw_map(MAP, {"SA": ROAD, "ABC": tags, "CT": ROAD, "ADEFC": ROAD})
    assert (drawn.way("S", "T", profile="foot") == DIRECT) is there
    assert (drawn.way("T", "S", profile="foot") == DIRECT[::-1]) is back


def passed(draw_map: Callable, road: dict[str, str], node: dict[str, str], profile: str) -> bool:
    drawn = draw_map(MAP, {"SA": ROAD, "ABC": road, "CT": ROAD, "ADEFC": ROAD}, nodes={"B": node})
    way = drawn.way("S", "T", profile=profile)
    assert way in (DIRECT, AROUND)
    return bool(way == DIRECT)


@pytest.mark.parametrize(
    ("node", "passes"),
    [
        ({"barrier": "gate"}, True),
        ({"barrier": "gate", "locked": "yes"}, False),
        ({"barrier": "gate", "access": "no"}, False),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, True),
        ({"barrier": "gate", "foot": "no"}, False),
        ({"barrier": "swing_gate", "locked": "yes", "foot": "yes"}, True),
        ({"barrier": "gate", "vehicle": "no"}, True),
        ({"barrier": "bollard"}, True),
        ({"barrier": "stile"}, True),
        ({"barrier": "wall"}, False),
        ({"barrier": "fence"}, False),
        ({"barrier": "hedge", "foot": "yes"}, True),
        ({"access": "no"}, False),
        ({"foot": "no"}, False),
        ({"highway": "crossing", "foot": "no"}, True),
    ],
)
def test_what_holds_up_walkers(draw_map: Callable, node: dict[str, str], passes: bool) -> None:
    assert passed(draw_map, PATH, node, "foot") is passes
    assert passed(draw_map, ROAD, node, "foot") is passes


@pytest.mark.parametrize(
    ("node", "passes"),
    [
        ({"barrier": "gate", "bicycle": "no"}, False),
        ({"barrier": "gate", "access": "no"}, False),
        ({"barrier": "gate", "access": "no", "bicycle": "yes"}, True),
        ({"barrier": "stile"}, False),
        ({"barrier": "turnstile"}, False),
        ({"barrier": "kissing_gate", "bicycle": "yes"}, True),
        ({"barrier": "cycle_barrier", "bicycle": "dismount"}, True),
        ({"barrier": "bollard"}, True),
        ({"barrier": "bollard", "motor_vehicle": "no"}, True),
        ({"highway": "crossing", "bicycle": "no"}, True),
    ],
)
def test_what_holds_up_bicycles(draw_map: Callable, node: dict[str, str], passes: bool) -> None:
    assert passed(draw_map, ROAD, node, "bike") is passes
