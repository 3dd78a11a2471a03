"""Routes from one pack into the next are those of the map built as a whole: cost, time, way and words."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nav.errors import NavError, NoRoute, PointOutsideRegion
from nav.packs.paths import cache_home
from nav.region import InstalledPacks, Region
from nav.routing.cch.library import library
from nav.routing.overlay.corridor import corridor
from nav.routing.overlay.router import JoinedRouter
from nav.routing.overlay.seam import find_seam
from nav.routing.router import Router
from tests.nav.drawing import Relation, osm_xml
from tests.nav.routing.cutting import MONDAY_8, Drawn, Inside, Point, built, cut, joined, told

pytestmark = pytest.mark.skipif(library() is None, reason="the kernels of the index were not compiled here")

ROAD = {"highway": "residential", "maxspeed": "50"}
MAIN = {"highway": "primary", "maxspeed": "50", "name": "Main"}


@pytest.fixture(autouse=True)
def _own_cache(home: Path) -> None:
    """Keep what joins packs out of the cache of whoever runs the tests."""


def test_packs_that_share_only_a_junction(tmp_path: Path) -> None:
    """The turn at the border is in none of the packs: it is made of the roads of both."""
    drawn = Drawn(
        tmp_path,
        "A-B-C-D-E\n    F    \n",
        {"AB": ROAD, "BC": MAIN, "CD": ROAD, "DE": ROAD, "CF": ROAD},
        ["AB", "DEF"],
    )
    assert drawn.check("AB", "DE") != "no route"
    drawn.check("DE", "AB")
    drawn.check("AB", "CF")


def test_a_road_over_the_border_whose_junctions_each_side_knows_alone(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path,
        "A B C D E F\n  G     H  \n",
        {"ABCDEF": MAIN, "BG": ROAD, "EH": ROAD},
        ["AG", "FH"],
    )
    assert drawn.check("BG", "EH") != "no route"
    drawn.check("EH", "BG")


@pytest.mark.parametrize("kind", ["no_right_turn", "only_straight_on", "no_straight_on"])
def test_a_restriction_at_the_border_is_kept(tmp_path: Path, kind: str) -> None:
    restriction: Relation = (
        {"type": "restriction", "restriction": kind},
        [("from", "BC"), ("via", "C"), ("to", "CF" if "right" in kind else "CD")],
    )
    drawn = Drawn(
        tmp_path,
        "A-B-C-D-E\n  G F H  \n",
        {
            "AB": ROAD,
            "BC": ROAD,
            "CD": ROAD,
            "DE": ROAD,
            "CF": ROAD,
            "BG": ROAD,
            "GF": ROAD,
            "FH": ROAD,
            "HD": ROAD,
        },
        ["ABCG", "CDEFH"],
        relations=[restriction],
    )
    for a, b in itertools.permutations(("AB", "DE", "CF", "FH", "GF"), 2):
        drawn.check(a, b)


def test_a_restriction_over_ways_across_the_border_is_kept(tmp_path: Path) -> None:
    restriction: Relation = (
        {"type": "restriction", "restriction": "no_right_turn"},
        [("from", "BC"), ("via", "CD"), ("to", "DH")],
    )
    drawn = Drawn(
        tmp_path,
        "A-B-C-D-E-J\n  G F H   \n",
        {
            "AB": ROAD, "BC": ROAD, "CD": ROAD, "DE": ROAD, "EJ": ROAD,
            "BG": ROAD, "CF": ROAD, "DH": ROAD, "GF": ROAD, "FH": ROAD,
        },
        ["ABCDGF", "BCDEJFH"],
        relations=[restriction],
    )  # fmt: skip
    for a, b in itertools.permutations(("AB", "BG", "CF", "DH", "EJ", "FH"), 2):
        drawn.check(a, b)
    assert drawn.check("AB", "DH") != "no route"


def test_what_the_hour_and_wishes_demand_holds_over_the_border(tmp_path: Path) -> None:
    timed = {**ROAD, "motor_vehicle:conditional": "no @ (07:00-09:00)"}
    drawn = Drawn(
        tmp_path,
        "A-B-C-D-E\n  G F H  \n",
        {
            "AB": ROAD,
            "BC": ROAD,
            "CD": timed,
            "DE": ROAD,
            "BG": ROAD,
            "GF": {**ROAD, "toll": "yes"},
            "FH": ROAD,
            "HD": ROAD,
            "CF": ROAD,
        },
        ["ABCGF", "CDEFH"],
    )
    ways = [drawn.check("AB", "DE", depart=MONDAY_8.replace(hour=hour)) for hour in (8, 12)]
    assert ways[0] != ways[1]
    drawn.check("AB", "FH", avoid={"toll"})
    drawn.check("AB", "FH", heading_deg=270.0)
    drawn.check("AB", "CF", "DE")
    drawn.check("AB", "GF", "FH", turning=False)


def test_a_closed_road_of_the_other_pack_is_gone_round(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path,
        "A-B-C-D-E\n  G F H  \n",
        {
            "AB": ROAD,
            "BC": ROAD,
            "CD": ROAD,
            "DE": ROAD,
            "BG": ROAD,
            "GF": ROAD,
            "FH": ROAD,
            "HD": ROAD,
            "CF": ROAD,
        },
        ["ABCGF", "CDEFH"],
    )
    before = drawn.check("AB", "DE")
    live = tmp_path / "live.json"
    live.write_text(json.dumps({"changes": [{"way": 1002, "closed": True}]}), encoding="utf-8")
    assert drawn.router.apply_live(live) == drawn.whole.apply_live(live) == []
    assert drawn.check("AB", "DE") not in (before, "no route")
    drawn.router.clear_live()
    drawn.whole.clear_live()
    assert drawn.check("AB", "DE") == before


def test_within_one_pack_the_route_is_its_own(tmp_path: Path) -> None:
    ways = {a + b: ROAD for a, b in itertools.pairwise("ABCDEFGH")}
    drawn = Drawn(tmp_path, "A-B-C-D-E-F-G-H\n", ways, ["ABCD", "EFGH"])
    here, there, over = (drawn.router.route([drawn.at[a], drawn.at[b]]) for a, b in ("AB", "GH", "AH"))
    assert here.graph is drawn.parts[0].graph
    assert there.graph is drawn.parts[1].graph
    assert drawn.router.region_of(there) is drawn.parts[1]
    assert over.graph is drawn.router.region_of(over).graph
    with pytest.raises(PointOutsideRegion):
        drawn.router.route([drawn.at["A"], (10.0, 10.0)])
    table = drawn.router.matrix([drawn.at["A"]], [drawn.at["B"], drawn.at["H"]])
    assert table[0].tolist() == [pytest.approx(here.duration_s), pytest.approx(over.duration_s)]


def test_a_pack_that_is_replaced_is_joined_anew(tmp_path: Path) -> None:
    drawn = Drawn(
        tmp_path, "A-B-C-D-E\n  G F H  \n", {"AB": ROAD, "BC": ROAD, "CD": ROAD, "DE": ROAD}, ["AB", "DE"]
    )
    before = drawn.router.route([drawn.at["A"], drawn.at["E"]])
    at = {letter: drawn.at[letter] for letter in "CDEH"}
    extract = tmp_path / "new.osm"
    ways = {"CD": ROAD, "DE": ROAD}
    text = osm_xml(at, ways, {}, ()).replace('way id="1000"', 'way id="1002"').replace('"1001"', '"1003"')
    extract.write_text(text.replace('k="maxspeed" v="50"', 'k="maxspeed" v="20"'), encoding="utf-8")
    drawn.parts[1] = built(extract, tmp_path, "newer")
    kept = set((cache_home() / "overlays").iterdir())
    after = drawn.router.route([drawn.at["A"], drawn.at["E"]])
    assert after.duration_s > before.duration_s + 10
    assert set((cache_home() / "overlays").iterdir()) > kept


def test_what_is_kept_is_read_again_and_made_again_where_it_is_damaged(tmp_path: Path) -> None:
    drawn = Drawn(tmp_path, "A-B-C-D-E\n", {"AB": ROAD, "BC": ROAD, "CD": ROAD, "DE": ROAD}, ["AB", "DE"])
    first = drawn.check("AB", "DE")
    files = {file: file.read_bytes() for file in (cache_home() / "overlays").iterdir()}
    assert len(files) == 2
    drawn.router = joined(drawn.parts)
    assert drawn.check("AB", "DE") == first
    assert {file: file.read_bytes() for file in (cache_home() / "overlays").iterdir()} == files
    for file, content in files.items():
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    drawn.router = joined(drawn.parts)
    assert drawn.check("AB", "DE") == first
    assert {file: file.read_bytes() for file in (cache_home() / "overlays").iterdir()} == files


def test_packs_that_do_not_meet_have_no_route(tmp_path: Path) -> None:
    drawn = Drawn(tmp_path, "A-B-C D-E-F\n", {"ABC": ROAD, "DEF": ROAD}, ["ABC", "DEF"])
    with pytest.raises(NoRoute, match="add the region between them"):
        drawn.router.route([drawn.point("AB"), drawn.point("EF")])


@pytest.mark.parametrize(("moved_deg", "beside"), [(0.0, True), (0.0001, True), (0.01, False)])
def test_maps_that_number_other_nodes_alike_are_not_joined(
    tmp_path: Path, moved_deg: float, beside: bool
) -> None:
    """Two makers' maps over one another: what bears the same number lies elsewhere and is not the same."""
    drawn = Drawn(tmp_path, "A-B-C-D\n", {"ABCD": ROAD}, ["ABC"])
    (one,) = drawn.parts
    graph = replace(one.graph, node_lat=one.graph.node_lat + moved_deg)
    assert one.is_beside(replace(one, graph=graph, _agreed={})) is beside


