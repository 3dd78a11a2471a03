"""The screen: its tiles, how soon the page can be used, how smooth it is, and what it takes.

Chromium draws with software GL here, as on a computer without a graphics driver. What a frame costs is given
in processor time too, since that does not depend on what else the computer does.
"""

from __future__ import annotations

import gzip
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.extracts import extract_of
from bench.report import Row, measured, save
from bench.screen.browser import Browser, BrowserError, opened
from bench.screen.hosted import HostedScreen
from device.assistant.assistant import Assistant
from device.position.route_course import SimulatedSource, course_of
from device.position.simulator import Receiver
from device.screen.server import library_folder
from device.settings import Settings
from device.store.regions import add_region
from device.tiles.build import build_tiles
from nav.guidance.fix import Fix
from nav.packs.paths import regions_dir

_COMMAND = "xiaogao bench screen"
_DRIVE = ((42.4637, 1.4912), (42.5675, 1.5976))
_SMOOTH_S = 12.0
_EVENTS = 40


def run(console: Console, **_options: Any) -> dict[str, Any]:
    """Measure the screen on Andorra, or on the sample region; prints a table and returns the figures."""
    name = "andorra" if extract_of("andorra") else "helsinki"
    extract = extract_of(name)
    if extract is None:
        console.print("no extract: set XIAOGAO_TEST_MAPS")
        return {}
    before, library = os.environ.get("XIAOGAO_HOME"), library_folder()
    with tempfile.TemporaryDirectory() as home:
        os.environ["XIAOGAO_HOME"] = home
        try:
            rows = [*_tiles(name, extract), *_size(library), *_page(name, library)]
        except BrowserError as error:
            console.print(f"the page was not measured: {error}")
            rows = [*_tiles(name, extract), *_size(library)]
        finally:
            if before is None:
                del os.environ["XIAOGAO_HOME"]
            else:
                os.environ["XIAOGAO_HOME"] = before
    save("screen", rows)
    table = Table("what", "measured", "goal", title="screen")
    for row in rows:
        table.add_row(row.what, f"{row.value} {row.unit}".strip(), row.goal)
    console.print(table)
    return {row.what: row.value for row in rows}


def _row(what: str, value: float, unit: str, goal: str = "", note: str = "") -> Row:
    return measured(what, round(value, 2), command=_COMMAND, unit=unit, goal=goal, note=note)


def _tiles(name: str, extract: Path) -> list[Row]:
    before = os.times()
    add_region(extract, name)
    began = time.monotonic()
    facts = build_tiles(extract, regions_dir() / name, lambda _step: None)
    seconds, after = time.monotonic() - began, os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    load = f"load average {os.getloadavg()[0]:.0f}"
    return [
        _row(f"tiles of {name}", seconds, "s", "≤ 10", f"zoom 0 to {facts.zoom}; {load}"),
        _row(f"tiles of {name}, size", facts.size / 1e6, "MB", "≤ 12"),
        _row(f"region {name} with its tiles, processor time", cpu_s, "s"),
    ]


def _size(library: Path) -> list[Row]:
    own = [path.read_bytes() for path in sorted((Path("device") / "screen" / "page").glob("*.js"))]
    shipped = [path.read_bytes() for path in sorted(library.glob("*.js"))]
    plain = sum(map(len, own + shipped))
    packed = sum(len(gzip.compress(text, 9)) for text in own + shipped)
    note = (
        f"of that {sum(map(len, own)) / 1e3:.0f} kB ours; MapLibre from 5.24 on, since older ones draw no J"
    )
    return [
        _row("script as it is sent", packed / 1e6, "MB", "≤ 1"),
        _row("script as it is run", plain / 1e6, "MB", "≤ 1", note),
    ]


