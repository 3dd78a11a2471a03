"""Place search at the size of a country: real names multiplied, built and searched by name, sound and kind.

    python -m bench.names.many_names 1000000 --names search_index.json.gz --keep

A name of another copy is the beginning of one real name and the end of another of the same kind, which keeps
lengths, characters and sounds, and how often each comes.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.names.corruptions import as_is, homophones, one_confusable, pinyin_letters
from bench.names.names_pack import entries, write_names
from bench.places import measure
from bench.report import Row, measured, save
from bench.scale import own_mb
from poi.kinds.search import nearest, places_of_kinds
from poi.names.search import NameIndex
from poi.store import PlaceStore
from poi.text import has_han

Figures = dict[str, float]
_SEED = 20_261_130
_SAMPLED = 300
_SAID = {
    "by name": as_is, "by sound, homophones": homophones, "by sound, one confusable": one_confusable,
    "by pinyin": pinyin_letters,
}  # fmt: skip
_APART_DEG = 0.3


def multiplied(path: Path, count: int) -> Iterator[dict[str, Any]]:
    """Yield so many entries, the real ones first."""
    real = list(entries(path))
    yield from real[:count]
    by_kind: dict[str, list[str]] = defaultdict(list)
    for entry in real:
        by_kind[entry["t"]].append(entry["n"])
    chance = random.Random(_SEED)
    for number in range(len(real), count):
        entry = real[number % len(real)]
        begin, end = entry["n"], chance.choice(by_kind[entry["t"]])
        name = begin[: (len(begin) + 1) // 2] + end[len(end) // 2 :]
        lon, lat = (entry[axis] + chance.uniform(-_APART_DEG, _APART_DEG) for axis in ("x", "y"))
        yield {**entry, "n": name, "x": lon, "y": lat}


def build(names: Path, count: int, folder: Path) -> Figures:
    """Build the places; the peak is that of this process."""
    began, cpu = time.perf_counter(), time.process_time()
    write_names(multiplied(names, count), folder)
    return {
        "build_s": time.perf_counter() - began,
        "build_cpu_s": time.process_time() - cpu,
        "build_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "disk_mb": (folder / "poi.sqlite").stat().st_size / 1e6,
    }


def search(folder: Path) -> Figures:
    """Search for drawn names as they are, as they sound, and for kinds of place round drawn points."""
    store = PlaceStore(folder / "poi.sqlite")
    index, figures = NameIndex(store.db), Figures()
    began = time.perf_counter()
    index.find("北京南站")
    figures["first_ms"] = (time.perf_counter() - began) * 1000.0
    drawn = _drawn(store.db)
    for what, spoil in _SAID.items():
        chance = random.Random(_SEED)
        found = measure(index, [(name, spoil(name, chance)) for name in drawn])
        figures |= {f"{what}: {key}": found[key] for key in ("five", "p50_ms", "p99_ms")}
    figures |= {f"by kind and distance: {key}": ms for key, ms in _by_kind(store).items()}
    figures["own_mb"] = own_mb()
    return figures


def _drawn(db: sqlite3.Connection) -> list[str]:
    (last,) = db.execute("SELECT max(id) FROM place").fetchone()
    rows = random.Random(_SEED).sample(range(1, last + 1), min(4 * _SAMPLED, last))
    found = [db.execute("SELECT name FROM place WHERE id = ?", (row,)).fetchone()[0] for row in rows]
    return [name for name in found if sum(map(has_han, name)) >= 3][:_SAMPLED]


def _by_kind(store: PlaceStore) -> Figures:
    kinds = [
        kind for (kind,) in store.db.execute("SELECT name FROM category ORDER BY length(ids) DESC LIMIT 5")
    ]
    took = []
    for row in _points(store.db):
        for kind in kinds:
            began = time.perf_counter()
            places_of_kinds(store, [kind], nearest(*row))
            took.append((time.perf_counter() - began) * 1000.0)
    return dict(zip(("p50_ms", "p99_ms"), np.percentile(took, (50, 99)).tolist(), strict=True))


def _points(db: sqlite3.Connection) -> list[tuple[float, float]]:
    return db.execute("SELECT lat, lon FROM place WHERE id % 20011 = 7 LIMIT 20").fetchall()


def run(names: Path, counts: list[int], console: Console) -> dict[int, Figures]:
    """Measure and print; each size is built in one process and searched in another."""
    figures: dict[int, Figures] = {}
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            figures[count] = _child("build", names, count, folder) | _child("search", names, count, folder)
    table = Table("what", *(f"{count:,} names" for count in counts))
    for what in figures[counts[0]]:
        table.add_row(what, *(f"{figures[count][what]:,.2f}" for count in counts))
    console.print(table)
    return figures


def rows(figures: dict[int, Figures], note: str = "") -> list[Row]:
    """Return the figures as rows of the benchmark page."""
    units = {"s": "s", "mb": "MB", "ms": "ms", "five": ""}
    return [
        measured(
            f"{what.replace('_', ' ')}, {count:,} names",
            float(f"{value:.3g}"),
            unit=units[what.rsplit("_")[-1].rsplit(" ")[-1]],
            command="python -m bench.names.many_names COUNT… --names search_index.json.gz --keep",
            note=note,
        )
        for count, found in figures.items()
        for what, value in found.items()
    ]


def _child(part: str, names: Path, count: int, folder: str) -> Figures:
    command = [sys.executable, "-m", "bench.names.many_names", str(count), "--names", str(names)]
    command += ["--part", part, "--folder", folder]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def main() -> None:
    """Measure, or do one part and print JSON."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("count", type=int, nargs="+")
    parser.add_argument("--names", type=Path, required=True, help="search_index.json.gz of siontiles")
    parser.add_argument("--part", choices=("build", "search"))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--keep", action="store_true", help="keep the figures for the benchmark page")
    parser.add_argument("--note", default="", help="what a reader of the page has to know besides")
    asked = parser.parse_args()
    if asked.part == "build":
        print(json.dumps(build(asked.names, asked.count[0], asked.folder)))
    elif asked.part == "search":
        print(json.dumps(search(asked.folder)))
    else:
        figures = run(asked.names, asked.count, Console())
        if asked.keep:
            save("places", rows(figures, asked.note))


if __name__ == "__main__":
    main()
