"""Routes on OpenStreetMap data, offline.

``Region.open(name)`` opens a region pack; ``Router(region)`` answers routing questions on it;
``JoinedRouter(region, beside=InstalledPacks())`` goes from it into the others that are installed;
``build_graph(extract, folder, name=…)`` makes the road part of a pack.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nav.osm.build import build_graph
    from nav.packs.pack import Meta
    from nav.packs.staging import staged
    from nav.region import InstalledPacks, Region
    from nav.routing.overlay.router import JoinedRouter
    from nav.routing.route import Route
    from nav.routing.router import Router

__all__ = ["InstalledPacks", "JoinedRouter", "Meta", "Region", "Route", "Router", "build_graph", "staged"]

_HOME = {
    "InstalledPacks": "nav.region",
    "JoinedRouter": "nav.routing.overlay.router",
    "Meta": "nav.packs.pack",
    "Region": "nav.region",
    "Route": "nav.routing.route",
    "Router": "nav.routing.router",
    "build_graph": "nav.osm.build",
    "staged": "nav.packs.staging",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'nav' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
