"""What a driver sees at each junction of a route: the arms, their angles, and what is worth a word.

Everything that can be decided for all junctions at once is computed as arrays over the route; only the few
junctions that may need a manoeuvre are then looked at one by one (`nav.guidance.maneuvers.turns`).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nav.graph import Access, EdgeFlag, FloatArray, Graph, NodeFlag, RoadClass

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.integer[Any]]

# Plain numbers, since looking up a member of an enumeration costs as much as the rest of a decision.
MOTORWAY = int(RoadClass.MOTORWAY)
TRUNK = int(RoadClass.TRUNK)
SERVICE = int(RoadClass.SERVICE)
FERRY = int(RoadClass.FERRY)
LINK = int(EdgeFlag.LINK)
PRIVATE = int(EdgeFlag.PRIVATE)
MINOR_FLAGS = int(EdgeFlag.PRIVATE | EdgeFlag.DRIVEWAY | EdgeFlag.PARKING_AISLE | EdgeFlag.ALLEY)
CIRCLE_FLAGS = int(EdgeFlag.ROUNDABOUT | EdgeFlag.CIRCULAR)
_CONNECTOR_LINK_M = 80.0
_INTERNAL_M = 40.0
_JOG_M = 15.0
_TIP_M = 8.0
_STRAIGHT_DEG = 20.0
_TURN_DEG = 45.0
_FORK_DEG = 55.0
_NONE_DEG = 999.0


class Arm(NamedTuple):
    """One road that leaves a junction, other than the one the route takes and the one it came on."""

    turn_deg: float
    """How far a driver on the route would turn into it, positive to the right."""

    legal: bool
    """Whether it may be driven in this direction."""

    road_class: int
    """`RoadClass` of it."""

    link: bool
    """Whether it is a ramp or slip road."""

    minor: bool
    """Driveways, parking aisles, private and service roads."""

    private: bool
    """Whether it may only be driven to a place on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Junctions:
    """The junctions between the edges of a route: entry ``i`` lies between edge ``i`` and ``i + 1``."""

    access: int
    """Bit of `Access` of the traveller."""

    edges: list[int]
    """n directed edges."""

    turn_deg: list[float]
    """n - 1: how far the route turns, positive to the right."""

    heading_in_deg: list[float]
    """n: direction of travel at the end of each edge."""

    heading_out_deg: list[float]
    """n: direction of travel at the start of each edge."""

    lat: list[float]
    """n: latitude of the end of each edge."""

    lon: list[float]
    """n: longitude of the end of each edge."""

    length_m: list[float]
    """n: length of each edge, metres."""

    interesting: list[int]
    """Junctions that may need a manoeuvre, in order."""

    back: list[bool]
    """n - 1: the route goes back on the road it came on."""

    circle: list[bool]
    """n: edge of a roundabout or other circular junction."""

    ferry: list[bool]
    """n: edge is sailed."""

    link: list[bool]
    """n: ramp or slip road."""

    connector: list[bool]
    """n: short piece inside a junction: a slip road, a jog, or the space between two carriageways."""

    road_class: list[int]
    """n: `RoadClass`."""

    name_set: list[int]
    """n: name set of the street, -1 if it has none."""

    ref: list[int]
    """n: text of the road reference, -1 if it has none."""

    turn_lanes: list[int]
    """n: text of ``turn:lanes``, -1 if it has none."""

    first_arm: list[int]
    """n: index of the first arm of each junction in the arrays of arms."""

    at_circle: list[bool]
    """n - 1: a roundabout or other circle passes the junction."""

    mini: list[bool]
    """n - 1: the junction is a mini-roundabout."""

    arm_turn_deg: list[float]
    arm_legal: list[bool]
    arm_class: list[int]
    arm_flags: list[int]
    arm_other: list[bool]
    """Whether the arm is a road that is neither the route's own nor the way back."""

    def arms(self, i: int) -> list[Arm]:
        """Return the other roads at junction ``i``; for cars, cycle ways and paths are none."""
        first, last = self.first_arm[i], self.first_arm[i + 1]
        found = []
        for k in range(first, last):
            if self.arm_other[k]:
                road_class, flags = self.arm_class[k], self.arm_flags[k]
                minor = road_class >= SERVICE or flags & MINOR_FLAGS != 0
                link, private = flags & LINK != 0, flags & PRIVATE != 0
                found.append(Arm(self.arm_turn_deg[k], self.arm_legal[k], road_class, link, minor, private))
        return found

    def turn_over(self, first: int, last: int) -> float:
        """Return the turn from before junction ``first`` to after junction ``last``, in degrees."""
        turn_deg = self.heading_out_deg[last + 1] - self.heading_in_deg[first]
        return (turn_deg + 180.0) % 360.0 - 180.0


