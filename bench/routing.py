"""How right and how fast routes are: against an exhaustive search, NetworkX, and Valhalla."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.extracts import extracts_of
from bench.roads.oracle import Oracle
from nav.graph import EdgeFlag, RoadClass
from nav.osm.build import build_graph, build_roads
from nav.osm.extract import read_network
from nav.region import Region
from nav.routing.output.polyline import decode
from nav.routing.route import Route
from nav.routing.router import Router

REGIONS = ("andorra", "monaco", "tsinghua", "helsinki")
_SEED = 20
Figures = dict[str, Any]


def run(
    console: Console,
    *,
    maps: Path | None = None,
    helsinki: Path | None = None,
    pairs: int = 1000,
    valhalla_python: str = "",
) -> Figures:
    """Measure and print.

    Parameters
    ----------
    console
        Where the tables go.
    maps
        Folder with ``andorra.osm.pbf``, ``monaco.osm.pbf`` and ``tsinghua.osm.pbf``.
    helsinki
        Extract of Helsinki.
    pairs
        Random pairs for the check against the exhaustive search, on each map.
    valhalla_python
        A Python interpreter with pyvalhalla; without one that comparison is left out.
    """
    extracts = extracts_of(REGIONS, maps, sample=helsinki)
    figures: Figures = {"maps": {}}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, extract in extracts.items():
            figures["maps"][name] = _measure_map(name, extract, folder / name, pairs)
            _show(console, name, figures["maps"][name])
        if "andorra" in extracts:
            region = Region.open(folder / "andorra")
            figures["valhalla"] = _compare(console, region, extracts["andorra"], folder, valhalla_python)
    return figures


def _show(console: Console, title: str, figures: Figures) -> None:
    table = Table(title=title, show_header=False)
    for name, value in figures.items():
        table.add_row(name, f"{value:,.4g}" if isinstance(value, float) else str(value))
    console.print(table)


def _timed_ms(job: Callable[[], object]) -> float:
    began = time.perf_counter()
    job()
    return (time.perf_counter() - began) * 1000


def _measure_map(name: str, extract: Path, folder: Path, pairs: int) -> Figures:
    folder.mkdir()
    figures: Figures = {"build_roads_s": _timed_ms(lambda: build_graph(extract, folder, name=name)) / 1000}
    figures["build_with_places_s"] = _build_whole_s(extract, folder.with_name(f"{name}-whole"))
    figures["open_ms"] = float(np.median([_timed_ms(lambda: Region.open(folder)) for _ in range(9)]))
    region = Region.open(folder)
    router = Router(region)
    router.wait()
    figures["edges"] = region.meta.counts["edges"]
    figures |= _check(region, router, extract, pairs)
    figures |= _speed(region, router)
    return figures


def _build_whole_s(extract: Path, folder: Path) -> float:
    """Build roads and places in a process of its own, imports included."""
    code = (
        "import sys, pathlib\n"
        "from nav.osm.build import build_graph\nfrom poi import build_places\n"
        "extract, folder = map(pathlib.Path, sys.argv[1:])\n"
        "folder.mkdir()\nbuild_graph(extract, folder, name='whole')\nbuild_places(extract, folder)\n"
    )
    command = [sys.executable, "-c", code, str(extract), str(folder)]
    root = Path(__file__).parents[1]
    return _timed_ms(lambda: subprocess.run(command, check=True, cwd=root)) / 1000


def _points(router: Router, count: int, seed: int) -> list[tuple[float, float]]:
    """Return random places on roads that are connected."""
    rng = np.random.default_rng(seed)
    edges = rng.choice(np.flatnonzero(router.turns.edge_component == 0), count)
    shares = rng.random(count)
    found = []
    for edge, share in zip(edges.tolist(), shares.tolist(), strict=True):
        shape = router.graph.shape(edge)
        lat, lon = shape[0] * share + shape[1] * (1 - share)
        found.append((float(lat), float(lon)))
    return found


def _check(region: Region, router: Router, extract: Path, pairs: int) -> Figures:
    """Compare costs with the exhaustive search, a batch of targets for each source."""
    _, forbidden, _ = build_roads(read_network(extract))
    weights = router.metrics.weights()
    holding = weights.key[1].conditions
    oracle = Oracle.of(region.graph, router.turns, forbidden, weights, holding)
    batch = 20
    sources = _points(router, -(-pairs // batch), _SEED)
    targets = _points(router, pairs, _SEED + 1)
    wrong = checked = unreachable = 0
    for i, source in enumerate(sources):
        starts = router.ways.starts(router.snap(*source))
        reached = oracle.costs_from(starts)
        for target in targets[i * batch : (i + 1) * batch]:
            ends = router.ways.ends(router.snap(*target))
            path = router.legs.find(weights, starts, ends)
            expected = oracle.cost(starts, ends, reached)
            checked += 1
            unreachable += expected is None
            wrong += (None if path is None else path.cost_ms) != expected
    return {"pairs_checked": checked, "pairs_wrong": wrong, "pairs_without_way": unreachable}


def _speed(region: Region, router: Router) -> Figures:
    """Time queries, NetworkX on the same graph, and customisation for other wishes."""
    points = _points(router, 1000, _SEED + 2)
    stops = list(zip(points[::2], points[1::2], strict=True))
    weights = router.metrics.weights()
    legs = [(router.ways.starts(router.snap(*a)), router.ways.ends(router.snap(*b))) for a, b in stops]
    from nav.routing.joining import assemble_route

    snaps = [[router.snap(*a), router.snap(*b)] for a, b in stops]

    def query(i: int) -> None:
        path = router.legs.find(weights, *legs[i])
        if path is not None:
            _ = assemble_route(router.ways, snaps[i], [path], frozenset()).geometry

    def whole(i: int) -> None:
        _ = router.route(stops[i]).geometry

    for i in range(50):
        query(i)
        whole(i)
    path_ms = [_timed_ms(lambda i=i: router.legs.find(weights, *legs[i])) for i in range(len(stops))]
    query_ms = [_timed_ms(lambda i=i: query(i)) for i in range(len(stops))]
    whole_ms = [_timed_ms(lambda i=i: whole(i)) for i in range(len(stops))]
    maneuver_ms = [_timed_ms(lambda i=i: router.route(stops[i]).maneuvers) for i in range(200)]
    figures: Figures = {
        "query_path_p50_ms": float(np.median(path_ms)),
        "query_path_geometry_p50_ms": float(np.median(query_ms)),
        "query_path_geometry_p99_ms": float(np.percentile(query_ms, 99)),
        "snap_and_route_p50_ms": float(np.median(whole_ms)),
        "snap_and_route_p99_ms": float(np.percentile(whole_ms, 99)),
        "route_with_maneuvers_p50_ms": float(np.median(maneuver_ms)),
    }
    wishes = [frozenset({a}) for a in ("toll", "motorway", "ferry", "unpaved")]
    figures["other_avoid_ms"] = float(
        np.median([_timed_ms(lambda w=w: router.engine.prepare(router.metrics.weights(w))) for w in wishes])
    )
    figures["detours_50_places_ms"] = _detours_ms(router, points)
    figures["matrix_50_by_50_ms"] = _timed_ms(lambda: router.matrix(points[:50], points[50:100]))
    figures["alternatives_p50_ms"] = float(
        np.median([_timed_ms(lambda i=i: router.alternatives(*stops[i])) for i in range(30)])
    )
    figures |= _networkx_ms(region, router, stops)
    # NetworkX gives a path of nodes, neither snapped nor drawn: it is compared with query and path alone.
    return figures | {"faster_than_networkx": figures["networkx_p50_ms"] / figures["query_path_p50_ms"]}


def _detours_ms(router: Router, points: list[tuple[float, float]]) -> float:
    route = router.route([points[0], points[1]])
    return float(np.median([_timed_ms(lambda: router.detours_s(route, points[2:52])) for _ in range(7)]))


def _networkx_ms(region: Region, router: Router, stops: list[Any]) -> Figures:
    """Time NetworkX's bidirectional Dijkstra between the nodes where the routes begin and end."""
    try:
        import networkx
    except ImportError:
        return {"networkx_p50_ms": float("nan")}
    graph = region.to_networkx()
    osm_id = region.graph.node_osm_id
    times = []
    for a, b in stops[:100]:
        first, last = router.snap(*a).edge, router.snap(*b).edge
        source, target = int(osm_id[region.graph.edge_to[first]]), int(osm_id[region.graph.edge_from[last]])
        began = time.perf_counter()
        try:
            networkx.bidirectional_dijkstra(graph, source, target, weight="travel_time")
        except networkx.NetworkXNoPath:
            continue
        times.append((time.perf_counter() - began) * 1000)
    return {"networkx_p50_ms": float(np.median(times))}


