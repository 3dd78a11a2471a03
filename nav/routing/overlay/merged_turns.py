"""The turns of a graph out of several packs: what a pack forbids, and what each turn costs, is taken from it.

Only where a junction is known to no pack as a whole, since a border runs through it, are its turns judged
anew by the roads of all packs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.enclosures import ENCLOSURE_FIELDS, NO_ENCLOSURES, Enclosures
from nav.graph import FloatArray, Int64Array, Offsets
from nav.law.rules import RuleBook
from nav.region import Network
from nav.routing.overlay.merged import Merged, node_owner
from nav.routing.overlay.seam import Seam, Zone, depths
from nav.routing.snap import build_snap_index
from nav.routing.weights.turns import ForbiddenSequence, Turns, build_turns

_LONGEST = 12
"""Edges of a restriction over ways that is followed."""


def merged_network(networks: Sequence[Network], merged: Merged, seam: Seam) -> Network:
    """Return what is travelled on a graph out of several packs.

    Parameters
    ----------
    networks
        The same profile on each pack.
    merged
        The graph.
    seam
        Where the packs meet.
    """
    graph, profile = merged.graph, networks[0].profile
    depth_m = depths(seam, merged.union)
    known = [_Known(n, merged, pack, depth_m, seam[pack]) for pack, n in enumerate(networks)]
    conditions: dict[str, int] = {}
    forbidden = [rule for part in known for rule in part.forbidden(conditions)]
    turns = build_turns(graph, profile, forbidden, conditions)
    for part in known:
        turns = part.costed(turns)
    place = float(graph.node_lat.mean()), float(graph.node_lon.mean())
    return Network(
        profile=profile,
        graph=graph,
        turns=turns,
        snap_index=build_snap_index(graph),
        order=None,
        digest="",
        index=None,
        enclosures=_enclosures(networks, merged),
        rules=RuleBook(graph.rules, tuple(conditions), place),
    )


@dataclass(frozen=True, slots=True)
class _Arcs:
    """Turns of a pack between edges: the key is that of both, ascending."""

    key: Int64Array
    arc: Int64Array

    def find(self, keys: Int64Array) -> Int64Array:
        """Return the arc of each pair, -1 where there is none."""
        if not len(self.key):
            return np.full(len(keys), -1, np.int64)
        at = np.minimum(np.searchsorted(self.key, keys), len(self.key) - 1)
        return np.where(self.key[at] == keys, self.arc[at], -1)


class _Known:
    """What one pack knows of the turns of a graph."""

    def __init__(
        self, network: Network, merged: Merged, pack: int, depth_m: Sequence[FloatArray], zone: Zone
    ) -> None:
        self._is_main = zone.is_main
        self._network, self._turns, self._pack = network, network.turns, pack
        self._merged, self._graph = merged, merged.graph
        self._edge = merged.edge_in[pack]
        usable = self._edge >= 0
        usable[usable] = self._turns.edge_state[self._edge[usable]] >= 0
        self._usable = usable
        owner = node_owner(merged.union, depth_m)
        deepest = np.stack([np.asarray(d) for d in depth_m])[owner, np.arange(len(owner))]
        self._decides = (owner == pack) & (deepest > 0)
        self._asks = deepest <= 0
        self._arcs = self._plain_arcs()
        self._merged_of = _inverse(self._edge)

    def _plain_arcs(self) -> _Arcs:
        """Return the turns out of the edges of the graph, however each edge was reached."""
        turns, own = self._turns, self._edge[self._usable]
        arc, owner = _ranges(turns.first_arc, turns.edge_state[own])
        key = own[owner] * self._network.graph.edge_count + turns.state_edge[turns.arc_head[arc]]
        order = np.argsort(key, kind="stable")
        return _Arcs(key[order], arc[order])

    def _arc_of(self, a: Int64Array, b: Int64Array) -> Int64Array:
        """Return the arc of the pack between edges of the graph, -1 if it has none."""
        own_a, own_b = self._edge[a], self._edge[b]
        found = self._arcs.find(own_a * self._network.graph.edge_count + own_b)
        return np.where((own_a >= 0) & (own_b >= 0), found, -1)

    def forbidden(self, conditions: dict[str, int]) -> Iterator[ForbiddenSequence]:
        """Return the turns of the graph that the pack forbids."""
        graph = self._graph
        a = np.flatnonzero(self._usable)
        b, owner = _ranges(graph.node_first_edge, graph.edge_to[a])
        a = a[owner]
        both = self._usable[b]
        a, b = a[both], b[both]
        node, back = graph.edge_to[a], graph.edge_reverse[a] == b
        a, b = (edges[self._decides[node] | (self._asks[node] & ~back)] for edges in (a, b))
        arc = self._arc_of(a, b)
        condition = np.where(arc >= 0, self._turns.arc_condition[arc], 0)
        for i in np.flatnonzero((arc < 0) | (condition >= 0)).tolist():
            number = -1 if arc[i] < 0 else self._number(int(condition[i]), conditions)
            yield ForbiddenSequence(edges=(int(a[i]), int(b[i])), condition=number)
        yield from self._over_ways(conditions)

    def _number(self, condition: int, conditions: dict[str, int]) -> int:
        text = self._network.rules.conditions[condition]
        return conditions.setdefault(text, len(conditions))

    def _over_ways(self, conditions: dict[str, int]) -> Iterator[ForbiddenSequence]:
        """Return what is forbidden by restrictions over ways: read off the states that remember."""
        turns, plain = self._turns, self._turns.plain_count
        arcs = self._arcs.arc[turns.arc_head[self._arcs.arc] >= plain]
        tails = np.searchsorted(turns.first_arc, arcs, side="right") - 1
        for arc, tail in zip(arcs.tolist(), tails.tolist(), strict=True):
            begin = int(turns.state_edge[tail])
            yield from self._after((begin,), int(turns.arc_head[arc]), conditions)

    def _after(
        self, path: tuple[int, ...], state: int, conditions: dict[str, int]
    ) -> Iterator[ForbiddenSequence]:
        turns, graph = self._turns, self._network.graph
        edge = int(turns.state_edge[state])
        path = (*path, edge)
        here = [self._merged_of.get(e, -1) for e in path]
        if min(here) < 0 or len(path) > _LONGEST:
            return
        plain = int(turns.edge_state[edge])
        allowed = {int(turns.state_edge[turns.arc_head[i]]): i for i in _arcs_of(turns, state)}
        for i in _arcs_of(turns, plain):
            onward = int(turns.state_edge[turns.arc_head[i]])
            following = self._merged_of.get(onward, -1)
            if following < 0:
                continue
            arc = allowed.get(onward)
            if arc is None:
                yield ForbiddenSequence(edges=(*here, following), condition=-1)
                continue
            condition = int(turns.arc_condition[arc])
            if condition >= 0 and condition != int(turns.arc_condition[i]):
                yield ForbiddenSequence(
                    edges=(*here, following), condition=self._number(condition, conditions)
                )
            # Turning back is followed by the memory of the new graph itself.
            if turns.arc_head[arc] >= turns.plain_count and onward != int(graph.edge_reverse[edge]):
                yield from self._after(path, int(turns.arc_head[arc]), conditions)

    def costed(self, turns: Turns) -> Turns:
        """Return the turns of the graph with the costs that the pack gives to those that it knows."""
        tail, head = turns.state_edge[turns.arc_tail], turns.state_edge[turns.arc_head]
        arc = self._arc_of(tail.astype(np.int64), head.astype(np.int64))
        arc = np.where(self._decides[self._graph.edge_to[tail]], arc, -1)
        own = self._turns
        mine = (self._merged.host == self._pack) & (self._edge >= 0)
        edge = np.where(mine, self._edge, -1)
        travelled = mine & (own.edge_component[edge] >= 0)
        is_main = self._is_main[np.where(travelled, own.edge_component[edge], 0)]
        component = np.where(travelled, np.where(is_main, 0, 1), -1).astype(np.int32)
        return replace(
            turns,
            arc_turn_ms=np.where(arc >= 0, own.arc_turn_ms[arc], turns.arc_turn_ms),
            arc_penalty_ms=np.where(arc >= 0, own.arc_penalty_ms[arc], turns.arc_penalty_ms),
            edge_time_ms=np.where(mine, own.edge_time_ms[edge], turns.edge_time_ms),
            edge_penalty_ms=np.where(mine, own.edge_penalty_ms[edge], turns.edge_penalty_ms),
            edge_component=np.where(mine, component, turns.edge_component),
        )


def _ranges(first: Offsets, of: NDArray[np.integer[Any]]) -> tuple[Int64Array, Int64Array]:
    """Return all entries of some groups, and for each the place of its group among those asked for."""
    begin = first[of]
    count = first[of.astype(np.int64) + 1] - begin
    owner = np.repeat(np.arange(len(of)), count)
    return begin[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count), owner


def _arcs_of(turns: Turns, state: int) -> range:
    return range(int(turns.first_arc[state]), int(turns.first_arc[state + 1]))


def _inverse(edges: Int64Array) -> dict[int, int]:
    there = np.flatnonzero(edges >= 0)
    return dict(zip(edges[there].tolist(), there.tolist(), strict=True))


def _enclosures(networks: Sequence[Network], merged: Merged) -> Enclosures:
    """Return the areas with entrances that lie on the graph."""
    graph = merged.graph
    box = [f(array) for f in (np.min, np.max) for array in (graph.point_lat_e7, graph.point_lon_e7)]
    parts: dict[str, list[NDArray[np.generic]]] = {name: [array] for name, array in NO_ENCLOSURES.items()}
    for network in networks:
        own = network.enclosures
        south, west, north, east = (own.box_e7[:, i] for i in range(4))
        near = (south <= box[2]) & (north >= box[0]) & (west <= box[3]) & (east >= box[1])
        chosen = np.flatnonzero(near)
        points, _ = _ranges(own.first_point, chosen)
        entrances, _ = _ranges(own.first_entrance, chosen)
        parts["box_e7"].append(own.box_e7[chosen])
        for name, at in (("point", points), ("entrance", entrances)):
            for field in (f for f in ENCLOSURE_FIELDS if f.startswith(f"{name}_")):
                parts[field].append(getattr(own, field)[at])
            bounds = f"first_{name}"
            parts[bounds].append(np.diff(getattr(own, bounds))[chosen])
    for bounds in ("first_point", "first_entrance"):
        parts[bounds] = [np.cumsum(np.concatenate(parts[bounds]))]
    return Enclosures(**{name: np.concatenate(arrays) for name, arrays in parts.items()})
