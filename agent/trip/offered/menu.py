"""Which restaurant for which meal: near, well kept by the map, and what was wished for, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agent.trip.offered.tables import MealWish, rank
from nav.geometry import haversine_m

if TYPE_CHECKING:
    from agent.actions.context import Point
    from agent.trip.offered.tables import Role
    from agent.trip.request import TripRequest
    from poi.place import Place

_CHOICES = 24
_METRES_A_POINT = 220.0
"""So much farther one goes for one point of rank."""


class Menu:
    """Restaurants of a trip by where one is, and the meals at which wishes are met."""

    def __init__(self, request: TripRequest, open_days: int) -> None:
        self._all = request.restaurants
        self._lat = np.array([p.lat for p in self._all])
        self._lon = np.array([p.lon for p in self._all])
        self._rank = np.array([rank(p) for p in self._all])
        self._row = {p.id: i for i, p in enumerate(self._all)}
        self._every = [set(w.ids) for w in request.dined if w.every]
        self.repeatable = frozenset(i for ids in self._every for i in ids)
        """Ids of restaurants that one may eat at more than once: few serve what has to be served."""
        self.wishes = assigned(request, open_days)
        self._near: dict[tuple[Point, tuple[int, str] | None], list[Place]] = {}

    def near(self, here: Point, day: int, role: Role) -> list[Place]:
        """Return restaurants for a meal, the best first."""
        wish = self.wishes.get((day, role))
        key = (here, (day, role) if wish else None)
        if key not in self._near:
            self._near[key] = self._chosen(here, wish)
        return self._near[key]

    def _chosen(self, here: Point, wish: MealWish | None) -> list[Place]:
        if not self._all:
            return []
        metres = haversine_m(here[0], here[1], self._lat, self._lon)
        order = np.lexsort((np.arange(len(metres)), metres - _METRES_A_POINT * self._rank)).tolist()
        rows = [i for i in order if all(self._all[i].id in ids for ids in self._every)] or order
        if wish is not None:
            serving = [i for i in rows if self._all[i].id in wish.ids]
            rows = serving + [i for i in rows if i not in set(serving)]
        return [self._all[i] for i in rows[:_CHOICES]]


def assigned(request: TripRequest, days: int) -> dict[tuple[int, str], MealWish]:
    """Return the meal at which each wish is met: as said, else dinners first, then lunches."""
    given: dict[tuple[int, str], MealWish] = {}
    nights = range(days - 1) if days > 1 else range(1)
    for wish in sorted((w for w in request.dined if not w.every), key=lambda w: (w.day == 0, w.role is None)):
        numbers = [wish.day - 1] if wish.day else [*range(days)]
        roles = [wish.role] if wish.role else ["dinner", "lunch"]
        for role in roles:
            free = [
                n
                for n in numbers
                if (n, role) not in given and (role == "lunch" or n in nights or wish.day or wish.role)
            ]
            if free:
                given[free[0], role] = wish
                break
    return given
