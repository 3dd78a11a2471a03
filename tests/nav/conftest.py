"""Maps drawn in the tests, built into real region packs; and packs of the real extracts, built once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nav.errors import NoRoute
from nav.osm.build import build_graph
from nav.region import Region
from nav.routing.route import Route
from nav.routing.router import Router
from tests.nav.drawing import Relation, Tags, osm_xml

STEP_DEG = 0.001
ORIGIN = (60.0, 10.0)


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


def letters_of(drawing: str, origin: tuple[float, float]) -> dict[str, tuple[float, float]]:
    """Return where each letter of a drawing lies, (lat, lon)."""
    return {
        letter: (round(origin[0] - row * STEP_DEG, 7), round(origin[1] + column * STEP_DEG, 7))
        for row, line in enumerate(drawing.splitlines())
        for column, letter in enumerate(line)
        if letter.isalnum()
    }


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
        relations: Sequence[Relation] = (),
        origin: tuple[float, float] = ORIGIN,
    ) -> DrawnMap:
        nonlocal count
        count += 1
        at = letters_of(drawing, origin)
        extract = tmp_path / f"drawn{count}.osm"
        extract.write_text(osm_xml(at, ways, nodes or {}, relations), encoding="utf-8")
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
