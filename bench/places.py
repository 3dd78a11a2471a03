"""Place search measured: 185,105 real names spoilt, typing errors, detours, addresses and areas.

`xiaogao bench places`, or from Python::

    from rich.console import Console
    from bench.places import run
    run(Console(), names=Path("search_index.json.gz"), andorra=Path("andorra.osm.pbf"))
"""

from __future__ import annotations

import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.extracts import extract_of, extracts_of
from bench.names.addresses import MAPS
from bench.names.addresses import measure as measure_addresses
from bench.names.areas import measure as measure_areas
from bench.names.corruptions import CHINESE, one_lost, typos
from bench.names.hours import measure as measure_hours
from poi.names.search import NameIndex
from poi.text import canonical, has_han

SEED = 20_261_121
SAMPLED = 2_000
_GOALS = {
    "as is": (0.99, 0.98), "traditional": (0.98, 0.98),
    "homophones": (0.90, 0.95), "one confusable": (0.85, 0.90),
    "one lost": (0.85, 0.90), "pinyin": (0.85, 0.90), "one typo": (0.95, 0.98), "two typos": (0.85, 0.90),
}  # fmt: skip
_TIMES = ("p50 ms", "p99 ms", "CPU p50", "p99")
_BUILD = "import sys; from pathlib import Path; from bench.names.names_pack import build_names; "
_BUILD += "build_names(Path(sys.argv[1]), Path(sys.argv[2]))"


def run(
    console: Any,
    *,
    names: Path | None = None,
    andorra: Path | None = None,
    sampled: int = SAMPLED,
    seed: int = SEED,
) -> dict[str, Any]:
    """Measure and print.

    Parameters
    ----------
    console
        A rich console.
    names
        The list of names (`search_index.json.gz`); by default the one in the model store.
    andorra
        Extract of Andorra, for typing errors and detours; by default `$XIAOGAO_TEST_MAPS/andorra.osm.pbf`.
        Without one, these two parts are left out and said to be.
    sampled
        Names drawn per corruption.
    seed
        Of the drawing.

    Returns
    -------
    dict
        All figures.
    """
    figures: dict[str, Any] = {"sampled": sampled, "seed": seed}
    with tempfile.TemporaryDirectory() as folder:
        figures["index"] = _build(names or _stored_names(), Path(folder))
        db = sqlite3.connect(Path(folder) / "poi.sqlite")
        figures["names"] = _spoilt(db, sampled, seed)
        db.close()
    extract = andorra or extract_of("andorra")
    if extract is None:
        console.print("no extract of Andorra: typing errors and detours are not measured")
    else:
        with tempfile.TemporaryDirectory() as folder:
            figures["typos"], figures["build_s"] = _mistyped(extract, Path(folder), seed)
            figures["along"] = _along(extract, Path(folder))
    figures["addresses"] = measure_addresses(extracts_of(MAPS), seed)
    figures["areas"] = measure_areas()
    figures["hours"] = measure_hours()
    _show(console, figures)
    _show_addresses(console, figures)
    return figures


def _stored_names() -> Path:
    from device.store.models import ModelStore

    return ModelStore().path("siontiles-names") / "search_index.json.gz"


