"""The road graph as a NetworkX graph with the attributes that OSMnx expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nav.graph import NO_LIMIT_KPH, Access, EdgeFlag, Graph, Int32Array, RoadClass

if TYPE_CHECKING:
    import networkx


def to_networkx(
    graph: Graph, edge_time_ms: Int32Array, *, name: str, geometry: bool = True
) -> networkx.MultiDiGraph[Any]:
    """Return the roads that cars may travel as a graph for NetworkX and OSMnx.

    Nodes are OSM node ids with ``x``, ``y`` and ``street_count``; edges have ``osmid``, ``highway``,
    ``oneway``, ``reversed``, ``length`` (metres), ``name``, ``ref``, ``maxspeed``, ``speed_kph`` and
    ``travel_time`` (seconds, turns not counted). With Shapely installed they have
    ``geometry`` too, as OSMnx wants for drawing.

    Parameters
    ----------
    graph
        The road graph of cars.
    edge_time_ms
        (E,) time that a car takes for each whole edge, milliseconds.
    name
        Name of the result.
    geometry
        Whether to add the shapes of the edges.
    """
    import networkx

    result: networkx.MultiDiGraph[Any] = networkx.MultiDiGraph(crs="epsg:4326", name=name, simplified=True)
    driven = np.flatnonzero((graph.edge_access & Access.CAR) > 0)
    used = np.unique(np.concatenate((graph.edge_from[driven], graph.edge_to[driven])))
    streets = np.diff(graph.node_first_edge)
    osm_id = graph.node_osm_id.tolist()
    for node in used.tolist():
        result.add_node(
            osm_id[node],
            x=float(graph.node_lon[node]),
            y=float(graph.node_lat[node]),
            street_count=int(streets[node]),
        )
    line_string = _line_string() if geometry else None
    for edge in driven.tolist():
        attributes = _attributes(graph, edge) | {"travel_time": int(edge_time_ms[edge]) / 1000}
        if line_string is not None:
            attributes["geometry"] = line_string(graph.shape(edge)[:, ::-1])
        result.add_edge(osm_id[graph.edge_from[edge]], osm_id[graph.edge_to[edge]], **attributes)
    return result


def _line_string() -> Any:
    try:
        from shapely import LineString
    except ImportError:
        return None
    return LineString


def _attributes(graph: Graph, edge: int) -> dict[str, Any]:
    flags = EdgeFlag(int(graph.edge_flags[edge]))
    link = "_link" if EdgeFlag.LINK in flags else ""
    values: dict[str, Any] = {
        "osmid": int(graph.way_osm_id[graph.edge_way[edge]]),
        "highway": RoadClass(int(graph.edge_class[edge])).name.lower() + link,
        "oneway": EdgeFlag.ONEWAY in flags,
        "reversed": not graph.edge_forward[edge],
        "length": float(graph.edge_length_m[edge]),
        "speed_kph": float(graph.edge_speed_kph[edge]),
    }
    name, ref = graph.edge_names(edge).get(""), graph.edge_ref(edge)
    limit = int(graph.edge_maxspeed_kph[edge])
    optional = {
        "name": name,
        "ref": ref,
        "maxspeed": str(limit) if 0 < limit < NO_LIMIT_KPH else None,
        "junction": "roundabout" if EdgeFlag.ROUNDABOUT in flags else None,
    }
    return values | {key: value for key, value in optional.items() if value}
