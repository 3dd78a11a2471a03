"""Build the road part of a region pack: read the extract, lay out roads and turns, write the arrays."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.country import timezone_at
from nav.enclosures import ENCLOSURE_FIELDS, Enclosures
from nav.errors import BadMapFile
from nav.graph import SHAPE_SCALE, Access, Graph, RoadClass, load_graph, stored_arrays
from nav.law.rules import RuleBook
from nav.osm.assemble import assemble
from nav.osm.extract import Progress, RawNetwork, as_array, read_network
from nav.osm.grounds import lay_out_grounds
from nav.osm.restrictions import forbidden_sequences
from nav.packs.array_store import write_arrays
from nav.packs.formats import FORMAT_VERSION
from nav.packs.pack import ATTRIBUTION, LICENCE, META_FILE, Meta, sha256_of
from nav.region import INDEX_FILE, Network, contraction_order
from nav.routing.cch.memory import mapped_memory
from nav.routing.cch.order import compute_order
from nav.routing.cch.stored import index_arrays
from nav.routing.snap import SNAP_FIELDS, build_snap_index
from nav.routing.weights.turns import ORDER_FIELD, ForbiddenSequence, build_turns, stored_turns

log = logging.getLogger("xiaogao")


def build_graph(pbf: Path, out_dir: Path, *, name: str, progress: Progress | None = None) -> Meta:
    """Build the road part of a region pack.

    Parameters
    ----------
    pbf
        OpenStreetMap extract.
    out_dir
        Folder to fill: `meta.json` and `graph/`. The same extract gives the same bytes.
    name
        Name of the region.
    progress
        Called with the name of each step and how much of it is done.

    Raises
    ------
    BadMapFile
        The extract cannot be read or holds no roads.
    """
    tell = progress or (lambda step, share: None)
    tell("reading roads", 0.0)
    networks = [read_network(pbf, scratch=out_dir)]
    source = Source(name=pbf.name, sha256=sha256_of(pbf), date=_data_date(pbf))
    # Whoever held it any longer would hold its memory too.
    return pack_network(networks.pop(), out_dir, name=name, source=source, progress=progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a network comes from."""

    name: str = ""
    sha256: str = ""
    date: str = ""


def pack_network(
    network: RawNetwork,
    out_dir: Path,
    *,
    name: str,
    source: Source | None = None,
    progress: Progress | None = None,
) -> Meta:
    """Build the road part of a pack from a network that was read, or made, already.

    Each file is written when its arrays are there. What is large lies in files meanwhile (`mapped_memory`):
    of a country it is the network that is held, until its roads are laid out.
    """
    tell = progress or (lambda step, share: None)
    with mapped_memory(out_dir):
        files = _Files(out_dir)
        tell("laying out roads", 0.3)
        roads, forbidden, conditions = build_roads(network)
        roads = files.graph("graph/roads.arrays", roads)
        tell("laying out paths", 0.35)
        walk = files.graph("walk/roads.arrays", build_walk(network))
        rest = _Rest.of(network)
        enclosures = lay_out_grounds(network.grounds)
        del network
        tell("turns", 0.4)
        cars = _car_network(roads, enclosures, forbidden, conditions)
        files.write("graph/snap.arrays", _fields(cars.snap_index, SNAP_FIELDS))
        files.write("graph/enclosures.arrays", _fields(enclosures, ENCLOSURE_FIELDS))
        files.write("graph/car.arrays", stored_turns(cars.turns) | {ORDER_FIELD: contraction_order(cars)})
        tell("index", 0.85)
        if index := index_arrays(cars):
            files.write(INDEX_FILE, index)
        del cars, index
        tell("index of paths", 0.95)
        files.write("walk/snap.arrays", _fields(build_snap_index(walk), SNAP_FIELDS))
        # Turns and order of walkers and cyclists are made, and kept, when somebody first asks for a route.
        rules = (tuple(conditions), len(forbidden))
        meta = _describe(files.written, name, source or Source(), rest, (roads, walk), rules)
        (out_dir / META_FILE).write_text(meta.to_json(), encoding="utf-8")
        for kind, count in meta.faults.items():
            log.warning("%d objects have a %s tag that nobody understands: it counts as absent", count, kind)
        tell("done", 1.0)
        return meta


