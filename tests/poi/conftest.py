"""Maps drawn in the tests, and places built from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from poi import Places, build_places

ORIGIN = (60.0, 25.0)
STEP_LAT, STEP_LON = 0.001, 0.002
"""One character of a drawing is about 111 m wide and high at 60° north."""

Tags = Mapping[str, str]


@dataclass(frozen=True)
class Pack:
    """Stands in for a region: `Places` needs its folder only."""

    path: Path


def point_of(drawing: str, letter: str) -> tuple[float, float]:
    """Return where a letter of a drawing lies."""
    for row, line in enumerate(drawing.strip("\n").split("\n")):
        if letter in line:
            return ORIGIN[0] - row * STEP_LAT, ORIGIN[1] + line.index(letter) * STEP_LON
    raise AssertionError(f"{letter} is not drawn")


Relation = tuple[Tags, Mapping[str, str]]
"""Tags, and members by their role: a letter for a node, a string of letters for a way that is drawn."""


def osm_xml(
    drawing: str, nodes: Mapping[str, Tags], ways: Mapping[str, Tags], relations: Sequence[Relation] = ()
) -> str:
    """Return OSM XML of a drawing: letters are nodes, ways are strings of letters.

    A way of a relation that is not drawn stands in it all the same, as in an extract that was cut.
    """
    letters = sorted({c for c in drawing if c.isalnum()})
    out = ["<osm version='0.6'>"]
    for number, letter in enumerate(letters, 1):
        lat, lon = point_of(drawing, letter)
        out.append(f"<node id='{number}' version='1' lat='{lat:.7f}' lon='{lon:.7f}'>")
        out += [f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in nodes.get(letter, {}).items()]
        out.append("</node>")
    for number, (line, tags) in enumerate(ways.items(), 1):
        out.append(f"<way id='{number}' version='1'>")
        out += [f"<nd ref='{letters.index(letter) + 1}'/>" for letter in line]
        out += [f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items()]
        out.append("</way>")
    for number, (tags, members) in enumerate(relations, 1):
        out.append(f"<relation id='{number}' version='1'>")
        for refs, role in members.items():
            for ref in refs.split():
                sort, found = ("node", letters) if len(ref) == 1 else ("way", list(ways))
                at = found.index(ref) + 1 if ref in found else 9000 + len(out)
                out.append(f"<member type='{sort}' ref='{at}' role='{role}'/>")
        out += [f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in {"type": "boundary", **tags}.items()]
        out.append("</relation>")
    return "\n".join([*out, "</osm>"])


def town_xml(
    origin: tuple[float, float], streets: Mapping[str, Sequence[str | Tags]], others: Sequence[Tags] = ()
) -> str:
    """Return OSM XML of parallel streets 300 m apart with houses every 40 m.

    A house is its number, or its tags; a street that begins with "-" is not drawn and only stands in
    addresses. Other objects stand in a row of their own.
    """
    out, ways = ["<osm version='0.6'>"], []
    number = 0

    def node(lat: float, lon: float, tags: Tags) -> int:
        nonlocal number
        number += 1
        out.append(f"<node id='{number}' version='1' lat='{lat:.7f}' lon='{lon:.7f}'>")
        out.extend(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
        out.append("</node>")
        return number

    lat, lon = origin
    for row, (street, houses) in enumerate(streets.items()):
        name, at = street.removeprefix("-"), lat - 0.0027 * row
        for place, house in enumerate(houses):
            tags = {"addr:housenumber": house, "addr:street": name} if isinstance(house, str) else house
            node(at + 0.0001, lon + 0.0005 * place, tags)
        if not street.startswith("-"):
            refs = node(at, lon - 0.001, {}), node(at, lon + 0.0005 * len(houses) + 0.001, {})
            ways.append(
                f"<way id='{row + 1}' version='1'><nd ref='{refs[0]}'/><nd ref='{refs[1]}'/>"
                f"<tag k='highway' v='residential'/><tag k='name' v={quoteattr(name)}/></way>"
            )
    for place, tags in enumerate(others):
        node(lat + 0.003, lon + 0.0005 * place, tags)
    return "\n".join([*out, *ways, "</osm>"])


@pytest.fixture
def at() -> Callable[[str, str], tuple[float, float]]:
    """Give the function that says where a letter of a drawing lies."""
    return point_of


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., Places]:
    """Give a function that builds places from a drawing."""

    def build(
        drawing: str,
        nodes: Mapping[str, Tags] = {},
        ways: Mapping[str, Tags] = {},
        relations: Sequence[Relation] = (),
    ) -> Places:
        file = tmp_path / "drawn.osm"
        file.write_text(osm_xml(drawing, nodes, ways, relations), "utf-8")
        build_places(file, tmp_path)
        return Places(Pack(tmp_path))

    return build


@pytest.fixture
def town(tmp_path: Path) -> Callable[..., Places]:
    """Give a function that builds a town out of streets and houses, at a point of any country."""

    def build(
        origin: tuple[float, float], streets: Mapping[str, Sequence[str | Tags]], others: Sequence[Tags] = ()
    ) -> Places:
        file = tmp_path / "town.osm"
        file.write_text(town_xml(origin, streets, others), "utf-8")
        build_places(file, tmp_path)
        return Places(Pack(tmp_path))

    return build


@pytest.fixture
def named(draw: Callable[..., Places]) -> Callable[..., Places]:
    """Give a function that builds places out of names only, one node each."""

    def build(*names: str, category: str = "tourism/attraction") -> Places:
        key, value = category.split("/")
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(names)]
        nodes = {c: {key: value, "name": name} for c, name in zip(letters, names, strict=True)}
        return draw(letters, nodes)

    return build


@pytest.fixture(scope="session")
def helsinki(helsinki_pbf: Path, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Give the places of Helsinki's centre."""
    folder = tmp_path_factory.mktemp("helsinki")
    build_places(helsinki_pbf, folder)
    return Places(Pack(folder))


@pytest.fixture(scope="session")
def tsinghua(maps: Path, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Give the places round Tsinghua University."""
    folder = tmp_path_factory.mktemp("tsinghua")
    build_places(maps / "tsinghua.osm.pbf", folder)
    return Places(Pack(folder))


@pytest.fixture(scope="session")
def andorra(maps: Path, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Give the places of Andorra."""
    folder = tmp_path_factory.mktemp("andorra")
    build_places(maps / "andorra.osm.pbf", folder)
    return Places(Pack(folder))
