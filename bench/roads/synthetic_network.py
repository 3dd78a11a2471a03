"""A road-like network of any size: towns with street grids, joined by main roads and motorways.

Made for measuring growth: degree and class mix follow real extracts (about 2.9 directed edges per node, most
of them minor streets, one in eight one-way, a few turn restrictions). The same size and seed give the same
network.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nav.graph import NodeFlag, RoadClass
from nav.osm.extract import NodeTraits, RawNetwork, WaySigns
from nav.osm.restrictions import Restriction
from nav.osm.tags import read_way

_BLOCK_DEG = 0.0009
_NO_SIGNS = WaySigns(
    names=(), ref="", junction_ref="", destination=("", ""), destination_ref=("", ""), turn_lanes=("", "")
)
_MISSING_SHARE = 0.22
_ONEWAY_SHARE = 0.12
_BENT_SHARE = 0.5


def make_network(directed_edges: int, *, seed: int = 0) -> RawNetwork:
    """Make a network with about so many directed edges that cars may travel.

    Parameters
    ----------
    directed_edges
        Wanted number, 1,000 or more.
    seed
        Seed of all choices.
    """
    rng = np.random.default_rng(seed)
    # A lattice edge gives 2 directed edges, less what is left out or one-way: 3.0 per crossing.
    side = max(round((directed_edges / 2.95) ** 0.5), 12)
    lat, lon = _crossings(side, rng)
    network = RawNetwork()
    a, b, road_class = _streets(side, rng)
    oneway = rng.random(len(a)) < np.where(road_class <= RoadClass.TRUNK, 0.0, _ONEWAY_SHARE)
    bent = rng.random(len(a)) < _BENT_SHARE
    traits = _traits()
    for i in range(len(a)):
        _add_way(network, i, (int(a[i]), int(b[i])), lat, lon, bool(bent[i]), rng)
        network.way_traits.append(traits[int(road_class[i]), bool(oneway[i])])
        network.way_signs.append(_NO_SIGNS)
        network.way_ids.append(i + 1)
    _add_signals(network, side, road_class, a, rng)
    _add_restrictions(network, a, b, rng)
    return network


def _crossings(side: int, rng: np.random.Generator) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    row, column = np.divmod(np.arange(side * side), side)
    lat = 45.0 + (row + rng.uniform(-0.3, 0.3, len(row))) * _BLOCK_DEG
    lon = 5.0 + (column + rng.uniform(-0.3, 0.3, len(row))) * _BLOCK_DEG * 1.4
    return lat, lon


def _streets(
    side: int, rng: np.random.Generator
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the ends and classes of the streets: a lattice with gaps, and a hierarchy of through roads."""
    node = np.arange(side * side).reshape(side, side)
    a = np.concatenate((node[:, :-1].ravel(), node[:-1].ravel()))
    b = np.concatenate((node[:, 1:].ravel(), node[1:].ravel()))
    line = np.concatenate((np.repeat(np.arange(side), side - 1), np.tile(np.arange(side), side - 1)))
    road_class = np.full(len(a), int(RoadClass.RESIDENTIAL))
    for every, kind in (
        (6, RoadClass.TERTIARY),
        (15, RoadClass.SECONDARY),
        (40, RoadClass.PRIMARY),
        (120, RoadClass.TRUNK),
    ):
        road_class[line % every == every // 2] = int(kind)
    minor = road_class == RoadClass.RESIDENTIAL
    road_class[minor & (rng.random(len(a)) < 0.25)] = int(RoadClass.SERVICE)
    kept = ~(minor & (rng.random(len(a)) < _MISSING_SHARE * 1.6))
    return a[kept], b[kept], road_class[kept]


def _traits() -> dict[tuple[int, bool], Any]:
    found = {}
    for kind in (*range(RoadClass.TRUNK, RoadClass.RESIDENTIAL + 1), RoadClass.SERVICE):
        for oneway in (False, True):
            tags = {"highway": RoadClass(kind).name.lower(), "oneway": "yes" if oneway else "no"}
            if kind == RoadClass.SERVICE:
                tags["surface"] = "gravel"
            found[int(kind), oneway] = read_way(tags)
    return found


def _add_way(
    network: RawNetwork,
    index: int,
    ends: tuple[int, int],
    lat: np.ndarray[Any, Any],
    lon: np.ndarray[Any, Any],
    bent: bool,
    rng: np.random.Generator,
) -> None:
    first, last = ends
    points = [(first + 1, lon[first], lat[first])]
    if bent:
        middle = (lon[first] + lon[last]) / 2, (lat[first] + lat[last]) / 2
        shift = rng.normal(0, _BLOCK_DEG / 12, 2)
        points.append((len(lat) + index + 1, middle[0] + shift[0], middle[1] + shift[1]))
    points.append((last + 1, lon[last], lat[last]))
    for ref, x, y in points:
        network.refs.append(ref)
        network.x_e7.append(round(x * 1e7))
        network.y_e7.append(round(y * 1e7))
    network.first_ref.append(len(network.refs))


def _add_signals(
    network: RawNetwork,
    side: int,
    road_class: np.ndarray[Any, Any],
    a: np.ndarray[Any, Any],
    rng: np.random.Generator,
) -> None:
    major = np.unique(a[road_class <= RoadClass.SECONDARY])
    for node in major[rng.random(len(major)) < 0.3].tolist():
        network.nodes[node + 1] = NodeTraits(
            flags=NodeFlag.SIGNALS, exit_ref="", exit_to="", names=(), direction=""
        )


def _add_restrictions(
    network: RawNetwork, a: np.ndarray[Any, Any], b: np.ndarray[Any, Any], rng: np.random.Generator
) -> None:
    """Forbid a turn at about one crossing in a hundred; every tenth of them over a way."""
    arriving: dict[int, int] = {}
    for i in rng.permutation(len(a))[: len(a) // 20].tolist():
        arriving.setdefault(int(b[i]), i)
    leaving = np.argsort(a, kind="stable")
    first_leaving = np.searchsorted(a[leaving], np.arange(int(max(a.max(), b.max())) + 2))

    def onward(node: int) -> int | None:
        place = first_leaving[node]
        return int(leaving[place]) if place < first_leaving[node + 1] else None

    for number, (node, start) in enumerate(sorted(arriving.items())):
        via = onward(node)
        if via is None:
            continue
        beyond = onward(int(b[via])) if number % 10 == 0 else None
        over_way = beyond is not None
        network.restrictions.append(
            Restriction(
                relation_id=number + 1,
                only=False,
                u_turn=False,
                from_ways=(start + 1,),
                to_ways=((via if beyond is None else beyond) + 1,),
                via_node=0 if over_way else node + 1,
                via_ways=(via + 1,) if over_way else (),
                condition="",
            )
        )
