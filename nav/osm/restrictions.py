"""Turn restrictions: read from OSM relations, then turned into forbidden sequences of edges.

See https://wiki.openstreetmap.org/wiki/Relation:restriction. A restriction with a via node forbids a pair of
edges, one with via ways a longer sequence. `only_*` forbids all the others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nav.graph import Access, Graph
from nav.osm.tags import conditional_parts, is_time_condition
from nav.routing.turns import ForbiddenSequence

_MAX_VIA_EDGES = 60
_CAR_NAMES = frozenset(("motorcar", "motor_vehicle", "vehicle", "car"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """One turn restriction for cars, as mapped."""

    relation_id: int
    only: bool
    """True for `only_*`: every other way out is forbidden."""
    u_turn: bool
    """True for `no_u_turn`."""
    from_ways: tuple[int, ...]
    to_ways: tuple[int, ...]
    via_node: int
    """OSM node id; 0 if it leads over ways."""
    via_ways: tuple[int, ...]
    condition: str
    """In force only while this holds (opening-hours syntax); `` always."""


def read_restriction(
    relation_id: int, tags: Mapping[str, str], members: Sequence[tuple[str, int, str]]
) -> list[Restriction]:
    """Read a restriction relation; empty if it does not concern cars or is broken."""
    excepted = {part.strip() for part in tags.get("except", "").split(";")}
    if excepted & _CAR_NAMES:
        return []
    from_ways = tuple(dict.fromkeys(ref for kind, ref, role in members if kind == "w" and role == "from"))
    to_ways = tuple(dict.fromkeys(ref for kind, ref, role in members if kind == "w" and role == "to"))
    via_ways = tuple(dict.fromkeys(ref for kind, ref, role in members if kind == "w" and role == "via"))
    via_nodes = [ref for kind, ref, role in members if kind == "n" and role == "via"]
    if not from_ways or not to_ways or bool(via_ways) == bool(via_nodes):
        return []
    return [
        Restriction(
            relation_id=relation_id,
            only=value.startswith("only_"),
            u_turn=value == "no_u_turn",
            from_ways=from_ways,
            to_ways=to_ways,
            via_node=0 if via_ways else via_nodes[0],
            via_ways=via_ways,
            condition=condition,
        )
        for value, condition in _values(tags)
        if value.startswith(("no_", "only_")) and value not in ("no_entry_exit",)
    ]


def _values(tags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (kind of restriction, condition) from the most specific tags."""
    for key in ("restriction:motorcar", "restriction:motor_vehicle", "restriction"):
        if key in tags:
            yield tags[key], ""
            break
    for key in (
        "restriction:motorcar:conditional",
        "restriction:motor_vehicle:conditional",
        "restriction:conditional",
    ):
        if key in tags:
            for value, condition in conditional_parts(tags[key]):
                if is_time_condition(condition):
                    yield value, condition
            break


def forbidden_sequences(
    graph: Graph, restrictions: Iterable[Restriction], conditions: dict[str, int]
) -> list[ForbiddenSequence]:
    """Find the edges of each restriction and list what it forbids.

    Parameters
    ----------
    graph
        The graph; restrictions whose members it does not hold are left out.
    restrictions
        Restrictions as mapped.
    conditions
        Condition text → index; new conditions are added to it.

    Returns
    -------
    list of ForbiddenSequence
        Without repetition, in a fixed order.
    """
    finder = _EdgeFinder(graph, restrictions)
    found: dict[tuple[tuple[int, ...], int], None] = {}
    for restriction in finder.restrictions:
        condition = -1
        if restriction.condition:
            condition = conditions.setdefault(restriction.condition, len(conditions))
        paths = list(finder.paths(restriction))
        for sequence in finder.others(paths) if restriction.only else paths:
            found[sequence, condition] = None
    always = {edges for edges, condition in found if condition < 0}
    return [
        ForbiddenSequence(edges=edges, condition=condition)
        for edges, condition in sorted(found)
        if condition < 0 or edges not in always
    ]


class _EdgeFinder:
    def __init__(self, graph: Graph, restrictions: Iterable[Restriction]) -> None:
        self._graph = graph
        self.restrictions = sorted(restrictions, key=lambda r: (r.relation_id, r.condition, r.only))
        wanted = {way for r in self.restrictions for way in (*r.from_ways, *r.to_ways, *r.via_ways)}
        self._edges_of_way = _edges_of_ways(graph, wanted)

    def paths(self, restriction: Restriction) -> Iterator[tuple[int, ...]]:
        """Yield the edge sequences from … via … to."""
        to_edges = self._usable(restriction.to_ways)
        for start in self._usable(restriction.from_ways):
            if restriction.via_ways:
                yield from self._over_ways(start, set(self._usable(restriction.via_ways)), set(to_edges))
                continue
            node = int(self._graph.edge_to[start])
            if int(self._graph.node_osm_id[node]) != restriction.via_node:
                continue
            for end in to_edges:
                if self._graph.edge_from[end] == node and self._fits(restriction, start, end):
                    yield start, end

    def _fits(self, restriction: Restriction, start: int, end: int) -> bool:
        turns_back = int(self._graph.edge_reverse[start]) == end
        same_way = self._graph.edge_way[start] == self._graph.edge_way[end]
        return turns_back if restriction.u_turn and same_way else not turns_back or restriction.u_turn

    def _over_ways(self, start: int, via: set[int], ends: set[int]) -> Iterator[tuple[int, ...]]:
        """Find the shortest way over via edges from the end of `start` to the beginning of each end edge."""
        graph = self._graph
        queue: deque[tuple[int, ...]] = deque([(start,)])
        seen = {start}
        while queue:
            path = queue.popleft()
            last = path[-1]
            for edge in graph.out_edges(int(graph.edge_to[last])):
                turns_back = edge == graph.edge_reverse[last]
                if edge in ends and len(path) > 1 and not turns_back:
                    yield (*path, edge)
                elif edge in via and edge not in seen and not turns_back and len(path) <= _MAX_VIA_EDGES:
                    seen.add(edge)
                    queue.append((*path, edge))

    def others(self, paths: Sequence[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
        """Yield every way of leaving the paths before their end, once their first two members are driven."""
        wanted: dict[tuple[int, ...], set[int]] = {}
        for path in paths:
            for length in range(2, len(path)) if len(path) > 2 else (1,):
                wanted.setdefault(path[:length], set()).add(path[length])
        graph = self._graph
        for prefix, allowed in wanted.items():
            for edge in graph.out_edges(int(graph.edge_to[prefix[-1]])):
                if edge not in allowed and graph.edge_access[edge] & Access.CAR:
                    yield (*prefix, edge)

    def _usable(self, ways: tuple[int, ...]) -> list[int]:
        return [edge for way in ways for edge in self._edges_of_way.get(way, ())]


def _edges_of_ways(graph: Graph, osm_ids: set[int]) -> dict[int, list[int]]:
    import numpy as np

    wanted = np.isin(graph.way_osm_id, np.fromiter(sorted(osm_ids), np.int64, len(osm_ids)))
    edges = np.flatnonzero(wanted[graph.edge_way] & ((graph.edge_access & Access.CAR) > 0))
    found: dict[int, list[int]] = {}
    for edge in edges.tolist():
        found.setdefault(int(graph.way_osm_id[graph.edge_way[edge]]), []).append(edge)
    return found
