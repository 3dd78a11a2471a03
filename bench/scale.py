"""How a region grows: build, start, routes, wishes and live changes from a town's size to a country's.

    python -m bench.scale all 100000 1000000 --keep    # tables of everything but the drive
    python -m bench.scale drive 10000000 --keep        # a country driven across
    python -m bench.scale matrix 100000 --points 10000 --keep

A part alone (`build`, `serve`, `pairs`) prints its figures of one size; `--folder` keeps, or takes, the pack.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.report import Row, measured, save

SIZES = (100_000, 1_000_000)
Figures = dict[str, Any]
_QUERIES = 300
_LIVE_EDGES = 1000
_ROWS = {
    "build_cpu_s": ("build, processor time", "s"),
    "build_own_mb": ("build, peak of own memory, mapped pages aside", "MB"),
    "build_peak_mb": ("build, peak of memory, mapped pages included", "MB"),
    "pack_mb": ("pack", "MB"),
    "ready_ms": ("ready for exact routes after opening", "ms"),
    "first_route_ms": ("first route", "ms"),
    "own_mb": ("own memory when serving, mapped pages aside", "MB"),
    "query_p50_ms": ("route with geometry, p50", "ms"),
    "query_p99_ms": ("route with geometry, p99", "ms"),
    "wish_answer_ms": ("first answer under another wish", "ms"),
    "wish_exact_s": ("until the index has that wish", "s"),
    "wish_pause_ms": ("longest pause of another thread meanwhile", "ms"),
    "live_s": ("1,000 live speeds in force", "s"),
    "pairs_wrong": ("pairs that differ from an independent search, usual and under a wish", ""),
    "pairs": ("pairs compared with it", ""),
}
"""What is measured: how the table calls it, and its unit."""
_GOALS: dict[tuple[str, int], float] = {
    ("build_cpu_s", 1_000_000): 60,
    ("build_cpu_s", 10_000_000): 900,
    ("build_own_mb", 1_000_000): 1500,
    ("build_own_mb", 10_000_000): 1500,
    ("pack_mb", 1_000_000): 250,
    ("own_mb", 10_000_000): 150,
    ("query_p50_ms", 1_000_000): 1.5,
    ("query_p50_ms", 10_000_000): 3,
    ("wish_exact_s", 1_000_000): 5,
    ("live_s", 1_000_000): 1,
}
"""What is to be reached, at most, at some sizes."""
_GOALS_OF_ALL = {"ready_ms": 50, "first_route_ms": 1000, "wish_pause_ms": 50, "pairs_wrong": 0}
"""What is to be reached at any size."""


def run(console: Console, *, sizes: tuple[int, ...] = SIZES) -> Figures:
    """Measure and print; each size is built in one process and served in another.

    Parameters
    ----------
    console
        Where the table goes.
    sizes
        Numbers of directed edges of the synthetic networks.
    """
    figures: Figures = {}
    for size in sizes:
        console.print(f"building and serving {size:,} edges")
        with tempfile.TemporaryDirectory() as folder:
            parts = (_child(part, size, folder) for part in ("build", "serve", "pairs"))
            figures[str(size)] = {key: value for part in parts for key, value in part.items()}
    table = Table("what", *(f"{size:,} edges" for size in sizes))
    for key, (what, unit) in _ROWS.items():
        table.add_row(f"{what}, {unit}", *(f"{figures[str(size)][key]:,.1f}" for size in sizes))
    console.print(table)
    return figures


def rows(figures: Figures, note: str = "") -> list[Row]:
    """Return the figures as rows of the benchmark page."""
    found = []
    for size, of_size in figures.items():
        for key, (what, unit) in _ROWS.items():
            goal = _GOALS.get((key, int(size)), _GOALS_OF_ALL.get(key))
            value = of_size[key]
            found.append(
                measured(
                    f"{what}, {int(size):,} edges",
                    round(value) if value >= 100 else float(f"{value:.3g}"),
                    unit=unit,
                    goal="" if goal is None else f"≤ {goal:g}",
                    command="python -m bench.scale all --keep",
                    note=note,
                )
            )
    return found


def _child(part: str, size: int, folder: str) -> Figures:
    command = [sys.executable, "-m", "bench.scale", part, str(size), "--folder", folder]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    figures: Figures = json.loads(done.stdout)
    return figures


def build(size: int, folder: Path) -> Figures:
    """Build the pack; the peaks of memory are those of this process, the made network included."""
    from bench.roads.synthetic_network import make_network
    from nav.osm.build import pack_network

    with most_own_mb() as most_mb:
        networks = [make_network(size)]
        began = time.process_time()
        meta = pack_network(networks.pop(), folder / "pack", name=f"synthetic-{size}")
        took_s = time.process_time() - began
    return {
        "edges": meta.counts["edges"],
        "build_cpu_s": took_s,
        "build_own_mb": most_mb(),
        "build_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "pack_mb": sum(bytes_ for bytes_, _ in meta.files.values()) / 1e6,
    }


def serve(size: int, folder: Path) -> Figures:
    """Open the pack and ask."""
    from nav.region import Region
    from nav.routing.router import Router

    began = time.perf_counter()
    router = Router(Region.open(folder / "pack"))
    router.wait()
    ready_ms = _since_ms(began)
    ends = _ends(router)
    first_ms, *times = [_route_ms(router, pair) for pair in ends]
    held_mb = own_mb()
    avoid = frozenset({"unpaved"})
    began = time.perf_counter()
    with longest_pause() as pause_ms:
        answer_ms = _route_ms(router, ends[0], avoid=avoid)
        router.engine.prepare(router.metrics.weights(avoid))
        exact_s = time.perf_counter() - began
    return {
        "ready_ms": ready_ms,
        "first_route_ms": first_ms,
        "own_mb": held_mb,
        "query_p50_ms": float(np.median(times)),
        "query_p99_ms": float(np.percentile(times, 99)),
        "wish_answer_ms": answer_ms,
        "wish_exact_s": exact_s,
        "wish_pause_ms": pause_ms(),
        "live_s": _live_s(router, avoid),
    }


def pairs(size: int, folder: Path) -> Figures:
    """Compare the paths of drawn pairs with a search that shares nothing with the index."""
    from bench.roads.country_pairs import LARGE, count_equal
    from nav.region import Region
    from nav.routing.router import Router

    router = Router(Region.open(folder / "pack"))
    wishes = [frozenset[str]()] if size > LARGE else [frozenset[str](), frozenset({"unpaved"})]
    counted = [count_equal(router, wish) for wish in wishes]
    asked, equal = (sum(column) for column in zip(*counted, strict=True))
    return {"pairs": asked, "pairs_wrong": asked - equal}


def drive(size: int, folder: Path) -> Figures:
    """Drive across, while another region is built and wishes are customised."""
    from bench.extracts import extract_of
    from bench.roads.country_drive import drive_across
    from nav.region import Region
    from nav.routing.router import Router

    if not (folder / "pack").is_dir():
        _child("build", size, str(folder))
    extract = extract_of("andorra")
    if extract is None:
        raise SystemExit("the drive builds Andorra beside it: put its extract where bench.extracts looks")
    region = Region.open(folder / "pack")
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        done = drive_across(region, Router(region), extract, Path(beside))
    return {
        "prompt_late_ms": max(done.prompt_late_ms),
        "position_late_ms": max(done.late_ms),
        "position_late_p99_ms": float(np.percentile(done.late_ms, 99)),
        "route_km": done.route_km,
        "positions": done.positions,
        "prompts": done.prompts,
        "reroutes": done.reroutes,
        "arrived": done.arrived,
        "regions_built": done.regions_built,
        "wishes_customised": done.wishes_customised,
    }


def drive_rows(size: int, figures: Figures, note: str = "") -> list[Row]:
    """Return the figures of a drive as rows of the benchmark page."""
    beside = (
        f"{figures['route_km']:,.0f} km, {figures['positions']:,} positions at 80 a second, "
        f"{figures['prompts']:,} prompts, {figures['reroutes']} new routes; beside it "
        f"{figures['regions_built']} regions built, {figures['wishes_customised']} wishes customised"
    )
    kinds = {"prompt_late_ms": ("latest prompt", "≤ 100"), "position_late_ms": ("latest position", "")}
    return [
        measured(
            f"{what} on a drive across {size:,} edges",
            float(f"{figures[key]:.3g}"),
            unit="ms",
            goal=goal,
            command=f"python -m bench.scale drive {size} --keep",
            note="; ".join(filter(None, (note, beside))),
        )
        for key, (what, goal) in kinds.items()
    ]


def matrix(size: int, folder: Path, points: int) -> Figures:
    """Write a matrix of drawn points in blocks, as `xiaogao matrix` does without a cluster."""
    from device.cluster.big_matrix import compute, question_of
    from nav.law.vehicle import PASSENGER_CAR
    from nav.region import Region
    from nav.routing.router import Router

    if not (folder / "pack").is_dir():
        _child("build", size, str(folder))
    region = Region.open(folder / "pack")
    drawn = [pair[0] for pair in _ends(Router(region), points)]
    depart = datetime(2026, 11, 30, 10).isoformat()
    question = question_of(region, profile="car", avoid=(), depart=depart, vehicle=PASSENGER_CAR)
    began, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory(dir=folder) as out:
        file = Path(out) / "matrix.zarr"
        compute(question, drawn, drawn, file, side=1000, client=None, tell=lambda _what: None)
    return {
        "matrix_s": time.perf_counter() - began,
        "matrix_cpu_s": time.process_time() - cpu,
        "matrix_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def matrix_rows(size: int, points: int, figures: Figures, note: str = "") -> list[Row]:
    """Return the figures of a matrix as rows of the benchmark page."""
    kinds = {
        "matrix_s": ("time", "s"),
        "matrix_cpu_s": ("processor time", "s"),
        "matrix_peak_mb": ("peak of memory", "MB"),
    }
    return [
        measured(
            f"matrix {points:,} × {points:,} on {size:,} edges, {what}",
            round(figures[key]),
            unit=unit,
            command=f"python -m bench.scale matrix {size} --points {points} --keep",
            note=note,
        )
        for key, (what, unit) in kinds.items()
    ]


def _ends(router: Any, count: int = _QUERIES) -> list[list[tuple[float, float]]]:
    edges = np.flatnonzero(router.turns.edge_component == 0)
    drawn = np.random.default_rng(1).choice(edges, (count, 2)).tolist()
    return [[tuple(router.graph.shape(edge).mean(axis=0).tolist()) for edge in pair] for pair in drawn]


def _route_ms(router: Any, stops: list[tuple[float, float]], **wishes: Any) -> float:
    began = time.perf_counter()
    _ = router.route(stops, **wishes).geometry
    return _since_ms(began)


def _since_ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000.0


def own_mb() -> float:
    """Return the memory of this process that no file stands behind."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))


