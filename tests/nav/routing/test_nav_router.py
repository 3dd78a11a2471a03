"""Routes: the best one, proved against an exhaustive search; bad input; stops, headings and sides."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bench.roads.oracle import Oracle
from nav.errors import BadCoordinate, BadRequest, NoRoute, PointOutsideRegion, PointUnreachable
from nav.law.vehicle import Vehicle
from nav.osm.build import build_graph, build_roads
from nav.osm.extract import read_network
from nav.region import Region
from nav.routing.cch.library import library
from nav.routing.router import Router
from nav.routing.search import INFINITE_MS
from nav.routing.weights.metric import arcs_onto
from nav.routing.weights.weights import Counted

ROAD = {"highway": "residential"}
LETTERS = "ABCDEFGHIJKLMNOP"
SIDE = 4
GRID = "\n".join("   ".join(LETTERS[r * SIDE : r * SIDE + SIDE]) for r in range(SIDE))
PAIRS = [(a, a + 1) for a in range(16) if a % 4 < 3] + [(a, a + 4) for a in range(12)]


@st.composite
def small_maps(draw: st.DrawFn) -> tuple[dict, list]:
    """Ways on a grid of four by four nodes, some one-way, with random restrictions over nodes and ways."""
    pairs = draw(st.lists(st.sampled_from(PAIRS), min_size=12, max_size=24, unique=True))
    kinds = st.sampled_from(["residential", "residential", "tertiary", "primary", "service"])
    oneways = st.sampled_from(["no", "no", "no", "yes", "-1"])
    ways = {
        LETTERS[a] + LETTERS[b]: {"highway": draw(kinds), "oneway": draw(oneways)} for a, b in sorted(pairs)
    }
    rules = []
    for _ in range(draw(st.integers(0, 12))):
        via_way = draw(st.booleans())
        kind = draw(st.sampled_from(["no_left_turn", "no_straight_on", "no_u_turn", "only_straight_on"]))
        chosen = draw(st.lists(st.sampled_from(sorted(ways)), min_size=3, max_size=3))
        via = chosen[1] if via_way else draw(st.sampled_from(chosen[0]))
        rules.append(
            (
                {"type": "restriction", "restriction": kind},
                [("from", chosen[0]), ("via", via), ("to", chosen[2])],
            )
        )
    return ways, rules


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawing=small_maps(), seed=st.integers(0, 2**32 - 1))
def test_every_cost_equals_an_exhaustive_search(draw_map: Callable, drawing: tuple, seed: int) -> None:
    ways, rules = drawing
    drawn = draw_map(GRID, ways, relations=rules)
    region = drawn.region
    network = read_network(drawn.extract)
    _, forbidden, _ = build_roads(network)
    indexed, plain = Router(region), Router(region, use_index=False)
    oracle = Oracle.of(region.graph, indexed.turns, forbidden)
    rng = np.random.default_rng(seed)
    for _ in range(6):
        a, b = (_random_point(region, rng) for _ in range(2))
        starts, ends = indexed.ways.starts(indexed.snap(*a)), indexed.ways.ends(indexed.snap(*b))
        expected = oracle.cost(starts, ends, oracle.costs_from(starts))
        weights = indexed.metrics.weights()
        for router in (indexed, plain):
            path = router.legs.find(weights, starts, ends)
            assert (None if path is None else path.cost_ms) == expected
            if path is not None:
                edges = tuple(path.edges.tolist())
                assert oracle.is_legal(edges)


HOURS = ["07:00-09:00", "08:30-12:30", "22:00-06:00"]


@st.composite
def timed_maps(draw: st.DrawFn) -> tuple[dict, list]:
    """Maps as above, on which some roads and restrictions hold at certain hours or for some sizes only."""
    ways, rules = draw(small_maps())
    for tags in ways.values():
        kind = draw(st.integers(0, 7))
        hours = draw(st.sampled_from(HOURS))
        if kind == 0:
            tags["motor_vehicle:conditional"] = f"no @ ({hours})"
        elif kind == 1:
            tags["maxspeed:conditional"] = f"20 @ ({hours})"
        elif kind == 2:
            tags["maxheight"] = draw(st.sampled_from(["1.5", "2.2"]))
        elif kind == 3:
            tags["oneway:conditional"] = f"yes @ ({hours})"
    for tags, _ in rules:
        if draw(st.booleans()):
            tags["restriction:conditional"] = f"{tags.pop('restriction')} @ ({draw(st.sampled_from(HOURS))})"
    return ways, rules


@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],  # maps are slow to shrink
)
@given(drawing=timed_maps(), seed=st.integers(0, 2**32 - 1), hour=st.sampled_from([5, 8, 12, 23]))
def test_every_cost_at_an_hour_equals_an_exhaustive_search(
    draw_map: Callable, drawing: tuple, seed: int, hour: int
) -> None:
    ways, rules = drawing
    drawn = draw_map(GRID, ways, relations=rules)
    region, router = drawn.region, Router(drawn.region)
    _, forbidden, _ = build_roads(read_network(drawn.extract))
    vehicle = Vehicle(height_m=2.0)
    noon = datetime(2026, 3, 2, hour)
    weights = router.metrics.weights(depart=noon, vehicle=vehicle)
    holding = region.network("car").rules.in_force(noon, vehicle).conditions
    oracle = Oracle.of(region.graph, router.turns, forbidden, weights, holding)
    rng = np.random.default_rng(seed)
    for _ in range(6):
        a, b = (_random_point(region, rng) for _ in range(2))
        starts, ends = router.ways.starts(router.snap(*a)), router.ways.ends(router.snap(*b))
        starts = [place for place in starts if weights.edge_ms[place.edge] < INFINITE_MS]
        if starts:
            path = router.legs.find(weights, starts, ends)
            expected = oracle.cost(starts, ends, oracle.costs_from(starts))
            assert (None if path is None else path.cost_ms) == expected


@pytest.mark.skipif(library() is None, reason="the kernels of the index were not compiled here")
def test_a_usual_route_asks_for_the_costs_at_its_ends_alone(draw_map: Callable) -> None:
    drawn = draw_map("A---B---C", {"ABC": {"highway": "residential", "maxheight": "3.5"}})
    router = drawn.router()
    assert drawn.letters(router.route([drawn.point("A"), drawn.point("C")])) == "ABC"
    (weights,) = router.metrics._kept.values()
    assert weights.arc_ms.held_or_none is weights.edge_ms.held_or_none is None


@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
@given(
    drawing=timed_maps(),
    hour=st.sampled_from([5, 8, 12, 23]),
    avoid=st.sets(st.sampled_from(["motorway", "unpaved"])),
    live=st.dictionaries(st.integers(0, 30), st.sampled_from([1, 90_000, INFINITE_MS]), max_size=3),
    counted=st.sampled_from(Counted),
)
def test_costs_are_the_same_one_by_one_and_all_at_once(
    draw_map: Callable, drawing: tuple, hour: int, avoid: set, live: dict, counted: Counted
) -> None:
    region = draw_map(GRID, drawing[0], relations=drawing[1]).region
    router, other = Router(region), Router(region)
    turns, asked = router.turns, (frozenset(avoid), datetime(2026, 3, 2, hour))
    live = {edge: ms for edge, ms in live.items() if edge < region.graph.edge_count}
    before = router.metrics.weights(*asked, counted=counted)
    _ = before.arc_ms.whole
    router.metrics.apply_live(live)
    other.metrics.apply_live(live)
    fresh = other.metrics.weights(*asked, counted=counted)
    edges, arcs = np.arange(region.graph.edge_count), np.arange(len(turns.arc_head))
    one_by_one = [fresh.edge_ms[edge] for edge in edges.tolist()]
    assert one_by_one == fresh.edge_ms[edges].tolist() == fresh.edge_ms.whole.tolist()
    assert before.edge_ms.whole.tolist() == one_by_one
    some = fresh.arc_ms[arcs].tolist()
    assert some == fresh.arc_ms.whole.tolist() == before.arc_ms.whole.tolist()
    usual = other.metrics.without_live()
    if fresh.basis == usual.basis:
        assert some == usual.arc_ms.whole.tolist()
    if fresh.floor:
        assert (fresh.arc_ms.whole >= usual.arc_ms.whole).all()
    onto = np.flatnonzero(np.isin(turns.state_edge[turns.arc_head], list(live)))
    assert arcs_onto(region.network("car"), np.array(sorted(live), np.int64)).tolist() == onto.tolist()


def _random_point(region: Region, rng: np.random.Generator) -> tuple[float, float]:
    shape = region.graph.shape(int(rng.integers(region.graph.edge_count)))
    share = rng.random()
    lat, lon = shape[0] * share + shape[1] * (1 - share)
    return float(lat) + rng.normal() * 5e-5, float(lon) + rng.normal() * 1e-4


@pytest.mark.parametrize("name", ["andorra", "monaco", "tsinghua"])
def test_costs_on_real_maps(real_region: Callable[[str], Region], maps: Path, name: str) -> None:
    region = real_region(name)
    _check_pairs(region, maps / f"{name}.osm.pbf")


@pytest.mark.models
def test_costs_in_helsinki(helsinki_pbf: Path, tmp_path: Path) -> None:
    build_graph(helsinki_pbf, tmp_path, name="helsinki")
    _check_pairs(Region.open(tmp_path), helsinki_pbf)


def _check_pairs(region: Region, extract: Path, *, sources: int = 2, targets: int = 20) -> None:
    _, forbidden, _ = build_roads(read_network(extract))
    router = Router(region)
    weights = router.metrics.weights()
    oracle = Oracle.of(region.graph, router.turns, forbidden, weights, weights.key[1].conditions)
    rng = np.random.default_rng(7)
    edges = np.flatnonzero(router.turns.edge_component == 0)
    for _ in range(sources):
        starts = router.ways.starts(router.snap(*_on_edge(region, int(rng.choice(edges)))))
        reached = oracle.costs_from(starts)
        for _ in range(targets):
            ends = router.ways.ends(router.snap(*_on_edge(region, int(rng.choice(edges)))))
            path = router.legs.find(weights, starts, ends)
            assert (None if path is None else path.cost_ms) == oracle.cost(starts, ends, reached)


def _on_edge(region: Region, edge: int) -> tuple[float, float]:
    shape = region.graph.shape(edge)
    lat, lon = (shape[0] + shape[1]) / 2
    return float(lat), float(lon)


LINE = "A---B---C---D"
LINE_WAYS = {"ABCD": ROAD}


def test_lengths_times_and_geometry_agree(draw_map: Callable) -> None:
    drawn = draw_map(LINE, {"AB": ROAD, "BC": {"highway": "primary", "maxspeed": "70"}, "CD": ROAD})
    route = drawn.route("AB", "CD")
    assert drawn.letters(route) == "BC"
    assert route.distance_m == pytest.approx(route.edge_start_m[-1])
    assert route.duration_s == pytest.approx(route.edge_start_s[-1])
    assert route.duration_s == route.cost_s, "nothing but time was counted"
    assert route.geometry[route.edge_first_point].shape == (3, 2)
    np.testing.assert_allclose(route.geometry[0], drawn.point("AB"), atol=1e-6)
    np.testing.assert_allclose(route.geometry[-1], drawn.point("CD"), atol=1e-6)
    steps = np.hypot(*(np.diff(route.geometry, axis=0) * [111195, 111195 * math.cos(math.radians(60))]).T)
    assert steps.sum() == pytest.approx(route.distance_m, rel=1e-3)


def test_start_and_end_on_the_same_edge(draw_map: Callable) -> None:
    drawn = draw_map("A-----------B", {"AB": ROAD})
    there, back = drawn.route("AAB", "ABB"), drawn.route("ABB", "AAB")
    assert len(there.edges) == len(back.edges) == 1
    assert there.distance_m == pytest.approx(back.distance_m)
    assert there.edges[0] == drawn.region.graph.edge_reverse[back.edges[0]]


def test_start_equals_end(draw_map: Callable) -> None:
    route = draw_map(LINE, LINE_WAYS).route("AB", "AB")
    assert route.distance_m == 0
    assert route.duration_s == 0
    assert len(route.geometry) == 2


def test_backwards_on_a_oneway_means_round_the_block(draw_map: Callable) -> None:
    ways = {"AB": ROAD | {"oneway": "yes"}, "BDCA": ROAD}
    drawn = draw_map("A-----B\n|     |\nC-----D", ways)
    assert drawn.way("ABB", "AAB") == "BDCA"
    assert drawn.way("AAB", "ABB") == ""


def test_several_stops(draw_map: Callable) -> None:
    drawn = draw_map(LINE, LINE_WAYS)
    route = drawn.route("AB", "BC", "CD")
    assert drawn.letters(route) == "BC"
    assert len(route.legs) == 2
    assert sum(leg.distance_m for leg in route.legs) == pytest.approx(route.distance_m)
    assert sum(leg.duration_s for leg in route.legs) == pytest.approx(route.duration_s)
    direct = drawn.route("AB", "CD")
    assert route.edges.tolist() == direct.edges.tolist(), "an edge on which travel goes on stands once"
    assert route.duration_s == pytest.approx(direct.duration_s, abs=0.003)
    there_and_back = drawn.route("AB", "D", "AB")
    assert there_and_back.distance_m == pytest.approx(2 * drawn.route("AB", "D").distance_m, rel=1e-6)


def test_many_stops(draw_map: Callable) -> None:
    drawn = draw_map(LINE, LINE_WAYS)
    route = drawn.route(*["AB", "CD"] * 250)
    assert len(route.legs) == 499


def test_the_near_side_of_a_wide_road(draw_map: Callable) -> None:
    around = {"AB": {"highway": "primary"}, "BDCA": ROAD}
    drawn = draw_map("A-----B\n|     |\nC-----D", around)
    graph = drawn.region.graph
    lat, lon = drawn.point("AB")
    south = drawn.router().snap(lat - 0.0001, lon)
    north = drawn.router().snap(lat + 0.0001, lon)
    assert south.side == north.side == "right", "traffic keeps right here, so the kerb is on the right"
    assert graph.edge_heading_out_deg[south.edge] == pytest.approx(90, abs=1)
    assert graph.edge_heading_out_deg[north.edge] == pytest.approx(270, abs=1)
    assert south.distance_m == pytest.approx(11.1, abs=0.2)


@pytest.mark.parametrize(("heading", "first"), [(90.0, "B"), (270.0, "A")])
def test_a_moving_car_does_not_turn_round_on_the_road(draw_map: Callable, heading: float, first: str) -> None:
    drawn = draw_map("A-----B\n|     |\nC--T--D", {"AB": ROAD, "BD": ROAD, "DTC": ROAD, "CA": ROAD})
    assert drawn.way("AB", "T", heading_deg=heading)[0] == first


def test_an_island_is_left_for_the_main_roads(draw_map: Callable) -> None:
    drawn = draw_map("A---B---C\n\nI-J", {"AB": ROAD, "BC": ROAD, "IJ": ROAD})
    route = drawn.route("A", "J")
    assert route.stops[1].distance_m > 100, "the place is not on the road, and that is said"
    far = draw_map("A---B---C" + "\n" * 12 + "I-J", {"AB": ROAD, "BC": ROAD, "IJ": ROAD})
    with pytest.raises(NoRoute, match="no legal way"):
        far.route("A", "J")
    assert far.way("I", "J") == "IJ"


@pytest.mark.parametrize(
    ("point", "error"),
    [
        ((math.nan, 10.0), BadCoordinate),
        ((math.inf, 10.0), BadCoordinate),
        ((91.0, 10.0), BadCoordinate),
        ((60.0, 181.0), BadCoordinate),
        (("x", "y"), BadCoordinate),
        ((60.0,), BadCoordinate),
        (None, BadCoordinate),
        ((50.0, 10.0), PointOutsideRegion),
        ((10.0, 60.0), PointOutsideRegion),
    ],
)
def test_bad_points(draw_map: Callable, point: object, error: type[Exception]) -> None:
    drawn = draw_map(LINE, LINE_WAYS)
    with pytest.raises(error):
        drawn.router().route([drawn.point("A"), point])  # type: ignore[list-item]


def test_swapped_coordinates_are_recognised(draw_map: Callable) -> None:
    drawn = draw_map(LINE, LINE_WAYS)
    lat, lon = drawn.point("AB")
    with pytest.raises(PointOutsideRegion, match="swapped"):
        drawn.router().snap(lon, lat)


def test_a_point_far_from_any_road(draw_map: Callable) -> None:
    corner = "A" + " " * 99 + "B" + "\n" * 60 + "C"
    drawn = draw_map(corner, {"AB": ROAD, "AC": ROAD})
    with pytest.raises(PointUnreachable, match="2000 m"):
        drawn.router().snap(drawn.at["C"][0], drawn.at["B"][1])
    far = drawn.at["C"][0], drawn.at["B"][1]
    for stops in ([far, drawn.point("A")], [drawn.point("A"), far]):
        with pytest.raises(PointUnreachable, match="2000 m"):
            drawn.router().route(stops)
    with pytest.raises(PointUnreachable, match="2000 m"):
        drawn.router().matrix([far], [drawn.point("A")])


def test_bad_requests(draw_map: Callable) -> None:
    drawn = draw_map(LINE, LINE_WAYS)
    router, a, d = drawn.router(), drawn.point("A"), drawn.point("D")
    with pytest.raises(BadRequest, match="toll"):
        router.route([a, d], avoid=["dragons"])
    with pytest.raises(BadRequest, match="stops"):
        router.route([a])
    with pytest.raises(BadRequest, match="stops"):
        router.route([a] * 2001)
    with pytest.raises(BadRequest, match="profile"):
        Router(drawn.region, profile="boat")
    with pytest.raises(BadRequest):
        router.reachable(a, -1)
    for heading_deg in (math.nan, math.inf):
        with pytest.raises(BadRequest, match="heading"):
            router.route([a, d], heading_deg=heading_deg)
        with pytest.raises(BadRequest, match="heading"):
            router.alternatives(a, d, heading_deg=heading_deg)
        with pytest.raises(BadRequest, match="heading"):
            router.snap(*a, heading_deg)


def test_the_plain_search_answers_before_the_index_is_ready(draw_map: Callable) -> None:
    drawn = draw_map(GRID, {LETTERS[a] + LETTERS[b]: ROAD for a, b in PAIRS})
    plain = Router(drawn.region, use_index=False)
    assert not plain.is_indexed
    assert drawn.router().wait()
    a, b = drawn.point("AB"), drawn.point("OP")
    assert plain.route([a, b]).cost_s == drawn.router().route([a, b]).cost_s
    np.testing.assert_allclose(plain.matrix([a, b], [a, b]), drawn.router().matrix([a, b], [a, b]))
