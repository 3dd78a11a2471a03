"""Packs that meet, joined for one profile: their cells, and the cheapest way over them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import cached_property

import numpy as np

from nav.errors import NoRoute
from nav.graph import FloatArray
from nav.law.vehicle import Vehicle
from nav.packs.kept_arrays import Arrays, kept_arrays
from nav.region import Network, Region
from nav.routing.cch.hierarchy import digest_of
from nav.routing.leg import Place
from nav.routing.overlay.cells import Cells, border_table, make_cells
from nav.routing.overlay.corridor import corridor, region_of
from nav.routing.overlay.merged import Merged
from nav.routing.overlay.seam import OWN, STRIP, Seam, Zone, find_seam
from nav.routing.overlay.search import Crossing, Overlay, Piece
from nav.routing.ways import Ways
from nav.routing.weights.weights import Weights

_MOST_KEPT = 24
_ZONE = tuple(field.name for field in fields(Zone))


class Joined:
    """Some packs as one, for one profile.

    Parameters
    ----------
    regions
        The packs.
    ways
        The ways of the profile on each.
    """

    def __init__(self, regions: Sequence[Region], ways: Sequence[Ways]) -> None:
        self.regions = list(regions)
        self.profile = ways[0].profile
        self.networks = [region.network(self.profile) for region in regions]
        self._name = _name_of(regions, self.profile)
        self.seam = _seam(
            _kept(f"seam-{self._name}", lambda: _as_arrays(find_seam(self.networks))), len(regions)
        )
        self.meets = any(len(zone.strip_edge) for zone in self.seam)
        """Whether a road leads from one pack into another."""
        self._ways = list(ways)
        self._overlays: dict[tuple[int, ...], Overlay] = {}
        self._lock = threading.RLock()

    @cached_property
    def cells(self) -> Cells:
        """The packs and the strip between them, as cells of an overlay.

        Raises
        ------
        NoRoute
            The packs do not meet.
        """
        if not self.meets:
            names = ", ".join(region.name for region in self.regions)
            raise NoRoute(f"no road leads from one of {names} into another: add the region between them")
        return make_cells(self._ways, self.networks, self.seam, self._strip_ways)

    @cached_property
    def _strip_edge(self) -> dict[tuple[int, ...], int]:
        return {tuple(key): i for i, key in enumerate(self.cells.strip.keys().tolist())}

    def is_own(self, pack: int, edge: int) -> bool:
        """Tell whether a pack knows the junctions at both ends of an edge best."""
        graph = self.networks[pack].graph
        ends = np.array([graph.edge_from[edge], graph.edge_to[edge]], np.int64)
        return bool((self.seam[pack].whose(ends) == OWN).all())

    def _strip_ways(self, network: Network) -> Ways:
        return Ways(region_of(self.regions, network), self.profile)

    def forget(self) -> None:
        """Forget what was made of costs that have changed."""
        with self._lock:
            self._overlays.clear()
            for cell in self.cells.cells if self.meets else ():
                cell.forget()

    def overlay(self, avoid: Collection[str], depart: datetime, vehicle: Vehicle) -> Overlay:
        """Return the overlay under some wishes, at a time of departure."""
        with self._lock:
            usual = []
            for cell in self.cells.cells:
                when = cell.ways.region.local_time(depart)
                usual.append(cell.ways.metrics.weights(frozenset(avoid), when, vehicle=vehicle))
            key = tuple(weights.serial for weights in usual)
            if key not in self._overlays:
                own = [cell.weights(weights) for cell, weights in zip(self.cells.cells, usual, strict=True)]
                self._overlays = {key: self._made(own)}
            return self._overlays[key]

    def _made(self, weights: Sequence[Weights]) -> Overlay:
        cells = self.cells.cells
        costs = hashlib.sha256(b"".join(digest_of(own.arc_ms.whole).tobytes() for own in weights))
        name = f"costs-{self._name}-{costs.hexdigest()[:16]}"

        def make() -> Arrays:
            tables = (border_table(cell, own) for cell, own in zip(cells, weights, strict=True))
            return {str(i): table for i, table in enumerate(tables)}

        arrays = _kept(name, make)
        tables = [arrays[str(i)] for i in range(len(cells))]
        return Overlay(cells, weights, tables, self.cells.gates)

    def corridor(self, lines: Sequence[FloatArray], reach_m: float) -> tuple[Merged, Region] | None:
        """Return the roads near some lines as a region; None if there are none."""
        found = corridor(self.networks, self.seam, lines, reach_m)
        return None if found is None else (found[0], region_of(self.regions, found[1]))

    def in_cells(self, merged: Merged, places: Sequence[Place], *, is_start: bool) -> dict[int, list[Place]]:
        """Return places on a graph out of the packs by the cells in which a leg begins or ends there."""
        graph = merged.graph
        keys = merged.keys()
        found: dict[int, list[Place]] = {}
        for place in places:
            node = int(graph.edge_to[place.edge] if is_start else graph.edge_from[place.edge])
            cell = self._cell_of(merged, node)
            if cell < len(self.networks):
                edge = int(merged.edge_in[cell][place.edge])
            else:
                edge = self._strip_edge[tuple(keys[place.edge].tolist())]
            found.setdefault(cell, []).append(replace(place, edge=edge))
        return found

    def _cell_of(self, merged: Merged, node: int) -> int:
        """Return the cell in which the turns at a node are made."""
        for pack, (zone, nodes) in enumerate(zip(self.seam, merged.union.node, strict=True)):
            own = nodes[node : node + 1]
            if own[0] >= 0:
                whose = int(zone.whose(own)[0])
                if whose != OWN and whose != STRIP:
                    continue
                return pack if whose == OWN else len(self.networks)
        raise AssertionError("a node belongs to no cell")

    def line_of(self, crossing: Crossing) -> FloatArray:
        """Return the shape of a way, (n, 2) lat, lon."""
        return np.concatenate([self._shape(piece) for piece in crossing.pieces])

    def _shape(self, piece: Piece) -> FloatArray:
        graph = self.cells.cells[piece.cell].ways.graph
        return np.concatenate([graph.shape(edge) for edge in piece.edges.tolist()])


def _name_of(regions: Sequence[Region], profile: str) -> str:
    """Return what tells some packs, as they are, from all others."""
    hashes = []
    for region in regions:
        files = sorted((name, digest) for name, (_, digest) in region.meta.files.items())
        hashes.append(hashlib.sha256(repr(files).encode()).hexdigest()[:12])
    return "-".join((profile, *hashes))


def _kept(name: str, make: Callable[[], Arrays]) -> Arrays:
    """Return what is kept of joined packs (the seam, what it costs to cross each cell), or make it."""
    return kept_arrays("overlays", name, make, most=_MOST_KEPT)


def _as_arrays(seam: Seam) -> Arrays:
    return {f"{i}_{name}": getattr(zone, name) for i, zone in enumerate(seam) for name in _ZONE}


def _seam(arrays: Arrays, count: int) -> Seam:
    return tuple(Zone(**{name: arrays[f"{i}_{name}"] for name in _ZONE}) for i in range(count))
