"""Pictures of every view of the screen: both languages, day and night, on every size; to be looked at.

    python -m bench.screen.pictures FOLDER REGION LAT,LON LAT,LON

The two points are the ends of the drive that is shown.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import islice, product
from pathlib import Path
from typing import Any

from agent.understanding.intent import PlanTrip, Search
from bench.screen.browser import Browser, opened
from bench.screen.hosted import HostedScreen
from device.assistant.assistant import Assistant
from device.position.route_course import SimulatedSource, course_of
from device.position.simulator import Receiver
from device.screen.server import library_folder
from device.settings import Settings
from nav.guidance.fix import Fix

Point = tuple[float, float]

SIZES = {"small": (800, 480), "usual": (1280, 720), "wide": (1920, 720), "phone": (480, 854)}
_SETTLE_S = "1200"
_DRIVEN = 160


def main() -> None:
    """Take them all."""
    folder, region = Path(sys.argv[1]), sys.argv[2]
    start, end = (_point(text) for text in sys.argv[3:5])
    assistant = Assistant(Settings(), region=region)
    try:
        with opened(SIZES["usual"]) as browser:
            for language, theme in product(("en", "zh"), ("day", "night")):
                screen = HostedScreen(assistant, library_folder(), theme=theme, speak=language)
                screen.take(Fix(lat=start[0], lon=start[1], time_s=0.0))
                try:
                    browser.open(screen.base)
                    for size, pixels in SIZES.items():
                        browser.resize(*pixels)
                        for view in _views(browser, screen, language, start, end):
                            browser.run(f"return new Promise((done) => setTimeout(done, {_SETTLE_S}))")
                            browser.picture(folder / f"{view}-{language}-{theme}-{size}.png")
                finally:
                    screen.close()
    finally:
        assistant.close()


def _point(text: str) -> Point:
    lat, lon = map(float, text.split(","))
    return lat, lon


def _views(browser: Browser, screen: HostedScreen, language: str, start: Point, end: Point) -> Iterator[str]:
    """Set one view after the other up, and give its name."""
    browser.wait_for("document.documentElement.dataset.ready", seconds=120)
    agent = screen.assistant.agent
    if browser.run("return document.getElementById('panel').open"):
        yield "guide"
        browser.touch("#panel-close")
    yield "parked"
    found = agent.carry_out("", [Search(need="food")], language=language, position=start)
    _tell(screen, {"event": "answer", **found.to_dict()})
    browser.wait_for("Number(document.documentElement.dataset.cards) > 0")
    yield "results"
    _tell(screen, {"event": "answer", "reply": "", "places": [], "route": None})
    asked = {"event": "question", "asks": "yes_no", "words": "?", "options": []}
    _tell(screen, {"event": "answer", **found.to_dict(), "places": []}, asked)
    yield "question"
    _tell(screen, asked | {"asks": None})
    for name in ("search", "settings"):
        browser.touch(f'[data-tool="{name}"]')
        browser.wait_for("document.getElementById('panel-body').childElementCount")
        yield name
        if name == "settings":
            browser.wait_for("document.querySelectorAll('.checks li').length", seconds=120)
            browser.run("document.querySelector('.checks').scrollIntoView({block: 'center'})")
            yield "health"
        browser.touch("#panel-close")
    yield from _trip(browser, screen, language, start)
    yield from _drive(browser, screen, language, start, end)


def _trip(browser: Browser, screen: HostedScreen, language: str, start: Point) -> Iterator[str]:
    agent = screen.assistant.agent
    wish = PlanTrip(days=2)
    planned = agent.carry_out("", [wish], language=language, position=start)
    _tell(screen, {"event": "answer", **planned.to_dict()})
    browser.wait_for("window.xiaogao.map.tripLines.length", seconds=60)
    yield "trip"
    browser.touch(".pin:last-of-type")
    yield "stop"
    browser.touch("#trip-close")
    browser.touch('[data-tool="trip"]')
    yield "list"
    browser.touch("#panel-close")


def _drive(browser: Browser, screen: HostedScreen, language: str, start: Point, end: Point) -> Iterator[str]:
    driving = screen.assistant.driving
    route = screen.assistant.router.route([start, end])
    screen.do(lambda: (driving.begin(route, language), screen.scene.look()))
    fixes = SimulatedSource(course_of(route), Receiver(noise_m=1.0), seed=1, start_time_s=1.8e9).fixes()
    for fix in islice(fixes, _DRIVEN):
        screen.take(fix)
    browser.wait_for("document.documentElement.dataset.offset > 0")
    yield "drive"
    browser.touch('[data-tool="overview"]')
    yield "overview"
    screen.do(lambda: (driving.end(), screen.scene.look()))
    browser.wait_for("document.documentElement.dataset.route === ''")
    browser.touch('[data-tool="follow"]')


def _tell(screen: HostedScreen, *events: Mapping[str, Any]) -> None:
    screen.do(lambda: [screen.hub.tell(dict(event)) for event in events])


if __name__ == "__main__":
    main()
