"""Real names multiplied: as many as are asked for, each like the real ones, found and built like them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

from bench.names.many_names import build, multiplied, rows, search

REAL = [
    {"n": "清华大学东门", "c": "交通", "t": "gate", "x": 116.33, "y": 40.00},
    {"n": "北京南站", "c": "交通", "t": "station", "x": 116.38, "y": 39.87},
    {"n": "北京西站", "c": "交通", "t": "station", "x": 116.32, "y": 39.89},
    {"n": "知春路", "c": "道路", "t": "primary", "x": 116.34, "y": 39.98},
]


def test_multiplied_names_are_found_and_keep_their_kinds(tmp_path: Path) -> None:
    names = tmp_path / "names.json.gz"
    with gzip.open(names, "wt", encoding="utf-8") as out:
        json.dump(REAL, out)
    found = list(multiplied(names, 40))
    assert found[:4] == REAL
    assert Counter(entry["t"] for entry in found) == {"gate": 10, "station": 20, "primary": 10}
    assert {entry["n"] for entry in found if entry["t"] == "station"} == {"北京南站", "北京西站"}
    figures = build(names, 40, tmp_path) | search(tmp_path)
    assert figures["by name: five"] == 1.0
    assert {row.unit for row in rows({40: figures})} == {"s", "MB", "ms", ""}
