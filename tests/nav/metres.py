"""Maps drawn in metres, for shapes smaller than a step of the usual drawings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nav.guidance.wording.spoken_maneuver import SpokenManeuver
from nav.osm.build import build_graph
from nav.region import Region
from nav.routing.route import Route
from nav.routing.router import Router
from tests.nav.drawing import Relation, Tags, osm_xml

Spot = tuple[float, float]


def grid(drawing: str, metres: float) -> dict[str, Spot]:
    """Return where each letter of a drawing lies, east and north in metres; others are only to look at."""
    return {
        letter: (column * metres, -row * metres)
        for row, line in enumerate(drawing.splitlines())
        for column, letter in enumerate(line)
        if letter.isalnum()
    }


def ring(letters: str, radius_m: float, *, clockwise: bool = False) -> dict[str, Spot]:
    """Return letters on a circle, from the south on in the direction of travel."""
    turn = (-1 if clockwise else 1) * 2 * math.pi / len(letters)
    angles = [-math.pi / 2 + i * turn for i in range(len(letters))]
    return {
        letter: (radius_m * math.cos(angle), radius_m * math.sin(angle))
        for letter, angle in zip(letters, angles, strict=True)
    }


@dataclass(frozen=True)
class MetreMap:
    """A map in metres."""

    region: Region
    at: Mapping[str, Spot]
    origin: Spot
    routers: dict[str, Router] = field(default_factory=dict)

    def point(self, spot: str) -> Spot:
        """`A` is a node, `AB` the middle between two."""
        east, north = (sum(self.at[letter][axis] for letter in spot) / len(spot) for axis in (0, 1))
        return degrees(east, north, self.origin)

    def route(self, *spots: str, profile: str = "car", **wishes: object) -> Route:
        """Return the route over spots."""
        if profile not in self.routers:
            self.routers[profile] = Router(self.region, profile)
        return self.routers[profile].route([self.point(s) for s in spots], **wishes)  # type: ignore[arg-type]

    def turns(self, *spots: str, **wishes: object) -> list[SpokenManeuver]:
        """Return what is to be done between start and end."""
        found = self.route(*spots, **wishes).maneuvers
        return [m for m in found if m.kind not in ("depart", "arrive")]

    def said(self, *spots: str, language: str = "en", **wishes: object) -> list[str]:
        """Return what is said between start and end."""
        return [m.say(language) for m in self.turns(*spots, **wishes)]

    def kinds(self, *spots: str, **wishes: object) -> list[str]:
        """Return what is to be done between start and end as "kind modifier"."""
        return [f"{m.kind} {m.modifier}" for m in self.turns(*spots, **wishes)]


def degrees(east: float, north: float, origin: Spot) -> Spot:
    """Return latitude and longitude of a place in metres from an origin."""
    lat = origin[0] + north / 111_195
    return lat, origin[1] + east / (111_195 * math.cos(math.radians(origin[0])))


def draw(
    folder: Path,
    at: Mapping[str, Spot],
    ways: Mapping[str, Tags],
    *,
    nodes: Mapping[str, Tags] | None = None,
    relations: Sequence[Relation] = (),
    origin: Spot = (48.7, 9.18),
) -> MetreMap:
    """Build a map; a way is written as its letters, and a blank tells ways of the same letters apart."""
    spots = {name: degrees(*spot, origin) for name, spot in at.items()}
    tagged = {name: {k: v for k, v in pairs.items() if v} for name, pairs in ways.items()}
    extract, pack = folder / "drawn.osm", folder / "drawn"
    extract.write_text(osm_xml(spots, tagged, nodes or {}, relations), encoding="utf-8")
    pack.mkdir()
    build_graph(extract, pack, name="drawn")
    return MetreMap(region=Region.open(pack), at=at, origin=origin)
