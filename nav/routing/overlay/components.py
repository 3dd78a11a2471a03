"""Which roads of several packs are connected with most of the others, once the packs are joined."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nav.graph import Int64Array
from nav.region import Network
from nav.routing.overlay.union import Union
from nav.routing.weights.turns import connect


def main_components(
    networks: Sequence[Network], union: Union, is_open: NDArray[np.bool_]
) -> list[NDArray[np.bool_]]:
    """Tell for each component of each pack whether it is part of the largest component of all packs.

    Parameters
    ----------
    networks
        The same profile on each pack.
    union
        What the packs share.
    is_open
        Nodes of the union at which the roads of several packs meet that no pack has all of.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    sizes = [np.bincount(n.turns.edge_component[n.turns.edge_state >= 0], minlength=1) for n in networks]
    first = np.cumsum([0, *map(len, sizes)])
    pairs = [_inside(network) + at for network, at in zip(networks, first[:-1], strict=True)]
    ahead, back = (_of_pieces(networks, union, first, reverse=reverse) for reverse in (False, True))
    pairs += [_same(ahead), _same(back), _meeting(union, is_open, ahead, back)]
    arcs = np.unique(np.concatenate(pairs), axis=0)
    count = int(first[-1])
    matrix = csr_matrix((np.ones(len(arcs), np.int8), (arcs[:, 0], arcs[:, 1])), shape=(count, count))
    _, label = connected_components(matrix, directed=True, connection="strong")
    largest = np.bincount(label, np.concatenate(sizes)).argmax()
    return [label[a:b] == largest for a, b in itertools.pairwise(first)]


def _inside(network: Network) -> Int64Array:
    """Return the pairs of components of one pack between which a turn leads."""
    turns = network.turns
    a, b = turns.state_edge[turns.arc_tail], turns.state_edge[turns.arc_head]
    tail, head = turns.edge_component[a], turns.edge_component[b]
    leading = np.flatnonzero(tail != head)
    leading = leading[connect(network.graph, a[leading].astype(np.int64), b[leading].astype(np.int64))]
    return np.unique(np.stack((tail, head), axis=1)[leading], axis=0).astype(np.int64)


def _of_pieces(
    networks: Sequence[Network], union: Union, first: Int64Array, *, reverse: bool
) -> list[Int64Array]:
    """Return for each pack the component of each piece in one direction, -1 where it is not travelled."""
    found = []
    for network, source, at in zip(networks, union.sources, first[:-1], strict=True):
        edge = source.edge
        edge = np.where(edge >= 0, network.graph.edge_reverse[edge] if reverse else edge, -1)
        component = np.where(edge >= 0, network.turns.edge_component[edge], -1)
        found.append(np.where(component >= 0, component + at, -1).astype(np.int64))
    return found


def _same(components: Sequence[Int64Array]) -> Int64Array:
    """Return the pairs of components that have a road in common."""
    pairs = [np.stack((a, b), axis=1) for a in components for b in components if a is not b]
    every = np.concatenate(pairs) if pairs else np.empty((0, 2), np.int64)
    return np.unique(every[(every >= 0).all(axis=1)], axis=0)


def _meeting(
    union: Union, is_open: NDArray[np.bool_], ahead: Sequence[Int64Array], back: Sequence[Int64Array]
) -> Int64Array:
    """Return the pairs of components whose roads meet where no pack has all of them."""
    pairs: set[tuple[int, int]] = set()
    arriving: dict[int, set[int]] = {}
    leaving: dict[int, set[int]] = {}
    for ends, into, out_of in ((union.end, ahead, back), (union.begin, back, ahead)):
        pieces = np.flatnonzero(is_open[ends])
        for side, of_packs in ((arriving, into), (leaving, out_of)):
            for components in of_packs:
                for node, component in zip(ends[pieces].tolist(), components[pieces].tolist(), strict=True):
                    if component >= 0:
                        side.setdefault(node, set()).add(component)
    for node, before in arriving.items():
        pairs |= {(a, b) for a in before for b in leaving.get(node, ())}
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)
