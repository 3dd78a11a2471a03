"""Turn restrictions: read from OSM relations, then turned into forbidden sequences of edges.

See https://wiki.openstreetmap.org/wiki/Relation:restriction. A restriction with a via node forbids a pair of
edges, one with via ways a longer sequence. `only_*` forbids all the others.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nav.geometry import turn_angle_deg
from nav.graph import Access, Graph
from nav.law.conditions import HEAVY, LIGHT, conditional_parts, read_condition
from nav.routing.weights.turns import ForbiddenSequence

_MAX_VIA_EDGES = 60
_CAR_NAMES = frozenset(("motorcar", "motor_vehicle", "vehicle", "car"))
_HEAVY_NAMES = frozenset(("hgv", "goods", "motor_vehicle", "vehicle"))
_CAR_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction:vehicle", "restriction")
_HEAVY_KEYS = ("restriction:hgv", *_CAR_KEYS[1:])
_SIDES = {
    "left_turn": "left",
    "right_turn": "right",
    "straight_on": "straight",
    "u_turn": "back",
    "entry": "",
    "exit": "",
}
_OTHER_SIDE = {"left": "right", "right": "left"}
_NO_BANS = frozenset(("give_way", "stop", "none", "no", "yes"))
_NOWHERE = -1


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
    """In force only while this holds (see `nav.law.conditions`); `` always."""
    side: str = ""
    """Where the turn leads by its kind: ``left``, ``right``, ``straight``, ``back``; `` if not said."""


def read_restriction(
    relation_id: int, tags: Mapping[str, str], members: Sequence[tuple[str, int, str]], faults: set[str]
) -> list[Restriction]:
    """Read a restriction relation; empty if it concerns no motor vehicle or is broken."""
    from_ways = tuple(dict.fromkeys(ref for kind, ref, role in members if kind == "w" and role == "from"))
    to_ways = tuple(dict.fromkeys(ref for kind, ref, role in members if kind == "w" and role == "to"))
    via_ways = tuple(dict.fromkeys(ref for kind, ref, role in members if kind == "w" and role == "via"))
    via_nodes = [ref for kind, ref, role in members if kind == "n" and role == "via"]
    if tags.get("type") != "restriction" or not from_ways or not to_ways or not (via_ways or via_nodes):
        return []
    return [
        Restriction(
            relation_id=relation_id,
            only=only,
            u_turn=side == "back" and not only,
            from_ways=from_ways,
            to_ways=to_ways,
            via_node=0 if via_ways else via_nodes[0],
            via_ways=via_ways,
            condition=condition,
            side=side,
        )
        for only, side, condition in _turns(tags, faults)
    ]


def _turns(tags: Mapping[str, str], faults: set[str]) -> list[tuple[bool, str, str]]:
    """Return what is banned or prescribed: whether it is the only way, to which side, and when."""
    excepted = set(_parts(tags.get("except", "")))
    cars = [] if excepted & _CAR_NAMES else _values(tags, _CAR_KEYS, faults)
    heavy = [] if excepted & _HEAVY_NAMES else _values(tags, _HEAVY_KEYS, faults)
    found = [(value, when) for value, when in cars if (value, when) in heavy]
    for values, others, kind in ((cars, heavy, LIGHT), (heavy, cars, HEAVY)):
        found += [
            (v, f"{when} AND {kind}" if when else kind) for v, when in values if (v, when) not in others
        ]
    turns = []
    for value, when in found:
        only, _, kind = value.partition("_")
        turns.append((only == "only", _SIDES[kind], when))
    return turns


def _values(tags: Mapping[str, str], keys: tuple[str, ...], faults: set[str]) -> list[tuple[str, str]]:
    """Return (kind of restriction, condition) by the most specific keys."""
    found: list[tuple[str, str]] = []
    plain = next((tags[key] for key in keys if key in tags), "")
    found += [(value, "") for value in _parts(plain) if _is_turn(value, faults)]
    text = next((tags[f"{key}:conditional"] for key in keys if f"{key}:conditional" in tags), "")
    for value, when in conditional_parts(text):
        read = read_condition(when)
        if read.is_broken or not when:
            faults.add("conditional")
        elif _is_turn(value.lower(), faults) and not read.purpose:
            found.append((value.lower(), read.text))
    return found


def _parts(text: str) -> list[str]:
    """Return the single values of a list such as `no_left_turn;no_u_turn`."""
    return [part.strip() for part in re.split("[;,]", text.lower()) if part.strip()]


def _is_turn(value: str, faults: set[str]) -> bool:
    """Tell whether a value bans or prescribes a turn; what holds at red lights alone does not."""
    only, _, kind = value.partition("_")
    if only in ("no", "only") and kind in _SIDES:
        return True
    if not value.endswith("_on_red") and value not in _NO_BANS:
        faults.add("restriction")
    return False


def forbidden_sequences(
    graph: Graph,
    restrictions: Iterable[Restriction],
    conditions: dict[str, int],
    cut_off: Collection[int] = (),
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
    cut_off
        Ways that the map's edge cuts off: where one is the only way on, all others stay forbidden.

    Returns
    -------
    list of ForbiddenSequence
        Without repetition, in a fixed order.
    """
    finder = _EdgeFinder(graph, restrictions, cut_off)
    found: dict[tuple[int, ...], set[str]] = {}
    for restriction in finder.restrictions:
        paths = list(finder.paths(restriction))
        for sequence in finder.others(paths) if restriction.only else paths:
            found.setdefault(sequence, set()).add(restriction.condition)

    def number(texts: set[str]) -> int:
        if "" in texts:
            return -1
        return conditions.setdefault(" OR ".join(sorted(texts)), len(conditions))

    return [ForbiddenSequence(edges=edges, condition=number(texts)) for edges, texts in sorted(found.items())]


