"""Guidance on simulated drives: matching, prompts, false alarms, wrong turns, and how long it takes.

xiaogao bench guidance
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.extracts import extracts_of
from bench.roads.guided_drives import (
    Drive,
    WrongTurn,
    drive,
    overlapping,
    random_routes,
    unannounced,
    wrong_turn,
)
from device.position.simulator import Receiver
from nav.guidance.maneuvers.maneuver import maneuvers
from nav.osm.build import build_graph
from nav.region import Region
from nav.routing.router import Router

REGIONS = ("helsinki", "andorra", "monaco", "tsinghua")
NOISES_M = (5.0, 15.0)
LOST = 0.1


def run(
    console: Console,
    *,
    maps: Path | None = None,
    helsinki: Path | None = None,
    drives: int = 200,
    seed: int = 1,
) -> dict[str, Any]:
    """Drive, and print what came of it.

    Parameters
    ----------
    console : Console
        Where the table goes.
    maps : Path, optional
        Folder with andorra, monaco and tsinghua.osm.pbf; found beside the project if not given.
    helsinki : Path, optional
        The Helsinki extract; from the model store if not given.
    drives : int
        How many drives in all, shared out among the regions.
    seed : int
        Seed of routes and noise.

    Returns
    -------
    dict
        The figures by region, and in all.
    """
    extracts = extracts_of(REGIONS, maps, sample=helsinki)
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, extract in extracts.items():
            place = Path(folder) / name
            place.mkdir()
            build_graph(extract, place, name=name)
            region = Region.open(place)
            router = Router(region)
            router.wait(60)
            figures[name] = _measure(region, router, max(1, drives // len(extracts)), seed)
    figures["all"] = _summed(list(figures.values()))
    _print(console, figures)
    return figures


def _measure(region: Region, router: Router, count: int, seed: int) -> dict[str, Any]:
    routes = list(random_routes(region, router, count, seed))
    figures: dict[str, Any] = {"drives": count, "km": sum(r.distance_m for r in routes) / 1000}
    for noise_m in NOISES_M:
        receiver = Receiver(noise_m=noise_m, lost=LOST)
        done = [drive(region, router, route, receiver, seed=seed + k) for k, route in enumerate(routes)]
        figures[f"{noise_m:.0f}m"] = _drive_figures(done)
        turns = [wrong_turn(region, router, r, receiver, seed=seed + k) for k, r in enumerate(routes)]
        figures[f"wrong_{noise_m:.0f}m"] = _turn_figures([t for t in turns if t is not None])
    figures["maneuver_ms"] = [_maneuver_ms(route) for route in routes]
    return figures


def _drive_figures(done: Sequence[Drive]) -> dict[str, Any]:
    return {
        "fixes": sum(d.fixes for d in done),
        "right": sum(d.right for d in done),
        "exact": sum(d.exact for d in done),
        "off_route": sum(d.off_route for d in done),
        "arrived": sum(d.arrived for d in done),
        "maneuvers": sum(len(d.route.maneuvers) for d in done),
        "unannounced": [text for d in done if not d.off_route for text in unannounced(d)],
        "overlapping": sum(overlapping(d) for d in done),
        "update_ms": [ms for d in done for ms in d.update_ms],
        "cpu_ms": [ms for d in done for ms in d.cpu_ms],
    }


def _turn_figures(turns: Sequence[WrongTurn]) -> dict[str, Any]:
    return {
        "turns": len(turns),
        "noticed": sum(t.noticed_s < float("inf") for t in turns),
        "in_time": sum(t.noticed_s <= 3.0 or t.noticed_m <= 30.0 for t in turns),
        "noticed_s": [t.noticed_s for t in turns if t.noticed_s < float("inf")],
        "noticed_m": [t.noticed_m for t in turns if t.noticed_s < float("inf")],
        "from_junction_s": [t.from_junction_s for t in turns if t.noticed_s < float("inf")],
        "spoken_s": [t.spoken_s for t in turns],
        "turned_round": sum(t.turned_round for t in turns),
        "recovered": sum(t.arrived for t in turns),
    }


def _maneuver_ms(route: Any) -> float:
    """Time all manoeuvres with both languages, the best of three."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        for maneuver in maneuvers(route.graph, route):
            maneuver.say("zh")
            maneuver.say("en")
        times.append((time.perf_counter() - began) * 1e3)
    return min(times)


def _summed(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            if isinstance(value, dict):
                total[key] = _summed([total[key], value]) if key in total else value
            else:
                total[key] = total[key] + value if key in total else value
    return total


def _print(console: Console, figures: dict[str, Any]) -> None:
    table = Table(title=f"guidance, {figures['all']['drives']} drives, {LOST:.0%} of fixes lost")
    table.add_column("what")
    for name in figures:
        table.add_column(name, justify="right")
    for label, read in _ROWS:
        table.add_row(label, *(read(part) for part in figures.values()))
    console.print(table)
    for noise in ("5m", "15m"):
        for text in figures["all"][noise]["unannounced"][:10]:
            console.print(f"{noise}: {text}", markup=False)


def _share(part: dict[str, Any], noise: str, what: str, of: str = "fixes") -> str:
    return f"{100 * part[noise][what] / max(1, part[noise][of]):.2f} %"


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values) or [float("nan")]
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _rows_for(noise: str) -> list[tuple[str, Any]]:
    wrong = f"wrong_{noise}"
    return [
        (f"{noise} noise: fixes", lambda p: str(p[noise]["fixes"])),
        ("  on the right edge", lambda p: _share(p, noise, "right")),
        ("  on the very edge", lambda p: _share(p, noise, "exact")),
        ("  false off-route", lambda p: str(p[noise]["off_route"])),
        ("  arrived", lambda p: f"{p[noise]['arrived']}/{p['drives']}"),
        ("  manoeuvres", lambda p: str(p[noise]["maneuvers"])),
        ("  not announced, or twice", lambda p: str(len(p[noise]["unannounced"]))),
        ("  prompts over another", lambda p: str(p[noise]["overlapping"])),
        ("  update p50 / p99 ms", lambda p: _times(p[noise]["update_ms"])),
        ("  the same, processor time", lambda p: _times(p[noise]["cpu_ms"])),
        ("  wrong turns, recovered", lambda p: f"{p[wrong]['turns']}, {p[wrong]['recovered']}"),
        ("  noticed in 3 s or 30 m", lambda p: f"{p[wrong]['in_time']}/{p[wrong]['turns']}"),
        ("  noticed p50 / p95 s", lambda p: _spread(p[wrong]["noticed_s"])),
        ("  noticed p50 / p95 m", lambda p: _spread(p[wrong]["noticed_m"])),
        ("  from the junction p50 / p95 s", lambda p: _spread(p[wrong]["from_junction_s"])),
        ("  new route turns round", lambda p: str(p[wrong]["turned_round"])),
    ]


def _times(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} / {_percentile(values, 0.99):.2f}"


def _spread(values: Sequence[float]) -> str:
    return f"{_percentile(values, 0.5):.1f} / {_percentile(values, 0.95):.1f}"


_ROWS = [
    ("kilometres", lambda p: f"{p['km']:.0f}"),
    *_rows_for("5m"),
    *_rows_for("15m"),
    ("manoeuvres, both languages, p50 ms", lambda p: f"{statistics.median(p['maneuver_ms']):.2f}"),
]
