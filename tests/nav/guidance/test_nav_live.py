"""Live positions as they really are: one in five seconds, without speed and heading, the first wrong."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from device.position.route_course import course_of
from device.position.simulator import Receiver, simulate
from device.position.source import RecordedSource
from nav.guidance.events import GuideSettings
from nav.guidance.fix import Fix
from nav.guidance.guide import Guide
from nav.routing.route import Route

QUIET = GuideSettings(language="en", speeding=False, rest=False)
STREET = {"highway": "residential"}
TOWN = """
A     B     C     D

E     F     G     H

I     J     K     L

M     N     O     P
"""
TOWN_WAYS = {
    way: {**STREET, "name": name}
    for way, name in {
        "ABCD": "First", "EFGH": "Second", "IJKL": "Third", "MNOP": "Fourth",
        "AEIM": "West", "BFJN": "Mid", "CGKO": "Inner", "DHLP": "East",
    }.items()
}  # fmt: skip


def sparse(
    route: Route, *, every_s: int = 5, noise_m: float = 8.0, first_m: float = 0.0, seed: int = 0
) -> list[Fix]:
    """Drive a route and keep one bare position in some seconds; the error of the first ones fades."""
    angle = random.Random(seed).random() * 2 * math.pi
    fixes: list[Fix] = []
    for second, moment in enumerate(
        simulate(course_of(route), Receiver(noise_m=noise_m, memory=0.2), seed=seed)
    ):
        if second % every_s or moment.fix is None:
            continue
        error_m = first_m * 0.6 ** len(fixes) if len(fixes) < 4 else 0.0
        north = error_m * math.cos(angle) / 111_195
        east = error_m * math.sin(angle) / 111_195 / math.cos(math.radians(moment.fix.lat))
        fixes.append(
            replace(
                moment.fix,
                lat=moment.fix.lat + north,
                lon=moment.fix.lon + east,
                speed_mps=None,
                heading_deg=None,
                accuracy_m=None,
            )
        )
    return fixes


def follow(guide: Guide, fixes: Iterable[Fix]) -> list[str]:
    """Feed positions as a recorded track does, and return what happened."""
    kinds = []
    for fix in RecordedSource(iter(fixes)).fixes():
        kinds += [e.kind for e in guide.update(fix) if e.kind not in ("progress", "prompt")]
    return kinds


@pytest.mark.parametrize("noise_m", [5.0, 10.0, 14.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_plain_drive_with_few_bare_positions_is_never_off_its_route(
    draw_map: Any, noise_m: float, seed: int
) -> None:
    drawn = draw_map(TOWN, TOWN_WAYS)
    route = drawn.route("A", "BC", "P")
    guide = Guide(drawn.region, drawn.router(), route, settings=QUIET)
    kinds = follow(guide, sparse(route, noise_m=noise_m, seed=seed))
    assert "off_route" not in kinds
    assert "reroute" not in kinds
    assert kinds[-1:] == ["arrived"]


@pytest.mark.parametrize("first_m", [30.0, 60.0, 85.0])
def test_first_positions_that_are_wrong_are_not_leaving_the_route(draw_map: Any, first_m: float) -> None:
    drawn = draw_map(TOWN, TOWN_WAYS)
    route = drawn.route("A", "P")
    for seed in range(4):
        guide = Guide(drawn.region, drawn.router(), route, settings=QUIET)
        assert "off_route" not in follow(guide, sparse(route, noise_m=5.0, first_m=first_m, seed=seed))


@pytest.mark.parametrize("seed", range(4))
def test_a_wrong_turn_is_noticed_all_the_same(draw_map: Any, seed: int) -> None:
    """Meant to go straight on to D; the car turns off at B and drives on for three blocks."""
    drawn = draw_map(TOWN, TOWN_WAYS)
    guide = Guide(drawn.region, drawn.router(), drawn.route("A", "D"), settings=QUIET)
    wrong = drawn.route("A", "BF", "N")
    kinds = follow(guide, sparse(wrong, noise_m=6.0, seed=seed))
    assert kinds[:2] == ["off_route", "reroute"]


def test_a_street_beside_the_route_is_noticed(draw_map: Any) -> None:
    """The next street lies 220 m away: after some hundred metres there is no doubt left."""
    drawn = draw_map(TOWN, TOWN_WAYS)
    guide = Guide(drawn.region, drawn.router(), drawn.route("A", "D"), settings=QUIET)
    beside = drawn.route("A", "AE", "FG", "H")
    assert "reroute" in follow(guide, sparse(beside, noise_m=6.0))


def test_a_car_that_was_never_on_its_route_gets_another_without_having_left_it(draw_map: Any) -> None:
    """Planned from a wrong first position on Fourth Street, while the car drives on First Street."""
    drawn = draw_map(TOWN, TOWN_WAYS)
    guide = Guide(drawn.region, drawn.router(), drawn.route("M", "H"), settings=QUIET)
    kinds = follow(guide, sparse(drawn.route("A", "D"), noise_m=4.0))
    assert "off_route" not in kinds[: kinds.index("reroute")]