def look_at_junctions(graph: Graph, edges: IntArray, access: int) -> Junctions:
    """Compute what is to be seen at each junction of a route.

    Parameters
    ----------
    graph : Graph
        The road graph.
    edges : (n,) int array
        Directed edges of the route, n ≥ 1.
    access : int
        Bit of `Access` of the traveller.

    Returns
    -------
    Junctions
        What the decisions need, and which junctions to look at.
    """
    road_class, flags = graph.edge_class[edges], graph.edge_flags[edges]
    length_m, link = graph.edge_length_m[edges], (flags & LINK) != 0
    circle, ferry = (flags & CIRCLE_FLAGS) != 0, (flags & EdgeFlag.FERRY) != 0
    back, ends = edges[1:] == graph.edge_reverse[edges[:-1]], graph.edge_to[edges]
    heading_in, heading_out, name_set, ref = _beyond_tips(graph, edges, length_m, ends[:-1])
    connector = ((flags & EdgeFlag.INTERNAL) != 0) & (length_m < _INTERNAL_M)
    connector |= link & (road_class > TRUNK) & (length_m < _CONNECTOR_LINK_M)
    connector = (connector | _jogs(length_m, name_set, ref)) & ~circle
    turn_deg = _wrapped(heading_out[1:] - heading_in[:-1])
    arms = _all_arms(graph, edges, access, heading_in)
    mini = (graph.node_flags[ends[:-1]] & NodeFlag.MINI_ROUNDABOUT) > 0
    mask = arms.worth_a_look(np.abs(turn_deg)) | arms.any_circle | mini
    mask |= back | circle[1:] | circle[:-1] | (ferry[1:] != ferry[:-1]) | connector[1:]
    mask |= (link[1:] != link[:-1]) & arms.any_other
    mask |= (name_set[1:] != name_set[:-1]) & (name_set[1:] >= 0) & (name_set[:-1] >= 0)
    return Junctions(
        access=access,
        edges=edges.tolist(),
        turn_deg=turn_deg.tolist(),
        heading_in_deg=heading_in.tolist(),
        heading_out_deg=heading_out.tolist(),
        lat=graph.node_lat[ends].tolist(),
        lon=graph.node_lon[ends].tolist(),
        length_m=length_m.tolist(),
        interesting=np.flatnonzero(mask).tolist(),
        back=back.tolist(),
        circle=circle.tolist(),
        ferry=ferry.tolist(),
        link=link.tolist(),
        connector=connector.tolist(),
        road_class=road_class.tolist(),
        name_set=name_set.tolist(),
        ref=ref.tolist(),
        turn_lanes=graph.edge_turn_lanes[edges].tolist(),
        first_arm=arms.first.tolist(),
        at_circle=arms.any_circle.tolist(),
        mini=mini.tolist(),
        arm_turn_deg=arms.turn_deg.tolist(),
        arm_legal=arms.legal.tolist(),
        arm_class=arms.road_class.tolist(),
        arm_flags=arms.flags.tolist(),
        arm_other=arms.other.tolist(),
    )


