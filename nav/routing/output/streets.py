"""The streets of a part of the map, for drawing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nav.graph import SHAPE_SCALE, FloatArray, Graph, Int64Array, RoadClass


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetStyle:
    """How a street is drawn."""

    colour: str
    casing: str
    """Colour of its border."""
    width_m: float
    """Width on the ground, metres: used when zoomed in."""
    width_px: float
    """Width that it is never drawn wider than."""
    least_px: float = 1.0
    """Width that it is never drawn narrower than."""


_STYLES = {
    RoadClass.MOTORWAY: StreetStyle(colour="#e892a2", casing="#b8506a", width_m=26, width_px=7, least_px=3),
    RoadClass.TRUNK: StreetStyle(colour="#f9b29c", casing="#c9714f", width_m=22, width_px=7, least_px=3),
    RoadClass.PRIMARY: StreetStyle(colour="#f8c888", casing="#c39c5b", width_m=18, width_px=6, least_px=2.5),
    RoadClass.SECONDARY: StreetStyle(colour="#eef0a0", casing="#b9bd6c", width_m=16, width_px=6, least_px=2),
    RoadClass.TERTIARY: StreetStyle(colour="#ffffff", casing="#b0aca4", width_m=14, width_px=5, least_px=1.5),
    RoadClass.FERRY: StreetStyle(colour="#7aa5d8", casing="#7aa5d8", width_m=4, width_px=2),
}
_MINOR = StreetStyle(colour="#ffffff", casing="#d3d0ca", width_m=9, width_px=4)
_PATH = StreetStyle(colour="#dcd3c3", casing="#dcd3c3", width_m=3, width_px=1)


def street_style(road_class: RoadClass) -> StreetStyle:
    """Return how a class of road is drawn."""
    if road_class in (RoadClass.TRACK, *range(RoadClass.PEDESTRIAN, RoadClass.STEPS + 1)):
        return _PATH
    return _STYLES.get(road_class, _MINOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Streets:
    """Streets of a part of the map, minor ones first, so that major ones are drawn over them."""

    graph: Graph
    edges: Int64Array

    def lines(self) -> Iterator[tuple[RoadClass, FloatArray]]:
        """Yield class and points, (n, 2) lat, lon, of each street."""
        for edge in self.edges.tolist():
            yield RoadClass(int(self.graph.edge_class[edge])), self.graph.shape(edge)

    def classes(self) -> list[RoadClass]:
        """Return the classes that occur."""
        return [RoadClass(value) for value in np.unique(self.graph.edge_class[self.edges]).tolist()]


def streets_in(graph: Graph, bbox: tuple[float, float, float, float], *, max_points: int) -> Streets:
    """Return the streets that touch a box; where they are too many, the major ones.

    Parameters
    ----------
    graph
        The road graph.
    bbox
        South, west, north, east, degrees.
    max_points
        Upper limit of shape points in all.
    """
    south, west, north, east = (round(v * SHAPE_SCALE) for v in bbox)
    first = graph.geometry_first_point[:-1]
    touches = (
        (np.minimum.reduceat(graph.point_lat_e7, first) <= north)
        & (np.maximum.reduceat(graph.point_lat_e7, first) >= south)
        & (np.minimum.reduceat(graph.point_lon_e7, first) <= east)
        & (np.maximum.reduceat(graph.point_lon_e7, first) >= west)
    )
    edges = np.flatnonzero(graph.edge_forward & touches[graph.edge_geometry])
    edges = edges[np.argsort(graph.edge_class[edges], kind="stable")]
    geometry = graph.edge_geometry[edges]
    points = graph.geometry_first_point[geometry + 1] - graph.geometry_first_point[geometry]
    kept = edges[np.cumsum(points) <= max_points]
    return Streets(graph=graph, edges=kept[::-1])