@contextmanager
def most_own_mb() -> Iterator[Callable[[], float]]:
    """Look fifty times a second; give the most own memory that was seen."""
    most, over = [own_mb()], threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            most[0] = max(most[0], own_mb())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield lambda: most[0]
    finally:
        over.set()
        thread.join()


@contextmanager
def longest_pause() -> Iterator[Callable[[], float]]:
    """Run a thread that wakes each millisecond; give the longest time, ms, for which it did not."""
    longest, over = [0.0], threading.Event()

    def tick() -> None:
        last = time.perf_counter()
        while not over.wait(0.001):
            now = time.perf_counter()
            longest[0], last = max(longest[0], now - last), now

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield lambda: longest[0] * 1000.0
    finally:
        over.set()
        thread.join()


def _live_s(router: Any, avoid: frozenset[str]) -> float:
    """Return the seconds until live speeds are in force for routes under a wish."""
    usable = np.flatnonzero(router.turns.edge_state >= 0)
    edges = np.random.default_rng(2).choice(usable, min(_LIVE_EDGES, len(usable)), replace=False)
    times = {int(edge): int(router.turns.edge_time_ms[edge]) * 3 for edge in edges}
    began = time.perf_counter()
    router.metrics.apply_live(times)
    router.engine.prepare(router.metrics.weights(avoid))
    return time.perf_counter() - began


