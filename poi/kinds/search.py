"""All places of some kinds, narrowed by where they are before anything is read from disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nav.geometry import haversine_m
from poi.kinds.along import nearest_to_line
from poi.kinds.category import parse_category
from poi.place import Place
from poi.store import PlaceStore

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]
Choose = Callable[[FloatArray, FloatArray], IndexArray]
"""Takes latitudes and longitudes and returns the indexes of the points worth reading, best first."""

MOST = 2000
"""So many places are read at most."""

MOST_ALONG = 150
"""So many places nearest to a route are read when nothing else narrows the search."""


def nearest(lat: float, lon: float) -> Choose:
    """Choose the places nearest to a point."""
    return lambda lats, lons: np.argsort(haversine_m(lat, lon, lats, lons))[:MOST]


def beside(line: FloatArray, most: int = MOST_ALONG) -> Choose:
    """Choose the places nearest to a line."""
    return lambda lats, lons: np.argsort(nearest_to_line(lats, lons, line)[0])[:most]


def inside(mask: Callable[[FloatArray, FloatArray], NDArray[np.bool_]], then: Choose | None) -> Choose:
    """Choose the places in an area, in the order of another choice."""

    def choose(lats: FloatArray, lons: FloatArray) -> IndexArray:
        within = np.flatnonzero(mask(lats, lons))
        order = then(lats[within], lons[within]) if then and len(within) else np.arange(len(within))
        return np.asarray(within[order[:MOST]], dtype=np.int64)

    return choose


def anywhere(lats: FloatArray, lons: FloatArray) -> IndexArray:
    """Choose without regard to where places are."""
    return np.arange(min(len(lats), MOST))


def places_of_kinds(store: PlaceStore, categories: Sequence[str], choose: Choose) -> list[Place]:
    """Return places of any of the categories.

    Parameters
    ----------
    store
        The places of a region.
    categories
        "amenity/fuel", or with a condition "amenity/restaurant[cuisine=chinese]".
    choose
        Which of them to read.

    Returns
    -------
    list of Place
    """
    conditions = [parse_category(category) for category in categories]
    points = [store.category_points(plain) for plain, _ in conditions]
    rows = np.concatenate([p.ids for p in points])
    if not len(rows):
        return []
    which = np.repeat(np.arange(len(points)), [len(p.ids) for p in points])
    chosen = choose(np.concatenate([p.lat for p in points]), np.concatenate([p.lon for p in points]))
    wanted: dict[int, list[tuple[str, str] | None]] = {}
    for row, number in zip(rows[chosen].tolist(), which[chosen].tolist(), strict=True):
        wanted.setdefault(row, []).append(conditions[number][1])
    places = store.places(wanted)
    return [
        replace(places[row], why="category")
        for row, own in wanted.items()
        if any(meets(places[row], condition) for condition in own)
    ]


def meets(place: Place, condition: tuple[str, str] | None) -> bool:
    """Say whether a place meets the condition of a category, ("cuisine", "sushi")."""
    if condition is None:
        return True
    key, value = condition
    have = place.cuisine if key == "cuisine" else place.tags.get(key, "")
    return value in {v.strip() for v in have.split(";")}
