"""Maps drawn in the tests, built into real region packs; and packs of the real extracts, built once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from nav.errors import NoRoute
from nav.osm.build import build_graph
from nav.region import Region
from nav.routing.route import Route
from nav.routing.router import Router

STEP_DEG = 0.001
ORIGIN = (60.0, 10.0)
Tags = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DrawnMap:
    """A small map, one letter per node; letters lie about 110 m apart for each row or two columns."""

    region: Region
    extract: Path
    at: Mapping[str, tuple[float, float]]
    routers: dict[str, Router] = field(default_factory=dict)

    def router(self, profile: str = "car") -> Router:
        if profile not in self.routers:
            self.routers[profile] = Router(self.region, profile)
        return self.routers[profile]

    def point(self, spot: str) -> tuple[float, float]:
        """`A` is a node, `AB` the middle between two, `ABB` two thirds of the way to B, and so on."""
        points = [self.at[letter] for letter in spot]
        return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)

    def route(self, *spots: str, profile: str = "car", **wishes: object) -> Route:
        return self.router(profile).route([self.point(s) for s in spots], **wishes)  # type: ignore[arg-type]

    def letters(self, route: Route) -> str:
        names = {(round(lat, 7), round(lon, 7)): letter for letter, (lat, lon) in self.at.items()}
        path = [names.get((round(lat, 7), round(lon, 7)), "") for lat, lon in route.geometry.tolist()]
        return "".join(path)

    def way(self, *spots: str, profile: str = "car", **wishes: object) -> str:
        """The letters that a route passes, in order; `none` if there is no route."""
        try:
            return self.letters(self.route(*spots, profile=profile, **wishes))
        except NoRoute:
            return "none"


def osm_xml(
    drawing: str,
    ways: Mapping[str, Tags],
    nodes: Mapping[str, Tags],
    relations: Sequence[tuple[Tags, Sequence[tuple[str, str]]]],
    origin: tuple[float, float] = ORIGIN,
) -> tuple[str, dict[str, tuple[float, float]]]:
    """Return OSM XML for a drawing, and where each letter lies. A way is written as its letters."""
    at = {
        letter: (round(origin[0] - row * STEP_DEG, 7), round(origin[1] + column * STEP_DEG, 7))
        for row, line in enumerate(drawing.splitlines())
        for column, letter in enumerate(line)
        if letter.isalnum()
    }
    way_ids = {name: 1000 + i for i, name in enumerate(ways)}

    def tags(pairs: Tags) -> str:
        return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in pairs.items())

    lines = ['<osm version="0.6">']
    lines += [
        f'<node id="{ord(letter)}" lat="{lat}" lon="{lon}">{tags(nodes.get(letter, {}))}</node>'
        for letter, (lat, lon) in sorted(at.items(), key=lambda item: ord(item[0]))
    ]
    for name, pairs in ways.items():
        refs = "".join(f'<nd ref="{ord(letter)}"/>' for letter in name if letter != " ")
        lines.append(f'<way id="{way_ids[name]}">{refs}{tags(pairs)}</way>')
    for i, (pairs, members) in enumerate(relations):
        parts = "".join(
            f'<member type="way" ref="{way_ids[who]}" role="{role}"/>'
            if who in way_ids
            else f'<member type="node" ref="{ord(who)}" role="{role}"/>'
            for role, who in members
        )
        lines.append(f'<relation id="{5000 + i}">{parts}{tags(pairs)}</relation>')
    return "\n".join([*lines, "</osm>"]), at


DrawMap = Callable[..., DrawnMap]


@pytest.fixture
def draw_map(tmp_path: Path) -> DrawMap:
    """Build a map from a drawing: `draw_map(drawing, ways, nodes=…, relations=…)`."""
    count = 0

    def draw(
        drawing: str,
        ways: Mapping[str, Tags],
        *,
        nodes: Mapping[str, Tags] | None = None,
        relations: Sequence[tuple[Tags, Sequence[tuple[str, str]]]] = (),
        origin: tuple[float, float] = ORIGIN,
    ) -> DrawnMap:
        nonlocal count
        count += 1
        text, at = osm_xml(drawing, ways, nodes or {}, relations, origin)
        extract = tmp_path / f"drawn{count}.osm"
        extract.write_text(text, encoding="utf-8")
        folder = tmp_path / f"pack{count}"
        folder.mkdir()
        build_graph(extract, folder, name=f"drawn{count}")
        return DrawnMap(region=Region.open(folder), extract=extract, at=at)

    return draw


@pytest.fixture(scope="session")
def real_region(maps: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Region]:
    """Give a pack of one of the test extracts: andorra, monaco or tsinghua."""
    built: dict[str, Region] = {}

    def region(name: str) -> Region:
        if name not in built:
            folder = tmp_path_factory.mktemp(name)
            build_graph(maps / f"{name}.osm.pbf", folder, name=name)
            built[name] = Region.open(folder)
        return built[name]

    return region
