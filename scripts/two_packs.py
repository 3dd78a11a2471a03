"""Draw a route from one region pack into the next: the roads of both, the strip between them, and the way.

Usage: two_packs.py PACK PACK LAT,LON LAT,LON OUT.png (packs by name or folder)
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from nav import JoinedRouter, Region
from nav.graph import SHAPE_SCALE, FloatArray, Graph, RoadClass

_SIZE, _OVER, _EDGE_PX = 1100, 2, 40
_COLOURS = ("#5b86c4", "#8b9a3c")
_STRIP, _ROUTE, _PAPER = "#6a3fb5", "#c4122f", "#fbfaf7"


def main(first: str, second: str, start: str, end: str, out: str) -> None:
    """Find the way and draw it."""
    regions = [Region.open(name if Path(name).name == name else Path(name)) for name in (first, second)]
    router = JoinedRouter(regions[0], beside=lambda: regions)
    stops = [(float(lat), float(lon)) for lat, lon in (text.split(",") for text in (start, end))]
    route = router.over_packs(stops)
    view = _View(np.concatenate([_points(region.graph) for region in regions]))
    picture = Image.new("RGB", view.size, _PAPER)
    canvas = ImageDraw.Draw(picture)
    strip = router.joined().cells.strip.graph
    layers = [*zip((region.graph for region in regions), _COLOURS, (2, 2), strict=True), (strip, _STRIP, 8)]
    for graph, colour, wider in layers:
        _draw(canvas, view, graph, colour, wider)
    canvas.line(view.pixels(route.geometry), fill="white", width=9 * _OVER, joint="curve")
    canvas.line(view.pixels(route.geometry), fill=_ROUTE, width=5 * _OVER, joint="curve")
    for x, y in view.pixels(np.array(stops)):
        radius = 7 * _OVER
        canvas.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill="white", outline=_ROUTE, width=6
        )
    picture = picture.resize((view.size[0] // _OVER, view.size[1] // _OVER), Image.Resampling.LANCZOS)
    picture.quantize(128).save(out, optimize=True)


class _View:
    """Puts all roads on the picture."""

    def __init__(self, points: FloatArray) -> None:
        self._south, self._west = points.min(axis=0).tolist()
        north, east = points.max(axis=0).tolist()
        self._shrink = math.cos(math.radians((self._south + north) / 2))
        self._north = north
        width, height = (east - self._west) * self._shrink, north - self._south
        self._scale = (_SIZE - 2 * _EDGE_PX) * _OVER / max(width, height)
        edge = 2 * _EDGE_PX * _OVER
        self.size = (int(width * self._scale) + edge, int(height * self._scale) + edge)

    def pixels(self, points: FloatArray) -> list[tuple[float, float]]:
        """Return points, (n, 2) lat, lon, as places on the picture."""
        x = (points[:, 1] - self._west) * self._shrink * self._scale + _EDGE_PX * _OVER
        y = (self._north - points[:, 0]) * self._scale + _EDGE_PX * _OVER
        return list(zip(x.tolist(), y.tolist(), strict=True))


def _points(graph: Graph) -> FloatArray:
    return np.stack((graph.point_lat_e7, graph.point_lon_e7), axis=1) / SHAPE_SCALE


def _draw(canvas: ImageDraw.ImageDraw, view: _View, graph: Graph, colour: str, wider: int) -> None:
    places = view.pixels(_points(graph))
    first = graph.geometry_first_point.tolist()
    for edge in np.flatnonzero(graph.edge_forward).tolist():
        geometry = int(graph.edge_geometry[edge])
        width = wider + (2 if graph.edge_class[edge] <= RoadClass.SECONDARY else 0)
        canvas.line(places[first[geometry] : first[geometry + 1]], fill=colour, width=width)


if __name__ == "__main__":
    main(*sys.argv[1:])
