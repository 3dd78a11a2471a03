"""What a driver sees at each junction of a route: the arms, their angles, and what is worth a word.

Everything that can be decided for all junctions at once is computed as arrays over the route; only the few
junctions that may need a manoeuvre are then looked at one by one (`nav.maneuver_turns`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nav.graph import EdgeFlag, FloatArray, Graph, RoadClass

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

MINOR_FLAGS = int(EdgeFlag.PRIVATE | EdgeFlag.DRIVEWAY | EdgeFlag.PARKING_AISLE | EdgeFlag.ALLEY)
CIRCLE_FLAGS = int(EdgeFlag.ROUNDABOUT | EdgeFlag.CIRCULAR)
_CONNECTOR_LINK_M = 80.0
_INTERNAL_M = 40.0
_STRAIGHT_DEG = 20.0
_TURN_DEG = 45.0
_FORK_MARGIN_DEG = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One road that leaves a junction, other than the one the route takes and the one it came on."""

    edge: int
    """Directed edge that leaves the junction."""

    turn_deg: float
    """How far a driver on the route would turn into it, positive to the right."""

    legal: bool
    """Whether it may be driven in this direction."""

    road_class: int
    """`RoadClass` of it."""

    flags: int
    """`EdgeFlag` bits of it."""

    minor: bool
    """Driveways, parking aisles, private and service roads."""

    @property
    def link(self) -> bool:
        """Whether it is a ramp or slip road."""
        return bool(self.flags & EdgeFlag.LINK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Junctions:
    """The junctions between the edges of one leg: entry ``i`` lies between edge ``i`` and ``i + 1``."""

    edges: IntArray
    """(n,) directed edges of the leg."""

    turn_deg: FloatArray
    """(n - 1,) how far the route turns, positive to the right."""

    interesting: IntArray
    """Junctions that may need a manoeuvre, in order."""

    back: BoolArray
    """(n - 1,) the route goes back on the road it came on."""

    circle: BoolArray
    """(n,) edge of a roundabout or other circular junction."""

    ferry: BoolArray
    """(n,) edge is sailed."""

    link: BoolArray
    """(n,) ramp or slip road."""

    connector: BoolArray
    """(n,) short piece inside a junction: a slip road or the space between two carriageways."""

    road_class: IntArray
    """(n,) `RoadClass`."""

    name_set: IntArray
    """(n,) name set of the street, -1 if it has none."""

    ref: IntArray
    """(n,) text of the road reference, -1 if it has none."""

    exits: IntArray
    """(n - 1,) legal ways out of a circle at this junction, the route's own included."""

    first_arm: IntArray
    """(n,) index of the first arm of each junction in the `arm_…` arrays."""

    arm_edge: IntArray
    """Edges that leave the junctions, the route's own and the way back included."""

    arm_turn_deg: FloatArray
    """Turn into each arm."""

    arm_legal: BoolArray
    """Whether the arm may be driven."""

    arm_minor: BoolArray
    """Whether the arm is a minor one."""

    arm_other: BoolArray
    """Whether the arm is neither the route's own nor the way back."""

    def arms(self, graph: Graph, i: int) -> list[Arm]:
        """Return the other roads at junction ``i``, cycle ways and paths left out."""
        found = []
        for k in range(int(self.first_arm[i]), int(self.first_arm[i + 1])):
            edge = int(self.arm_edge[k])
            road_class = int(graph.edge_class[edge])
            if not self.arm_other[k] or road_class > RoadClass.FERRY:
                continue
            found.append(
                Arm(
                    edge=edge,
                    turn_deg=float(self.arm_turn_deg[k]),
                    legal=bool(self.arm_legal[k]),
                    road_class=road_class,
                    flags=int(graph.edge_flags[edge]),
                    minor=bool(self.arm_minor[k]),
                )
            )
        return found

    def turn_over(self, graph: Graph, first: int, last: int) -> float:
        """Return the turn from before junction ``first`` to after junction ``last``, in degrees."""
        before = float(graph.edge_heading_in_deg[self.edges[first]])
        after = float(graph.edge_heading_out_deg[self.edges[last + 1]])
        return (after - before + 180.0) % 360.0 - 180.0


def look_at_junctions(graph: Graph, edges: IntArray, access: int) -> Junctions:
    """Compute what is to be seen at each junction of a leg.

    Parameters
    ----------
    graph : Graph
        The road graph.
    edges : (n,) int array
        Directed edges of the leg, n ≥ 1.
    access : int
        Bit of `Access` of the traveller.

    Returns
    -------
    Junctions
        Arrays over the leg, and which junctions to look at.
    """
    road_class = np.asarray(graph.edge_class[edges], dtype=np.int64)
    flags = np.asarray(graph.edge_flags[edges])
    way = graph.edge_way[edges]
    length_m = graph.edge_length_m[edges]
    link = (flags & EdgeFlag.LINK) != 0
    circle = (flags & CIRCLE_FLAGS) != 0
    ferry = (flags & EdgeFlag.FERRY) != 0
    internal = ((flags & EdgeFlag.INTERNAL) != 0) & (length_m < _INTERNAL_M)
    slip = link & (road_class > RoadClass.TRUNK) & (length_m < _CONNECTOR_LINK_M)
    name_set, ref = graph.way_name[way], graph.way_ref[way]

    before, after = edges[:-1], edges[1:]
    node = graph.edge_to[before]
    count = np.asarray(graph.node_first_edge[node + 1] - graph.node_first_edge[node])
    first_arm = np.concatenate(([0], np.cumsum(count)))
    owner = np.repeat(np.arange(len(before)), count)
    arm = np.arange(first_arm[-1]) + (graph.node_first_edge[node] - first_arm[:-1])[owner]
    back = after == graph.edge_reverse[before]
    arm_own, arm_back = arm == after[owner], arm == graph.edge_reverse[before][owner]
    arm_class, arm_flags = graph.edge_class[arm], graph.edge_flags[arm]
    arm_turn = _wrapped(graph.edge_heading_out_deg[arm] - graph.edge_heading_in_deg[before][owner])
    arm_legal = (graph.edge_access[arm] & access) != 0
    arm_other = ~(arm_own | arm_back)
    arm_minor = (arm_class >= RoadClass.SERVICE) | ((arm_flags & MINOR_FLAGS) != 0)
    turn_deg = _wrapped(graph.edge_heading_out_deg[after] - graph.edge_heading_in_deg[before])

    exits = np.zeros(len(before), dtype=np.int64)
    interesting = np.zeros(0, dtype=np.int64)
    if len(before):
        exits = _legal_exits(
            first_arm, arm_legal & ~arm_back & ((arm_flags & (CIRCLE_FLAGS | EdgeFlag.PRIVATE)) == 0)
        )
        road = arm_other & (arm_class <= RoadClass.SERVICE)
        straightest = np.minimum.reduceat(np.where(road & arm_legal, np.abs(arm_turn), 999.0), first_arm[:-1])
        roads = np.add.reduceat(road.astype(np.int64), first_arm[:-1])
        sharp = np.abs(turn_deg)
        mask = (roads > 0) & (sharp >= _TURN_DEG)
        mask |= (straightest < 999.0) & ((sharp > _STRAIGHT_DEG) | (straightest < sharp + _FORK_MARGIN_DEG))
        mask |= back | circle[1:] | circle[:-1] | (ferry[1:] != ferry[:-1])
        mask |= ((link[1:] != link[:-1]) & (roads > 0)) | internal[1:] | slip[1:]
        mask |= (name_set[1:] != name_set[:-1]) & (name_set[1:] >= 0)
        interesting = np.flatnonzero(mask)
    return Junctions(
        edges=edges,
        turn_deg=turn_deg,
        interesting=interesting,
        back=back,
        circle=circle,
        ferry=ferry,
        link=link,
        connector=internal | slip,
        road_class=road_class,
        name_set=name_set,
        ref=ref,
        exits=exits,
        first_arm=first_arm,
        arm_edge=arm,
        arm_turn_deg=arm_turn,
        arm_legal=arm_legal,
        arm_minor=arm_minor,
        arm_other=arm_other,
    )


def _legal_exits(first_arm: IntArray, is_exit: BoolArray) -> IntArray:
    return np.add.reduceat(is_exit.astype(np.int64), first_arm[:-1])


def _wrapped(angle_deg: FloatArray) -> FloatArray:
    return (np.asarray(angle_deg, dtype=np.float64) + 180.0) % 360.0 - 180.0
