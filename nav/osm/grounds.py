"""Read areas that one enters by a gate or a door: closed ways with an entrance on their outline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nav.enclosures import Enclosures

GROUND_KEYS = ("amenity", "leisure", "tourism", "historic", "barrier")
"""Keys of the ways that are looked at."""
_WALLS = frozenset({"wall", "city_wall", "fence", "hedge", "retaining_wall"})
_GATES = frozenset(
    {"gate", "entrance", "lift_gate", "swing_gate", "sliding_gate", "wicket_gate", "kissing_gate"}
)
_NO_ENTRANCES = frozenset(
    {"no", "exit", "emergency", "emergency_exit", "service", "garage", "staircase", "private"}
)
_BARRED = frozenset({"no", "private", "delivery", "employees", "emergency"})
_MOST_POINTS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """An area with its entrances, in degrees × 1e7."""

    ring: tuple[tuple[int, int], ...]
    """(lon, lat), the first point again at the end."""
    entrances: tuple[tuple[int, int, bool], ...]
    """(lon, lat, whether it is a main entrance)."""


def entrance_rank(tags: Mapping[str, str]) -> int:
    """Tell whether a node is a way in for visitors: 2 a main one, 1 another, 0 none."""
    if tags.get("foot", tags.get("access", "yes")) in _BARRED:
        return 0
    kind = tags.get("entrance")
    if kind is not None:
        return 0 if kind in _NO_ENTRANCES else 2 if kind == "main" else 1
    return 1 if tags.get("barrier") in _GATES and tags.get("locked") != "yes" else 0


def read_ground(
    tags: Mapping[str, str], nodes: Sequence[tuple[int, int, int]], ranks: Mapping[int, int]
) -> Ground | None:
    """Return a closed way as an area with entrances; None if it is not one.

    Parameters
    ----------
    tags
        Tags of the way.
    nodes
        Its nodes: OSM id, longitude and latitude × 1e7.
    ranks
        What nodes are ways in, by their id.
    """
    if len(nodes) < 4 or nodes[0][0] != nodes[-1][0] or len(nodes) > _MOST_POINTS:
        return None
    if not any(tags.get(key) for key in GROUND_KEYS[:-1]) and tags.get("barrier") not in _WALLS:
        return None
    entrances = tuple((x, y, ranks[ref] > 1) for ref, x, y in nodes[:-1] if ref in ranks)
    if not entrances:
        return None
    return Ground(ring=tuple((x, y) for _, x, y in nodes), entrances=entrances)


def lay_out_grounds(grounds: Sequence[Ground]) -> Enclosures:
    """Return the areas as arrays."""
    rings = [ring for ground in grounds for ring in ground.ring]
    doors = [door for ground in grounds for door in ground.entrances]
    xy = np.array(rings, np.int32).reshape(-1, 2)
    ways_in = np.array([door[:2] for door in doors], np.int32).reshape(-1, 2)
    boxes = []
    for ground in grounds:
        x, y = zip(*ground.ring, strict=True)
        boxes.append((min(y), min(x), max(y), max(x)))
    return Enclosures(
        first_point=np.cumsum([0, *(len(ground.ring) for ground in grounds)], dtype=np.int64),
        point_lat_e7=np.ascontiguousarray(xy[:, 1]),
        point_lon_e7=np.ascontiguousarray(xy[:, 0]),
        first_entrance=np.cumsum([0, *(len(ground.entrances) for ground in grounds)], dtype=np.int64),
        entrance_lat_e7=np.ascontiguousarray(ways_in[:, 1]),
        entrance_lon_e7=np.ascontiguousarray(ways_in[:, 0]),
        entrance_is_main=np.array([door[2] for door in doors], bool),
        box_e7=np.array(boxes, np.int32).reshape(-1, 4),
    )