@pytest.fixture(scope="module")
def cut_region(
    maps: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, int, float], tuple[Region, list[Region]]]:
    """Build an extract as a whole and cut from west to east into parts with a strip in common, degrees."""

    def make(name: str, count: int, strip_deg: float) -> tuple[Region, list[Region]]:
        folder = tmp_path_factory.mktemp(name)
        extract = maps / f"{name}.osm.pbf"
        whole = built(extract, folder, "whole")
        bounds = np.quantile(whole.graph.node_lon, np.linspace(0, 1, count + 1))
        parts: list[Inside] = [
            lambda lat, lon, a=a, b=b: a - strip_deg <= lon <= b + strip_deg
            for a, b in itertools.pairwise(bounds.tolist())
        ]
        files = cut(extract, parts, folder)
        return whole, [built(file, folder, f"part{i}") for i, file in enumerate(files)]

    return make


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "count", "strip_deg", "pairs"),
    [
        pytest.param("tsinghua", 2, 0.004, 400, id="a town in two"),
        pytest.param("andorra", 2, 0.02, 400, id="a country in two"),
        pytest.param("andorra", 3, 0.02, 400, id="a country in three"),
    ],
)
def test_a_real_map_cut_and_joined_is_the_whole(
    cut_region: Callable[[str, int, float], tuple[Region, list[Region]]],
    name: str,
    count: int,
    strip_deg: float,
    pairs: int,
) -> None:
    whole, parts = cut_region(name, count, strip_deg)
    router, other = joined(parts), Router(whole, clock=lambda: MONDAY_8)
    drawn = np.random.default_rng(7)
    nodes = np.stack((whole.graph.node_lat, whole.graph.node_lon), axis=1)
    different, over = [], 0
    for _ in range(pairs):
        points = (nodes[drawn.integers(0, len(nodes), 2)] + drawn.normal(scale=2e-4, size=(2, 2))).tolist()
        try:
            other.check_stops(points, at_least=2)
        except NavError:
            continue
        expected = told(other, points)
        found = told(_OnlyJoined(router), points)
        over += 1
        if found != expected:
            different.append((points, found, expected))
    assert over > pairs * 0.9
    assert not different


