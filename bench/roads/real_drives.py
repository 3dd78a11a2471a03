"""Recorded drives on our roads: said to be off their own route? as long as we say?

    python -m bench.roads.real_drives --traces FOLDER --maps FOLDER --map tsinghua

The route of each drive is what our matcher makes of all its positions; guidance then gets one in five
seconds. Durations are judged on the drives that a traveller labelled as car or taxi: the others may be
buses.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.extracts import extract_of
from bench.roads.traces import TRACES, Trace, drives_in, read_traces
from device.position.source import RecordedSource
from nav.guidance.fix import Fix
from nav.guidance.guide import Guide, GuideSettings
from nav.guidance.matching import MatchedPoint, match
from nav.guidance.matching_roads import roads_of
from nav.osm.build import build_graph
from nav.region import Region
from nav.routing.route import Route
from nav.routing.router import Router

EVERY_S = 5
_SHORTEST_M = 800.0
_ASIDE_M = 25.0
_LEAST_CONFIDENCE = 0.3
_LENGTHS_APART = 0.12
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class RealDrive:
    """A recorded drive, and the way that it took."""

    trace: Trace
    route: Route

    @property
    def ratio(self) -> float:
        """Our duration over the real one."""
        return self.route.duration_s / self.trace.duration_s

    @property
    def time_of_day(self) -> str:
        """When it began, by the clock of China: "night", "day", or "peak" on a working day."""
        began = datetime.fromtimestamp(self.trace.fixes[0].time_s, _CHINA)
        hour = began.hour + began.minute / 60
        if hour < 6.5 or hour >= 22:
            return "night"
        rush = 7 <= hour < 9.5 or 17 <= hour < 20
        return "peak" if rush and began.weekday() < 5 else "day"

    @property
    def is_to_judge(self) -> bool:
        """Whether it is in the half that judges; all pieces of one recording are in the same half."""
        return hashlib.sha256(self.trace.name.encode()).digest()[0] % 2 == 1


def matched_drives(region: Region, router: Router, pieces: Iterable[Trace]) -> Iterator[RealDrive]:
    """Yield the drives whose way is certain: one connected line close to nearly all positions."""
    roads = roads_of(region)
    for piece in pieces:
        matched = match(roads, piece.fixes)
        for number, edges in enumerate(matched.parts):
            of_part = [(k, p) for k, p in enumerate(matched.points) if p is not None and p.part == number]
            if len(of_part) < 2 or matched.confidence[number] < _LEAST_CONFIDENCE:
                continue
            drive = _drive(router, piece, of_part, edges)
            if drive is not None:
                yield drive


def _drive(
    router: Router, piece: Trace, of_part: list[tuple[int, MatchedPoint]], edges: tuple[int, ...]
) -> RealDrive | None:
    graph = router.graph
    length_m = graph.edge_length_m
    first, last = of_part[0][1], of_part[-1][1]
    if any(int(graph.edge_reverse[a]) == b for a, b in pairwise(edges)):
        return None
    aside_m = np.array([p.distance_m for _, p in of_part])
    if np.percentile(aside_m, 95) > _ASIDE_M:
        return None
    fractions = (first.offset_m / float(length_m[edges[0]]), last.offset_m / float(length_m[edges[-1]]))
    route = router.route_along(edges, min(1.0, fractions[0]), min(1.0, fractions[1]))
    fixes = piece.fixes[of_part[0][0] : of_part[-1][0] + 1]
    trace = replace(piece, fixes=fixes)
    if route.distance_m < _SHORTEST_M or len(of_part) < 0.97 * len(fixes):
        return None
    apart = abs(trace.driven_m / route.distance_m - 1.0)
    return RealDrive(trace=trace, route=route) if apart < _LENGTHS_APART else None


def sparse(fixes: Iterable[Fix], every_s: int = EVERY_S) -> list[Fix]:
    """Keep one position in some seconds."""
    kept: list[Fix] = []
    for fix in fixes:
        if not kept or fix.time_s - kept[-1].time_s >= every_s:
            kept.append(fix)
    return kept


def events_of(region: Region, router: Router, drive: RealDrive, *, every_s: int = EVERY_S) -> list[str]:
    """Guide along the very way that was driven; return what happened besides progress and prompts."""
    guide = Guide(region, router, drive.route, settings=GuideSettings(speeding=False, rest=False))
    kinds: list[str] = []
    for fix in RecordedSource(iter(sparse(drive.trace.fixes, every_s))).fixes():
        kinds += [e.kind for e in guide.update(fix) if e.kind not in ("progress", "prompt")]
        if guide.route is not drive.route:
            break
    return kinds


def measure(region: Region, router: Router, traces: Path) -> tuple[list[RealDrive], dict[str, Any]]:
    """Return the drives, and how many were said to have left their own way."""
    pieces = list(drives_in(read_traces(traces), _extent(region)))
    drives = list(matched_drives(region, router, pieces))
    left = [d for d in drives if {"off_route", "reroute"} & set(events_of(region, router, d))]
    figures: dict[str, Any] = {
        "pieces inside the map": len(pieces),
        "drives": len(drives),
        "recordings": len({d.trace.name for d in drives}),
        "km": sum(d.route.distance_m for d in drives) / 1000,
        "hours": sum(d.trace.duration_s for d in drives) / 3600,
        "false off-route": len(left),
        "false off-route, %": 100 * len(left) / max(1, len(drives)),
        "off": [f"{d.trace.name} at {d.trace.fixes[0].time_s:.0f}, {d.route.distance_m:.0f} m" for d in left],
    }
    return drives, figures | durations(drives)


def durations(drives: Iterable[RealDrive]) -> dict[str, Any]:
    """Return how our durations compare with the real ones, by half and time of day."""
    cars = [d for d in drives if d.trace.is_labelled and d.trace.duration_s > 0]
    figures: dict[str, Any] = {}
    for half, is_to_judge in (("half to fit", False), ("half to judge", True)):
        for when in ("all", "night", "day", "peak"):
            some = [d for d in cars if d.is_to_judge == is_to_judge and when in ("all", d.time_of_day)]
            if not some:
                continue
            ratio = np.array([d.ratio for d in some])
            km = sum(d.route.distance_m for d in some) / 1000
            apart = np.abs(np.log(np.maximum(ratio, 1e-3)))
            figures[f"durations, {half}, {when}"] = (
                f"{len(some)} drives, {km:.0f} km: ours ÷ real {np.median(ratio):.2f}, "
                f"apart {np.expm1(np.median(apart)):.0%}, "
                f"{(apart < np.log(1.2)).mean():.0%} within a fifth"
            )
    return figures


def _extent(region: Region) -> tuple[float, float, float, float]:
    """Return the box of the roads: that of an extract may hold more than its roads."""
    lat, lon = region.graph.node_lat, region.graph.node_lon
    return float(lat.min()), float(lon.min()), float(lat.max()), float(lon.max())


def traces_path(asked: Path | None) -> Path | None:
    """Return where the recordings lie: as asked, or as the environment says; None where there are none."""
    named = asked or (Path(os.environ[TRACES]) if os.environ.get(TRACES) else None)
    return named if named is not None and named.exists() else None


def run(
    console: Console, *, traces: Path | None = None, maps: Path | None = None, name: str = "tsinghua"
) -> dict[str, Any]:
    """Measure and print; without recordings or map say so and measure nothing."""
    path, extract = traces_path(traces), extract_of(name, maps)
    if path is None or extract is None:
        lacking = f"recordings: give a file or folder, or set {TRACES}" if path is None else f"map {name}"
        console.print(f"real drives are left out for want of {lacking}")
        return {}
    with tempfile.TemporaryDirectory() as folder:
        build_graph(extract, Path(folder), name=name)
        region = Region.open(Path(folder))
        router = Router(region)
        router.wait(60)
        _, figures = measure(region, router, path)
    table = Table(title=f"real drives, {name}, one position in {EVERY_S} s", show_header=False)
    for what, value in figures.items():
        table.add_row(what, f"{value:,.3g}" if isinstance(value, float) else str(value))
    console.print(table)
    return figures


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traces", type=Path, help="file or folder; " + TRACES + " if not given")
    parser.add_argument("--maps", type=Path)
    parser.add_argument("--map", default="tsinghua")
    asked = parser.parse_args()
    run(Console(), traces=asked.traces, maps=asked.maps, name=asked.map)


if __name__ == "__main__":
    main()
