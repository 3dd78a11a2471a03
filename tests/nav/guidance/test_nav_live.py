"""Live positions as they really are: one in five seconds, without speed and heading, the first wrong."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from device.position.route_course import course_of
from device.position.simulator import Receiver, simulate
from device.position.source import RecordedSource
from nav.graph import EdgeFlag
from nav.guidance.drive_state import Motion
from nav.guidance.events import GuideSettings
from nav.guidance.fix import Fix
from nav.guidance.guide import Guide
from nav.guidance.matching import Matcher
from nav.guidance.matching_roads import roads_of
from nav.routing.route import Route
from nav.routing.router import Router
from tests.nav.metres import degrees, draw

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


@pytest.mark.parametrize(("first_m", "every_s"), [(150.0, 5), (300.0, 5), (150.0, 1)])
def test_one_first_position_far_off_changes_nothing(draw_map: Any, first_m: float, every_s: int) -> None:
    drawn = draw_map(TOWN, TOWN_WAYS)
    route = drawn.route("A", "P")
    for seed in range(8):
        first, *others = sparse(route, every_s=every_s, noise_m=5.0, seed=seed)
        angle = 2 * math.pi * seed / 8
        lat = first.lat + first_m * math.cos(angle) / 111_195
        lon = first.lon + first_m * math.sin(angle) / 111_195 / math.cos(math.radians(lat))
        guide = Guide(drawn.region, drawn.router(), route, settings=QUIET)
        assert follow(guide, [replace(first, lat=lat, lon=lon), *others]) == ["arrived"]


def test_a_first_position_ahead_is_no_driving_back(tmp_path: Path) -> None:
    """The first one lies 200 m ahead on the route, as if the car had then turned back."""
    spots = {name: (east, 0) for name, east in zip("ABCD", (0, 150, 300, 800), strict=True)}
    spots |= {name: (east, -60) for name, east in zip("EFGH", (0, 150, 300, 800), strict=True)}
    drawn = draw(tmp_path, spots, dict.fromkeys(("ABCD", "EFGH", "AE", "BF", "CG"), STREET))
    route = drawn.route("A", "D")
    matcher = Matcher(roads_of(drawn.region), route_edges=route.edges.tolist())
    for time_s, east_m in ((0, 260), (5, 60)):
        lat, lon = degrees(east_m, 0, drawn.origin)
        states = matcher.step(Fix(lat=lat, lon=lon, time_s=1e9 + time_s))
    on_route = [state.score for state in states if state.candidate.edge in matcher.route_edges]
    assert max(on_route) > -matcher.margin


def test_what_is_driven_without_a_position_counts() -> None:
    motion = Motion()
    fix = Fix(lat=48.7, lon=9.18, time_s=1e9, speed_mps=10.0)
    motion.take(fix)
    for second in range(1, 5):
        motion.wait(1e9 + second)
    motion.take(replace(fix, time_s=1e9 + 5))
    assert motion.driven_m == pytest.approx(50.0)


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


def test_a_tight_hairpin_is_not_taken_for_turning_back(tmp_path: Path) -> None:
    """Its arms are 16 m apart and 40 m from each other along the road."""
    spots = {"a": (0, 600), "b": (0, 0), "c": (8, -12), "d": (16, 0), "e": (16, 500), "f": (300, 700)}
    drawn = draw(tmp_path, spots, {"abcdef": {"highway": "primary", "name": "Pass Road"}})
    for seed in range(6):
        route = drawn.route("a", "f")
        guide = Guide(drawn.region, drawn.routers["car"], route, settings=QUIET)
        receiver = Receiver(noise_m=5.0, lost=0.1)
        events = [e for m in simulate(course_of(route), receiver, seed=seed) for e in guide.update(m.fix)]
        assert [e.kind for e in events if e.kind in ("off_route", "reroute")] == []
        assert guide.arrived


FORK_INTO_A_TUNNEL = {
    "ab": {"highway": "primary", "name": "Avenue", "oneway": "yes"},
    "bc": {"highway": "primary", "name": "Avenue", "oneway": "yes"},
    "cd": {"highway": "primary", "name": "Avenue"},
    "be": {"highway": "primary", "name": "Under", "oneway": "yes"},
    "ef": {"highway": "primary", "name": "Under", "oneway": "yes", "tunnel": "yes"},
    "fd": {"highway": "primary", "name": "Way Back"},
}
BELOW = {"a": (-800, 0), "b": (0, 0), "c": (300, 120), "d": (1500, 300), "e": (60, -15), "f": (1200, -200)}


def test_a_wrong_turn_into_a_tunnel_is_noticed_in_the_tunnel(tmp_path: Path) -> None:
    drawn = draw(tmp_path, BELOW, FORK_INTO_A_TUNNEL)
    planned, driven = drawn.route("a", "cd"), drawn.route("a", "df")
    under = driven.graph.edge_flags[driven.edges]
    assert any(int(flags) & EdgeFlag.TUNNEL for flags in under), "the other way leads through the tunnel"
    guide = Guide(drawn.region, drawn.routers["car"], planned, settings=QUIET)
    receiver = Receiver(noise_m=3.0, lost=0.0)
    noticed, silent_since = None, None
    for moment in simulate(course_of(driven), receiver, seed=1):
        if moment.fix is None and moment.offset_m > 700 and silent_since is None:
            silent_since = moment.time_s
        kinds = [e.kind for e in guide.update(moment.fix, time_s=moment.time_s)]
        if "reroute" in kinds and noticed is None:
            noticed = moment.time_s
    assert noticed is not None
    assert silent_since is not None
    assert noticed - silent_since <= 3.0


def test_a_drive_that_begins_in_a_tunnel_is_guided_in_it(tmp_path: Path) -> None:
    """The first turn lies beyond the mouth; the first position comes a little before it."""
    spots = {"a": (0, 0), "b": (0, 600), "c": (0, 700), "d": (400, 700), "e": (-400, 700)}
    ways = {
        "ab": {"highway": "primary", "tunnel": "yes", "maxspeed": "50"},
        "bc": {"highway": "primary"},
        "ecd": {"highway": "primary", "name": "Cross Street"},
    }
    drawn = draw(tmp_path, spots, ways)
    route = drawn.route("aab", "d")
    guide = Guide(drawn.region, drawn.routers["car"], route, settings=replace(QUIET, language="en"))
    told: list[tuple[float, str]] = []
    for moment in simulate(course_of(route), Receiver(noise_m=3.0), seed=2):
        for event in guide.update(moment.fix, time_s=moment.time_s):
            assert event.kind not in ("off_route", "reroute")
            if event.prompt is not None:
                told.append((moment.offset_m, event.prompt.text))
    assert guide.arrived
    assert told[0][0] < 100
    turn_m = next(m.offset_m for m in route.maneuvers if m.kind not in ("depart", "arrive"))
    assert any(at_m < turn_m and "Cross Street" in text for at_m, text in told)


def test_who_waits_in_a_tunnel_is_told_again_what_is_ahead(tmp_path: Path) -> None:
    """The car was reckoned to drive, but stood: its first position is far behind."""
    spots = {"a": (0, 0), "b": (0, 600), "c": (0, 700), "d": (400, 700), "e": (-400, 700)}
    ways = {
        "ab": {"highway": "primary", "tunnel": "yes", "maxspeed": "50"},
        "bc": {"highway": "primary"},
        "ecd": {"highway": "primary", "name": "Cross Street"},
    }
    drawn = draw(tmp_path, spots, ways)
    route = drawn.route("aab", "d")
    guide = Guide(drawn.region, drawn.routers["car"], route, settings=replace(QUIET, language="en"))
    for second in range(300):
        events = guide.update(None, time_s=1e9 + second)
        assert not guide.arrived
        assert not any(e.kind == "position_lost" for e in events)
    assert guide.status().offset_m <= 700
    fixes = [m.fix for m in simulate(course_of(route), Receiver(noise_m=3.0), seed=2) if m.fix is not None]
    start = fixes[0].time_s
    texts = [
        event.prompt.text
        for fix in fixes
        for event in guide.update(replace(fix, time_s=1e9 + 301 + fix.time_s - start))
        if event.prompt is not None
    ]
    assert any("Cross Street" in text for text in texts)
    assert guide.arrived


FORK = {"A": (0, 0), "B": (0, 300), "C": (0, 700), "D": (200, 660)}


def fork_driven(folder: Path, lost: range) -> list[float]:
    """Drive off to the right at B without error, and return how far behind it the car was off its route."""
    drawn = draw(folder, FORK, {"ABC": STREET, "BD": STREET})
    guide = Guide(drawn.region, Router(drawn.region), drawn.route("A", "C"), settings=QUIET)
    found = []
    for second in range(50):
        behind_m = 10.0 * second - 290.0
        share = max(behind_m, 0.0) / math.hypot(200, 360)
        lat, lon = degrees(200 * share, 300 + min(behind_m, 0.0) + 360 * share, drawn.origin)
        heading_deg = 29.0 if behind_m > 0 else 0.0
        fix = Fix(
            lat=lat, lon=lon, time_s=1e9 + second, speed_mps=10.0, heading_deg=heading_deg, accuracy_m=12.0
        )
        events = guide.update(None if second in lost else fix, time_s=fix.time_s)
        found += [behind_m for event in events if event.kind == "off_route"]
    return found


@pytest.mark.parametrize("lost", [range(34, 35), range(34, 36)])
def test_positions_lost_in_doubt_make_no_wrong_turn_later_noticed(tmp_path: Path, lost: range) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "lost").mkdir()
    (noticed_m,) = fork_driven(tmp_path / "lost", lost)
    assert [noticed_m] <= fork_driven(tmp_path / "all", range(0))
