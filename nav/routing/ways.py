"""What every algorithm of one profile needs: its graph and turns, where a leg may begin and end, and legs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nav.errors import NoRoute, PointUnreachable
from nav.geometry import along_line
from nav.region import Region, contraction_order
from nav.routing.costs import load_costs
from nav.routing.engine import Engine, Weights
from nav.routing.leg import LegFinder, LegPath, Place
from nav.routing.metric import Metrics
from nav.routing.snap import Snap, Snapper

Point = tuple[float, float]
MAX_SNAP_M = 2000.0
"""Roads farther away than this are no answer to a coordinate."""
_ISLAND_REACH_M = 400.0


class Ways:
    """The ways that one profile may travel on a region."""

    def __init__(self, region: Region, profile: str, *, use_index: bool = True) -> None:
        network = region.network(profile)
        self.region = region
        self.profile = profile
        self.graph = network.graph
        self.turns = network.turns
        self.engine = Engine(
            network.graph, network.turns, lambda: contraction_order(network), use_index=use_index
        )
        self.metrics = Metrics(network, self.engine)
        self.legs = LegFinder(network.turns, self.engine, self.metrics.live_ms)
        self._snapper = Snapper(network.graph, network.snap_index, network.turns.edge_state >= 0)

    def snap(self, lat: float, lon: float, heading_deg: float | None = None, *, main_only: bool) -> Snap:
        """Return the place on the nearest road, or on the nearest one that is connected with the rest.

        Raises
        ------
        PointUnreachable
        """
        if main_only:
            near = self._snapper.nearest(lat, lon, max_distance_m=MAX_SNAP_M)
            reach = (near.distance_m if near else 0.0) + _ISLAND_REACH_M
            only = self.turns.edge_component == 0
            found = self._snapper.nearest(lat, lon, max_distance_m=reach, heading_deg=heading_deg, only=only)
            if found is not None:
                return found
        found = self._snapper.nearest(lat, lon, max_distance_m=MAX_SNAP_M, heading_deg=heading_deg)
        if found is None:
            raise PointUnreachable(
                f"no road for {self.profile} within {MAX_SNAP_M:.0f} m of {lat:.5f},{lon:.5f}: "
                "choose another point"
            )
        return found

    def main_snap(self, lat: float, lon: float) -> Snap:
        """Return the place on the nearest road, or on one that is connected with the rest if one is near."""
        found = self.snap(lat, lon, main_only=False)
        if self.turns.edge_component[found.edge] == 0:
            return found
        return self.snap(lat, lon, main_only=True)

    def snap_others(self, first: Snap, count: int) -> list[Snap]:
        """Return up to `count` other roads near a snapped point, the nearest first."""
        if count < 1:
            return []
        lat, lon = first.point
        near = self._snapper.nearby(lat, lon, MAX_SNAP_M)
        taken = {first.edge, int(self.graph.edge_reverse[first.edge])}
        found: list[Snap] = []
        for i in np.lexsort((near.point, near.distance_m)).tolist():
            edge = int(near.edge[i])
            if edge not in taken:
                taken |= {edge, int(self.graph.edge_reverse[edge])}
                found.append(self._snapper.snap_to(lat, lon, near, i))
                if len(found) == count:
                    break
        return found

    def snap_on(self, edge: int, fraction: float) -> Snap:
        """Return the place on an edge as a snap without any distance."""
        shape = self.graph.shape(edge)
        along = along_line(shape)
        lat, lon = (float(np.interp(fraction * along[-1], along, shape[:, i])) for i in range(2))
        return Snap(
            edge=edge, fraction=fraction, lat=lat, lon=lon, distance_m=0.0, side="on", point=(lat, lon)
        )

    def starts(self, snap: Snap, heading_deg: float | None = None) -> list[Place]:
        """Return where a leg may begin: on the near side of the road, or at a price on the far side."""
        far = self._far_side_ms(snap)
        if heading_deg is not None:
            far = round(load_costs().car("wrong_heading_penalty_s") * 1000)
        return self._places(snap, far)

    def ends(self, snap: Snap) -> list[Place]:
        """Return where a leg may end."""
        return self._places(snap, self._far_side_ms(snap))

    def _far_side_ms(self, snap: Snap) -> int:
        if self.profile != "car" or snap.side == "on":
            return 0
        table = load_costs().by_class("car", "wrong_side_penalty_s")
        return round(float(table[self.graph.edge_class[snap.edge]]) * 1000)

    def _places(self, snap: Snap, far_ms: int) -> list[Place]:
        places = [Place(edge=snap.edge, fraction=snap.fraction)]
        reverse = int(self.graph.edge_reverse[snap.edge])
        if self.turns.edge_state[reverse] >= 0 and reverse != snap.edge:
            places.append(Place(edge=reverse, fraction=1.0 - snap.fraction, penalty_ms=far_ms))
        return places

    def onward(self, stop: Place) -> list[Place]:
        """Return how a car goes on from a stop: straight on, or turning back at a price."""
        places = [Place(edge=stop.edge, fraction=stop.fraction)]
        reverse = int(self.graph.edge_reverse[stop.edge])
        if self.turns.edge_state[reverse] >= 0:
            costs = load_costs()
            turn = costs.number(self.profile, "u_turn_s") + costs.optional(self.profile, "u_turn_penalty_s")
            places.append(Place(edge=reverse, fraction=1.0 - stop.fraction, penalty_ms=round(turn * 1000)))
        return places

    def over(
        self, points: Sequence[Point], weights: Weights, heading_deg: float | None = None, *, main_only: bool
    ) -> tuple[list[Snap], list[LegPath]]:
        """Return the best way over points: where each is on the road, and the leg between any two.

        Raises
        ------
        NoRoute, PointUnreachable
        """
        snaps = [
            self.snap(lat, lon, heading_deg if i == 0 else None, main_only=main_only)
            for i, (lat, lon) in enumerate(points)
        ]
        paths: list[LegPath] = []
        starts = self.starts(snaps[0], heading_deg)
        for start, end in pairwise(snaps):
            path = self.legs.find(weights, starts, self.ends(end))
            if path is None:
                raise NoRoute(_no_way(start, end))
            paths.append(path)
            starts = self.onward(path.end)
        return snaps, paths

    def length_m(self, path: LegPath) -> float:
        """Return the length of a leg, metres."""
        return float((self.graph.edge_length_m[path.edges] * (path.spans[:, 1] - path.spans[:, 0])).sum())


def _no_way(start: Snap, end: Snap) -> str:
    a, b = start.point, end.point
    return (
        f"no legal way leads from {a[0]:.5f},{a[1]:.5f} to {b[0]:.5f},{b[1]:.5f} on this map: "
        "one of them may lie on roads without a connection; choose a point nearby"
    )
