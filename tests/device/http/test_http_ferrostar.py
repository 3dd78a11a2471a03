"""Other apps with our routes: Ferrostar's web component guides a drive, osrm-text-instructions writes."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from bench.screen.browser import Browser, opened, programs
from device.http.api import create_app
from device.http.guard import Guard
from nav.osm.build import build_graph
from nav.region import Region
from tests.device.roads import CIRCLE, EXIT, START, VIA, write_roads

pytestmark = [
    pytest.mark.slow,
    pytest.mark.models,
    pytest.mark.skipif(programs() is None, reason="no browser: apt-get install chromium chromium-driver"),
]

Drive = Callable[..., dict[str, Any]]
_OWN = Path(__file__).parent / "ferrostar"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model_dir: Callable[[str], Path]) -> Iterator[str]:
    """Serve the page with the peers, and our routing API behind its guard, from one origin."""
    peers, library = model_dir("screen-peers"), model_dir("screen-map")
    folder = tmp_path_factory.mktemp("roads")
    build_graph(write_roads(folder / "roads.osm"), folder, name="roads")
    routes = [
        Mount("/own", StaticFiles(directory=_OWN, html=True)),
        Mount("/peers", StaticFiles(directory=peers, follow_symlink=True)),
        Mount("/library", StaticFiles(directory=library, follow_symlink=True)),
        Mount("/", Guard(create_app(Region.open(folder)))),
    ]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_config=None, lifespan="off"))
        thread = threading.Thread(target=lambda: serving.run(sockets=[listening]))
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        until = time.monotonic() + 20
        while not serving.started and time.monotonic() < until:
            time.sleep(0.05)
        yield address
        serving.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def browser(server: str) -> Iterator[Browser]:
    with opened((1280, 720)) as window:
        window.open(f"{server}/own/")
        window.wait_for("Boolean(window.ready && window.written)", seconds=60)
        yield window


def place(point: tuple[float, float]) -> dict[str, float]:
    return {"lat": point[0], "lng": point[1]}


@pytest.fixture
def drive(browser: Browser) -> Drive:
    """Have Ferrostar drive from the start by some stops; give what it showed and said."""

    def to(*stops: tuple[float, float], language: str) -> dict[str, Any]:
        options = {"directions_options": {"language": language}, "language": language}
        browser.run(
            "window.failed = ''; window.log = null;"
            "window.drive(...arguments).catch((error) => { window.failed = String(error); });",
            place(START),
            [place(stop) for stop in stops],
            options,
        )
        browser.wait_for("window.failed || window.log?.complete", seconds=200)
        assert browser.run("return window.failed") == ""
        found: dict[str, Any] = browser.run("return window.log")
        return found

    return to


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_ferrostar_guides_a_drive_with_our_words(server: str, drive: Drive, language: str) -> None:
    """Its banners and sentences are those of our answer, in order, until the trip is complete."""
    log = drive(CIRCLE, language=language)
    told = asked(server, CIRCLE, language=language)["routes"][0]["legs"][0]["steps"]
    assert [step["instruction"] for step in log["steps"]] == [s["maneuver"]["instruction"] for s in told]
    banners = [b["primary"]["text"] for step in told for b in step["bannerInstructions"]]
    assert [seen["text"] for seen in log["seen"]] == without_repeats(banners)
    assert all(seen["text"] in seen["banner"] for seen in log["seen"])
    announced = [v["announcement"] for step in told for v in step["voiceInstructions"]]
    assert log["said"]
    assert in_order(log["said"], announced)
    assert log["off"] == 0


def test_ferrostar_reads_lanes_exits_and_limits(drive: Drive) -> None:
    log = drive(EXIT, language="en-US")
    shown = [banner for step in log["steps"] for banner in step["visualInstructions"]]
    assert "12" in [n for banner in shown for n in banner["primaryContent"]["exitNumbers"]]
    assert ["12"] in [step["exits"] for step in log["steps"]]
    assert 80 in [limit["maxspeed"].get("speed") for limit in log["limits"]]
    lanes = [
        lane["active"]
        for step in drive(CIRCLE, language="en-US")["steps"]
        for banner in step["visualInstructions"]
        for lane in (banner["subContent"] or {}).get("laneInfo") or []
    ]
    assert {True, False} <= set(lanes)


def test_ferrostar_goes_by_a_stop(drive: Drive) -> None:
    log = drive(VIA, CIRCLE, language="en-US")
    assert log["complete"]
    assert log["off"] == 0


# Its German has no words for the number of an exit; it names where the exit goes.
@pytest.mark.parametrize(
    ("language", "word", "sign"),
    [("en", "right", "12"), ("zh-Hans", "右", "12"), ("de", "rechts", "Harbour")],
)
def test_osrm_text_instructions_writes_its_own_words(
    server: str, browser: Browser, language: str, word: str, sign: str
) -> None:
    """A turn has its side, and an exit its sign, in every language that it has of ours."""
    for end, told in ((CIRCLE, word), (EXIT, sign)):
        steps = asked(server, end)["routes"][0]["legs"][0]["steps"]
        texts = browser.run("return window.written(...arguments)", language, steps)
        assert len(texts) == len(steps)
        assert all(text and "{" not in text and "undefined" not in text for text in texts)
        assert any(told.casefold() in text.casefold() for text in texts), texts


def asked(server: str, *stops: tuple[float, float], language: str = "en-US") -> dict[str, Any]:
    body = {
        "format": "osrm",
        "costing": "auto",
        "locations": [{"lat": lat, "lon": lon} for lat, lon in (START, *stops)],
        "banner_instructions": True,
        "voice_instructions": True,
        "language": language,
    }
    request = urllib.request.Request(f"{server}/route", json.dumps(body).encode())
    with contextlib.closing(urllib.request.urlopen(request, timeout=20)) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


def without_repeats(texts: list[str]) -> list[str]:
    return [text for index, text in enumerate(texts) if index == 0 or texts[index - 1] != text]


def in_order(some: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(one in rest for one in some)