class _EdgeFinder:
    def __init__(self, graph: Graph, restrictions: Iterable[Restriction], cut_off: Collection[int]) -> None:
        self._graph, self._cut_off = graph, cut_off
        self.restrictions = sorted(restrictions, key=lambda r: (r.relation_id, r.condition, r.only, r.side))
        wanted = {way for r in self.restrictions for way in (*r.from_ways, *r.to_ways, *r.via_ways)}
        self._edges_of_way = _edges_of_ways(graph, wanted)

    def paths(self, restriction: Restriction) -> Iterator[tuple[int, ...]]:
        """Yield the edge sequences from … via … to; one that ends nowhere leads off the map."""
        any_found = False
        for start_way in restriction.from_ways:
            for end_way in restriction.to_ways:
                found = list(self._between(restriction, start_way, end_way))
                if end_way in self._cut_off and len(found) == 1:
                    # The other half of a way that passes through the junction may lie off the map.
                    other = _OTHER_SIDE.get(restriction.side, "none")
                    found = [path for path in found if not self._leads_to(path, other)]
                any_found = any_found or bool(found)
                yield from self._on_side(restriction, found)
        if restriction.only and not any_found and all(way in self._cut_off for way in restriction.to_ways):
            yield from self._off_the_map(restriction)

    def _between(self, restriction: Restriction, start_way: int, end_way: int) -> Iterator[tuple[int, ...]]:
        to_edges = self._usable((end_way,))
        for start in self._usable((start_way,)):
            if restriction.via_ways:
                yield from self._over_ways(start, set(self._usable(restriction.via_ways)), set(to_edges))
                continue
            node = int(self._graph.edge_to[start])
            if int(self._graph.node_osm_id[node]) != restriction.via_node:
                continue
            for end in to_edges:
                if self._graph.edge_from[end] == node and self._fits(restriction, start, end):
                    yield start, end

    def _on_side(self, restriction: Restriction, found: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
        """Of the turns of ways that pass through the junction keep the one that the kind names, or none."""
        if len(found) < 2:
            return found
        fitting = [path for path in found if self._leads_to(path, restriction.side)]
        return fitting if len(fitting) == 1 else []

    def _leads_to(self, path: tuple[int, ...], side: str) -> bool:
        graph = self._graph
        angle = float(
            turn_angle_deg(graph.edge_heading_in_deg[path[0]], graph.edge_heading_out_deg[path[-1]])
        )
        match side:
            case "left":
                return -170.0 < angle < -10.0
            case "right":
                return 10.0 < angle < 170.0
            case "straight":
                return abs(angle) < 45.0
            case "back":
                return abs(angle) > 135.0
        return False

    def _off_the_map(self, restriction: Restriction) -> Iterator[tuple[int, ...]]:
        """Yield the way as far as it is mapped, then `_NOWHERE`."""
        via = set(self._usable(restriction.via_ways))
        for start in self._usable(restriction.from_ways):
            if restriction.via_ways:
                ways = len(set(restriction.via_ways))
                paths = self._along(start, via)
                whole = [p for p in paths if len({int(self._graph.edge_way[e]) for e in p[1:]}) == ways]
                if whole:
                    yield (*max(whole, key=len), _NOWHERE)
            elif int(self._graph.node_osm_id[self._graph.edge_to[start]]) == restriction.via_node:
                yield start, _NOWHERE

    def _along(self, start: int, via: set[int]) -> Iterator[tuple[int, ...]]:
        """Yield every way over via edges, the shortest first, each edge once."""
        graph = self._graph
        queue: deque[tuple[int, ...]] = deque([(start,)])
        seen = {start}
        while queue:
            path = queue.popleft()
            yield path
            for edge in graph.out_edges(int(graph.edge_to[path[-1]])):
                turns_back = edge == graph.edge_reverse[path[-1]]
                if edge in via and edge not in seen and not turns_back and len(path) <= _MAX_VIA_EDGES:
                    seen.add(edge)
                    queue.append((*path, edge))

    def _fits(self, restriction: Restriction, start: int, end: int) -> bool:
        turns_back = int(self._graph.edge_reverse[start]) == end
        same_way = self._graph.edge_way[start] == self._graph.edge_way[end]
        return turns_back if restriction.u_turn and same_way else not turns_back or restriction.u_turn

    def _over_ways(self, start: int, via: set[int], ends: set[int]) -> Iterator[tuple[int, ...]]:
        """Find the shortest way over via edges from the end of `start` to the beginning of each end edge."""
        graph = self._graph
        for path in self._along(start, via):
            for edge in graph.out_edges(int(graph.edge_to[path[-1]])) if len(path) > 1 else ():
                if edge in ends and edge != graph.edge_reverse[path[-1]]:
                    yield (*path, edge)

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
    wanted = np.isin(graph.way_osm_id, np.fromiter(sorted(osm_ids), np.int64, len(osm_ids)))
    edges = np.flatnonzero(wanted[graph.edge_way] & ((graph.edge_access & Access.CAR) > 0))
    found: dict[int, list[int]] = {}
    for edge in edges.tolist():
        found.setdefault(int(graph.way_osm_id[graph.edge_way[edge]]), []).append(edge)
    return found