@dataclass(frozen=True, kw_only=True)
class _Arms:
    """The roads that leave each of the n - 1 junctions of a route, one after the other."""

    first: IntArray
    """n: index of the first arm of each junction."""
    turn_deg: FloatArray
    legal: BoolArray
    road_class: IntArray
    flags: IntArray
    other: BoolArray

    @cached_property
    def any_other(self) -> BoolArray:
        """Tell for each junction whether another road leaves it."""
        return self._reduced(np.logical_or, self.other)

    @cached_property
    def any_circle(self) -> BoolArray:
        """Tell for each junction whether a roundabout or other circle passes it."""
        return self._reduced(np.logical_or, (self.flags & CIRCLE_FLAGS) > 0)

    def worth_a_look(self, size_deg: FloatArray) -> BoolArray:
        """Tell for each junction whether the route turns there, or another road goes on nearly straight."""
        ahead = np.where(self.other & self.legal, np.abs(self.turn_deg), _NONE_DEG)
        straightest = self._reduced(np.minimum, ahead)
        mask = self.any_other & (size_deg >= _TURN_DEG)
        mask |= (straightest < _NONE_DEG) & ((size_deg > _STRAIGHT_DEG) | (straightest < _FORK_DEG))
        return np.asarray(mask)

    def _reduced(self, how: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(how.reduceat(values, self.first[:-1])) if len(self.first) > 1 else values[:0]


def _all_arms(graph: Graph, edges: IntArray, access: int, heading_in: FloatArray) -> _Arms:
    before, after = edges[:-1], edges[1:]
    node = graph.edge_to[before]
    begin = graph.node_first_edge[node]
    count = graph.node_first_edge[node + 1] - begin
    first = np.zeros(len(count) + 1, np.int64)
    count.cumsum(out=first[1:])
    owner = np.repeat(np.arange(len(before)), count)
    arm = np.arange(first[-1]) + (begin - first[:-1])[owner]
    road_class, flags = graph.edge_class[arm], graph.edge_flags[arm]
    legal = (graph.edge_access[arm] & access) != 0
    other = (arm != after[owner]) & (arm != graph.edge_reverse[before][owner])
    if access == Access.CAR:
        other &= road_class <= FERRY
    return _Arms(
        first=first,
        turn_deg=_wrapped(graph.edge_heading_out_deg[arm] - heading_in[:-1][owner]),
        legal=legal,
        road_class=road_class,
        flags=flags,
        other=other,
    )


class _Look(NamedTuple):
    """How edges look from the junctions at their ends."""

    heading_in_deg: FloatArray
    heading_out_deg: FloatArray
    name_set: IntArray
    ref: IntArray


def _beyond_tips(graph: Graph, edges: IntArray, length_m: FloatArray, node: IntArray) -> _Look:
    """Return how each edge looks from the junctions at its ends.

    A piece of a few metres that ends where no other road meets is only the tip of a road: what is seen from
    the junction, and what a sign there names, is the road behind it.
    """
    way = graph.edge_way[edges]
    look = _Look(
        graph.edge_heading_in_deg[edges].astype(np.float64),
        graph.edge_heading_out_deg[edges].astype(np.float64),
        graph.way_name[way].copy(),
        graph.way_ref[way].copy(),
    )
    plain = graph.node_first_edge[node + 1] - graph.node_first_edge[node] == 2
    for tip in np.flatnonzero((length_m[:-1] < _TIP_M) & plain).tolist():
        look.heading_out_deg[tip] = look.heading_out_deg[tip + 1]
        look.name_set[tip], look.ref[tip] = look.name_set[tip + 1], look.ref[tip + 1]
    for tip in (np.flatnonzero((length_m[1:] < _TIP_M) & plain) + 1).tolist():
        look.heading_in_deg[tip] = look.heading_in_deg[tip - 1]
        look.name_set[tip], look.ref[tip] = look.name_set[tip - 1], look.ref[tip - 1]
    return look


def _jogs(length_m: FloatArray, name_set: IntArray, ref: IntArray) -> BoolArray:
    """Find the short pieces by which one road steps aside, which are no turns."""
    jog = np.zeros(len(length_m), dtype=np.bool_)
    same_name = (name_set[2:] == name_set[1:-1]) & (name_set[1:-1] == name_set[:-2]) & (name_set[1:-1] >= 0)
    same_ref = (ref[2:] == ref[1:-1]) & (ref[1:-1] == ref[:-2]) & (ref[1:-1] >= 0)
    jog[1:-1] = (length_m[1:-1] < _JOG_M) & (same_name | same_ref)
    return jog


def _wrapped(angle_deg: NDArray[np.floating[Any]]) -> FloatArray:
    return (np.asarray(angle_deg, dtype=np.float64) + 180.0) % 360.0 - 180.0
