"""The page in Debian's Chromium: a drive seen through, touch, night, small screens, lost and found again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.screen.browser import Browser, programs
from bench.screen.hosted import HostedScreen
from nav.guidance.wording.banner import banner_of
from nav.guidance.wording.quantities import shown_distance
from tests.device.roads import CIRCLE, EXIT
from tests.device.screen.pages import UNDER_PINS, begin, come, module, no_errors, seen
from tests.device.screen.trips import two_days

pytestmark = [
    pytest.mark.slow,
    pytest.mark.models,
    pytest.mark.skipif(programs() is None, reason="no browser: apt-get install chromium chromium-driver"),
]

SIZES = [(800, 480), (1280, 720), (1920, 720), (480, 854)]
SILENT = ("depart", "exit_roundabout")
CHECK_EVERY = 9
DRAWN = "window.xiaogao.map.tripLines"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_drive_is_seen_through(
    browser: Browser, look_at: Callable[..., HostedScreen], language: str
) -> None:
    """Banner, lanes, limit and arrival on the page are those of the guidance, from the start to the end."""
    screen = look_at()
    fixes = begin(screen, CIRCLE, language)
    route = screen.assistant.driving.state().route  # type: ignore[union-attr]
    assert route is not None
    come(browser, screen)
    unit = {"zh": {"m": "米", "km": "公里"}, "en": {"m": "m", "km": "km"}}[language]
    lanes_seen, limits_seen, checked = set(), set(), 0
    for number, fix in enumerate(fixes):
        progress = screen.take(fix)
        if progress is None or number % CHECK_EVERY or not progress.on_route:
            continue
        seen(browser, progress)
        checked += 1
        index = progress.next_maneuver
        while route.maneuvers[index].kind in SILENT and index < len(route.maneuvers) - 1:
            index += 1
        banner = banner_of(route.maneuvers[index], language)
        assert browser.text("#road") == banner.text
        if index == progress.next_maneuver:
            value, name = shown_distance(progress.next_distance_m).split(" ")
            assert browser.text("#distance") == f"{value} {unit[name]}"
        assert browser.text("#limit") == (str(progress.limit_kph) if progress.limit_kph else "")
        active = browser.run(
            "return document.getElementById('lanes').hidden ? [] : "
            "[...document.querySelectorAll('#lanes svg')].map(l => l.classList.contains('active'))"
        )
        is_near = banner.offset_m - progress.offset_m < 900
        assert active == ([lane.active for lane in banner.lanes] if is_near else [])
        local = screen.assistant.region.local_time(_moment(progress.arrival_s))
        assert browser.text("#arrival") == local.strftime("%H:%M")
        lanes_seen.add(tuple(active))
        limits_seen.add(progress.limit_kph)
    assert checked > 8
    assert (False, True, True) in lanes_seen
    assert 80 in limits_seen
    browser.wait_for("document.documentElement.dataset.route === ''")
    assert browser.text("#banner") == ""
    no_errors(browser)


def _moment(seconds: float) -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC)


def test_a_name_with_markup_is_text(browser: Browser, look_at: Callable[..., HostedScreen]) -> None:
    screen = look_at()
    screen.take(begin(screen, EXIT)[0])
    come(browser, screen)
    # The car is on it, and its name is that of the map, to the letter.
    browser.wait_for("document.getElementById('here').textContent === 'Main <b>Road</b>'")
    assert browser.run("return document.querySelectorAll('main b').length") == 0
    assert browser.text("#exit") == "Exit 12"
    assert browser.text("#road") == "Harbour / Old Town"


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_what_is_shown_can_be_read_and_touched(
    browser: Browser, look_at: Callable[..., HostedScreen], size: tuple[int, int]
) -> None:
    """Text of 24 px, targets of 48 px, nothing over another, at every size."""
    screen = look_at()
    fixes = begin(screen, CIRCLE)
    browser.resize(*size)
    try:
        come(browser, screen)
        for fix in fixes[:30]:
            screen.take(fix)
        browser.wait_for("document.getElementById('banner').checkVisibility()")
        boxes = browser.run(
            "return Object.fromEntries(['banner', 'tools', 'drive', 'talk'].map((id) => {"
            "const r = document.getElementById(id).getBoundingClientRect();"
            "return [id, [r.left, r.top, r.right, r.bottom]]}))"
        )
        for one, other in combinations(boxes, 2):
            assert not overlaps(boxes[one], boxes[other]), (size, one, other, boxes)
        for name, (left, top, right, bottom) in boxes.items():
            assert min(left, top, size[0] - right, size[1] - bottom) >= 0, name
        small = browser.run(
            "return [...document.querySelectorAll('button')].filter(b => b.checkVisibility()).map(b => {"
            "const r = b.getBoundingClientRect(); return Math.min(r.width, r.height)}).filter(s => s < 48)"
        )
        assert small == []
        texts = browser.run(
            "return [...document.querySelectorAll('main *')].filter(n => n.checkVisibility()"
            " && n.id !== 'attribution' && !n.closest('svg')"
            " && [...n.childNodes].some(c => c.nodeType === 3 && c.data.trim()))"
            ".map(n => [n.id || n.className, parseFloat(getComputedStyle(n).fontSize)])"
            ".filter(([, s]) => s < 24)"
        )
        assert [text for text in texts if text[0] != "unseen"] == []
    finally:
        browser.resize(1280, 720)


def overlaps(one: list[float], other: list[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("theme", ["day", "night"])
def test_axe_finds_nothing(
    browser: Browser, look_at: Callable[..., HostedScreen], model_dir: Callable[[str], Path], theme: str
) -> None:
    axe = (model_dir("screen-check") / "axe.min.js").read_text("utf-8")
    screen = look_at(theme=theme)
    screen.take(begin(screen, CIRCLE)[0])
    come(browser, screen)
    for panel in ("", "search", "trip", "settings"):
        if panel:
            browser.touch(f'[data-tool="{panel}"]')
            browser.wait_for("document.getElementById('panel-body').childElementCount")
        browser.run(axe + "; window.found = null; axe.run().then((r) => { window.found = r.violations; });")
        browser.wait_for("window.found !== null", seconds=60)
        violations = browser.run(
            "return window.found.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))])"
        )
        assert violations == [], (theme, panel)
        if panel:
            browser.touch("#panel-close")
    assert browser.run("return document.documentElement.dataset.theme") == theme


def test_a_setting_is_two_touches_away(browser: Browser, look_at: Callable[..., HostedScreen]) -> None:
    screen = look_at("town")
    come(browser, screen)
    browser.touch('[data-tool="settings"]')
    browser.wait_for("document.querySelector('.regions .chosen')")
    assert browser.text(".regions .chosen .name") == "town"
    browser.touch('section[aria-label="显示"] button:nth-of-type(3)')
    browser.wait_for("document.querySelector('section[aria-label=\"显示\"] button:nth-of-type(3)')"
                     ".getAttribute('aria-pressed') === 'true'")  # fmt: skip
    # The doctor's findings and the microphone are there without another touch.
    browser.wait_for("document.querySelectorAll('.checks li').length > 3")
    browser.wait_for("document.getElementById('level-words').textContent.includes('没有')")

    def is_heard() -> bool:
        screen.do(lambda: screen.scene.meter.take(np.full(512, 0.5, np.float32)))
        return bool(browser.run("return document.getElementById('level').value === -6"))

    assert any(is_heard() for _ in range(100))
    browser.touch("#panel-close")


def plan_trip(screen: HostedScreen) -> None:
    """Let the agent have planned the trip, and tell its answer."""
    plan = two_days()
    screen.assistant.agent.session.plan = plan
    answer = {"event": "answer", "reply": "Two days", "places": [], "route": None, "plan": plan.to_dict()}
    screen.do(lambda: screen.hub.tell(answer))


def test_a_trip_is_laid_over_the_map(browser: Browser, look_at: Callable[..., HostedScreen]) -> None:
    """Pins are numbered by day, each day has its line; a stop that is touched is told of."""
    screen = look_at("town", speak="en")
    come(browser, screen)
    plan_trip(screen)
    browser.wait_for("document.documentElement.dataset.trip === 'all'")
    labels = "[...document.querySelectorAll('.pin')].map(p => [p.textContent, p.classList.contains('day-2')])"
    numbered = [["1", False], ["2", False], ["1", True], ["2", True], ["3", True]]
    assert browser.run(f"return {labels}") == numbered
    browser.wait_for(f"{DRAWN}.length === 3")
    # The second day is driven and, at its end, walked; a day is one colour.
    drawn = browser.run(f"return {DRAWN}.map(l => [l.properties.by, l.properties.colour])")
    colours = [colour for _, colour in drawn]
    assert [by for by, _ in drawn] == ["car", "car", "foot"]
    assert colours[0] != colours[1] == colours[2]
    browser.touch(".chip.day-2")
    browser.wait_for("document.documentElement.dataset.trip === '2'")
    assert browser.run(f"return {labels}") == numbered[2:]
    assert browser.run(f"return {DRAWN}.length") == 2
    browser.touch('.pin[aria-label="Day 2, 3 Church"]')
    assert browser.text("#trip .name") == "Church"
    assert browser.text("#trip .facts") == "12:30–13:15 · 5 min · 400 m"
    browser.touch("#trip-close")
    assert browser.text("#trip") == ""
    assert browser.run("return document.querySelectorAll('.pin').length") == 0
    no_errors(browser)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_pin_is_covered(
    browser: Browser, look_at: Callable[..., HostedScreen], size: tuple[int, int]
) -> None:
    """Whatever lies over the map leaves the stops free, and their numbers can be read."""
    screen = look_at("town", speak="en")
    browser.resize(*size)
    try:
        come(browser, screen)
        plan_trip(screen)
        browser.wait_for("document.documentElement.dataset.trip === 'all'")
        assert browser.run(f"return {UNDER_PINS}.every((node) => node?.classList.contains('pin'))")
        sizes = "[...document.querySelectorAll('.pin')].map(p => parseFloat(getComputedStyle(p).fontSize))"
        assert browser.run(f"return Math.min(...{sizes})") >= 24
    finally:
        browser.resize(1280, 720)


def test_a_trip_is_a_list(
    browser: Browser, look_at: Callable[..., HostedScreen], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop of the list is shown on the map, where its button asks the agent to drive there."""
    screen = look_at("town", speak="en")
    come(browser, screen)
    plan_trip(screen)
    browser.touch('[data-tool="trip"]')
    assert browser.text(".stops .name") == "Hotel <i>Torni</i>"
    assert browser.text(".stops .when") == "10:30"
    browser.touch("ol:last-of-type li:nth-of-type(2) button")
    assert browser.text("#trip .name") == "Harbour"
    assert browser.run("return document.querySelector('.pin.looked').textContent") == "2"
    # What was said is on the page until the answer is, which may be there before one looks.
    told: list[dict[str, Any]] = []
    tell = screen.hub.tell
    monkeypatch.setattr(screen.hub, "tell", lambda event: (told.append(event), tell(event)))
    said = {"event": "transcript", "text": "take us to Harbour", "language": "en", "by": "touch"}
    browser.touch_until("#trip .choice", lambda: said in told)


