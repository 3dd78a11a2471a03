"""Roundabouts: which exit it is, counted as a driver passes them.

A circle is passed exit by exit, and where several arms leave at one node, in the order in which a car in the
circle comes to them. What may not be driven, and what leads to the island in the middle, is no exit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nav.graph import EdgeFlag, FloatArray, Graph
from nav.guidance.maneuvers.junctions import CIRCLE_FLAGS, Junctions
from nav.guidance.maneuvers.turn_types import UTURN_DEG, Turn, modifier_for

_PRIVATE = int(EdgeFlag.PRIVATE)
_LEFT_HAND = int(EdgeFlag.LEFT_HAND)
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
    count = _circles(graph, seen.access).exit(
        seen.edges[i], seen.edges[i + 1 : last + 1], seen.edges[last + 1]
    )
    return _turn(seen, i, last, count)


def touched(graph: Graph, seen: Junctions, i: int) -> Turn | None:
    """Judge a junction at which the route touches a circle: it comes and leaves at one node of it."""
    if seen.circle[i] or seen.circle[i + 1] or not seen.at_circle[i]:
        return None
    count = _circles(graph, seen.access).exit(seen.edges[i], [], seen.edges[i + 1])
    return _turn(seen, i, i, count) if count else None


def mini_roundabout(graph: Graph, seen: Junctions, i: int) -> Turn | None:
    """Judge a junction that is a mini-roundabout."""
    if not seen.mini[i] or not (arms := seen.arms(i)):
        return None
    others = [arm for arm in arms if arm.legal and not arm.private]
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


def _circles(graph: Graph, access: int) -> _Circles:
    """Return the circles of a map as one kind of traveller may drive them; they are kept with the map."""
    found: _Circles | None = graph.kept.get((_Circles, access))
    if found is None:
        found = graph.kept[_Circles, access] = _Circles(graph, access)
    return found


class _Arms(NamedTuple):
    """The arms outside a circle at one node of it, in the order in which they are passed."""

    turn_of: dict[int, float]
    """Edge → how far it turns towards the outside: to the right where the circle is driven anticlockwise."""

    exits: list[int]
    """Those of the edges that are exits."""


class _Circles:
    """Counts exits on the graph for one kind of traveller; what it has seen of a circle it remembers."""

    def __init__(self, graph: Graph, access: int) -> None:
        self._graph, self._access = graph, access
        self._sides: dict[int, float] = {}
        self._arms: dict[tuple[int, float], _Arms] = {}
        self._exits: dict[tuple[int, int, int], int] = {}

    def exit(self, entry: int, circle: list[int], out: int) -> int:
        """Count the exits from the entry to the way out; 0 if that leads to or from the island."""
        key = entry, len(circle), out
        if key not in self._exits:
            self._exits[key] = self._counted(entry, circle, out)
        return self._exits[key]

    def _counted(self, entry: int, circle: list[int], out: int) -> int:
        node = int(self._graph.edge_to[entry])
        side = self._side_at(node)
        around = self._arms_at(node, side)
        own = around.turn_of.get(int(self._graph.edge_reverse[entry]))
        if own is None and not circle:
            return 0
        # What lies between the entry and the circle is passed at once, the rest only after a whole round.
        ahead = [arm for arm in around.exits if own is not None and around.turn_of[arm] < own]
        if not circle:
            if out in ahead:
                return ahead.index(out) + 1
            if out not in around.turn_of:
                return 0
            circle = self._whole_circle(node)
        count = len(ahead)
        for passed in self._graph.edge_to[circle[:-1]].tolist():
            count += len(self._arms_at(passed, side).exits)
        at_end = self._arms_at(int(self._graph.edge_to[circle[-1]]), side).exits
        return count + (at_end.index(out) + 1 if out in at_end else 1)

    def _is_exit(self, edge: int) -> bool:
        graph = self._graph
        return bool(graph.edge_access[edge] & self._access) and not int(graph.edge_flags[edge]) & _PRIVATE

    def _is_part(self, edge: int) -> bool:
        """Tell whether an edge is part of a circle; of two directions only the one in which it is drawn."""
        graph = self._graph
        if not (int(graph.edge_flags[edge]) & CIRCLE_FLAGS and graph.edge_access[edge] & self._access):
            return False
        return bool(
            graph.edge_forward[edge] or not graph.edge_access[graph.edge_reverse[edge]] & self._access
        )

    def _arms_at(self, node: int, side: float) -> _Arms:
        found = self._arms.get((node, side))
        if found is None:
            arms = self._arms_outside(node, side)
            found = _Arms(dict(arms), [arm for arm, _ in arms if self._is_exit(arm)])
            self._arms[node, side] = found
        return found

    def _arms_outside(self, node: int, side: float) -> list[tuple[int, float]]:
        graph = self._graph
        inward = next((int(e) for e in graph.in_edges(node) if self._is_part(int(e))), None)
        onward = next((e for e in graph.out_edges(node) if self._is_part(e)), None)
        arms = [e for e in graph.out_edges(node) if not int(graph.edge_flags[e]) & CIRCLE_FLAGS]
        if inward is None:
            return [(arm, 0.0) for arm in arms]
        arriving_deg = float(graph.edge_heading_in_deg[inward])

        def turn(edge: int) -> float:
            change = float(graph.edge_heading_out_deg[edge]) - arriving_deg
            return side * ((change + 180.0) % 360.0 - 180.0)

        edge_of_island = -180.0 if onward is None else turn(onward)
        outside = [(arm, turn_deg) for arm in arms if (turn_deg := turn(arm)) > edge_of_island]
        return sorted(outside, key=lambda found: -found[1])

    def _side_at(self, node: int) -> float:
        """Return 1 where a circle is driven anticlockwise, so that its exits lie to the right; else -1.

        That is as it is drawn, else as traffic keeps.
        """
        if node not in self._sides:
            graph, circle = self._graph, self._whole_circle(node)
            area = 0.0
            if circle and int(graph.edge_to[circle[-1]]) == node:
                area = _area(np.concatenate([graph.shape(edge)[:-1] for edge in circle]))
            if area:
                self._sides |= dict.fromkeys(graph.edge_to[circle].tolist(), 1.0 if area > 0 else -1.0)
            else:
                left_hand = int(graph.edge_flags[graph.out_edges(node)[0]]) & _LEFT_HAND
                self._sides[node] = -1.0 if left_hand else 1.0
        return self._sides[node]

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


def _area(points: FloatArray) -> float:
    """Return twice the area within a closed line of (lat, lon), positive where it runs anticlockwise."""
    north, east = (points - points[0]).T
    return float(east[:-1] @ north[1:] - east[1:] @ north[:-1])
