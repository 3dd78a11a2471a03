"""Short pieces of road inside one large junction, where dual carriageways cross other roads.

A driver sees one junction where the map has two or four nodes. The pieces between them are marked, so that
guidance does not announce them as roads of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.geometry import turn_angle_deg
from nav.graph import Access, EdgeFlag, RoadClass

MAX_INTERNAL_M = 35.0
"""Longer pieces are roads of their own."""
_ASLANT_DEG = 45.0


def mark_internal_edges(arrays: dict[str, NDArray[Any]]) -> None:
    """Set `EdgeFlag.INTERNAL` on pieces that join two opposite one-way roadways of one road.

    Parameters
    ----------
    arrays
        The arrays of the graph built so far; `edge_flags` is changed.
    """
    flags = arrays["edge_flags"]
    driven = (arrays["edge_access"] & Access.CAR) > 0
    apart = np.uint32(EdgeFlag.ROUNDABOUT | EdgeFlag.CIRCULAR | EdgeFlag.FERRY)
    oneway = driven & ((flags & np.uint32(EdgeFlag.ONEWAY)) > 0) & ((flags & apart) == 0)
    oneway &= arrays["edge_class"] <= RoadClass.RESIDENTIAL
    short = driven & (arrays["edge_length_m"] <= MAX_INTERNAL_M) & ((flags & apart) == 0)
    has_oneway = np.zeros(len(arrays["node_lat"]), bool)
    has_oneway[arrays["edge_from"][oneway]] = True
    short &= has_oneway[arrays["edge_from"]] & has_oneway[arrays["edge_to"]]
    for edge in np.flatnonzero(short).tolist():
        if _joins_roadways(arrays, edge, oneway):
            flags[[edge, int(arrays["edge_reverse"][edge])]] |= np.uint32(EdgeFlag.INTERNAL)


def _joins_roadways(arrays: dict[str, NDArray[Any]], edge: int, oneway: NDArray[np.bool_]) -> bool:
    """Tell whether roadways of one road, in opposite directions, pass both ends of an edge crosswise."""
    here = _crossing_roadways(arrays, edge, int(arrays["edge_from"][edge]), oneway)
    there = _crossing_roadways(arrays, edge, int(arrays["edge_to"][edge]), oneway)
    return any(
        identity == other and abs(abs(turn_angle_deg(heading, other_heading)) - 180.0) <= _ASLANT_DEG
        for identity, heading in here
        for other, other_heading in there
    )


def _crossing_roadways(
    arrays: dict[str, NDArray[Any]], edge: int, node: int, oneway: NDArray[np.bool_]
) -> list[tuple[tuple[int, int, int], float]]:
    """Return what tells each one-way road that leaves a node crosswise to an edge, and its heading."""
    along = float(arrays["edge_heading_out_deg"][edge])
    found = []
    for other in range(int(arrays["node_first_edge"][node]), int(arrays["node_first_edge"][node + 1])):
        if not oneway[other] or arrays["edge_geometry"][other] == arrays["edge_geometry"][edge]:
            continue
        heading = float(arrays["edge_heading_out_deg"][other])
        if abs(abs(float(turn_angle_deg(along, heading))) - 90.0) <= _ASLANT_DEG:
            way = int(arrays["edge_way"][other])
            identity = (
                int(arrays["way_name"][way]),
                int(arrays["way_ref"][way]),
                int(arrays["edge_class"][other]),
            )
            found.append((identity, heading))
    return found