def test_the_banner_is_back_for_what_is_said(browser: Browser, look_at: Callable[..., HostedScreen]) -> None:
    screen = look_at("town", speak="en")
    come(browser, screen)
    route = screen.assistant.router.route([(60.0, 10.001), (60.008, 10.007)])
    screen.do(lambda: (screen.assistant.driving.begin(route, "en"), screen.scene.look()))
    plan_trip(screen)
    browser.wait_for("document.documentElement.dataset.last === 'answer'")
    assert browser.text("#trip") == "", "a trip does not cover a drive by itself"
    browser.touch('[data-tool="trip"]')
    browser.touch("#panel-body .grid button:nth-of-type(2)")
    browser.wait_for("document.documentElement.dataset.trip === 'all'")
    assert browser.text("#banner") == ""
    screen.do(lambda: screen.hub.tell({"event": "prompt", "prompt": {"text": "Turn left"}}))
    browser.wait_for("document.getElementById('banner').checkVisibility()")


def test_results_are_touched_and_said_alike(browser: Browser, look_at: Callable[..., HostedScreen]) -> None:
    """Touching the second card asks the agent for "the second one"."""
    screen = look_at("town")
    come(browser, screen)
    places = [
        {"name": f"Place {n} & Co", "lat": 60.002, "lon": 10.001 + n / 1000, "distance_m": 420 * n}
        for n in (1, 2, 3)
    ]
    screen.do(lambda: screen.hub.tell({"event": "answer", "reply": "Three", "places": places, "route": None}))
    browser.wait_for("document.documentElement.dataset.cards === '3'")
    assert browser.text(".card:nth-of-type(2) .name") == "Place 2 & Co"
    assert browser.run("return document.querySelectorAll('.pin').length") == 3
    browser.touch(".card:nth-of-type(2)")
    browser.wait_for("document.getElementById('words').textContent !== 'Three'")
    browser.wait_for("document.documentElement.dataset.last === 'doing'")


