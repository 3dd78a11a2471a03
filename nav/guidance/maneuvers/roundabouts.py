"""Roundabouts: which exit it is, counted as a driver passes them.

A circle is passed exit by exit, and where several arms leave at one node, in the order in which a car in the
circle comes to them. What may not be driven, and what leads to the island in the middle, is no exit.
"""

from __future__ import annotations

import numpy as np

from nav.graph import EdgeFlag, Graph, NodeFlag
from nav.guidance.maneuvers.junctions import CIRCLE_FLAGS, Junctions
from nav.guidance.maneuvers.turn_types import UTURN_DEG, Turn, modifier_for

_PRIVATE = int(EdgeFlag.PRIVATE)
_LEFT_HAND = int(EdgeFlag.LEFT_HAND)
_MINI = int(NodeFlag.MINI_ROUNDABOUT)
_LONGEST_CIRCLE = 200


def roundabout(graph: Graph, seen: Junctions, i: int) -> Turn | None:
    """Judge a junction at which the route enters a circle."""
    if seen.circle[i]:
        return None
    last, edges = i + 1, len(seen.edges)
    while last < edges - 1 and seen.circle[last + 1]:
        last += 1
    if last == edges - 1:
        return Turn(junction=i, last_junction=i, kind="roundabout", modifier="straight")
    counter = _Counter(graph, seen.access)
    count = counter.exit(seen.edges[i], seen.edges[i + 1 : last + 1], seen.edges[last + 1])
    return _turn(seen, i, last, count)


def touched(graph: Graph, seen: Junctions, i: int) -> Turn | None:
    """Judge a junction at which the route touches a circle: it comes and leaves at one node of it."""
    if seen.circle[i] or seen.circle[i + 1] or not _is_circle(graph, int(graph.edge_to[seen.edges[i]])):
        return None
    count = _Counter(graph, seen.access).exit(seen.edges[i], [], seen.edges[i + 1])
    return _turn(seen, i, i, count) if count else None


def mini_roundabout(graph: Graph, seen: Junctions, i: int) -> Turn | None:
    """Judge a junction that is a mini-roundabout."""
    node = int(graph.edge_to[seen.edges[i]])
    others = [arm for arm in seen.arms(i) if arm.legal and not arm.private]
    if not int(graph.node_flags[node]) & _MINI or not seen.arms(i):
        return None
    # Going round it to the right one comes to what lies to the right first, where traffic keeps right.
    side = -1.0 if int(graph.edge_flags[seen.edges[i]]) & _LEFT_HAND else 1.0
    turn_deg = -side * 180.0 if seen.back[i] else seen.turn_deg[i]
    count = 1 + sum(side * arm.turn_deg > side * turn_deg for arm in others)
    modifier = "uturn" if seen.back[i] else modifier_for(turn_deg)
    return Turn(junction=i, last_junction=i, kind="mini_roundabout", modifier=modifier, roundabout_exit=count)


def _turn(seen: Junctions, i: int, last: int, count: int) -> Turn:
    turn_deg = seen.turn_over(i, last)
    modifier = "uturn" if abs(turn_deg) > UTURN_DEG else modifier_for(turn_deg)
    return Turn(junction=i, last_junction=last, kind="roundabout", modifier=modifier, roundabout_exit=count)


def _is_circle(graph: Graph, node: int) -> bool:
    return any(int(graph.edge_flags[edge]) & CIRCLE_FLAGS for edge in graph.out_edges(node))


class _Counter:
    """Counts exits on the graph for one kind of traveller."""

    def __init__(self, graph: Graph, access: int) -> None:
        self._graph, self._access = graph, access
        self._side = 1.0
        """1 where the circle is driven anticlockwise, so that its exits lie to the right; else -1."""

    def exit(self, entry: int, circle: list[int], out: int) -> int:
        """Count the exits from the entry to the way out; 0 if that leads to or from the island."""
        node = int(self._graph.edge_to[entry])
        self._side = self._side_of(node)
        around = self._arms(node)
        own = next((turn for arm, turn in around if arm == int(self._graph.edge_reverse[entry])), None)
        if own is None and not circle:
            return 0
        # What lies between the entry and the circle is passed at once, the rest only after a whole round.
        ahead = [arm for arm, turn in around if own is not None and turn < own and self._is_exit(arm)]
        if not circle:
            if out in ahead:
                return ahead.index(out) + 1
            if out not in [arm for arm, _ in around]:
                return 0
            circle = self._whole_circle(node)
        count = len(ahead)
        for edge in circle[:-1]:
            count += sum(self._is_exit(arm) for arm, _ in self._arms(int(self._graph.edge_to[edge])))
        at_end = [arm for arm, _ in self._arms(int(self._graph.edge_to[circle[-1]])) if self._is_exit(arm)]
        return count + (at_end.index(out) + 1 if out in at_end else 1)

    def _is_exit(self, edge: int) -> bool:
        graph = self._graph
        return bool(graph.edge_access[edge] & self._access) and not int(graph.edge_flags[edge]) & _PRIVATE

    def _is_part(self, edge: int) -> bool:
        graph = self._graph
        return bool(graph.edge_access[edge] & self._access) and bool(
            int(graph.edge_flags[edge]) & CIRCLE_FLAGS
        )

    def _arms(self, node: int) -> list[tuple[int, float]]:
        """List the arms outside the circle in the order in which they are passed, with how far they turn.

        Turns are towards the outside of the circle: to the right where the circle is driven anticlockwise.
        """
        graph = self._graph
        inward = next((int(e) for e in graph.in_edges(node) if self._is_part(int(e))), None)
        onward = next((e for e in graph.out_edges(node) if self._is_part(e)), None)

        def turn(edge: int) -> float:
            assert inward is not None
            change = float(graph.edge_heading_out_deg[edge]) - float(graph.edge_heading_in_deg[inward])
            return self._side * ((change + 180.0) % 360.0 - 180.0)

        arms = [e for e in graph.out_edges(node) if not int(graph.edge_flags[e]) & CIRCLE_FLAGS]
        if inward is None:
            return [(arm, 0.0) for arm in arms]
        edge_of_island = -180.0 if onward is None else turn(onward)
        outside = [(arm, turn(arm)) for arm in arms if turn(arm) > edge_of_island]
        return sorted(outside, key=lambda found: -found[1])

    def _side_of(self, node: int) -> float:
        """Tell which way a circle is driven: as it is drawn, else as traffic keeps."""
        graph, circle = self._graph, self._whole_circle(node)
        if circle and int(graph.edge_to[circle[-1]]) == node:
            lat, lon = np.concatenate([graph.shape(edge)[:-1] for edge in circle]).T
            east, north = lon - lon[0], lat - lat[0]
            area = float((east * np.roll(north, -1) - np.roll(east, -1) * north).sum())
            if area:
                return 1.0 if area > 0 else -1.0
        return -1.0 if int(graph.edge_flags[graph.out_edges(node)[0]]) & _LEFT_HAND else 1.0

    def _whole_circle(self, node: int) -> list[int]:
        """Return the edges of the circle from a node once round."""
        graph, here = self._graph, node
        circle: list[int] = []
        while len(circle) < _LONGEST_CIRCLE:
            onward = next((edge for edge in graph.out_edges(here) if self._is_part(edge)), None)
            if onward is None:
                break
            circle.append(onward)
            here = int(graph.edge_to[onward])
            if here == node:
                break
        return circle
