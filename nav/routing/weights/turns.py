"""The turn-exact graph of one profile: a state for each edge, an arc for each legal turn.

A path through states obeys every turn restriction. Those over a via node remove an arc. Those over via ways
need memory of how an edge was reached: see `nav.routing.weights.memory`. A state's arcs are contiguous.
"""

from __future__ import annotations

import bisect
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.graph import (
    Access,
    EdgeFlag,
    Float32Array,
    FloatArray,
    Graph,
    Int16Array,
    Int32Array,
    Int64Array,
    NodeFlag,
    Offsets,
    RoadClass,
)
from nav.law.rules import closed_always
from nav.packs.columns import coded
from nav.routing.weights.costs import load_costs
from nav.routing.weights.memory import Memory

PROFILES = {"car": Access.CAR, "bike": Access.BIKE, "foot": Access.FOOT}
"""Names of the profiles."""
_CLOSED_TO = {"car": NodeFlag.CLOSED, "bike": NodeFlag.NO_BIKE, "foot": NodeFlag.NO_FOOT}
_MAX_TIME_MS = 2**30
_AT_ONCE = 1 << 18
_FORM = 1
"""Raised whenever other turns are made of the same roads and costs: those in the cache are made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbiddenSequence:
    """Edges that must not be driven one right after the other."""

    edges: tuple[int, ...]
    condition: int
    """Index into the conditions of the graph, -1 if it always holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Turn-exact graph of one profile; every field is an array of the same name in the pack."""

    state_edge: Int32Array
    """(S,) edge of each state; the first states are one for each edge, in the order of the edges."""
    edge_state: Int32Array
    """(E,) plain state of each edge, -1 if the profile may not travel it."""
    first_arc: Offsets
    """(S + 1,) first arc that leaves each state."""
    arc_head: Int32Array
    """(A,) state to which an arc leads."""
    arc_turn_ms: Int32Array
    """(A,) time that the turn takes, without the edge after it, milliseconds."""
    arc_penalty_ms: Int32Array
    """(A,) dislike of the turn in milliseconds: steers the choice, is no time."""
    arc_condition: Int16Array
    """(A,) index into the conditions: the turn is forbidden while it holds; -1 never."""
    edge_time_ms: Int32Array
    """(E,) time to travel the whole edge, signals on it included, milliseconds."""
    edge_penalty_ms: Int32Array
    """(E,) dislike of the whole edge, milliseconds."""
    edge_component: Int32Array
    """(E,) strongly connected component; 0 is the largest, -1 not travelled."""

    @property
    def state_count(self) -> int:
        """Number of states."""
        return len(self.state_edge)

    @property
    def arc_tail(self) -> Int32Array:
        """(A,) state that an arc leaves."""
        tail = np.empty(len(self.arc_head), np.int32)
        for begin in range(0, self.state_count, _AT_ONCE):  # repeating all would hold up every other thread
            states = np.arange(begin, min(begin + _AT_ONCE, self.state_count), dtype=np.int32)
            first = self.first_arc[begin : begin + len(states) + 1]
            tail[first[0] : first[-1]] = np.repeat(states, np.diff(first))
        return tail

    @property
    def plain_count(self) -> int:
        """Number of states that stand for an edge however it was reached; the others follow them."""
        state, edge = self.edge_state, self.state_edge
        return bisect.bisect_left(range(len(edge)), True, key=lambda at: int(state[edge[at]]) != at)


TURN_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Turns))
"""Names of the arrays of `Turns`."""
_FEW_VALUES = ("arc_turn_ms", "arc_penalty_ms")
ORDER_FIELD = "order"
"""Name of the array, in the same file, that holds the contraction order if it was computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Candidate turns: edge `a`, then edge `b`."""

    a: Int64Array
    b: Int64Array

    def where(self, mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> _Pairs:
        return _Pairs(a=self.a[mask], b=self.b[mask])


def build_turns(
    graph: Graph,
    profile: str,
    forbidden: Sequence[ForbiddenSequence],
    conditions: dict[str, int] | None = None,
) -> Turns:
    """Build the turn-exact graph of a profile.

    Parameters
    ----------
    graph
        The road graph.
    profile
        ``car``, ``bike`` or ``foot``. Turn restrictions bind cars only.
    forbidden
        Sequences of edges that must not be driven.
    conditions
        Text → index of the conditions of the sequences; those of turns that several forbid are added.
    """
    access = PROFILES[profile]
    usable = (graph.edge_access & access) > 0
    sequences = [s for s in forbidden if all(usable[list(s.edges)])] if profile == "car" else []
    pairs = _candidate_pairs(graph, usable)
    pairs = pairs.where(~_blocked(graph, pairs, profile))
    pair_condition = np.full(len(pairs.a), -1, np.int16)
    keep = np.ones(len(pairs.a), bool)
    key = pairs.a * graph.edge_count + pairs.b
    for sequence in sequences:
        if len(sequence.edges) == 2:
            where = np.searchsorted(key, sequence.edges[0] * graph.edge_count + sequence.edges[1])
            if where < len(key) and key[where] == sequence.edges[0] * graph.edge_count + sequence.edges[1]:
                if sequence.condition < 0:
                    keep[where] = False
                else:
                    pair_condition[where] = sequence.condition
    keep &= ~_needless_u_turns(graph, pairs, keep, profile)
    pairs, pair_condition = pairs.where(keep), pair_condition[keep]
    long = {s.edges: s.condition for s in sequences if len(s.edges) > 2}
    states = _States(
        graph, usable, pairs, pair_condition, Memory(graph, long, {} if conditions is None else conditions)
    )
    turn_ms, penalty_ms = _turn_costs(graph, states.arc_a, states.arc_b, profile)
    edge_time, edge_penalty = _edge_costs(graph, profile)
    return Turns(
        state_edge=states.state_edge,
        edge_state=states.edge_state,
        first_arc=states.first_arc,
        arc_head=states.arc_head,
        arc_turn_ms=turn_ms,
        arc_penalty_ms=penalty_ms,
        arc_condition=states.arc_condition,
        edge_time_ms=edge_time,
        edge_penalty_ms=edge_penalty,
        edge_component=_components(graph, states),
    )


def stored_turns(turns: Turns) -> dict[str, NDArray[Any]]:
    """Return the arrays of turns as a pack holds them: of what has few values, which each entry has."""
    arrays = {name: getattr(turns, name) for name in TURN_FIELDS}
    for name in _FEW_VALUES:
        arrays |= coded(name, arrays.pop(name))
    return arrays


def turns_digest(roads: str, profile: str) -> str:
    """Return what tells the turns of walkers or cyclists from those of other roads, costs, or programs.

    Parameters
    ----------
    roads
        What tells the roads from others.
    profile
        Name of the profile.
    """
    costs = json.dumps(load_costs().values, sort_keys=True)
    return hashlib.sha256(f"{_FORM} {profile} {roads} {costs}".encode()).hexdigest()


def _candidate_pairs(graph: Graph, usable: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> _Pairs:
    a = np.flatnonzero(usable)
    first = graph.node_first_edge[graph.edge_to[a]]
    count = graph.node_first_edge[graph.edge_to[a] + 1] - first
    b = np.repeat(first - np.concatenate(([0], np.cumsum(count)[:-1])), count) + np.arange(count.sum())
    pairs = _Pairs(a=np.repeat(a, count), b=b.astype(np.int64))
    return pairs.where(usable[pairs.b])


def _blocked(graph: Graph, pairs: _Pairs, profile: str) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Mark turns through a closed barrier (turning back before it is possible)."""
    closed = (graph.node_flags & _CLOSED_TO[profile]) > 0
    return np.asarray(closed[graph.edge_to[pairs.a]] & (graph.edge_reverse[pairs.a] != pairs.b))