def _page(name: str, library: Path) -> list[Row]:
    load = f"software GL, load average {os.getloadavg()[0]:.0f}"
    assistant = Assistant(Settings(), region=name)
    screen = HostedScreen(assistant, library)
    screen.take(Fix(lat=_DRIVE[0][0], lon=_DRIVE[0][1], time_s=0.0))
    try:
        with opened((1280, 720)) as browser:
            browser.open("about:blank")
            cpu = _cpu_s(browser)
            browser.open(screen.base)
            usable_ms = browser.wait_for(
                "document.documentElement.dataset.ready && performance.now()", seconds=120
            )
            browser.run(
                "document.getElementById('panel').open && document.getElementById('panel-close').click()"
            )
            spent = "all of the browser; two cores give 2 s a second"
            rows = [
                _row("page usable after its start", usable_ms / 1000, "s", "≤ 2", load),
                _row("processor time until it is usable", _cpu_s(browser) - cpu, "s", "", spent),
            ]
            return rows + _smooth(browser, screen, load) + _delay(browser, screen, load)
    finally:
        screen.close()
        assistant.close()


def _smooth(browser: Browser, screen: HostedScreen, load: str) -> list[Row]:
    """Drive at the pace of life and count frames."""
    route = screen.assistant.router.route(list(_DRIVE))
    screen.do(lambda: (screen.assistant.driving.begin(route, "en"), screen.scene.look()))
    fixes = SimulatedSource(course_of(route), Receiver(), seed=0, start_time_s=time.time()).fixes()
    for _ in range(30):
        screen.take(next(fixes))
    browser.wait_for("document.documentElement.dataset.last === 'progress'")
    time.sleep(3)
    frames, cpu = browser.run("return window.xiaogao.map.frames"), _cpu_s(browser)
    began = time.monotonic()
    while time.monotonic() - began < _SMOOTH_S:
        screen.take(next(fixes))
        time.sleep(1.0)
    seconds = time.monotonic() - began
    drawn = browser.run("return window.xiaogao.map.frames") - frames
    cost_ms = (_cpu_s(browser) - cpu) / max(1, drawn) * 1000
    memory_mb, own_mb = (sum(memory) / 1e6 for memory in zip(*map(_memory, _processes()), strict=True))
    return [
        _row("frames a second on a drive, 1280 × 720", drawn / seconds, "", "≥ 30", load),
        _row(
            "processor time of a frame, all of the browser",
            cost_ms,
            "ms",
            "",
            "two cores give 2000 ms a second",
        ),
        _row(
            "memory of the browser on a drive",
            memory_mb,
            "MB",
            "≤ 350",
            "proportional set size of its processes: pages of several are shared out among them",
        ),
        _row(
            "of that, its own",
            own_mb,
            "MB",
            "",
            "data and shared memory; the rest is program text, which the kernel may drop and read again",
        ),
    ]


def _delay(browser: Browser, screen: HostedScreen, load: str) -> list[Row]:
    """Tell the page something and see how long it takes until it is painted."""
    browser.run(
        "window.painted = []; new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => "
        "window.painted.push([document.getElementById('words').textContent, Date.now()]))))"
        ".observe(document.getElementById('words'), {childList: true, characterData: true, subtree: true});"
    )
    sent: dict[str, float] = {}

    def tell(text: str) -> Callable[[], None]:
        def now() -> None:
            sent[text] = time.time() * 1000
            screen.hub.tell({"event": "partial", "text": text})

        return now

    for number in range(_EVENTS):
        screen.do(tell(f"word {number}"))
        time.sleep(0.25)
    time.sleep(1.0)
    delays = [at - sent[text] for text, at in browser.run("return window.painted") if text in sent]
    quantile = statistics.quantiles(delays, n=20)[18] if len(delays) > 2 else max(delays, default=0.0)
    return [
        _row("event to pixel, p50", statistics.median(delays or [0.0]), "ms", "≤ 150", load),
        _row("event to pixel, p95", quantile, "ms", "", load),
    ]


def _processes() -> list[psutil.Process]:
    """Return the processes of the browser that this one started."""
    return [
        p
        for p in psutil.Process().children(recursive=True)
        if "chrom" in p.name() and "driver" not in p.name()
    ]


def _cpu_s(_browser: Browser) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in _processes())


def _memory(process: psutil.Process) -> tuple[float, float]:
    """Return the proportional set size of a process, and of that what is no mapped file, bytes."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii").splitlines()[1:]
    except OSError:
        return 0.0, 0.0
    kb = {key: int(value.split()[0]) for key, _, value in (line.partition(":") for line in lines)}
    return 1024.0 * kb["Pss"], 1024.0 * (kb["Pss"] - kb["Pss_File"])