def test_a_lost_connection_is_shown_and_mended(
    browser: Browser, look_at: Callable[..., HostedScreen]
) -> None:
    """The agent starts anew: the page says so, comes back by itself, and shows the drive again."""
    screen = look_at()
    screen.take(begin(screen, CIRCLE)[0])
    come(browser, screen)
    browser.wait_for("document.getElementById('banner').checkVisibility()")
    screen.stop()
    browser.wait_for("document.documentElement.dataset.link === 'down'")
    assert browser.text("#notice") != ""
    again = look_at(port=screen.port)
    fixes = begin(again, CIRCLE)
    browser.wait_for("document.documentElement.dataset.link === 'up'", seconds=40)
    progress = again.take(fixes[3])
    assert progress is not None
    seen(browser, progress)
    assert browser.text("#notice") == ""


def test_a_page_of_another_version_loads_itself_anew(
    browser: Browser, look_at: Callable[..., HostedScreen]
) -> None:
    """A kiosk is never closed: after an update of the agent its page has to go by itself."""
    screen = look_at("town")
    come(browser, screen)
    browser.run("window.isOld = true")
    hello = screen.scene.hello()
    screen.do(lambda: screen.hub.tell(hello | {"page": "another"}))
    browser.wait_for("!window.isOld && document.documentElement.dataset.ready", seconds=60)
    screen.do(lambda: screen.hub.tell(hello))
    browser.wait_for("document.documentElement.dataset.last === 'hello'")
    assert browser.run("return window.isOld === undefined"), "what the page before held is gone"
    no_errors(browser)


def test_day_and_night_follow_the_sun(browser: Browser, look_at: Callable[..., HostedScreen]) -> None:
    screen = look_at()
    come(browser, screen)
    night = f"const {{isNight}} = await import({module('sun.js')}); return isNight(...arguments)"
    script = (
        f"return (async function () {{ {night} }}).apply(null, arguments[0].concat(new Date(arguments[1])))"
    )
    # Helsinki, midsummer: the sun sets at 22:50 (19:50 UTC), rises at 3:54; Sydney has its night meanwhile.
    assert browser.run(script, [60.17, 24.94], "2026-06-21T19:35:00Z") is False
    assert browser.run(script, [60.17, 24.94], "2026-06-21T20:05:00Z") is True
    assert browser.run(script, [60.17, 24.94], "2026-06-22T01:10:00Z") is False
    assert browser.run(script, [-33.87, 151.21], "2026-06-21T12:00:00Z") is True
    assert browser.run(script, [-33.87, 151.21], "2026-06-21T02:00:00Z") is False