_PARTS: dict[str, Callable[[int, Path], Figures]] = {"build": build, "serve": serve, "pairs": pairs}


def main() -> None:
    """Measure one part of one size and print JSON, or all."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("part", choices=(*_PARTS, "drive", "matrix", "all"))
    parser.add_argument("size", type=int, nargs="*")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--points", type=int, default=10_000, help="of a matrix")
    parser.add_argument("--keep", action="store_true", help="keep the figures for the benchmark page")
    parser.add_argument("--note", default="", help="what a reader of the page has to know besides")
    asked = parser.parse_args()
    if asked.part == "all":
        figures = run(Console(), sizes=tuple(asked.size) or SIZES)
        if asked.keep:
            save("scale", rows(figures, asked.note))
    else:
        with ExitStack() as stack:
            folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            os.environ["XIAOGAO_HOME"] = str(folder / "home")  # no cache of another run helps
            (size,) = asked.size
            if asked.part == "matrix":
                figures = matrix(size, folder, asked.points)
                found = matrix_rows(size, asked.points, figures, asked.note)
            else:
                figures = (_PARTS | {"drive": drive})[asked.part](size, folder)
                found = drive_rows(size, figures, asked.note) if asked.part == "drive" else []
        print(json.dumps(figures))
        if asked.keep:
            save("scale", found)


if __name__ == "__main__":
    main()
