"""Maps cut into several with a strip in common, each way whole, as extracts of neighbours are cut."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import osmium

from nav.errors import NoRoute
from nav.osm.build import build_graph
from nav.region import Region
from nav.routing.overlay.router import JoinedRouter
from nav.routing.router import Router
from tests.nav.conftest import letters_of
from tests.nav.drawing import Relation, Tags, osm_xml

Inside = Callable[[float, float], bool]


def cut(extract: Path, parts: Sequence[Inside], folder: Path) -> list[Path]:
    """Write for each part its ways whole, with their nodes and the relations that name them.

    Parameters
    ----------
    extract
        What is cut.
    parts
        For each part whether a node, (lat, lon), lies in it.
    folder
        Where the parts are written.
    """
    nodes: list[set[int]] = [set() for _ in parts]
    for node in osmium.FileProcessor(str(extract), osmium.osm.NODE):
        for inside, own in zip(parts, nodes, strict=True):
            if inside(node.lat, node.lon):
                own.add(node.id)
    ways: list[set[int]] = [set() for _ in parts]
    needed = [set(own) for own in nodes]
    for way in osmium.FileProcessor(str(extract), osmium.osm.WAY):
        refs = [ref.ref for ref in way.nodes]
        for own, ids, all_nodes in zip(nodes, ways, needed, strict=True):
            if not own.isdisjoint(refs):
                ids.add(way.id)
                all_nodes.update(refs)
    written = []
    for number, (ids, all_nodes) in enumerate(zip(ways, needed, strict=True)):
        file = folder / f"{extract.name.split('.')[0]}-{number}.osm.pbf"
        with osmium.SimpleWriter(str(file)) as writer:
            for thing in osmium.FileProcessor(str(extract)):
                if _belongs(thing, ids, all_nodes):
                    writer.add(thing)
        written.append(file)
    return written


def _belongs(thing: osmium.osm.OSMEntity, ways: set[int], nodes: set[int]) -> bool:
    if isinstance(thing, osmium.osm.Node):
        return thing.id in nodes
    if isinstance(thing, osmium.osm.Way):
        return thing.id in ways
    return any(m.type == "w" and m.ref in ways for m in thing.members)


MONDAY_8 = datetime(2026, 11, 30, 8)
ORIGIN = (60.0, 10.0)
Point = tuple[float, float]


def built(extract: Path, folder: Path, name: str) -> Region:
    pack = folder / name
    pack.mkdir()
    build_graph(extract, pack, name=name)
    return Region.open(pack)


def joined(parts: Sequence[Region], profile: str = "car") -> JoinedRouter:
    return JoinedRouter(parts[0], profile, beside=lambda: parts, clock=lambda: MONDAY_8)


def told(router: Router, points: Sequence[Point], **wishes: object) -> object:
    """Return all that a route tells, or what is wrong."""
    try:
        route = router.route(points, **wishes)  # type: ignore[arg-type]
    except NoRoute:
        return "no route"
    line = [(round(lat, 7), round(lon, 7)) for lat, lon in route.geometry.tolist()]
    said = [json.dumps(maneuver.to_dict(), ensure_ascii=False) for maneuver in route.maneuvers]
    limits = route.limits_kph.tolist()
    return round(route.cost_s, 3), round(route.duration_s, 3), line, said, limits, route.avoid_broken


class Drawn:
    """A drawn map as a whole, and cut into packs."""

    def __init__(
        self,
        folder: Path,
        drawing: str,
        ways: Mapping[str, Tags],
        parts: Sequence[str],
        nodes: Mapping[str, Tags] | None = None,
        relations: Sequence[Relation] = (),
    ) -> None:
        self.at = letters_of(drawing, ORIGIN)
        extract = folder / "whole.osm"
        extract.write_text(osm_xml(self.at, ways, nodes or {}, relations), encoding="utf-8")
        places = [{self.at[letter] for letter in part} for part in parts]
        inside: list[Inside] = [
            lambda lat, lon, own=own: (round(lat, 7), round(lon, 7)) in own for own in places
        ]
        self.whole = Router(built(extract, folder, "whole"), clock=lambda: MONDAY_8)
        files = cut(extract, inside, folder)
        self.parts = [built(file, folder, f"part{i}") for i, file in enumerate(files)]
        self.router = joined(self.parts)

    def point(self, spot: str) -> Point:
        points = [self.at[letter] for letter in spot]
        return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)

    def check(self, *spots: str, **wishes: object) -> object:
        """Compare one route with that on the whole, and return what it tells."""
        points = [self.point(spot) for spot in spots]
        found = told(self.router, points, **wishes)
        assert found == told(self.whole, points, **wishes)
        return found