def _needless_u_turns(
    graph: Graph, pairs: _Pairs, keep: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], profile: str
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Mark U-turns that a driver may not or would not make.

    Turning back is possible at the end of a road and in turning circles; elsewhere at junctions of roads that
    are neither motorways, trunk roads, ramps nor roundabouts.
    """
    back = graph.edge_reverse[pairs.a] == pairs.b
    onward = np.bincount(pairs.a[keep & ~back], minlength=graph.edge_count) > 0
    dead_end = ~onward[pairs.a]
    circle = (graph.node_flags[graph.edge_to[pairs.a]] & NodeFlag.TURNING_CIRCLE) > 0
    if profile != "car":
        return np.asarray(back & ~dead_end)
    road = graph.edge_class[pairs.a]
    ruled_out = np.uint32(
        EdgeFlag.LINK | EdgeFlag.ROUNDABOUT | EdgeFlag.CIRCULAR | EdgeFlag.FERRY | EdgeFlag.TUNNEL
    )
    fitting = (
        (road > RoadClass.TRUNK) & (road < RoadClass.FERRY) & ((graph.edge_flags[pairs.a] & ruled_out) == 0)
    )
    junction = np.diff(graph.node_first_edge)[graph.edge_to[pairs.a]] > 2
    return np.asarray(back & ~(dead_end | circle | (fitting & junction)))


class _States:
    """Lays out states and arcs, those with memory included."""

    def __init__(
        self,
        graph: Graph,
        usable: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
        pairs: _Pairs,
        pair_condition: Int16Array,
        memory: Memory,
    ) -> None:
        edges = np.flatnonzero(usable)
        self.edge_state = np.full(graph.edge_count, -1, np.int32)
        self.edge_state[edges] = np.arange(len(edges), dtype=np.int32)
        tail = self.edge_state[pairs.a].astype(np.int64)
        head = self.edge_state[pairs.b].astype(np.int64)
        condition = pair_condition
        onward = _Onward(pairs, pair_condition)
        memory.explore(onward.after)
        numbers = {state: len(edges) + i for i, state in enumerate(memory.states)}
        self.state_edge = np.concatenate((edges, [memory.edge_of(s) for s in memory.states])).astype(np.int32)
        if numbers:
            for (a, b), state in memory.begins.items():
                head[onward.row(a, b)] = numbers[state]
            extra = np.array(
                [
                    (numbers[s], self.edge_state[b] if after is None else numbers[after], when)
                    for s, b, after, when in memory.arcs
                ],
                np.int64,
            ).reshape(-1, 3)
            tail = np.concatenate((tail, extra[:, 0]))
            head = np.concatenate((head, extra[:, 1]))
            condition = np.concatenate((condition, extra[:, 2].astype(np.int16)))
        order = np.lexsort((head, tail))
        tail, self.arc_head = tail[order], head[order].astype(np.int32)
        self.arc_condition = condition[order].astype(np.int16)
        self.first_arc = np.searchsorted(tail, np.arange(len(self.state_edge) + 1)).astype(np.int64)
        self.arc_a = self.state_edge[tail].astype(np.int64)
        self.arc_b = self.state_edge[self.arc_head].astype(np.int64)


class _Onward:
    """Looks up the turns out of single edges."""

    def __init__(self, pairs: _Pairs, condition: Int16Array) -> None:
        self._pairs, self._condition = pairs, condition

    def _rows(self, a: int) -> range:
        first = np.searchsorted(self._pairs.a, (a, a + 1))
        return range(int(first[0]), int(first[1]))

    def after(self, a: int) -> list[tuple[int, int]]:
        """Return the edges that may follow an edge, and the conditions under which they may not."""
        return [(int(self._pairs.b[row]), int(self._condition[row])) for row in self._rows(a)]

    def row(self, a: int, b: int) -> int:
        """Return the row of a turn that is there."""
        return next(row for row in self._rows(a) if self._pairs.b[row] == b)


def _edge_costs(graph: Graph, profile: str) -> tuple[Int32Array, Int32Array]:
    costs = load_costs()
    speed: Float32Array = _profile_speeds_kph(graph, profile)
    time = graph.edge_length_m / np.maximum(speed, 0.5) * 3600.0
    ferry = graph.edge_class == RoadClass.FERRY
    time = time + np.where(ferry, 0.0, graph.edge_signals * costs.number(profile, "signal_s") * 1000.0)
    factor = costs.by_class(profile, "busy_penalty_factor")[graph.edge_class]
    return _milliseconds(np.maximum(time, 1.0)), _milliseconds(time * factor)


def _profile_speeds_kph(graph: Graph, profile: str) -> Float32Array:
    """Return the speed of a profile on each edge, km/h."""
    if profile == "car":
        return graph.edge_speed_kph
    costs = load_costs()
    road_class = graph.edge_class
    flags = graph.edge_flags
    if profile == "foot":
        kph = np.where(
            road_class == RoadClass.STEPS, costs.number("foot", "steps_kph"), costs.number("foot", "kph")
        )
    else:
        kph = costs.by_class("bike", "rural_kph")[road_class]
        kph = np.where(
            (flags & np.uint32(EdgeFlag.UNPAVED)) > 0, kph * costs.number("bike", "surface_factor"), kph
        )
    kph = np.where(road_class == RoadClass.FERRY, graph.edge_speed_kph, kph)
    return kph.astype(np.float32)


def _milliseconds(values: FloatArray) -> Int32Array:
    return np.minimum(np.rint(values), _MAX_TIME_MS).astype(np.int32)


def _turn_costs(graph: Graph, a: Int64Array, b: Int64Array, profile: str) -> tuple[Int32Array, Int32Array]:
    """Return time and dislike of the turns from edges `a` to edges `b`, milliseconds."""
    costs = load_costs()
    node = graph.edge_to[a]
    flags = graph.node_flags[node]
    back = graph.edge_reverse[a] == b
    angle = (
        graph.edge_heading_out_deg[b].astype(np.float64) - graph.edge_heading_in_deg[a] + 180.0
    ) % 360.0 - 180.0
    seconds = _angle_costs(graph, a, angle, profile)
    penalty = np.zeros(len(a))
    entered = graph.edge_flags[b] & ~graph.edge_flags[a]
    seconds = np.where(back, costs.number(profile, "u_turn_s"), seconds)
    seconds += np.where((flags & NodeFlag.SIGNALS) > 0, costs.number(profile, "signal_s"), 0.0)
    seconds += np.where((flags & NodeFlag.GATE) > 0, costs.number(profile, "gate_s"), 0.0)
    seconds += np.where((entered & np.uint32(EdgeFlag.FERRY)) > 0, costs.number(profile, "ferry_s"), 0.0)
    if profile == "car":
        for flag, name in (
            (NodeFlag.STOP, "stop_sign_s"),
            (NodeFlag.LEVEL_CROSSING, "level_crossing_s"),
            (NodeFlag.MINI_ROUNDABOUT, "mini_roundabout_s"),
            (NodeFlag.TOLL_BOOTH, "toll_booth_s"),
            (NodeFlag.BORDER_CONTROL, "border_s"),
        ):
            seconds += np.where((flags & flag) > 0, costs.car(name), 0.0)
        penalty += _car_penalties(graph, a, b, entered, back)
    return _milliseconds(seconds * 1000.0), _milliseconds(penalty * 1000.0)


def _angle_costs(graph: Graph, a: Int64Array, angle: FloatArray, profile: str) -> FloatArray:
    """Return the seconds that slowing down and giving way take, by the angle of the turn."""
    costs = load_costs()
    most = costs.number(profile, "turn_max_s")
    node = graph.edge_to[a]
    choice = np.diff(graph.node_first_edge)[node] > 2
    middle, width = costs.car("turn_middle_deg"), costs.car("turn_width_deg")
    seconds = most / (1.0 + np.exp((middle - np.abs(angle)) / width))
    if profile == "car":
        left_hand = (graph.edge_flags[a] & np.uint32(EdgeFlag.LEFT_HAND)) > 0
        across = np.where(left_hand, angle > 30, angle < -30)
        circling = (graph.edge_flags[a] & np.uint32(EdgeFlag.ROUNDABOUT | EdgeFlag.ONEWAY)) > 0
        seconds = np.where(across & ~circling, seconds * costs.car("across_traffic_factor"), seconds)
        signals = (graph.node_flags[node] & NodeFlag.SIGNALS) > 0
        seconds += np.where(_yields(graph, a) & ~signals, costs.car("give_way_s"), 0.0)
        round_about = (graph.edge_flags[a] & np.uint32(EdgeFlag.ROUNDABOUT)) > 0
        seconds = np.where(round_about, 0.0, seconds)
    return np.where(choice, seconds, 0.0)


def _yields(graph: Graph, a: Int64Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Tell whether a more important road meets at the end of the edge."""
    rank = np.where((graph.edge_flags & np.uint32(EdgeFlag.LINK)) > 0, graph.edge_class + 1, graph.edge_class)
    driven = np.where((graph.edge_access & Access.CAR) > 0, rank, 99)
    best = np.full(graph.node_count, 99, np.int64)
    np.minimum.at(best, graph.edge_from, driven)
    return np.asarray((best[graph.edge_to[a]] < rank[a]) & (rank[a] > RoadClass.MOTORWAY + 1))


