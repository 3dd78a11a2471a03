"""A route: what is travelled, with its manoeuvres and its forms for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nav.routing.route_line import RouteLine

if TYPE_CHECKING:
    from nav.guidance.wording.spoken_maneuver import SpokenManeuver


@dataclass(frozen=True, kw_only=True)
class Route(RouteLine):
    """A way to travel from the first to the last stop, legal under the rules of the map."""

    @cached_property
    def maneuvers(self) -> list[SpokenManeuver]:
        """What a driver has to do, in order."""
        from nav.guidance.maneuvers.maneuver import maneuvers

        return maneuvers(self.graph, self)

    def to_geojson(self) -> dict[str, Any]:
        """Return a GeoJSON FeatureCollection: the line, and a point per stop."""
        from nav.routing.output.export import to_geojson

        return to_geojson(self)

    def to_gpx(self) -> str:
        """Return GPX 1.1 with the track, and the stops as way points."""
        from nav.routing.output.export import to_gpx

        return to_gpx(self)

    def to_dict(self) -> dict[str, Any]:
        """Return distance, duration, stops, legs and geometry as plain values."""
        from nav.routing.output.export import to_dict

        return to_dict(self)

    def to_json(self) -> str:
        """Return `to_dict` as JSON text."""
        from nav.routing.output.export import to_json

        return to_json(self)

    def to_png(self, *, width: int = 1200, height: int = 900) -> bytes:
        """Return a PNG picture of the route over the streets of its region."""
        from nav.routing.output.export import to_png

        return to_png(self, width=width, height=height)

    def to_html(self, *, title: str = "Xiao Gao") -> str:
        """Return a page with the route on a map that opens without network."""
        from nav.routing.output.export import to_html

        return to_html(self, title=title)
