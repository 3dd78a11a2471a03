"""Make a place database out of a plain list of names, for benchmarks at a scale that the sample maps lack."""

from __future__ import annotations

import gzip
import json
import sqlite3
from array import array
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from poi.build.importance import importance
from poi.build.name_index import NameIndexWriter
from poi.build.pack import connect_for_writing, finish

_BATCH = 5000
_KEYS = {
    "道路": "street",
    "交通": "highway",
    "建筑": "building",
    "水系": "waterway",
    "银行": "amenity",
    "水域": "natural",
}


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the entries of a gzipped JSON list one by one, without holding all of them."""
    decoder = json.JSONDecoder()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        text = file.read()
    position = text.index("[") + 1
    while True:
        while text[position] in ", \n\r\t":
            position += 1
        if text[position] == "]":
            return
        entry, position = decoder.raw_decode(text, position)
        yield entry


def build_names(path: Path, out_dir: Path) -> int:
    """Write `out_dir/poi.sqlite` from a list of {n name, c class, t type, x lon,
    y lat}; return its length."""
    return write_names(entries(path), out_dir)


def write_names(found: Iterator[dict[str, Any]], out_dir: Path) -> int:
    """Write `out_dir/poi.sqlite` from such entries; return how many they are."""
    target = out_dir / "poi.sqlite"
    target.unlink(missing_ok=True)
    with closing(connect_for_writing(target)) as db:
        count = _write(db, found)
        finish(db)
    return count


def _write(db: sqlite3.Connection, found: Iterator[dict[str, Any]]) -> int:
    names = NameIndexWriter()
    rows: list[tuple[Any, ...]] = []
    boxes: list[tuple[Any, ...]] = []
    kinds: dict[str, tuple[array[int], array[float], array[float]]] = {}
    count = 0

    def flush() -> None:
        db.executemany("INSERT INTO place VALUES(?,?,?,?,?,?,?,?,?)", rows)
        db.executemany("INSERT INTO place_box VALUES(?,?,?,?,?)", boxes)
        rows.clear()
        boxes.clear()

    for count, entry in enumerate(found, 1):
        category = f"{_KEYS.get(entry['c'], 'place')}/{entry['t']}"
        weight = importance(category, {})
        rows.append((count, f"node/{count}", category, entry["y"], entry["x"], weight, entry["n"], "", "{}"))
        boxes.append((count, entry["y"], entry["y"], entry["x"], entry["x"]))
        names.add(count, entry["n"], "name", weight)
        own = kinds.setdefault(category, (array("i"), array("d"), array("d")))
        for column, value in zip(own, (count, entry["y"], entry["x"]), strict=True):
            column.append(value)
        if len(rows) >= _BATCH:
            flush()
    flush()
    names.write(db)
    for category, columns in kinds.items():
        db.execute("INSERT INTO category VALUES(?,?,?,?)", (category, *(part.tobytes() for part in columns)))
    db.execute("INSERT INTO meta VALUES('bbox', '[36.0, 113.0, 43.0, 120.0]')")
    return count