class _Files:
    """The files of a pack, each written as soon as its arrays are there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.written: dict[str, tuple[int, str]] = {}
        """Size and SHA-256 of each."""

    def write(self, name: str, arrays: dict[str, NDArray[Any]]) -> None:
        offsets = {key: array.astype(np.int32) for key, array in arrays.items() if _is_offset(key, array)}
        self.written[name] = write_arrays(self._folder / name, arrays | offsets, fold=True)

    def graph(self, name: str, graph: Graph) -> Graph:
        """Write a graph; return it mapped."""
        self.write(name, stored_arrays(graph))
        return load_graph(self._folder / name, countries=graph.countries, rules=graph.rules)


def _is_offset(name: str, array: NDArray[Any]) -> bool:
    """Tell whether an array says where parts of another begin, and 32 bits are enough for it."""
    return "first" in name.split("_") and array.dtype == np.int64 and array.max() <= np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    """What is told of a network when it is gone."""

    restrictions: int
    missing_nodes: int
    faults: dict[str, int]

    @classmethod
    def of(cls, network: RawNetwork) -> _Rest:
        return cls(
            restrictions=len(network.restrictions),
            missing_nodes=network.missing_nodes,
            faults=dict(sorted(network.faults.items())),
        )


def _fields(table: object, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    return {name: getattr(table, name) for name in names}


def build_roads(network: RawNetwork) -> tuple[Graph, list[ForbiddenSequence], dict[str, int]]:
    """Lay out the graph of roads, ferries and tracks, with what may not be driven on it."""
    keep = np.array([t.road_class <= RoadClass.FERRY or _is_driven(t) for t in network.way_traits])
    if not keep.any():
        raise BadMapFile("the extract holds no roads for cars: choose a larger area")
    roads = assemble(network, keep=keep)
    conditions: dict[str, int] = {}
    forbidden = forbidden_sequences(roads, network.restrictions, conditions, _cut_off(network))
    return roads, forbidden, conditions


def _cut_off(network: RawNetwork) -> set[int]:
    """Return the ways at the end of restrictions that the edge of the map cuts off."""
    ends = {way for rule in network.restrictions for way in rule.to_ways} - network.other_ways
    if not ends:
        return ends
    wanted = np.fromiter(sorted(ends), np.int64, len(ends))
    there = set(wanted[np.isin(wanted, as_array(network.way_ids))].tolist())
    return {way for way in ends if way not in there or way in network.cut_ways}


def _is_driven(traits: Any) -> bool:
    return bool((traits.forward.access | traits.backward.access) & Access.CAR)


def _car_network(
    roads: Graph, enclosures: Enclosures, forbidden: Sequence[ForbiddenSequence], conditions: dict[str, int]
) -> Network:
    """Lay out what cars travel on, with the order of its index."""
    turns = build_turns(roads, "car", forbidden, conditions)
    middle = float(roads.node_lat.mean()), float(roads.node_lon.mean())
    return Network(
        profile="car",
        graph=roads,
        turns=turns,
        snap_index=build_snap_index(roads),
        order=compute_order(turns, roads),
        index=None,
        digest="",
        rules=RuleBook(roads.rules, tuple(conditions), middle),
        enclosures=enclosures,
    )


def build_walk(network: RawNetwork) -> Graph:
    """Lay out the graph of walkers and cyclists."""
    soft = Access.BIKE | Access.FOOT
    keep = np.array([bool((t.forward.access | t.backward.access) & soft) for t in network.way_traits])
    if not keep.any():
        keep[:] = True
    return assemble(network, keep=keep, with_rules=False)


def _describe(
    files: dict[str, tuple[int, str]],
    name: str,
    source: Source,
    rest: _Rest,
    graphs: tuple[Graph, Graph],
    rules: tuple[tuple[str, ...], int],
) -> Meta:
    roads, walk = graphs
    lats, lons = ([getattr(graph, f"point_{axis}_e7") for graph in graphs] for axis in ("lat", "lon"))
    south, west = (min(int(part.min()) for part in parts) / SHAPE_SCALE for parts in (lats, lons))
    north, east = (max(int(part.max()) for part in parts) / SHAPE_SCALE for parts in (lats, lons))
    bbox = south, west, north, east
    return Meta(
        name=name,
        format_version=FORMAT_VERSION,
        bbox=bbox,
        source=source.name,
        source_sha256=source.sha256,
        data_date=source.date,
        licence=LICENCE,
        attribution=ATTRIBUTION,
        timezone=timezone_at((bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2),
        countries=roads.countries,
        rules=roads.rules,
        conditions=rules[0],
        walk_countries=walk.countries,
        faults=rest.faults,
        counts={
            "nodes": roads.node_count,
            "edges": roads.edge_count,
            "ways": len(roads.way_osm_id),
            "restrictions": rest.restrictions,
            "forbidden_turns": rules[1],
            "missing_nodes": rest.missing_nodes,
            "walk_edges": walk.edge_count,
        },
        files=files,
    )


def _data_date(pbf: Path) -> str:
    import osmium

    with osmium.io.Reader(str(pbf)) as reader:
        stamp: str = reader.header().get("osmosis_replication_timestamp", "")
    return stamp