def _compare(console: Console, region: Region, extract: Path, folder: Path, python: str) -> Figures:
    """Compare lengths and durations with Valhalla's."""
    if not python:
        console.print(
            "Valhalla is left out: give a Python with pyvalhalla (it needs 3.12) as --valhalla-python"
        )
        return {}
    router = Router(region)
    points = _points(router, 400, _SEED + 3)
    stops = list(zip(points[::2], points[1::2], strict=True))
    (folder / "valhalla").mkdir()
    asked = {
        "extract": str(extract),
        "folder": str(folder / "valhalla"),
        "pairs": [[*a, *b] for a, b in stops],
    }
    peer = Path(__file__).parent / "roads" / "valhalla_peer.py"
    answer = subprocess.run(
        [python, str(peer)], input=json.dumps(asked), capture_output=True, text=True, check=True
    ).stdout
    theirs = json.loads(answer)
    rows = [
        _pair(router, a, b, route) for (a, b), route in zip(stops, theirs["routes"], strict=True) if route
    ]
    apart = [
        row for row in rows if abs(row["duration_ratio"] - 1) > 0.2 or abs(row["distance_ratio"] - 1) > 0.2
    ]
    figures: Figures = {
        "pairs": len(rows),
        "build_s": theirs["build_s"],
        "route_p50_ms": float(np.median([r["ms"] for r in theirs["routes"] if r])),
        "median_duration_ratio": float(np.median([row["duration_ratio"] for row in rows])),
        "median_distance_ratio": float(np.median([row["distance_ratio"] for row in rows])),
        "more_than_20_percent_apart": len(apart),
    }
    _show(console, "Valhalla on Andorra (ours / theirs)", figures)
    for row in apart:
        console.print({k: round(v, 3) if isinstance(v, float) else v for k, v in row.items() if k != "line"})
    return figures | {"apart": [{k: v for k, v in row.items() if k != "line"} for row in apart]}


