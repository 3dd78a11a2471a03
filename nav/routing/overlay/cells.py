"""The cells of an overlay: the packs and the strip between them, each searched by an index of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nav.graph import FloatArray, Int64Array
from nav.region import Network
from nav.routing.cch.order import compute_order
from nav.routing.overlay.merged import Merged, merge
from nav.routing.overlay.merged_turns import merged_network
from nav.routing.overlay.seam import OWN, STRIP, Seam, depths
from nav.routing.overlay.union import Union, unite
from nav.routing.search import INFINITE_MS, Seed
from nav.routing.ways import Ways
from nav.routing.weights.weights import Costs, Weights

_serials = itertools.count(-1, -1)
"""Numbers of costs that no `Metrics` gives."""


@dataclass(slots=True)
class Cell:
    """A pack without what belongs to others, or the strip."""

    ways: Ways
    closed_arcs: Int64Array
    """Turns at junctions of other cells."""
    entries: Int64Array
    """Border roads that lead into the cell."""
    exits: Int64Array
    """Border roads that lead out of it."""
    entry_gate: Int64Array
    """For each entry its gate: the number that it has in both of its cells."""
    exit_gate: Int64Array
    _own: dict[int, Weights] = field(default_factory=dict)

    def weights(self, usual: Weights) -> Weights:
        """Return weights under which the cell is not left."""
        found = self._own.get(usual.serial)
        if found is None:
            arc_ms = usual.arc_ms.whole.copy()
            arc_ms[self.closed_arcs] = INFINITE_MS
            found = Weights(
                key=usual.key,
                serial=next(_serials),
                edge_ms=usual.edge_ms,
                arc_ms=Costs.held(arc_ms),
                times_ms=usual.times_ms,
                limits_kph=usual.limits_kph,
            )
            self._own = {usual.serial: found}
        return found

    def forget(self) -> None:
        """Forget costs: they have changed."""
        self._own.clear()

    def seeds(self, edges: Int64Array) -> list[list[Seed]]:
        """Return border roads as groups of one."""
        return [[(int(state), 0)] for state in self.ways.turns.edge_state[edges]]


def make_cells(
    packs: Sequence[Ways], networks: Sequence[Network], seam: Seam, strip_ways: Callable[[Network], Ways]
) -> Cells:
    """Lay out the cells of some packs that meet.

    Parameters
    ----------
    packs
        The ways of each pack.
    networks
        What they travel on.
    seam
        Where they meet.
    strip_ways
        Gives the ways of the strip.
    """
    graphs = [network.graph for network in networks]
    union = unite(graphs, [zone.strip_edge for zone in seam])
    inside = _strip_nodes(union, seam)
    union = union.only(np.flatnonzero(inside[union.begin] | inside[union.end]))
    inside = _strip_nodes(union, seam)
    merged = merge(graphs, union, depths(seam, union))
    network = merged_network(networks, merged, seam)
    network = replace(network, order=compute_order(network.turns, network.graph))
    graph = merged.graph
    enters = ~inside[graph.edge_from] & inside[graph.edge_to]
    leaves = inside[graph.edge_from] & ~inside[graph.edge_to]
    driven = network.turns.edge_state >= 0
    gates = np.flatnonzero((enters | leaves) & driven)
    number = np.full(graph.edge_count, -1, np.int64)
    number[gates] = np.arange(len(gates))
    outer = np.where(enters, graph.edge_from, graph.edge_to)
    cells = []
    for pack, ways in enumerate(packs):
        own = (union.node[pack] >= 0) & (seam[pack].whose(union.node[pack]) == OWN)
        mine = (number >= 0) & own[outer]
        zone = seam[pack]
        cells.append(
            _cell(
                ways,
                zone.node[zone.belongs != OWN],
                (merged.edge_in[pack], number),
                (mine & leaves, mine & enters),
            )
        )
    every = np.arange(graph.edge_count)
    between = (number >= 0) & enters, (number >= 0) & leaves
    cells.append(_cell(strip_ways(network), np.flatnonzero(~inside), (every, number), between))
    return Cells(cells=cells, strip=merged, gates=len(gates))


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells; the strip is the last."""

    cells: list[Cell]
    strip: Merged
    gates: int
    """Number of border roads, each direction for itself."""


def _strip_nodes(union: Union, seam: Seam) -> NDArray[np.bool_]:
    inside = np.zeros(len(union.osm_id), bool)
    for zone, nodes in zip(seam, union.node, strict=True):
        inside |= (nodes >= 0) & (zone.whose(nodes) == STRIP)
    return inside


def _cell(
    ways: Ways,
    foreign: Int64Array,
    numbered: tuple[Int64Array, Int64Array],
    border: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> Cell:
    edge, number = numbered
    graph, turns = ways.graph, ways.turns
    barred = np.zeros(graph.node_count, bool)
    barred[foreign] = True
    states = np.flatnonzero(barred[graph.edge_to[turns.state_edge]])
    count = turns.first_arc[states + 1] - turns.first_arc[states]
    begin = np.repeat(turns.first_arc[states] - (np.cumsum(count) - count), count)
    entries, exits = (np.flatnonzero(mask) for mask in border)
    return Cell(
        ways=ways,
        closed_arcs=begin + np.arange(len(begin)),
        entries=edge[entries],
        exits=edge[exits],
        entry_gate=number[entries],
        exit_gate=number[exits],
    )


def border_table(cell: Cell, weights: Weights) -> FloatArray:
    """Return the costs from each entry of a cell to each exit, milliseconds."""
    cell.ways.engine.prepare(weights)
    return cell.ways.engine.table(weights, cell.seeds(cell.entries), cell.seeds(cell.exits))
