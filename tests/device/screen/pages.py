"""How the browser's tests look at a page: opened, a drive begun, and what is shown waited for."""

from __future__ import annotations

from bench.screen.browser import Browser
from bench.screen.hosted import HostedScreen
from device.position.route_course import SimulatedSource, course_of
from device.position.simulator import Receiver
from nav.guidance.fix import Fix
from nav.guidance.progress import Progress
from tests.device.roads import START

UNDER_PINS = (
    "[...document.querySelectorAll('.pin')].map(p => p.getBoundingClientRect())"
    ".map(r => document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2))"
)


def come(browser: Browser, screen: HostedScreen) -> None:
    """Open the page and wait until the map is there; a first visit is greeted."""
    # What the page before wrote, whose server is gone, is not this one's.
    browser.open("about:blank")
    browser.log()
    browser.open(screen.base)
    browser.wait_for("document.documentElement.dataset.ready", seconds=90)
    if browser.run("return document.getElementById('panel').open"):
        browser.touch("#panel-close")


def module(name: str) -> str:
    """Return an expression for the address of one of the page's modules."""
    return f"new URL('{name}', document.querySelector('script[type=module]').src).href"


def begin(screen: HostedScreen, end: tuple[float, float], language: str = "en") -> list[Fix | None]:
    """Begin a drive; return its positions."""
    route = screen.assistant.router.route([START, end])
    screen.do(lambda: (screen.assistant.driving.begin(route, language), screen.scene.look()))
    source = SimulatedSource(course_of(route), Receiver(noise_m=1.0), seed=1, start_time_s=1.8e9)
    return list(source.fixes())


def seen(browser: Browser, progress: Progress) -> None:
    offset = round(progress.offset_m, 1)
    browser.wait_for(f"Number(document.documentElement.dataset.offset) === {offset}")


def no_errors(browser: Browser) -> None:
    # What a page asks of a server that is away, or before it has its token, is no fault of its script.
    found = [line["message"] for line in browser.log() if line["level"] == "SEVERE"]
    assert [
        line for line in found if "WebSocket" not in line and "ERR_" not in line and "403" not in line
    ] == []