def _pair(router: Router, a: tuple[float, float], b: tuple[float, float], theirs: dict[str, Any]) -> Figures:
    """Compare one pair, and drive their line on our map, to tell another choice from another speed."""
    route = router.route([a, b])
    line = decode(theirs["shape"], digits=6)
    along_s, shared = _along(router, route.edges, line)
    return {
        "why": _explanation(route, theirs, along_s, shared),
        "from": a,
        "to": b,
        "our_s": route.duration_s,
        "their_s": theirs["duration_s"],
        "our_m": route.distance_m,
        "their_m": theirs["distance_m"],
        "duration_ratio": route.duration_s / max(theirs["duration_s"], 1.0),
        "distance_ratio": route.distance_m / max(theirs["distance_m"], 1.0),
        "their_line_with_us_s": along_s,
        "shared": shared,
    }


def _explanation(route: Route, theirs: dict[str, Any], along_s: float, shared: float) -> str:
    """Say why a route differs: another way, or other speeds on the same way, and on which roads."""
    graph, edges = route.graph, route.edges
    if shared < 0.9:
        return f"another way: theirs takes {along_s:.0f} s at our speeds, ours {route.duration_s:.0f} s"
    track = graph.edge_class[edges] == RoadClass.TRACK
    track_m = float(np.diff(route.edge_start_m)[track].sum())
    track_s = float(route.edge_duration_s[track].sum())
    if track_m > 0.02 * route.distance_m:
        rest_s = max(theirs["duration_s"] - (route.duration_s - track_s), 1.0)
        ours_kph, their_kph = track_m / track_s * 3.6, track_m / rest_s * 3.6
        return (
            f"{track_m:.0f} m of track: {ours_kph:.0f} km/h with us, about {their_kph:.0f} km/h with Valhalla"
        )
    seconds: dict[str, float] = {}
    for edge, took in zip(edges.tolist(), route.edge_duration_s.tolist(), strict=True):
        kind = RoadClass(int(graph.edge_class[edge])).name.lower().replace("_", " ")
        posted = (
            " at 0.9 of the posted limit" if 0 < graph.edge_maxspeed_kph[edge] < 255 else " without a limit"
        )
        place = ", built-up" if int(graph.edge_flags[edge]) & EdgeFlag.URBAN else ", open country"
        seconds[kind + posted + place] = seconds.get(kind + posted + place, 0.0) + took
    most = max(seconds, key=lambda kind: seconds[kind])
    return f"the same way at other speeds: {seconds[most] / route.duration_s:.0%} of our time on {most}"


def _along(router: Router, ours: np.ndarray[Any, Any], line: np.ndarray[Any, Any]) -> tuple[float, float]:
    """Drive along a line, matched to our roads: seconds at our speeds, and the share of it on our own way."""
    from nav.guidance.fix import Fix
    from nav.guidance.matching import match
    from nav.guidance.matching_roads import roads_of

    step = line[:: max(len(line) // 200, 1)]
    fixes = [
        Fix(lat=lat, lon=lon, time_s=10.0 * i, accuracy_m=5.0) for i, (lat, lon) in enumerate(step.tolist())
    ]
    matched = match(roads_of(router.region), fixes)
    edges = np.concatenate([np.array(part, np.int64) for part in matched.parts])
    lengths = router.graph.edge_length_m[edges]
    shared = float(lengths[np.isin(edges, ours)].sum() / max(float(lengths.sum()), 1.0))
    return float(router.turns.edge_time_ms[edges].sum()) / 1000.0, shared


def main() -> None:
    """Run from the command line: ``python -m bench.routing --help``."""
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--maps", type=Path)
    parser.add_argument("--helsinki", type=Path)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--valhalla-python", default="")
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args()
    figures = run(
        Console(),
        maps=asked.maps,
        helsinki=asked.helsinki,
        pairs=asked.pairs,
        valhalla_python=asked.valhalla_python,
    )
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
