"""What every algorithm of one profile needs: its graph and turns, where a leg may begin and end, and legs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nav.errors import NoRoute, PointUnreachable
from nav.geometry import along_line, distance_m
from nav.graph import EdgeFlag
from nav.law.rules import heavy_rules
from nav.law.vehicle import PASSENGER_CAR, Vehicle
from nav.region import Region, contraction_order
from nav.routing.engine import Engine
from nav.routing.leg import LegFinder, LegPath, Place
from nav.routing.snap import Choice, Edges, Snap, Snapper
from nav.routing.weights.costs import load_costs
from nav.routing.weights.metric import Metrics

Point = tuple[float, float]
MAX_SNAP_M = 2000.0
"""Roads farther away than this are no answer to a coordinate."""
_ISLAND_REACH_M = 400.0
_CHOICE_REACH_M = 12.0
"""Other roads this much farther away than the nearest are weighed by the journey."""
_ON_IT_M = 5.0
_GATE_REACH_M = 150.0
"""An entrance farther from every road than this is none for who comes by car."""
_MOST_GATES = 8
_BESIDE_M = 100.0
"""A car that starts beside a motorway stands on another road, if one is no farther away than this."""
_CHOICES_WEIGHED = 25
"""Over more stops than this each leg ends where it is shortest by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place to call at, and how."""

    lat: float
    lon: float
    vehicle: Vehicle = PASSENGER_CAR
    """What calls there."""
    heading_deg: float | None = None
    """Compass bearing in which the car moves there; None if that does not matter."""
    is_strict: bool = False
    """Whether it must not be passed the other way round."""
    curb: bool = False
    """Whether the place has to be on the side of the road on which the car stops."""


FindLeg = Callable[[Sequence[Place], Sequence[Place], float], LegPath | None]
"""Finds a leg between places, so many seconds after the departure."""


class Ways:
    """The ways that one profile may travel on a region."""

    def __init__(self, region: Region, profile: str, *, use_index: bool = True) -> None:
        network = region.network(profile)
        self.region = region
        self.profile = profile
        self.graph = network.graph
        self.turns = network.turns
        is_of_pack = network.order is not None or bool(network.digest)
        order = partial(contraction_order, network) if is_of_pack else None
        self.engine = Engine(
            network.graph, network.turns, order, network.index, network.digest, use_index=use_index
        )
        self.metrics = Metrics(network, self.engine)
        self.legs = LegFinder(network.turns, self.engine, self.metrics.times_ms)
        costs = load_costs()
        by_class = costs.by_class("car", "wrong_side_penalty_s").tolist()
        self._wrong_side_ms: list[int] = [round(seconds * 1000) for seconds in by_class]
        self._away_ms_per_m = costs.car("stop_away_s_per_m") * 1000
        self._heavy_rules = heavy_rules(network.graph.rules)
        self._barred: dict[Vehicle, frozenset[int]] = {}
        self._enclosures = network.enclosures
        self._snapper = Snapper(network.graph, network.snap_index, network.turns.edge_state)

    def snap(self, lat: float, lon: float, heading_deg: float | None = None, *, main_only: bool) -> Snap:
        """Return the place on the nearest road, or on the nearest one that is connected with the rest.

        Raises
        ------
        PointUnreachable
        """
        if main_only:
            near = self._snapper.nearest(lat, lon, max_distance_m=MAX_SNAP_M)
            reach = (near.distance_m if near else 0.0) + _ISLAND_REACH_M
            found = self._snapper.nearest(
                lat, lon, max_distance_m=reach, heading_deg=heading_deg, only=self._connected
            )
            if found is not None:
                return found
        found = self._snapper.nearest(lat, lon, max_distance_m=MAX_SNAP_M, heading_deg=heading_deg)
        if found is None:
            raise PointUnreachable(
                f"no road for {self.profile} within {MAX_SNAP_M:.0f} m of {lat:.5f},{lon:.5f}: "
                "choose another point"
            )
        return found

    def nearest(self, lat: float, lon: float) -> tuple[float, int]:
        """Return distance and edge of the nearest road; the distance is infinite if none is near."""
        return self._snapper.closest(lat, lon, max_distance_m=MAX_SNAP_M)

    def enclosure_m(self, lat: float, lon: float) -> float:
        """Return how large the area with entrances is in which a point lies; 0 if it lies in none."""
        area = self._enclosures.around(lat, lon)
        return self._enclosures.reach_m(area) if area >= 0 else 0.0

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

    def snaps(self, stop: Stop, *, main_only: bool, is_start: bool = False) -> list[Snap]:
        """Return where a car may stand at a stop: on the nearest road, or on one little farther away.

        Nobody stops on a motorway or in a tunnel, but a car that moves along one, or has no other road near,
        begins its journey there.

        Raises
        ------
        PointUnreachable
        """
        lat, lon, stoppable = stop.lat, stop.lon, self._stoppable_by(stop.vehicle)
        if stop.heading_deg is not None or self.profile != "car":
            return [self.snap(lat, lon, stop.heading_deg, main_only=main_only)]
        if not is_start and (gates := self._by_the_gate(stop, main_only=main_only)):
            return gates
        if not main_only:
            quick = self._snapper.at_hand(lat, lon, reach_m=_CHOICE_REACH_M, only=stoppable)
            if quick is not None:
                return quick
        far, edge = self._snapper.closest(lat, lon, max_distance_m=MAX_SNAP_M)
        if edge < 0:
            return [self.snap(lat, lon, main_only=main_only)]  # which tells what is wrong
        if not self._barred_to(stop.vehicle).isdisjoint((edge, int(self.graph.edge_reverse[edge]))):
            far = MAX_SNAP_M
        elif not stoppable(np.array([edge]))[0]:
            # Who asks for a place right on the carriageway, not over a tunnel, means it.
            beneath = int(self.graph.edge_flags[edge]) & (EdgeFlag.TUNNEL | EdgeFlag.FERRY)
            if far <= _ON_IT_M and not beneath:
                far += _CHOICE_REACH_M
            else:
                far = far + _BESIDE_M if is_start else MAX_SNAP_M
        only = stoppable
        if main_only:
            only = _both(stoppable, self._connected)
            far += _ISLAND_REACH_M
        found = self._snapper.within(lat, lon, max_distance_m=far, reach_m=_CHOICE_REACH_M, only=only)
        return found or [self.snap(lat, lon, main_only=main_only)]

    def _barred_to(self, vehicle: Vehicle) -> frozenset[int]:
        """Return the roads that are closed to a vehicle at every hour, in both directions."""
        if vehicle not in self._barred:
            closed = frozenset(self.metrics.ever_closed(vehicle).tolist())
            state, reverse = self.turns.edge_state, self.graph.edge_reverse
            self._barred[vehicle] = frozenset(
                edge for edge in closed if int(reverse[edge]) in closed or state[reverse[edge]] < 0
            )
        return self._barred[vehicle]

    def _stoppable_by(self, vehicle: Vehicle) -> Choice:
        """Return what tells on which roads a vehicle may stand at some hour."""
        graph, barred = self.graph, self._barred_to(vehicle)

        def stoppable(edges: Edges) -> NDArray[np.bool_]:
            free = (graph.edge_flags[edges] & np.uint32(EdgeFlag.NO_STOPPING)) == 0
            if self._heavy_rules:
                free &= ~np.isin(graph.edge_rule[edges], self._heavy_rules)
            if barred:
                ends = zip(edges.tolist(), graph.edge_reverse[edges].tolist(), strict=True)
                free &= np.array([barred.isdisjoint(pair) for pair in ends], bool)
            return np.asarray(free)

        return stoppable

    def _connected(self, edges: Edges) -> NDArray[np.bool_]:
        """Tell which edges are connected with the rest."""
        return np.asarray(self.turns.edge_component[edges] == 0)

    def _by_the_gate(self, stop: Stop, *, main_only: bool) -> list[Snap]:
        """Return the roads at the entrances of the area round a place, if there is no road inside."""
        lat, lon = stop.lat, stop.lon
        area = self._enclosures.around(lat, lon)
        if area < 0:
            return []
        only = self._stoppable_by(stop.vehicle)
        if main_only:
            only = _both(only, self._connected)
        found = self._snapper.within(
            lat, lon, max_distance_m=self._enclosures.reach_m(area), reach_m=0.0, only=only, count=1
        )
        if found and self._enclosures.contains(area, found[0].lat, found[0].lon):
            return []
        snaps: dict[int, Snap] = {}
        for gate in self._enclosures.entrances(area, lat, lon)[:_MOST_GATES]:
            near = self._snapper.within(
                gate.lat, gate.lon, max_distance_m=_GATE_REACH_M, reach_m=0.0, only=only, count=1
            )
            if near and near[0].edge not in snaps:
                walk = gate.preferred_m + near[0].distance_m
                snaps[near[0].edge] = replace(near[0], point=(lat, lon), side="on", away_m=walk)
        nearest = min((snap.away_m for snap in snaps.values()), default=0.0)
        return [
            replace(
                snap, away_m=snap.away_m - nearest, distance_m=distance_m((lat, lon), (snap.lat, snap.lon))
            )
            for snap in snaps.values()
        ]

    def choices(self, snaps: Sequence[Snap], stop: Stop) -> list[Place]:
        """Return where a leg from a stop may begin, and one to it may end."""
        places = []
        for i, snap in enumerate(snaps):
            away = round(snap.away_m * self._away_ms_per_m)
            far = self._far_side_ms(snap)
            if stop.heading_deg is not None:
                far = round(load_costs().car("wrong_heading_penalty_s") * 1000)
            for place in self._places(snap, far, i, away):
                barred = stop.is_strict or (stop.curb and snap.side != "on")
                if place.edge == snap.edge or not barred:
                    places.append(place)
        return places

    def starts(self, snap: Snap, heading_deg: float | None = None) -> list[Place]:
        """Return where a leg may begin: on the near side of the road, or at a price on the far side."""
        return self.choices([snap], Stop(lat=snap.lat, lon=snap.lon, heading_deg=heading_deg))

    def ends(self, snap: Snap) -> list[Place]:
        """Return where a leg may end."""
        return self.choices([snap], Stop(lat=snap.lat, lon=snap.lon))

    def _far_side_ms(self, snap: Snap) -> int:
        if self.profile != "car" or snap.side == "on":
            return 0
        return self._wrong_side_ms[int(self.graph.edge_class[snap.edge])]

    def _places(self, snap: Snap, far_ms: int, of: int, away_ms: int) -> list[Place]:
        places = [Place(edge=snap.edge, fraction=snap.fraction, penalty_ms=away_ms, of=of)]
        reverse = int(self.graph.edge_reverse[snap.edge])
        if self.turns.edge_state[reverse] >= 0 and reverse != snap.edge:
            places.append(
                Place(edge=reverse, fraction=1.0 - snap.fraction, penalty_ms=far_ms + away_ms, of=of)
            )
        return places

    def onward(self, stop: Place, *, turning: bool | None = None) -> list[Place]:
        """Return how a car goes on from a stop: straight on, or turning back at a price.

        Parameters
        ----------
        stop
            Where the leg before ended.
        turning
            True lets the car turn back for the time that it takes, False never.
        """
        places = [Place(edge=stop.edge, fraction=stop.fraction)]
        reverse = int(self.graph.edge_reverse[stop.edge])
        if self.turns.edge_state[reverse] >= 0 and turning is not False:
            costs = load_costs()
            turn = costs.number(self.profile, "u_turn_s")
            turn += 0.0 if turning else costs.optional(self.profile, "u_turn_penalty_s")
            places.append(Place(edge=reverse, fraction=1.0 - stop.fraction, penalty_ms=round(turn * 1000)))
        return places

    def over(
        self,
        stops: Sequence[Stop],
        find: FindLeg,
        *,
        main_only: bool,
        turning: bool | None = None,
    ) -> tuple[list[Snap], list[LegPath]]:
        """Return the best way over stops: where each is on the road, and the leg between any two.

        Parameters
        ----------
        stops
            Two or more.
        find
            Finds a leg.
        main_only
            Whether roads without connection with the rest are left out.
        turning
            Whether a car may turn back at a stop, see `onward`.

        Raises
        ------
        NoRoute, PointUnreachable
        """
        choices = [self.snaps(stop, main_only=main_only, is_start=i == 0) for i, stop in enumerate(stops)]
        ends = [self.choices(snaps, stop) for snaps, stop in zip(choices, stops, strict=True)]
        starts = self.choices(choices[0], stops[0])
        if len(stops) <= _CHOICES_WEIGHED and any(len(snaps) > 1 for snaps in choices[1:-1]):
            ends = self._weighed(starts, ends, find, turning)
        snaps: list[Snap] = []
        paths: list[LegPath] = []
        elapsed_s = 0.0
        for i in range(1, len(stops)):
            path = find(starts, ends[i], elapsed_s)
            if path is None:
                raise NoRoute(no_way(choices[i - 1][0].point, choices[i][0].point))
            paths.append(path)
            snaps = snaps or [choices[0][path.begins_at]]
            snaps.append(choices[i][path.ends_at])
            starts = self.onward(path.end, turning=turning)
            elapsed_s += float(path.time_ms.sum()) / 1000.0
        return snaps, paths

    def _weighed(
        self, starts: Sequence[Place], ends: list[list[Place]], find: FindLeg, turning: bool | None
    ) -> list[list[Place]]:
        """Choose where to call at the stops between so that the whole journey costs least."""
        layer: list[tuple[int, Sequence[Place], list[Place]]] = [(0, starts, [])]
        for i in range(1, len(ends)):
            following: list[tuple[int, Sequence[Place], list[Place]]] = []
            for end in ends[i]:
                options = [
                    (cost + path.cost_ms, chosen)
                    for cost, begin, chosen in layer
                    if (path := find(begin, [end], 0.0)) is not None
                ]
                if options:
                    cost, chosen = min(options, key=lambda option: option[0])
                    following.append((cost, self.onward(end, turning=turning), [*chosen, end]))
            if not following:
                return ends
            layer = following
        best = min(layer, key=lambda option: option[0])[2]
        return [ends[0], *([place] for place in best[:-1]), ends[-1]]

    def length_m(self, path: LegPath) -> float:
        """Return the length of a leg, metres."""
        return float((self.graph.edge_length_m[path.edges] * (path.spans[:, 1] - path.spans[:, 0])).sum())


def _both(one: Choice, other: Choice) -> Choice:
    return lambda edges: one(edges) & other(edges)


def no_way(a: Point, b: Point) -> str:
    """Say that no way leads from one point to another."""
    return (
        f"no legal way leads from {a[0]:.5f},{a[1]:.5f} to {b[0]:.5f},{b[1]:.5f} on this map: "
        "one of them may lie on roads without a connection; choose a point nearby"
    )
