"""A drive over the border of two packs is guided as on the map that was built as a whole."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from device.position.route_course import course_of
from device.position.simulator import Receiver, simulate
from nav.guidance.events import GuideSettings
from nav.guidance.fix import Fix
from nav.guidance.guide import Guide
from nav.routing.cch.library import library
from nav.routing.route import Route
from nav.routing.router import Router
from tests.nav.routing.cutting import Drawn

pytestmark = pytest.mark.skipif(library() is None, reason="the kernels of the index were not compiled here")

QUIET = GuideSettings(language="en", speeding=False, rest=False)
LADDER = """
A   B   C   D   E   F   G   H

I   J   K   L   M   N   O   P
"""
STREET = {"highway": "residential", "maxspeed": "50"}
WAYS = {
    **{a + b: {**STREET, "name": "Upper Street"} for a, b in itertools.pairwise("ABCDEFGH")},
    **{a + b: {**STREET, "name": "Lower Street"} for a, b in itertools.pairwise("IJKLMNOP")},
    **{a + b: {**STREET, "name": f"Rung {a}"} for a, b in zip("ABCDEFGH", "IJKLMNOP", strict=True)},
}


@pytest.fixture
def ladder(home: Path, tmp_path: Path) -> Drawn:
    return Drawn(tmp_path, LADDER, WAYS, ["ABCDIJKL", "DEFGHLMNOP"])


def fixes(route: Route) -> list[Fix | None]:
    return [moment.fix for moment in simulate(course_of(route), Receiver(noise_m=3.0), seed=4)]


def drive(router: Router, route: Route, positions: Sequence[Fix | None]) -> list[tuple[str, str, str]]:
    """Return what happens on a drive: kinds of events, what is said, and the street that is driven."""
    guide = Guide(router.region_of(route), router, route, settings=QUIET)
    told = []
    for fix in positions:
        for event in guide.update(fix):
            said = event.prompt.text if event.prompt else ""
            street = "".join(event.progress.names.values()) if event.progress else ""
            told.append((event.kind, said, street))
    assert guide.arrived
    return told


def test_prompts_and_streets_are_those_of_the_whole(ladder: Drawn) -> None:
    stops = [ladder.point("AI"), ladder.point("HP")]
    whole, over = ladder.whole.route(stops), ladder.router.route(stops)
    positions = fixes(whole)
    told = drive(ladder.router, over, positions)
    assert told == drive(ladder.whole, whole, positions)
    assert [kind for kind, _, _ in told if kind != "progress"][-1] == "arrived"


@pytest.mark.parametrize("left_at", ["B", "E", "F"])
def test_who_turns_off_is_led_on_over_the_border_or_behind_it(ladder: Drawn, left_at: str) -> None:
    stops = [ladder.point("AI"), ladder.point("HP")]
    whole, over = ladder.whole.route(stops), ladder.router.route(stops)
    corner = left_at + chr(ord(left_at) + 8)
    wrong = ladder.whole.route([stops[0], ladder.point(left_at), ladder.point(corner), stops[1]])
    if wrong.edges.tolist() == whole.edges.tolist():
        wrong = ladder.whole.route([stops[0], ladder.point("IJ"), stops[1]])
    positions = fixes(wrong)
    told = drive(ladder.router, over, positions)
    assert told == drive(ladder.whole, whole, positions)


def test_a_closure_behind_the_border_is_gone_round(ladder: Drawn, tmp_path: Path) -> None:
    stops = [ladder.point("AB"), ladder.point("GH")]
    routes = [(router, router.route(stops)) for router in (ladder.whole, ladder.router)]
    live = tmp_path / "live.json"
    live.write_text(json.dumps({"changes": [{"way": 1004, "closed": True}]}), encoding="utf-8")
    positions = [fix for fix in fixes(routes[0][1]) if fix is not None][:12]
    told = []
    for router, route in routes:
        guide = Guide(router.region_of(route), router, route, settings=QUIET)
        for fix in positions:
            guide.update(fix)
        assert guide.roads_changed() == []
        router.apply_live(live)
        events = guide.roads_changed()
        told.append([(event.kind, event.prompt.text if event.prompt else "") for event in events])
        assert guide.roads_changed() == []
    assert told[0] == told[1]
    assert [kind for kind, _ in told[0]] == ["reroute"]
