"""Areas measured: provinces, cities and counties of China by their short names, among their namesakes.

Where two areas of the list share a name (吉林, 朝阳), the question which of the two is right.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.names.addresses import Pack
from poi import Places, build_places
from poi.areas.names import is_area
from poi.place import Place

_NAMES = Path(__file__).parents[1] / "data" / "areas_china.txt"
_LEVELS = {"province": "4", "city": "5", "county": "6"}
_STEP_DEG = 0.25


def names() -> Iterator[tuple[str, str, str]]:
    """Yield sort, full name and short name of every area, written by hand."""
    sort = ""
    for line in _NAMES.read_text("utf-8").splitlines():
        if line.startswith("["):
            sort = line.strip("[]")
        elif not line.startswith("#"):
            for entry in line.split():
                full, _, short = entry.partition("=")
                yield sort, full, short or full[:-1]


def measure() -> dict[str, dict[str, Any]]:
    """Return how often the area is found first, without a question, by its short and its full name."""
    listed = list(names())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "areas.osm"
        centres = _draw(file, listed)
        shared = Counter(short for _, _, short in listed)
        build_places(file, Path(folder))
        places = Places(Pack(Path(folder)))
        return {
            "by short names": _asked(
                places, [(short, centres[full], shared[short]) for _, full, short in listed]
            ),
            "by full names": _asked(places, [(full, centres[full], 1) for _, full, _ in listed]),
        }


def _asked(places: Places, asked: list[tuple[str, tuple[float, float], int]]) -> dict[str, Any]:
    right, took_s, misses = 0, [], []
    for words, centre, namesakes in asked:
        started = time.perf_counter()
        resolution = places.resolve(words)
        took_s.append(time.perf_counter() - started)
        place = next((c.place for c in resolution if _is_at(c.place, centre)), None)
        first = len(resolution) > 0 and resolution[0].place is place
        asked_about = resolution.verdict == "ask" and len(resolution) >= namesakes > 1
        found = place is not None and ((first and resolution.verdict == "clear") or asked_about)
        right += found
        if not found:
            misses.append(f"{words} → {resolution.verdict} {place.name if place else ''}")
    p50, p99 = np.percentile(np.array(took_s) * 1000, [50, 99])
    return {"asked": len(asked), "right": right / len(asked), "p50_ms": float(p50), "p99_ms": float(p99),
            "misses": misses}  # fmt: skip


def _is_at(place: Place, centre: tuple[float, float]) -> bool:
    return is_area(place.category) and abs(place.lat - centre[0]) + abs(place.lon - centre[1]) < 1e-4


def _draw(file: Path, listed: list[tuple[str, str, str]]) -> dict[str, tuple[float, float]]:
    """Write every area with a station, a restaurant and a road that are called after it.

    Every third is a boundary with its town, every third a boundary with a nameless centre, the rest points.
    """
    nodes: list[str] = []
    ways: list[list[Any]] = []
    relations: list[str] = []
    centres: dict[str, tuple[float, float]] = {}

    def node(lat: float, lon: float, **tags: str) -> int:
        inner = "".join(f"<tag k='{key}' v='{value}'/>" for key, value in tags.items())
        nodes.append(
            f"<node id='{len(nodes) + 1}' version='1' lat='{lat:.6f}' lon='{lon:.6f}'>{inner}</node>"
        )
        return len(nodes)

    for number, (sort, full, short) in enumerate(listed):
        lat, lon = 22.0 + _STEP_DEG * (number // 40), 100.0 + _STEP_DEG * (number % 40)
        centres[full] = round(lat, 6), round(lon, 6)
        kind = {"province": "state", "city": "city", "county": "county"}[sort]
        named = {"name": full} if number % 3 < 2 else {"name": f"{short}府城"}
        centre = node(lat, lon, place=kind if number % 3 < 2 else "town", **named)
        node(lat + 0.02, lon, railway="station", name=f"{short}站")
        node(lat - 0.02, lon, amenity="restaurant", name=f"{short}饭店")
        node(lat - 0.03, lon, highway="bus_stop", name=short)
        ends = node(lat + 0.01, lon - 0.01), node(lat + 0.01, lon + 0.01)
        road = "<tag k='highway' v='primary'/>" + f"<tag k='name' v='{short}路'/>"
        ways.append([*ends, road])
        if number % 3:
            box = [node(lat + y, lon + x) for y, x in ((-0.1, -0.1), (-0.1, 0.1), (0.1, 0.1), (0.1, -0.1))]
            ways.append([*box, box[0], ""])
            relations.append(
                f"<relation id='{number + 1}' version='1'><member type='way' ref='{len(ways)}' role='outer'/>"
                f"<member type='node' ref='{centre}' role='admin_centre'/><tag k='type' v='boundary'/>"
                f"<tag k='boundary' v='administrative'/><tag k='admin_level' v='{_LEVELS[sort]}'/>"
                f"<tag k='name' v='{full}'/></relation>"
            )
    drawn = [
        f"<way id='{number}' version='1'>" + "".join(f"<nd ref='{ref}'/>" for ref in refs) + f"{tags}</way>"
        for number, (*refs, tags) in enumerate(ways, 1)
    ]
    file.write_text("\n".join(["<osm version='0.6'>", *nodes, *drawn, *relations, "</osm>"]), "utf-8")
    return centres