def _car_penalties(
    graph: Graph,
    a: Int64Array,
    b: Int64Array,
    entered: np.ndarray[tuple[int, ...], np.dtype[np.uint32]],
    back: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> FloatArray:
    costs = load_costs()
    node = graph.edge_to[a]
    penalty = np.zeros(len(a))
    for flag, name in (
        (EdgeFlag.PRIVATE, "private_penalty_s"),
        (EdgeFlag.DESTINATION, "destination_penalty_s"),
    ):
        penalty += np.where((entered & np.uint32(flag)) > 0, costs.car(name), 0.0)
    service = (graph.edge_class[b] == RoadClass.SERVICE) & (graph.edge_class[a] < RoadClass.SERVICE)
    penalty += np.where(
        service & ((graph.edge_flags[b] & np.uint32(EdgeFlag.DESTINATION)) == 0),
        costs.car("service_penalty_s"),
        0.0,
    )
    penalty += np.where((graph.node_flags[node] & NodeFlag.GATE) > 0, costs.car("gate_penalty_s"), 0.0)
    end_of_road = np.diff(graph.node_first_edge)[node] == 1
    penalty += np.where(back & ~end_of_road, costs.car("u_turn_penalty_s"), 0.0)
    return penalty


def connect(graph: Graph, a: Int64Array, b: Int64Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Tell which turns connect roads: those over what is not closed to a passenger car at every hour."""
    barred = closed_always(graph.rules, graph.edge_rule)
    gates = closed_always(graph.rules, graph.node_rule)[graph.edge_to[a]]
    gates &= graph.edge_reverse[a] != b
    return np.asarray(~(barred[a] | barred[b] | gates))


def _components(graph: Graph, states: _States) -> Int32Array:
    """Number the strongly connected components of the edges by size, 0 the largest.

    How an edge was reached is left out of account: it is no island for that. What is closed to a passenger
    car at every hour connects nothing.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    edges = np.flatnonzero(states.edge_state >= 0)
    count = len(edges)
    driven = connect(graph, states.arc_a, states.arc_b)
    a, b = states.edge_state[states.arc_a[driven]], states.edge_state[states.arc_b[driven]]
    matrix = csr_matrix((np.ones(len(a), np.int8), (a, b)), shape=(count, count))
    _, labels = connected_components(matrix, directed=True, connection="strong")
    sizes = np.bincount(labels)
    first_member = np.full(len(sizes), count)
    np.minimum.at(first_member, labels, np.arange(count))
    rank = np.empty(len(sizes), np.int32)
    rank[np.lexsort((first_member, -sizes))] = np.arange(len(sizes))
    component = np.full(graph.edge_count, -1, np.int32)
    component[edges] = rank[labels]
    return component
