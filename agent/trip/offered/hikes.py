"""Hikes as hikes: a summit is walked to from where the car can stand, there and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.trip.legs import measured
from agent.trip.offered.kinds import HIKE_LONGEST_S
from nav.errors import NavError
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from agent.trip.asked.party import Party
    from poi.place import Place

_TRAILHEAD_M, _APPROACH_M = 5_000.0, 500.0
_WITH_LESS_S = 2.5 * 3600
_UP, _DOWN = 1.25, 0.25
"""Extra share of the walking time on a mountain path, up and down: Naismith's rule on a slope of 15 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hike:
    """How one walks to a summit."""

    park: Point
    """Where the car stands."""
    walk_s: float
    """One way, seconds by the foot router."""
    walk_m: float
    """One way, metres."""
    flat: bool = False
    """Whether it is a short way from a car park rather than a mountain path."""

    @property
    def climb_s(self) -> float:
        """What climbing adds to the way up, seconds: the foot router knows no heights."""
        return 0.0 if self.flat else _UP * self.walk_s

    @property
    def descent_s(self) -> float:
        """What a steep path adds to the way down, seconds."""
        return 0.0 if self.flat else _DOWN * self.walk_s


def longest_of(party: Party) -> float:
    """Return how long a hike may take in all, seconds: less with children and with who walks less."""
    return _WITH_LESS_S if party.walks_less or party.children else HIKE_LONGEST_S


def hikes_of(desk: Desk, places: Sequence[Place], longest_s: float = HIKE_LONGEST_S) -> dict[str, Hike]:
    """Return for each summit, fall or saddle how it is walked to, if that takes no longer than it may."""
    found: dict[str, Hike] = {}
    for place in places[:16]:
        if place.category.startswith("natural/") and (hike := _hike(desk, place, longest_s)) is not None:
            found[place.id] = hike
        if len(found) >= 6:
            break
    return found


def approach_of(desk: Desk, place: Place, start: Point) -> Hike | None:
    """Return how one walks to a place from a car park nearby, where no road leads to it."""
    here = (place.lat, place.lon)
    for lot in desk.places.of_kinds(("amenity/parking",), near=here, within_m=_APPROACH_M)[:5]:
        point = (lot.lat, lot.lon)
        walked = measured(desk, "foot", point, here, ())
        reached = measured(desk, "", start, point, ()) and measured(desk, "", point, start, ())
        if walked is not None and reached is not None and walked[1] < 2 * _APPROACH_M:
            return Hike(park=point, walk_s=walked[0], walk_m=walked[1], flat=True)
    return None


def _hike(desk: Desk, place: Place, longest_s: float) -> Hike | None:
    here = (place.lat, place.lon)
    lots = desk.places.of_kinds(("amenity/parking",), near=here, within_m=_TRAILHEAD_M)[:4]
    best = None
    for lot in lots:
        point = (lot.lat, lot.lon)
        try:
            desk.router.snap(*point)
            route = desk.router_by("foot").route([point, here])
            end = route.geometry[-1]
        except NavError:
            continue
        off_m = distance_m((float(end[0]), float(end[1])), here)
        if off_m > 400 or route.distance_m < 400:
            continue
        if (2 + _UP + _DOWN) * route.duration_s > longest_s:
            continue
        if best is None or route.duration_s < best.walk_s:
            best = Hike(park=point, walk_s=float(route.duration_s), walk_m=float(route.distance_m))
    return best
