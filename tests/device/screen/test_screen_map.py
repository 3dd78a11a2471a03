"""The map of the page in Debian's Chromium: its camera, its route, its style, and another region."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.screen.browser import Browser, programs
from bench.screen.hosted import HostedScreen
from nav.guidance.fix import Fix
from tests.device.roads import CIRCLE
from tests.device.screen.pages import UNDER_PINS, begin, come, module, no_errors, seen

pytestmark = [
    pytest.mark.slow,
    pytest.mark.models,
    pytest.mark.skipif(programs() is None, reason="no browser: apt-get install chromium chromium-driver"),
]


def test_the_map_moves_as_it_is_said(browser: Browser, look_at: Callable[..., HostedScreen]) -> None:
    """Closer, the whole route, one of the results, and back to the car."""
    screen = look_at("town", speak="en")
    come(browser, screen)
    route = screen.assistant.router.route([(60.0, 10.001), (60.008, 10.007)])
    screen.do(lambda: (screen.assistant.driving.begin(route, "en"), screen.scene.look()))
    fix = Fix(lat=60.0, lon=10.002, time_s=1.0, speed_mps=5, heading_deg=90)
    screen.take(fix)
    browser.wait_for("document.documentElement.dataset.last === 'progress'")

    def said(show: str, index: int = 0, **more: Any) -> None:
        screen.do(lambda: screen.scene.view({"show": show, "index": index, **more}))

    before = browser.run("return window.xiaogao.map.map.getZoom()")
    said("in")
    browser.wait_for(f"window.xiaogao.map.map.getZoom() > {before} + 0.7")
    said("route")
    # The route and its other ways are in sight, and the camera stays with them.
    browser.wait_for("window.xiaogao.map.mode === 'overview'")
    assert browser.run(
        "const m = window.xiaogao.map, b = m.map.getBounds();"
        "return m.route.line.every((point) => b.contains(point)) && m.map.getBearing() === 0"
    )
    places = [{"id": f"node/{n}", "name": f"Place {n}", "lat": 60.002, "lon": 10 + n / 500} for n in (1, 2)]
    screen.do(lambda: screen.hub.tell({"event": "answer", "reply": "Two", "places": places, "route": None}))
    browser.wait_for("document.documentElement.dataset.cards === '2'")
    said("place", 2, place=places[1])
    browser.wait_for("document.querySelector('.card.looked .name')?.textContent === 'Place 2'")
    browser.wait_for(f"{UNDER_PINS}[1] === document.querySelectorAll('.pin')[1]")
    said("car")
    browser.wait_for("window.xiaogao.map.mode === 'heading'")
    said("settings")
    browser.wait_for("document.getElementById('panel').open")
    said("north")
    browser.wait_for("!document.getElementById('panel').open && window.xiaogao.map.mode === 'north'")
    no_errors(browser)


def test_another_map_is_taken_up(browser: Browser, look_at: Callable[..., HostedScreen]) -> None:
    screen = look_at()
    come(browser, screen)
    assert browser.run("return document.documentElement.dataset.region") == "roads"
    screen.stop()
    again = look_at("town", port=screen.port)
    browser.wait_for("document.documentElement.dataset.region === 'town'", seconds=40)
    again.take(Fix(lat=60.002, lon=10.002, time_s=1.0, speed_mps=5, heading_deg=90))
    browser.wait_for("document.documentElement.dataset.last === 'position'")
    # The town has no tiles: its roads are drawn.
    browser.wait_for(
        "window.xiaogao.map.map.querySourceFeatures('map', {sourceLayer: 'roads'}).length", seconds=60
    )


@pytest.mark.parametrize("theme", ["day", "night"])
def test_the_style_is_valid(browser: Browser, look_at: Callable[..., HostedScreen], theme: str) -> None:
    """The page does not check its own style at each start; here it is checked."""
    come(browser, look_at())
    browser.run(
        f"window.wrong = []; window.checked = false; import({module('style.js')}).then(({{mapStyle}}) => {{"
        "const map = window.xiaogao.map.map; map.on('error', (e) => window.wrong.push(String(e.error)));"
        "map.once('styledata', () => { window.checked = true; });"
        "map.setStyle(mapStyle(arguments[0], 'zh', null), {diff: false, validate: true}); });",
        theme,
    )
    browser.wait_for("window.checked || window.wrong.length")
    assert browser.run("return window.wrong") == []


def test_the_camera_stays_with_a_car_that_moves(
    browser: Browser, look_at: Callable[..., HostedScreen]
) -> None:
    screen = look_at()
    fixes = begin(screen, CIRCLE)
    come(browser, screen)
    progress = screen.take(fixes[3])
    assert progress is not None
    seen(browser, progress)
    # A car that never stands: its place on the screen stays the same, wherever it is on the map.
    browser.run(
        "const m = window.xiaogao.map; m.driven = 100;"
        "m.target = () => { m.driven += 4; return {...m.along(m.driven), offset: m.driven}; }"
    )
    browser.wait_for("window.xiaogao.map.driven > 400")
    at = browser.run(
        "const m = window.xiaogao.map, p = m.map.project([m.at.lon, m.at.lat]); return [p.x, p.y]"
    )
    assert 0 < at[0] < 1280
    assert 0 < at[1] < 720


def test_what_was_driven_is_no_part_of_a_new_route(
    browser: Browser, look_at: Callable[..., HostedScreen]
) -> None:
    screen = look_at()
    progress = screen.take(begin(screen, CIRCLE)[3])
    come(browser, screen)
    assert progress is not None
    seen(browser, progress)
    driven = "window.xiaogao.map.map.getPaintProperty('route', 'line-gradient')"
    assert browser.run(f"window.xiaogao.map.paintPassed(0, 500); return {driven}[0]") == "step"
    script = "const m = window.xiaogao.map; m.setRoute({...m.route});"
    assert browser.run(f"{script} return {driven} ?? null") is None


def test_what_holds_is_said_until_it_is_over(browser: Browser, look_at: Callable[..., HostedScreen]) -> None:
    """Off the route is an alarm until the car is back; that it has arrived is none."""
    screen = look_at()
    fixes = begin(screen, CIRCLE)
    come(browser, screen)
    screen.do(lambda: screen.hub.tell({"event": "off_route"}))
    browser.wait_for("document.getElementById('notice').className === 'bad'")
    screen.take(fixes[3])
    browser.wait_for("document.getElementById('notice').hidden")
    screen.do(lambda: screen.hub.tell({"event": "arrived"}))
    browser.wait_for("document.documentElement.dataset.last === 'arrived'")
    assert browser.run("return document.getElementById('notice').className") == ""
