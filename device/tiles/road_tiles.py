"""Vector tiles drawn from the roads of a region, for a pack without `tiles.pmtiles`.

Mapbox' Vector Tile format, version 2.1 (https://github.com/mapbox/vector-tile-spec); one layer, `roads`, with
the classes and names of `device.tiles.features`.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from languages import codes
from nav.graph import SHAPE_SCALE, EdgeFlag, RoadClass

if TYPE_CHECKING:
    from nav.graph import Graph, Int32Array

_EXTENT = 4096
_BUFFER = 0.03
_MOST_LINES = 20_000
_CLASSES: dict[int, tuple[str, int]] = {
    RoadClass.MOTORWAY: ("motorway", 4),
    RoadClass.TRUNK: ("trunk", 5),
    RoadClass.PRIMARY: ("primary", 7),
    RoadClass.SECONDARY: ("secondary", 9),
    RoadClass.TERTIARY: ("tertiary", 10),
    RoadClass.UNCLASSIFIED: ("minor", 12),
    RoadClass.RESIDENTIAL: ("minor", 12),
    RoadClass.LIVING_STREET: ("minor", 12),
    RoadClass.SERVICE: ("service", 13),
    RoadClass.TRACK: ("track", 13),
    RoadClass.FERRY: ("ferry", 8),
    RoadClass.PEDESTRIAN: ("pedestrian", 13),
}
_LINK_LATER = 3
"""So many zooms after its road a link is there."""
_LINKS = ("motorway", "trunk", "primary", "secondary", "tertiary")


class RoadTiles:
    """Draws the roads of a region as vector tiles.

    Parameters
    ----------
    graph : Graph
        Roads of the region.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @cached_property
    def _boxes(self) -> NDArray[np.int32]:
        """(G, 4) south, west, north, east of each geometry, degrees × 1e7."""
        graph = self._graph
        first = graph.geometry_first_point[:-1]
        sides = [
            reduce.reduceat(values, first)
            for reduce in (np.minimum, np.maximum)
            for values in (graph.point_lat_e7, graph.point_lon_e7)
        ]
        return np.stack(sides, axis=1)

    @cached_property
    def _edges(self) -> Int32Array:
        """(G,) one edge of each geometry, that in which it is drawn."""
        graph = self._graph
        found = np.zeros(len(graph.geometry_first_point) - 1, np.int32)
        forward = np.flatnonzero(graph.edge_forward)
        found[graph.edge_geometry[forward]] = forward
        return found

    def tile(self, zoom: int, x: int, y: int) -> bytes:
        """Return one tile.

        Parameters
        ----------
        zoom, x, y : int
            Which, as in XYZ tiles.

        Returns
        -------
        bytes
            Empty where no road is.
        """
        south, west, north, east = _bounds(zoom, x, y)
        boxes = self._boxes
        inside = (
            (boxes[:, 0] <= north) & (boxes[:, 2] >= south) & (boxes[:, 1] <= east) & (boxes[:, 3] >= west)
        )
        layer = _Layer()
        drawn = 0
        for index in np.flatnonzero(inside).tolist():
            edge = int(self._edges[index])
            if (kind := self._kind(edge, zoom)) is None:
                continue
            layer.add(self._line(index, zoom, x, y), self._properties(edge, kind))
            drawn += 1
            if drawn >= _MOST_LINES:
                break
        return layer.encoded() if drawn else b""

    def _kind(self, edge: int, zoom: int) -> str | None:
        found = _CLASSES.get(int(self._graph.edge_class[edge]))
        if found is None:
            return None
        kind, first = found
        if int(self._graph.edge_flags[edge]) & EdgeFlag.LINK and kind in _LINKS:
            kind, first = f"{kind}_link", first + _LINK_LATER
        return kind if zoom >= first else None

    def _properties(self, edge: int, kind: str) -> dict[str, str | int]:
        graph, flags = self._graph, int(self._graph.edge_flags[edge])
        names = graph.edge_names(edge)
        found: dict[str, str | int] = {"class": kind}
        if "" in names:
            found["name"] = names[""]
        found |= {f"name:{code}": names[code] for code in codes() if code in names}
        if ref := graph.edge_ref(edge).split(";")[0]:
            found["ref"] = ref
        for flag, name in (
            (EdgeFlag.TUNNEL, "tunnel"),
            (EdgeFlag.BRIDGE, "bridge"),
            (EdgeFlag.ONEWAY, "oneway"),
        ):
            if flags & flag:
                found[name] = 1
        return found

    def _line(self, geometry: int, zoom: int, x: int, y: int) -> NDArray[np.int64]:
        graph = self._graph
        first, last = graph.geometry_first_point[geometry : geometry + 2]
        lat = np.radians(graph.point_lat_e7[first:last] / SHAPE_SCALE)
        east = graph.point_lon_e7[first:last] / SHAPE_SCALE / 360 + 0.5
        south = 0.5 - np.arcsinh(np.tan(lat)) / (2 * math.pi)
        scale = 2.0**zoom
        points = np.stack(((east * scale - x) * _EXTENT, (south * scale - y) * _EXTENT), axis=1)
        return np.rint(points).astype(np.int64)


def _bounds(zoom: int, x: int, y: int) -> tuple[float, float, float, float]:
    """Return south, west, north, east of a tile with its margin, degrees × 1e7."""
    scale = 2.0**zoom

    def lat(row: float) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / scale)))) * SHAPE_SCALE

    def lon(column: float) -> float:
        return (column / scale - 0.5) * 360 * SHAPE_SCALE

    return lat(y + 1 + _BUFFER), lon(x - _BUFFER), lat(y - _BUFFER), lon(x + 1 + _BUFFER)


class _Layer:
    """One layer under construction."""

    def __init__(self) -> None:
        self._keys: dict[str, int] = {}
        self._values: dict[str | int, int] = {}
        self._features: list[bytes] = []

    def add(self, points: NDArray[np.int64], properties: dict[str, str | int]) -> None:
        """Add a line."""
        tags: list[int] = []
        for key, value in properties.items():
            tags.append(self._keys.setdefault(key, len(self._keys)))
            tags.append(self._values.setdefault(value, len(self._values)))
        steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int64))
        steps = steps[np.concatenate(([True], np.any(steps[1:] != 0, axis=1)))]
        if len(steps) < 2:
            return
        zigzag = ((steps << 1) ^ (steps >> 63)).ravel().tolist()
        commands = [1 | 1 << 3, *zigzag[:2], 2 | (len(steps) - 1) << 3, *zigzag[2:]]
        packed = _field(2, b"".join(map(_varint, tags)))
        packed += _varint(3 << 3) + _varint(2) + _field(4, b"".join(map(_varint, commands)))
        self._features.append(_field(2, packed))

    def encoded(self) -> bytes:
        """Return the tile."""
        layer = _varint(15 << 3) + _varint(2) + _field(1, b"roads") + b"".join(self._features)
        layer += b"".join(_field(3, key.encode()) for key in self._keys)
        layer += b"".join(_field(4, _value(value)) for value in self._values)
        layer += _varint(5 << 3) + _varint(_EXTENT)
        return _field(3, layer)


def _value(value: str | int) -> bytes:
    return _field(1, value.encode()) if isinstance(value, str) else _varint(5 << 3) + _varint(value)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
