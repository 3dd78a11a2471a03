"""Packs: whole or not at all, the same bytes every time, and honest about what is wrong with them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nav.errors import BadMapFile, BadName, RegionDamaged, RegionNotFound, RegionOutdated
from nav.osm.build import build_graph
from nav.packs.array_store import map_arrays, write_arrays
from nav.packs.formats import FORMAT_VERSION
from nav.packs.pack import META_FILE, Meta
from nav.packs.paths import cache_home, data_home, regions_dir
from nav.packs.staging import staged
from nav.region import Region, installed_regions
from nav.routing.router import Router
from nav.routing.weights.turns import TURN_FIELDS

ROAD = {"highway": "residential"}
TOWN = "A---B---C\n|   |   |\nD---E---F"
WAYS = {"ABC": ROAD, "DEF": ROAD | {"name": "北京路"}, "AD": ROAD, "BE": ROAD, "CF": ROAD}


def _bytes(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_building_twice_gives_the_same_bytes(draw_map: Callable, tmp_path: Path) -> None:
    drawn = draw_map(TOWN, WAYS)
    again = tmp_path / "again"
    again.mkdir()
    build_graph(drawn.extract, again, name=drawn.region.name)
    assert _bytes(again) == _bytes(drawn.region.path)


def test_building_a_real_map_twice_gives_the_same_bytes(maps: Path, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        build_graph(maps / "tsinghua.osm.pbf", folder, name="tsinghua")
    assert _bytes(folders[0]) == _bytes(folders[1])


@pytest.mark.usefixtures("home")
def test_a_pack_appears_whole(draw_map: Callable) -> None:
    extract = draw_map(TOWN, WAYS).extract
    with staged("town") as folder:
        build_graph(extract, folder, name="town")
        assert installed_regions() == [], "not before it is complete"
    assert installed_regions() == ["town"]
    region = Region.open("town")
    assert region.name == "town"
    assert region.verify() == []
    assert region.contains(59.9995, 10.004)
    assert not region.contains(0, 0)
    with staged("town") as folder:
        build_graph(extract, folder, name="town")
    assert installed_regions() == ["town"], "a new build takes the place of the old one"
    assert Region.open("town").graph.node_count == 6


def _interrupted_build() -> None:
    with staged("town") as folder:
        (folder / "half").write_text("x")
        raise KeyboardInterrupt


@pytest.mark.usefixtures("home")
def test_an_interrupted_build_leaves_nothing_and_keeps_the_old_pack(draw_map: Callable) -> None:
    extract = draw_map(TOWN, WAYS).extract
    with staged("town") as folder:
        build_graph(extract, folder, name="town")
    with pytest.raises(KeyboardInterrupt):
        _interrupted_build()
    assert [p.name for p in regions_dir().iterdir()] == ["town"]
    assert Region.open("town").graph.node_count == 6


@pytest.mark.usefixtures("home")
def test_leftovers_of_a_killed_build_are_removed(draw_map: Callable) -> None:
    extract = draw_map(TOWN, WAYS).extract
    leftover = data_home() / "building" / "town-dead"
    leftover.mkdir(parents=True)
    (leftover / "owner").touch()
    with staged("town") as folder:
        build_graph(extract, folder, name="town")
    assert not leftover.exists()


def test_everything_moves_with_the_environment(home: Path) -> None:
    assert data_home() == home / "data"
    assert cache_home() == home / "cache"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a\\b", "x" * 100, "end.", "sp "])
def test_names_that_are_no_folder(name: str) -> None:
    with pytest.raises(BadName), staged(name):
        pass


@pytest.mark.usefixtures("home")
def test_unknown_regions_are_named_with_those_that_are_there() -> None:
    with pytest.raises(RegionNotFound, match=r"'atlantis'.*none.*map add"):
        Region.open("atlantis")


@pytest.fixture
def pack(draw_map: Callable) -> Path:
    return Path(draw_map(TOWN, WAYS).region.path)


def test_a_missing_file(pack: Path) -> None:
    (pack / "graph" / "roads.arrays").unlink()
    with pytest.raises(RegionDamaged, match=r"roads\.arrays is missing"):
        Region.open(pack)


def test_a_cut_file(pack: Path) -> None:
    file = pack / "graph" / "car.arrays"
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(RegionDamaged, match=r"car\.arrays has"):
        Region.open(pack)


def test_a_flipped_byte_is_found_by_verify(pack: Path) -> None:
    file = pack / "graph" / "roads.arrays"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert Region.open(pack).verify() == ["graph/roads.arrays"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", f'{{"format_version": {FORMAT_VERSION}}}', "null"])
def test_a_damaged_description(pack: Path, text: str) -> None:
    (pack / META_FILE).write_text(text)
    with pytest.raises(RegionDamaged):
        Region.open(pack)


def test_an_old_format(pack: Path) -> None:
    values = json.loads((pack / META_FILE).read_text())
    values["format_version"] = 0
    (pack / META_FILE).write_text(json.dumps(values))
    with pytest.raises(RegionOutdated, match="build it again"):
        Region.open(pack)


def test_the_description_survives_the_way_there_and_back(pack: Path) -> None:
    meta = Region.open(pack).meta
    assert Meta.from_json(meta.to_json()) == meta
    assert meta.licence == "ODbL-1.0"
    assert meta.timezone == "Europe/Oslo"
    assert meta.bbox == pytest.approx((59.998, 10.0, 60.0, 10.008), abs=1e-6)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not a map", id="not a map"),
        pytest.param(b"<osm version='0.6'></osm>", id="no roads"),
        pytest.param(b"<osm version='0.6'><node id='1'", id="cut"),
        pytest.param(
            b"<osm version='0.6'><way id='1'><nd ref='1'/><tag k='highway' v='path'/></way></osm>",
            id="no nodes",
        ),
    ],
)
def test_files_that_are_no_map(tmp_path: Path, content: bytes) -> None:
    extract = tmp_path / "map.osm"
    extract.write_bytes(content)
    with pytest.raises(BadMapFile):
        build_graph(extract, tmp_path, name="x")
    assert not (tmp_path / META_FILE).exists()


def test_a_cut_pbf(maps: Path, tmp_path: Path) -> None:
    extract = tmp_path / "cut.osm.pbf"
    extract.write_bytes((maps / "monaco.osm.pbf").read_bytes()[:200_000])
    with pytest.raises(BadMapFile, match="fetch it again"):
        build_graph(extract, tmp_path, name="x")


def test_a_missing_file_to_build_from(tmp_path: Path) -> None:
    with pytest.raises(BadMapFile, match="no file"):
        build_graph(tmp_path / "nothing.pbf", tmp_path, name="x")


def test_broken_data_is_survived(tmp_path: Path) -> None:
    """Missing and repeated nodes, self-loops, edges without length, absurd speeds, unknown members."""
    text = """<osm version="0.6">
    <node id="1" lat="60" lon="10"/><node id="2" lat="60" lon="10.01"/><node id="3" lat="60" lon="10.01"/>
    <node id="4" lat="60.01" lon="10.01"/><node id="5" lat="60.01" lon="10.02"/>
    <way id="1"><nd ref="1"/><nd ref="1"/><nd ref="2"/><nd ref="99"/><nd ref="98"/><nd ref="3"/><nd ref="4"/>
      <tag k="highway" v="residential"/><tag k="maxspeed" v="99999999999999999999"/></way>
    <way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
    <way id="3"><nd ref="4"/><nd ref="5"/><nd ref="4"/><tag k="highway" v="residential"/></way>
    <way id="4"><nd ref="4"/><nd ref="4"/><tag k="highway" v="residential"/></way>
    <way id="5"><nd ref="97"/><tag k="highway" v="residential"/></way>
    <way id="6"><tag k="highway" v="residential"/></way>
    <relation id="1"><member type="way" ref="77" role="from"/><member type="node" ref="2" role="via"/>
      <member type="way" ref="2" role="to"/><tag k="restriction" v="no_left_turn"/></relation>
    </osm>"""
    extract = tmp_path / "broken.osm"
    extract.write_text(text)
    meta = build_graph(extract, tmp_path, name="broken")
    assert meta.counts["missing_nodes"] == 3
    region = Region.open(tmp_path)
    assert np.isfinite(region.graph.edge_speed_kph).all()
    assert (region.graph.edge_speed_kph < 150).all()
    route = Router(region).route([(60.0, 10.002), (60.01, 10.018)])
    assert route.distance_m > 1000


def test_networkx_graph(draw_map: Callable) -> None:
    networkx = pytest.importorskip("networkx")
    drawn = draw_map(TOWN, WAYS | {"CF": ROAD | {"oneway": "yes", "maxspeed": "30", "ref": "7"}})
    graph = drawn.region.to_networkx()
    assert graph.graph["crs"] == "epsg:4326"
    assert graph.number_of_nodes() == 6
    assert graph.nodes[ord("A")]["x"] == pytest.approx(10.0)
    assert not graph.has_edge(ord("F"), ord("C"))
    edge = graph.edges[ord("C"), ord("F"), 0]
    assert edge["maxspeed"] == "30"
    assert edge["oneway"] is True
    assert edge["ref"] == "7"
    path = networkx.shortest_path(graph, ord("A"), ord("F"), weight="travel_time")
    assert path[0] == ord("A")
    assert graph.edges[ord("E"), ord("F"), 0]["name"] == "北京路"


@pytest.mark.usefixtures("home")
def test_the_order_of_walkers_is_kept(draw_map: Callable) -> None:
    drawn = draw_map(TOWN, WAYS)
    assert Router(drawn.region, "foot").wait()
    kept = list((cache_home() / "orders").iterdir())
    assert len(kept) == 1
    good = np.load(kept[0])
    for damaged in (
        np.zeros_like(good),
        good - 1,
        np.append(good[:-1], 2**30).astype(good.dtype),
        good * 1.0,
    ):
        np.save(kept[0], damaged)  # zeros are what a power cut leaves of a file that was not synced
        assert Router(Region.open(drawn.region.path), "foot").wait()
        assert np.array_equal(np.load(kept[0]), good)
    kept[0].write_bytes(b"damaged")
    assert Router(Region.open(drawn.region.path), "foot").wait()
    shutil.rmtree(cache_home())
    assert (
        Router(Region.open(drawn.region.path), "foot").route([(60.0, 10.001), (59.999, 10.005)]).distance_m
        > 0
    )


@settings(max_examples=30)
@given(content=st.binary(max_size=300), header=st.booleans())
def test_a_file_of_arrays_that_is_none(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, header: bool
) -> None:
    file = tmp_path_factory.mktemp("arrays") / "x.arrays"
    file.write_bytes((b"XGARRAY1" if header else b"") + content)
    with pytest.raises((ValueError, OSError)):
        map_arrays(file)


def test_arrays_survive_the_way_there_and_back(tmp_path: Path) -> None:
    arrays = {
        "empty": np.empty((0, 2)),
        "flags": np.array([True, False]),
        "table": np.arange(6, dtype=np.int16).reshape(2, 3)[:, ::-1],
        "one": np.array([2**40]),
    }
    size, digest = write_arrays(tmp_path / "a.arrays", arrays)
    assert (tmp_path / "a.arrays").stat().st_size == size
    assert hashlib.sha256((tmp_path / "a.arrays").read_bytes()).hexdigest() == digest
    found = map_arrays(tmp_path / "a.arrays")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)
        assert not found[name].flags.writeable


def test_of_an_array_with_one_value_only_that_is_stored(tmp_path: Path) -> None:
    arrays = {
        "rule": np.full(100_000, -1, np.int32),
        "nan": np.full(3, np.nan),
        "way": np.arange(3),
        "one": np.array([7]),
        "none": np.empty(0),
    }
    size, _ = write_arrays(tmp_path / "a.arrays", arrays, fold=True)
    assert size < 1000
    found = map_arrays(tmp_path / "a.arrays")
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_arrays_that_do_not_go_together_are_refused(pack: Path) -> None:
    """A folded array says itself how long it is: one changed digit, and it would not fit the others."""
    file = pack / "graph" / "roads.arrays"
    content = file.read_bytes()
    at = content.index(b'"shape":[', content.index(b'"edge_destination"')) + len(b'"shape":[')
    assert b'"same":true' in content[at : at + 60]
    file.write_bytes(content[:at] + b"9" + content[at + 1 :])
    with pytest.raises(RegionDamaged, match="edge_destination has 9"):
        Region.open(pack)


def test_turns_of_walkers_are_made_once_and_kept(pack: Path, home: Path) -> None:
    assert not list((pack / "walk").glob("foot*"))
    made = Region.open(pack).network("foot").turns
    (kept,) = (cache_home() / "turns").glob("*.arrays")
    before = kept.stat().st_ino
    again = Region.open(pack).network("foot")
    assert kept.stat().st_ino == before
    for name in TURN_FIELDS:
        np.testing.assert_array_equal(getattr(again.turns, name), getattr(made, name))
    assert Region.open(pack).network("bike").digest != again.digest
