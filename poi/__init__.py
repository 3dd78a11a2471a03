"""Places of a region, offline: found by name in any script, by sound, by category, near, at or along a route.

``build_places(extract, folder)`` makes the place part of a region pack; ``Places(region)`` answers from it:
``search`` for lists, ``resolve`` for the one place that a spoken name means, ``reverse`` for coordinates.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poi.areas.finder import Area
    from poi.build.pack import build_places
    from poi.errors import PoiError
    from poi.joined_places import JoinedPlaces
    from poi.place import Candidate, CategoryMatch, Place, Resolution, Whereabouts
    from poi.places import Places
    from poi.user_places import UserPlaces

__all__ = [
    "Area",
    "Candidate",
    "CategoryMatch",
    "JoinedPlaces",
    "Place",
    "Places",
    "PoiError",
    "Resolution",
    "UserPlaces",
    "Whereabouts",
    "build_places",
]

_HOME = {
    "Area": "poi.areas.finder",
    "Candidate": "poi.place",
    "CategoryMatch": "poi.place",
    "JoinedPlaces": "poi.joined_places",
    "Place": "poi.place",
    "Places": "poi.places",
    "PoiError": "poi.errors",
    "Resolution": "poi.place",
    "UserPlaces": "poi.user_places",
    "Whereabouts": "poi.place",
    "build_places": "poi.build.pack",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'poi' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
