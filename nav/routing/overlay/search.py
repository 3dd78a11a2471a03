"""The cheapest way over several cells: to the gates of the first, from gate to gate, from one to the goal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nav.graph import FloatArray, Int64Array
from nav.routing.leg import Place
from nav.routing.overlay.cells import Cell
from nav.routing.search import Seed
from nav.routing.weights.weights import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a way, in one cell."""

    cell: int
    edges: Int64Array
    """In the graph of the cell; where one piece follows another its first edge is the last one before."""
    arcs: Int64Array
    """Turns between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """The cheapest way over the cells."""

    cost_ms: int
    time_ms: int
    pieces: list[Piece]


Ends = Mapping[int, Sequence[Place]]
"""Places by the cell to which they belong."""


class Overlay:
    """Gates between cells, and what it costs to cross each cell, under one set of costs.

    Parameters
    ----------
    cells
        The cells.
    weights
        Costs for each of them, under which it is not left.
    tables
        For each cell the costs from its entries to its exits.
    gates
        Number of gates.
    """

    def __init__(
        self, cells: Sequence[Cell], weights: Sequence[Weights], tables: Sequence[FloatArray], gates: int
    ) -> None:
        self._cells, self._weights, self._tables, self._gates = cells, weights, tables, gates

    def find(self, starts: Ends, ends: Ends) -> Crossing | None:
        """Return the cheapest way from one of the starts to one of the ends; None if there is none."""
        began = {cell: self._sources(cell, places) for cell, places in starts.items()}
        sources = {cell: [(s, ms) for s, (ms, _) in found.items()] for cell, found in began.items()}
        targets = {cell: self._targets(cell, places) for cell, places in ends.items()}
        best, chain = self._within(sources, targets)
        cost, before, through = self._to_gates(sources)
        for cell, (seeds, offset) in targets.items():
            entries, gates = self._cells[cell].entries, self._cells[cell].entry_gate
            if not len(entries) or not seeds:
                continue
            onward = self._engine_table(cell, self._cells[cell].seeds(entries), [seeds])[:, 0] - offset
            total = cost[gates] + onward
            last = int(total.argmin())
            if total[last] < best:
                best = float(total[last])
                chain = self._chain(int(gates[last]), before, through, cell)
        if not np.isfinite(best):
            return None
        pieces = self._unpacked(chain, sources, targets)
        head, tail = pieces[0], pieces[-1]
        start = began[head.cell][int(self._cells[head.cell].ways.turns.edge_state[head.edges[0]])][1]
        end = min((p for p in ends[tail.cell] if p.edge == tail.edges[-1]), key=lambda p: p.fraction)
        return Crossing(cost_ms=int(best), time_ms=self._time_ms(pieces, start, end), pieces=pieces)

    def _time_ms(self, pieces: Sequence[Piece], start: Place, end: Place) -> int:
        """Return the time of a way, rounded as that of a leg."""
        total = last = 0
        for i, piece in enumerate(pieces):
            ways = self._cells[piece.cell].ways
            times = ways.metrics.times_ms(piece.edges, self._weights[piece.cell]).tolist()
            if i == 0:
                total = round((1.0 - start.fraction) * times[0])
            total += sum(times[1:]) + int(ways.turns.arc_turn_ms[piece.arcs].sum())
            last = times[-1]
        return int(total - round((1.0 - end.fraction) * last))

    def _engine_table(
        self, cell: int, sources: Sequence[Sequence[Seed]], targets: Sequence[Sequence[Seed]]
    ) -> FloatArray:
        return self._cells[cell].ways.engine.table(self._weights[cell], sources, targets)

    def _sources(self, cell: int, places: Sequence[Place]) -> dict[int, tuple[int, Place]]:
        """Return for each state where a way may begin what counts there, and the place."""
        ways, weights = self._cells[cell].ways, self._weights[cell]
        seeds: dict[int, tuple[int, Place]] = {}
        for place in ways.legs.open_starts(weights, places):
            state = int(ways.turns.edge_state[place.edge])
            ms = place.penalty_ms + ways.legs.remaining_ms(weights, place)
            if state not in seeds or ms < seeds[state][0]:
                seeds[state] = ms, place
        return seeds

    def _targets(self, cell: int, places: Sequence[Place]) -> tuple[list[Seed], int]:
        ways, weights = self._cells[cell].ways, self._weights[cell]
        places = ways.legs.open_ends(weights, places)
        return ways.legs.targets(weights, places) if places else ([], 0)

    def _within(
        self, sources: Mapping[int, list[Seed]], targets: Mapping[int, tuple[list[Seed], int]]
    ) -> tuple[float, list[tuple[int, int, int]]]:
        """Return the cost of the cheapest way that leaves no cell."""
        best, chain = np.inf, []
        for cell in sources.keys() & targets.keys():
            seeds, offset = targets[cell]
            if sources[cell] and seeds:
                cost = float(self._engine_table(cell, [sources[cell]], [seeds])[0, 0]) - offset
                if cost < best:
                    best, chain = cost, [(cell, -1, -1)]
        return best, chain

    def _to_gates(
        self, sources: Mapping[int, list[Seed]]
    ) -> tuple[FloatArray, Int64Array, NDArray[np.int64]]:
        """Return the cost to each gate, the gate before it (-1: none), and the cell between them."""
        cost = np.full(self._gates, np.inf)
        before, through = np.full(self._gates, -1, np.int64), np.full(self._gates, -1, np.int64)
        for index, seeds in sources.items():
            cell = self._cells[index]
            if seeds and len(cell.exits):
                first = self._engine_table(index, [seeds], cell.seeds(cell.exits))[0]
                better = first < cost[cell.exit_gate]
                at = cell.exit_gate[better]
                cost[at], through[at] = first[better], index
        fresh = np.isfinite(cost)
        while fresh.any():
            reached = np.zeros(self._gates, bool)
            for index, (cell, table) in enumerate(zip(self._cells, self._tables, strict=True)):
                rows = np.flatnonzero(fresh[cell.entry_gate])
                if not len(rows) or not len(cell.exits):
                    continue
                origin = cell.entry_gate[rows]
                offers = cost[origin][:, None] + table[rows]
                choice = offers.argmin(axis=0)
                offer = offers[choice, np.arange(len(choice))]
                better = offer < cost[cell.exit_gate]
                at = cell.exit_gate[better]
                cost[at], before[at], through[at] = offer[better], origin[choice[better]], index
                reached[at] = True
            fresh = reached
        return cost, before, through

    def _chain(
        self, gate: int, before: Int64Array, through: Int64Array, last: int
    ) -> list[tuple[int, int, int]]:
        """Return cell, gate in and gate out of each part of a way (-1: it begins or ends there)."""
        chain = [(last, gate, -1)]
        while gate >= 0:
            chain.append((int(through[gate]), int(before[gate]), gate))
            gate = int(before[gate])
        return chain[::-1]

    def _unpacked(
        self,
        chain: Sequence[tuple[int, int, int]],
        sources: Mapping[int, list[Seed]],
        targets: Mapping[int, tuple[list[Seed], int]],
    ) -> list[Piece]:
        pieces = []
        for index, entry, out in chain:
            cell = self._cells[index]
            begin = sources[index] if entry < 0 else self._at_gate(cell, cell.entries, cell.entry_gate, entry)
            end = targets[index][0] if out < 0 else self._at_gate(cell, cell.exits, cell.exit_gate, out)
            found = cell.ways.engine.run(self._weights[index], [(begin, end)])[0]
            assert found is not None, "a part of a way that was found is not there"
            edges = cell.ways.turns.state_edge[found.states].astype(np.int64)
            pieces.append(Piece(cell=index, edges=edges, arcs=np.array(found.arcs, np.int64)))
        return pieces

    def _at_gate(self, cell: Cell, edges: Int64Array, gates: Int64Array, gate: int) -> list[Seed]:
        edge = int(edges[np.flatnonzero(gates == gate)[0]])
        return [(int(cell.ways.turns.edge_state[edge]), 0)]