@pytest.mark.slow
def test_what_is_taken_of_one_pack_is_taken_of_all(
    cut_region: Callable[[str, int, float], tuple[Region, list[Region]]],
) -> None:
    """Else a junction at the rim of the roads beside a way would have turns that cost too little."""
    _, parts = cut_region("tsinghua", 2, 0.004)
    networks = [part.network("car") for part in parts]
    seam = find_seam(networks)
    shared = np.intersect1d(*(part.graph.node_osm_id for part in parts))
    at = np.flatnonzero(np.isin(parts[0].graph.node_osm_id, shared))
    known = [_roads_of(part) for part in parts]
    for node in at[:: max(len(at) // 12, 1)].tolist():
        place = np.array([(parts[0].graph.node_lat[node], parts[0].graph.node_lon[node])])
        found = corridor(networks, seam, [place], 300.0)
        assert found is not None
        union = found[0].union
        for roads, source in zip(known, union.sources, strict=True):
            lacking = np.flatnonzero(source.edge < 0)
            pieces = zip(
                union.way[lacking].tolist(),
                union.osm_id[union.begin[lacking]].tolist(),
                union.osm_id[union.end[lacking]].tolist(),
                strict=True,
            )
            assert roads.isdisjoint(pieces)


def _roads_of(part: Region) -> set[tuple[int, ...]]:
    """Return way and ends of each road."""
    graph = part.graph
    ends = graph.node_osm_id[np.stack((graph.edge_from, graph.edge_to))]
    return set(zip(graph.way_osm_id[graph.edge_way].tolist(), *ends.tolist(), strict=True))


class _OnlyJoined:
    """Asks the overlay also where one pack has all points."""

    def __init__(self, router: JoinedRouter) -> None:
        self._router = router

    def route(self, points: Sequence[Point]) -> object:
        return self._router.over_packs(points)


def test_installed_regions_are_joined_and_a_damaged_one_is_left_out(home: Path, tmp_path: Path) -> None:
    from nav.packs.paths import regions_dir

    ways = {a + b: ROAD for a, b in itertools.pairwise("ABCDEFGH")}
    drawn = Drawn(tmp_path, "A-B-C-D-E-F-G-H\n", ways, ["ABCD", "EFGH"])
    regions_dir().mkdir(parents=True)
    for part in drawn.parts:
        part.path.rename(regions_dir() / part.name)
    (regions_dir() / "broken").mkdir()
    (regions_dir() / "broken" / "meta.json").write_text("{", encoding="utf-8")
    drawn.router = JoinedRouter(Region.open("part0"), beside=InstalledPacks(), clock=lambda: MONDAY_8)
    assert drawn.check("AB", "GH") != "no route"
