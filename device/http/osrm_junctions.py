"""The intersections that a step passes, as OSRM v1 writes them: all roads there, and which one is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nav.graph import Access, EdgeFlag, Graph, NodeFlag, RoadClass
from nav.guidance.maneuvers.lanes import lanes_for
from nav.guidance.maneuvers.turn_types import modifier_for
from nav.guidance.wording.osrm_names import osrm_lanes

if TYPE_CHECKING:
    from nav.guidance.maneuvers.types import Maneuver
    from nav.routing.route import Route

_ACCESS = {"car": int(Access.CAR), "bike": int(Access.BIKE), "foot": int(Access.FOOT)}
_CLASSES = {
    EdgeFlag.TOLL: "toll",
    EdgeFlag.TUNNEL: "tunnel",
    EdgeFlag.FERRY: "ferry",
    EdgeFlag.DESTINATION: "restricted",
}
_ENDS = ("depart", "via", "arrive")


def intersections(route: Route, maneuver: Maneuver, first: dict[str, Any], side: str) -> list[dict[str, Any]]:
    """Return the intersections of a step: that of its manoeuvre, and those passed before the next.

    Parameters
    ----------
    route : Route
        What is travelled.
    maneuver : Maneuver
        What begins the step.
    first : dict
        The intersection of the manoeuvre as `osrm_step` writes it.
    side : {"right", "left"}
        Side of the road that traffic keeps to.
    """
    if maneuver.kind in ("via", "arrive"):
        return [first]
    start, end = maneuver.edge_start, max(maneuver.edge_end, maneuver.edge_start + 1)
    found = [first]
    if maneuver.kind not in _ENDS and start > 0:
        found = [
            _passed(route, start, side) | {key: first[key] for key in ("location", "lanes") if key in first}
        ]
    for index in range(start + 1, min(end, len(route.edges))):
        if _is_junction(route.graph, int(route.graph.edge_from[route.edges[index]]), _ACCESS[route.profile]):
            found.append(_passed(route, index, side))
    return found


def _is_junction(graph: Graph, node: int, access: int) -> bool:
    """Tell whether there is another road than the one that is followed."""
    edges = graph.out_edges(node)
    usable = [e for e in edges if (graph.edge_access[e] | graph.edge_access[graph.edge_reverse[e]]) & access]
    return len(usable) > 2 or bool(graph.node_flags[node] & int(NodeFlag.SIGNALS))


def _passed(route: Route, index: int, side: str) -> dict[str, Any]:
    """Write the intersection at which an edge of the route begins."""
    graph, access = route.graph, _ACCESS[route.profile]
    before, after = int(route.edges[index - 1]), int(route.edges[index])
    node, back = int(graph.edge_from[after]), int(graph.edge_reverse[before])
    arms: dict[int, bool] = {}
    for edge in graph.out_edges(node):
        may_leave = bool(graph.edge_access[edge] & access)
        if may_leave or edge in (back, after) or graph.edge_access[graph.edge_reverse[edge]] & access:
            bearing = round(float(graph.edge_heading_out_deg[edge])) % 360
            arms[bearing] = arms.get(bearing, False) or may_leave
    bearings = sorted(arms)
    into = round(float(graph.edge_heading_out_deg[back])) % 360 if back in graph.out_edges(node) else None
    found: dict[str, Any] = {
        "location": [round(float(graph.node_lon[node]), 6), round(float(graph.node_lat[node]), 6)],
        "bearings": bearings,
        "entry": [arms[bearing] for bearing in bearings],
        "out": bearings.index(round(float(graph.edge_heading_out_deg[after])) % 360),
    }
    if into is not None:
        found["in"] = bearings.index(into)
    if classes := _classes(graph, after):
        found["classes"] = classes
    if lanes := _lanes(graph, before, after, side):
        found["lanes"] = lanes
    return found


def _classes(graph: Graph, edge: int) -> list[str]:
    flags = int(graph.edge_flags[edge])
    found = [name for flag, name in _CLASSES.items() if flags & flag]
    return [*found, "motorway"] if graph.edge_class[edge] == RoadClass.MOTORWAY else found


def _lanes(graph: Graph, before: int, after: int, side: str) -> list[dict[str, Any]]:
    tag = graph.text(int(graph.edge_turn_lanes[before]))
    turn_deg = float(graph.edge_heading_out_deg[after]) - float(graph.edge_heading_in_deg[before])
    modifier = modifier_for((turn_deg + 180.0) % 360.0 - 180.0)
    return osrm_lanes(lanes_for(tag, modifier, left_hand=side == "left"), modifier, driving_side=side)
