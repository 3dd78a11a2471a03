"""Guided drives: followed, left, found again; tunnels, stops, notices; and whole drives as transcripts."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from device.cli.drive_view import transcript_line
from device.position.route_course import course_of
from device.position.simulator import Receiver, simulate
from nav.guidance.events import GuidanceEvent
from nav.guidance.fix import Fix
from nav.guidance.guide import Guide, GuideSettings
from nav.region import Region
from nav.routing.route import Route
from nav.routing.router import Router

GOLDEN = Path(__file__).parents[2] / "golden"
STREET = {"highway": "residential"}
MAIN = {"highway": "primary", "maxspeed": "50"}
QUIET = GuideSettings(speeding=False, rest=False)

GRID = """
A       B       C

D       E       F

G       H       I
"""
GRID_WAYS = {
    "ABC": {**STREET, "name": "North Street"},
    "DEF": {**STREET, "name": "Middle Street"},
    "GHI": {**STREET, "name": "South Street"},
    "ADG": {**STREET, "name": "West Street"},
    "BEH": {**STREET, "name": "Central Street"},
    "CFI": {**STREET, "name": "East Street"},
}


def guided(drawn: Any, *stops: str, settings: GuideSettings = QUIET) -> Guide:
    return Guide(drawn.region, drawn.router(), drawn.route(*stops), settings=settings)


def run(guide: Guide, fixes: Iterable[Fix | None]) -> list[GuidanceEvent]:
    return [event for fix in fixes for event in guide.update(fix)]


def fixes_along(route: Route, *, noise_m: float = 0.0, lost: float = 0.0, seed: int = 0) -> list[Fix | None]:
    receiver = Receiver(noise_m=noise_m, lost=lost, heading_noise_deg=1.0)
    return [moment.fix for moment in simulate(course_of(route), receiver, seed=seed)]


def kinds(events: list[GuidanceEvent]) -> list[str]:
    return [event.kind for event in events if event.kind not in ("progress", "prompt")]


def texts(events: list[GuidanceEvent]) -> list[str]:
    return [event.prompt.text for event in events if event.prompt is not None]


def test_a_plain_drive_is_followed_to_its_end(draw_map: Any) -> None:
    drawn = draw_map(GRID, GRID_WAYS)
    guide = guided(drawn, "A", "I")
    events = run(guide, fixes_along(guide.route, noise_m=4.0))
    assert kinds(events) == ["arrived"]
    assert guide.arrived
    assert texts(events)[-1] == "您已到达目的地"
    left = [event.progress.remaining_m for event in events if event.progress is not None]
    assert left[0] > 400
    assert left[-1] < 45


def test_a_wrong_turn_is_noticed_and_answered_with_a_new_route(draw_map: Any) -> None:
    """Meant to go A-B-C-F-I; the car turns off at B towards E."""
    drawn = draw_map(GRID, GRID_WAYS)
    router = drawn.router()
    guide = guided(drawn, "A", "BCC", "I")
    wrong = router.route([drawn.point("A"), drawn.point("BBE"), drawn.point("EEH")])
    events = run(guide, fixes_along(wrong, noise_m=3.0))
    assert kinds(events)[:2] == ["off_route", "reroute"]
    said = next(e.prompt for e in events if e.kind == "reroute")
    assert said is not None
    assert said.text.startswith("路线已更新") or said.stage in ("now", "approach")


def test_the_new_route_begins_the_way_the_car_goes(draw_map: Any) -> None:
    drawn = draw_map(GRID, GRID_WAYS)
    guide = guided(drawn, "A", "F")
    wrong = drawn.router().route([drawn.point("A"), drawn.point("GGGH")])
    first = next((e.route for e in run(guide, fixes_along(wrong)) if e.route is not None), None)
    assert first is not None
    assert not any(m.kind == "uturn" and m.offset_m < 100 for m in first.maneuvers)


def test_where_only_turning_round_helps_it_is_said(draw_map: Any) -> None:
    """The car turns into a dead end instead of going on to B."""
    drawn = draw_map("A       X       B\n\n\n\n        E", {"AXB": STREET, "XE": STREET})
    guide = guided(drawn, "A", "B")
    wrong = drawn.router().route([drawn.point("A"), drawn.point("XEE")])
    events = run(guide, fixes_along(wrong, noise_m=2.0))
    route = next(e.route for e in events if e.route is not None)
    told = next(e.prompt for e in events if e.kind == "reroute")
    assert told is not None
    turned = any(m.kind == "uturn" for m in route.maneuvers)
    assert turned or "掉头" in told.text


def test_without_rerouting_it_only_says_so(draw_map: Any) -> None:
    drawn = draw_map(GRID, GRID_WAYS)
    guide = guided(drawn, "A", "C", settings=replace(QUIET, reroute=False))
    wrong = drawn.router().route([drawn.point("A"), drawn.point("G")])
    assert kinds(run(guide, fixes_along(wrong))) == ["off_route"]


def test_stops_are_reached_and_kept_when_rerouting(draw_map: Any) -> None:
    drawn = draw_map(GRID, GRID_WAYS)
    guide = guided(drawn, "A", "BBC", "H")
    events = run(guide, fixes_along(guide.route))
    assert kinds(events) == ["via_reached", "arrived"]


def test_in_a_tunnel_the_drive_goes_on_by_reckoning(draw_map: Any) -> None:
    drawn = draw_map(
        "A       B               C       D\n\n                                E",
        {"AB": MAIN, "BC": {**MAIN, "tunnel": "yes"}, "CD": MAIN, "CE": {**STREET, "name": "Exit Street"}},
    )
    guide = guided(drawn, "A", "E")
    events = run(guide, fixes_along(guide.route))
    estimated = [e.progress for e in events if e.progress is not None and e.progress.estimated]
    assert len(estimated) > 10
    assert estimated[-1].offset_m - estimated[0].offset_m > 200
    assert any("Exit Street" in text for text in texts(events))
    assert kinds(events) == ["arrived"]


def test_silence_in_the_open_is_told_once(draw_map: Any) -> None:
    drawn = draw_map("A                                               B", {"AB": MAIN})
    guide = guided(drawn, "A", "B")
    events = run(guide, [*fixes_along(guide.route)[:20], *([None] * 120)])
    assert kinds(events) == ["position_lost"]


def test_a_standing_car_stays_on_its_route(draw_map: Any) -> None:
    drawn = draw_map(GRID, GRID_WAYS)
    guide = guided(drawn, "A", "I")
    drive = fixes_along(guide.route)[:25]
    stand = drive[-1]
    assert stand is not None
    wobble = [
        replace(stand, time_s=stand.time_s + 1 + k, speed_mps=0.0, heading_deg=None,
                lat=stand.lat + 6e-5 * ((k % 5) - 2), accuracy_m=8.0)
        for k in range(200)
    ]  # fmt: skip
    events = run(guide, [*drive, *wobble])
    assert kinds(events) == []


def test_fixes_far_from_every_road_do_not_raise(draw_map: Any) -> None:
    drawn = draw_map(GRID, GRID_WAYS)
    guide = guided(drawn, "A", "I")
    lost = [Fix(lat=59.5 + k * 1e-4, lon=11.0, time_s=1e9 + k, speed_mps=10.0) for k in range(60)]
    events = run(guide, lost)
    assert set(kinds(events)) <= {"off_route", "no_route"}
    assert kinds(events).count("off_route") == 1
    assert len(texts(events)) <= 1


def test_a_clock_that_is_set_back_does_not_stop_guidance(draw_map: Any) -> None:
    drawn = draw_map(GRID, GRID_WAYS)
    guide = guided(drawn, "A", "I")
    drive = fixes_along(guide.route)
    half = len(drive) // 2
    late = [fix and replace(fix, time_s=fix.time_s - 86_400) for fix in drive[half:]]
    assert kinds(run(guide, [*drive[:half], *late])) == ["arrived"]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_receiver_says_guidance_goes_on(draw_map: Any, seed: int) -> None:
    """Silence, jumps, standing still, wrong directions, times that go back: in any order."""
    chance = random.Random(seed)
    drawn = draw_map(GRID, GRID_WAYS)
    guide = guided(drawn, "A", "BE", "I")
    time_s, lat, lon = 1e9, *drawn.point("A")
    for _ in range(150):
        time_s += chance.choice([1.0, 1.0, 1.0, 0.2, 5.0, 90.0, -30.0])
        lat += chance.gauss(0, 1e-4) if chance.random() < 0.95 else chance.gauss(0, 2e-3)
        lon += chance.gauss(0, 2e-4)
        fix = Fix(
            lat=lat,
            lon=lon,
            time_s=time_s,
            speed_mps=chance.choice([None, 0.0, 3.0, 14.0, 60.0]),
            heading_deg=chance.choice([None, chance.uniform(0, 360)]),
            accuracy_m=chance.choice([None, 1.0, 50.0]),
        )
        for event in guide.update(fix if chance.random() < 0.9 else None):
            assert json.loads(json.dumps(event.to_dict(), allow_nan=False))["event"] == event.kind
        status = guide.status()
        assert 0.0 <= status.remaining_m <= guide.route.distance_m + 0.01
        assert status.remaining_s >= 0.0


def speeding(drawn: Any, *, on: bool) -> list[GuidanceEvent]:
    route = drawn.route("A", "B")
    guide = Guide(drawn.region, drawn.router(), route, settings=GuideSettings(speeding=on, rest=False))
    course = course_of(route)
    fast = replace(course, speed_mps=course.speed_mps * 0 + 25.0)
    return run(guide, [moment.fix for moment in simulate(fast, Receiver(noise_m=1.0))])


def test_speeding_is_told_once_and_can_be_switched_off(draw_map: Any) -> None:
    drawn = draw_map("A" + " " * 48 + "B", {"AB": MAIN})
    events = speeding(drawn, on=True)
    assert kinds(events).count("speeding") == 1
    assert "您已超速，限速五十" in texts(events)
    assert "speeding" not in kinds(speeding(drawn, on=False))


@pytest.mark.parametrize(("on", "expected"), [(True, 1), (False, 0)])
def test_a_rest_is_due_after_two_hours(draw_map: Any, on: bool, expected: int) -> None:
    drawn = draw_map("A" + " " * 48 + "B", {"AB": MAIN})
    settings = GuideSettings(speeding=False, rest=on, rest_after_s=30.0)
    guide = guided(drawn, "A", "B", settings=settings)
    events = run(guide, fixes_along(guide.route))
    assert kinds(events).count("rest") == expected


def test_questions_are_answered_from_the_drive(draw_map: Any) -> None:
    drawn = draw_map(GRID, GRID_WAYS)
    guide = guided(drawn, "A", "I")
    before = guide.status()
    assert before.remaining_m == pytest.approx(guide.route.distance_m)
    assert guide.answer("arrival_time", "en") == guide.answer("time_left", "en"), "its clock is not set yet"
    run(guide, fixes_along(guide.route)[:15])
    status = guide.status()
    assert 0 < status.remaining_m < before.remaining_m
    assert status.next_zh.startswith("前方")
    assert guide.answer("distance_left", "zh").startswith("还有")
    assert guide.answer("time_left", "en").endswith("metres")
    assert guide.answer("where", "en") == "You are on " + status.road
    assert "限速" in guide.answer("speed_limit", "zh")
    assert guide.answer("next_turn", "en").startswith("In ")
    assert guide.answer("arrival_time", "zh", zone=UTC).startswith("预计")


def test_events_are_plain_values(draw_map: Any) -> None:
    drawn = draw_map(GRID, GRID_WAYS)
    guide = guided(drawn, "A", "I")
    events = [event.to_dict() for event in run(guide, fixes_along(guide.route)[:40])]
    assert events
    assert json.loads(json.dumps(events, allow_nan=False)) == events


DRIVES = {
    "andorra": ((42.5075, 1.5218), (42.5461, 1.5996)),
    "monaco": ((43.7306, 7.4140), (43.7484, 7.4367)),
    "tsinghua": ((40.0000, 116.3185), (40.0092, 116.3365)),
}


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", sorted(DRIVES))
def test_whole_drives_read_as_they_always_did(
    real_region: Callable[[str], Region], name: str, language: Any
) -> None:
    """The transcript of each drive is kept; XIAOGAO_UPDATE_GOLDEN=1 accepts new ones, once read."""
    region = real_region(name)
    router = Router(region)
    route = router.route(DRIVES[name])
    guide = Guide(region, router, route, settings=replace(QUIET, language=language))
    lines = [f"# {name}, {route.distance_m / 1000:.1f} km, 4 m noise"]
    began_s = None
    for moment in simulate(course_of(route, stop_at_signals=0.3), Receiver(noise_m=4.0), seed=1):
        began_s = moment.time_s if began_s is None else began_s
        for event in guide.update(moment.fix, time_s=moment.time_s):
            if event.kind != "progress":
                lines.append(transcript_line(event, event.time_s - began_s))
    text = "\n".join(lines) + "\n"
    path = GOLDEN / f"drive_{name}_{language}.txt"
    if os.environ.get("XIAOGAO_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