def _build(names: Path, folder: Path) -> dict[str, float]:
    """Build the index in a process of its own, so that its peak memory is known."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", _BUILD, str(names), str(folder)], check=True)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mb": peak, "disk_mb": (folder / "poi.sqlite").stat().st_size / 1e6}


def measure(index: NameIndex, pairs: Iterable[tuple[str, str]]) -> dict[str, float]:
    """Return how often the very name is found first and among the first five, and how long it takes.

    Parameters
    ----------
    index
        The names.
    pairs
        What is meant and what is said.
    """
    firsts: list[bool] = []
    fives: list[bool] = []
    took: list[float] = []
    worked: list[float] = []
    for meant, said in pairs:
        started, began = time.perf_counter(), time.process_time()
        hits = index.find(said, limit=5)
        worked.append(time.process_time() - began)
        took.append(time.perf_counter() - started)
        texts = [hit.text for hit in hits]
        firsts.append(texts[:1] == [canonical(meant)])
        fives.append(canonical(meant) in texts)
    p50, p99 = np.percentile(np.array(took) * 1000, [50, 99])
    cpu50, cpu99 = np.percentile(np.array(worked) * 1000, [50, 99])
    return {"first": float(np.mean(firsts)), "five": float(np.mean(fives)), "p50_ms": float(p50),
            "p99_ms": float(p99), "cpu_p50_ms": float(cpu50), "cpu_p99_ms": float(cpu99),
            "count": len(took)}  # fmt: skip


def _spoilt(db: sqlite3.Connection, sampled: int, seed: int) -> dict[str, dict[str, float]]:
    index = NameIndex(db)
    index.find("北京 beijing")
    frequency = Counter(name for (name,) in db.execute("SELECT name FROM place"))
    chinese = sorted(name for name in frequency if sum(map(has_han, name)) >= 2)
    drawn = random.Random(seed).sample(chinese, min(sampled, len(chinese)))
    found: dict[str, dict[str, float]] = {}
    for sort, spoil in CHINESE.items():
        found[sort] = measure(index, _pairs(drawn, spoil, seed))
    longer = [name for name in drawn if len(name) >= 5]
    found["one lost of five or more"] = measure(index, _pairs(longer, one_lost, seed))
    found["one lost"]["ceiling_first"], found["one lost"]["ceiling_five"] = _ceiling(drawn, frequency, seed)
    found["one lost of five or more"]["ceiling_first"], _ = _ceiling(longer, frequency, seed)
    return found


def _pairs(
    names: Sequence[str], spoil: Callable[[str, random.Random], str], seed: int
) -> list[tuple[str, str]]:
    rng = random.Random(seed)
    return [(name, spoil(name, rng)) for name in names]


def _ceiling(names: Sequence[str], frequency: Counter[str], seed: int) -> tuple[float, float]:
    """Return what nobody can beat when one character is lost.

    An oracle knows all names and how many places have each, lists those that turn into what was said when a
    character is lost (the words themselves first, if they are a name), and orders them by number of places.
    """
    places: Counter[str] = Counter()
    for name, count in frequency.items():
        places[canonical(name)] += count
    losing: dict[str, set[str]] = defaultdict(set)
    for text in places:
        for i in range(len(text)):
            losing[text[:i] + text[i + 1 :]].add(text)
    first = five = 0
    for meant, said in _pairs(names, one_lost, seed):
        query = canonical(said)
        ranked = [query] * (query in places) + sorted(losing[query], key=lambda t: (-places[t], t))
        first += ranked[:1] == [canonical(meant)]
        five += canonical(meant) in ranked[:5]
    return first / len(names), five / len(names)


def _mistyped(extract: Path, folder: Path, seed: int) -> tuple[dict[str, dict[str, float]], float]:
    from poi import build_places

    started = time.perf_counter()
    build_places(extract, folder)
    seconds = time.perf_counter() - started
    db = sqlite3.connect(folder / "poi.sqlite")
    index = NameIndex(db)
    names: set[str] = set()
    for name, data in db.execute("SELECT name, data FROM place"):
        others = json.loads(data)["names"]
        names.update(n for n in (name, others.get("ca"), others.get("en")) if n and canonical(n).isascii())
    drawn = sorted(n for n in names if sum(map(str.isalpha, n)) >= 4)
    index.find("andorra")
    found = {}
    for sort, count in (("one typo", 1), ("two typos", 2)):
        rng = random.Random(seed)
        found[sort] = measure(index, [(name, typos(name, rng, count)) for name in drawn])
    db.close()
    return found, seconds


def _along(extract: Path, folder: Path) -> dict[str, float]:
    """Time a search for 50 candidates along a route right across Andorra, in CPU time."""
    from nav import Region, Router, build_graph
    from poi import Places

    build_graph(extract, folder, name="andorra")
    region = Region.open(folder)
    router, places = Router(region), Places(region)
    router.wait(30)
    route = router.route([(42.4636, 1.4913), (42.5437, 1.7342)])
    candidates = places.search("restaurant", along=route, limit=50)
    points = [(p.lat, p.lon) for p in candidates]
    detours, whole = [], []
    for _ in range(15):
        started = time.process_time()
        router.detours_s(route, points)
        detours.append(time.process_time() - started)
        started = time.process_time()
        places.search("restaurant", along=route, router=router)
        whole.append(time.process_time() - started)
    return {
        "candidates": len(points), "route_km": route.distance_m / 1000,
        "detours_ms": float(np.median(detours)) * 1000, "search_ms": float(np.median(whole)) * 1000,
    }  # fmt: skip


def _show_addresses(console: Any, figures: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table(title="Addresses, areas and hours", title_justify="left")
    for heading in ("where", "asked", "right", "wrong, not asked", "p50 ms", "p99 ms"):
        table.add_column(heading, justify="left" if heading == "where" else "right")
    for name, row in {**figures["addresses"], **figures["areas"], **figures["hours"]}.items():
        wrong = f"{row['wrong']:.2%}" if "wrong" in row else ""
        times = f"{row['p50_ms']:.1f}", f"{row['p99_ms']:.1f}"
        table.add_row(name, str(row["asked"]), f"{row['right']:.1%}", wrong, *times)
    console.print(table)


def _show(console: Any, figures: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table(title="Names found again", title_justify="left")
    for heading in ("said", "names", "first", "goal", "in five", "goal", *_TIMES):
        table.add_column(heading, justify="left" if heading == "said" else "right")
    for sort, row in {**figures["names"], **figures.get("typos", {})}.items():
        first, five = _GOALS.get(sort, (None, None))
        shares = [f"{row['first']:.1%}", f"{first:.0%}" if first else ""]
        shares += [f"{row['five']:.1%}", f"{five:.0%}" if five else ""]
        times = [f"{row[key]:.1f}" for key in ("p50_ms", "p99_ms", "cpu_p50_ms", "cpu_p99_ms")]
        table.add_row(sort, str(row["count"]), *shares, *times)
    console.print(table)
    lost = figures["names"]["one lost"]
    ceilings = f"{lost['ceiling_first']:.1%} first, {lost['ceiling_five']:.1%} in five"
    console.print(f"one lost: an oracle reaches {ceilings}")
    index = figures["index"]
    console.print(
        f"index of 185,105 names: {index['seconds']:.1f} s, peak {index['peak_mb']:.0f} MB, "
        f"{index['disk_mb']:.0f} MB on disk"
    )
    if "along" in figures:
        along = figures["along"]
        console.print(f"places of Andorra built in {figures['build_s']:.2f} s")
        exact = f"{along['candidates']} exact detours {along['detours_ms']:.1f} ms"
        console.print(
            f"along {along['route_km']:.0f} km: {exact}, whole search {along['search_ms']:.1f} ms (CPU)"
        )
