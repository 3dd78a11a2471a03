"""What the actions work with: the region, its places and roads, what is remembered, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from languages import codes
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.memory import Kept, Memory
    from agent.understanding.intent import TravelMode
    from nav import Region, Router
    from poi import Places
    from poi.place import Place

Point = tuple[float, float]

REMEMBERED = 50
"""Past destinations that are looked through."""

_SAME_M = 30.0
"""A point that is nearer than this to a place is that place."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """What the actions work with."""

    region: Region
    places: Places
    router: Router
    memory: Memory | None
    now: Callable[[], datetime]
    style: Any = "normal"
    has_screen: Callable[[], bool] = lambda: False
    """Tells whether somebody can look at a screen."""
    _others: dict[str, Router] = field(default_factory=dict)

    def place_at(self, lat: float, lon: float) -> Place:
        """Return a point as a place: a remembered destination, what stands there, or what it is near to."""
        from poi.place import Place

        past = self.memory.destinations(REMEMBERED) if self.memory else []
        there = next((k for k in past if distance_m((k.lat, k.lon), (lat, lon)) < _SAME_M), None)
        if there is not None:
            return as_place(there)
        where = self.places.reverse(lat, lon)
        if where.place and distance_m((where.place.lat, where.place.lon), (lat, lon)) < _SAME_M:
            return where.place
        names = {language: where.describe(language) for language in codes()}
        return Place(id="", name=names["en"], names=names, category="", lat=lat, lon=lon)

    def router_by(self, mode: TravelMode) -> Router:
        """Return the router of a travel mode; "" is the one that guides."""
        if mode in ("", self.router.profile):
            return self.router
        if mode not in self._others:
            self._others[mode] = self.router.by(mode)
        return self._others[mode]


def as_place(kept: Kept) -> Place:
    """Return a remembered place as a place of the map."""
    from poi.place import Place

    return Place(
        id=kept.place_id or f"user/{kept.kind}",
        name=kept.name,
        category=kept.category,
        lat=kept.lat,
        lon=kept.lon,
        why=kept.kind,
    )
