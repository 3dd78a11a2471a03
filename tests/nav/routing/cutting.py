"""Cuts an extract into several with a strip in common, each way whole, as extracts of neighbours are cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import osmium

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
