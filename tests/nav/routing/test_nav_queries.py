"""Matrices, alternatives, the order of stops, detours, reachable areas, closures and live speeds."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nav.errors import BadLiveData, BadRequest, NoRoute
from nav.region import Region
from nav.routing.queries.alternatives import MAX_SHARED, MAX_STRETCH
from nav.routing.queries.visit_order import best_order
from nav.routing.route import Route
from nav.routing.router import Router

ROAD = {"highway": "residential"}
TOWN = """
A---B---C---D
|   |   |   |
E---F---G---H
|   |   |   |
I---J---K---L
"""
WAYS = {
    **dict.fromkeys(("ABCD", "EFGH", "IJKL"), ROAD),
    **dict.fromkeys(("AEI", "BFJ", "CGK", "DHL"), ROAD),
}


def _points(router: Router, count: int, seed: int) -> list[tuple[float, float]]:
    rng = np.random.default_rng(seed)
    edges = rng.choice(np.flatnonzero(router.turns.edge_component == 0), count)
    return [tuple(router.graph.shape(int(e))[:2].mean(axis=0).tolist()) for e in edges]


def test_a_matrix_holds_the_times_of_the_routes(real_region: Callable[[str], Region]) -> None:
    router = Router(real_region("monaco"))
    points = _points(router, 7, seed=3)
    for avoid in ((), ("unpaved", "toll")):
        table = router.matrix(points, points[:4], avoid=avoid)
        assert table.shape == (7, 4)
        for (i, a), (j, b) in itertools.product(enumerate(points), enumerate(points[:4])):
            assert table[i, j] == router.route([a, b], avoid=avoid).duration_s
    table = router.table(points, points, with_distance=True)
    assert table.distance_m is not None
    assert table.distance_m[0, 1] == pytest.approx(router.route(points[:2]).distance_m)
    assert router.matrix([], points).shape == (0, 7)


def test_a_matrix_moves_a_point_to_the_main_roads_only_where_a_route_does(draw_map: Callable) -> None:
    """A car gets from the dead-end one-way AB to the main roads, but not back to it."""
    drawn = draw_map(
        "A---B---C---D\n        |   |\n        E---F\n\n        I-J",
        {"AB": {**ROAD, "oneway": "yes"}, "BCD": ROAD, "CE": ROAD, "DF": ROAD, "EF": ROAD, "IJ": ROAD},
    )
    router = drawn.router()
    points = [drawn.point(spot) for spot in ("AAB", "CD", "EF", "IJ")]
    table = router.table(points, points, with_distance=True)
    assert table.distance_m is not None
    sweeps = router.matrix(points, points)
    for (i, a), (j, b) in itertools.product(enumerate(points), enumerate(points)):
        route = router.route([a, b])
        assert sweeps[i, j] == table.duration_s[i, j] == route.duration_s
        assert table.distance_m[i, j] == pytest.approx(route.distance_m)


def test_a_matrix_says_what_is_unreachable(draw_map: Callable) -> None:
    drawn = draw_map("A---B---C" + "\n" * 12 + "I-J", {"AB": ROAD, "BC": ROAD, "IJ": ROAD})
    a, i = drawn.point("AB"), drawn.point("IJ")
    table = drawn.router().matrix([a, i], [a, i])
    assert table.tolist() == [[0.0, np.inf], [np.inf, 0.0]]


def _length_shared(a: Route, b: Route) -> float:
    lengths = a.graph.edge_length_m[a.edges]
    return float(lengths[np.isin(a.edges, b.edges)].sum() / lengths.sum())


def test_alternatives_differ_and_hold_no_detour(real_region: Callable[[str], Region]) -> None:
    router = Router(real_region("monaco"))
    points = _points(router, 24, seed=5)
    found = 0
    for a, b in zip(points[::2], points[1::2], strict=True):
        routes = router.alternatives(a, b, count=3)
        assert routes[0].cost_s == router.route([a, b]).cost_s
        for n, route in enumerate(routes[1:], 1):
            found += 1
            assert route.cost_s <= MAX_STRETCH * routes[0].cost_s + 0.001
            assert route.cost_s >= routes[n - 1].cost_s
            assert all(_length_shared(route, other) <= MAX_SHARED + 1e-9 for other in routes[:n])
            nodes = route.graph.edge_to[route.edges[:-1]]
            assert len(set(nodes.tolist())) == len(nodes), "no place is passed twice"
            assert not (route.graph.edge_reverse[route.edges[:-1]] == route.edges[1:]).any()
            assert router.route([route.stops[0].point, route.stops[1].point]).cost_s <= route.cost_s
    assert found >= 5


def test_the_other_way_round_the_block(draw_map: Callable) -> None:
    drawn = draw_map(
        "S-A---B-T\n  |   |\n  C---D", {"SA": ROAD, "AB": ROAD, "BT": ROAD, "ACDB": ROAD | {"maxspeed": "90"}}
    )
    ways = [drawn.letters(r) for r in drawn.router().alternatives(drawn.point("S"), drawn.point("T"))]
    assert sorted(ways) == ["SABT", "SACDBT"]
    assert len(drawn.router().alternatives(drawn.point("S"), drawn.point("T"), count=0)) == 1


def test_no_alternative_where_there_is_one_road(draw_map: Callable) -> None:
    drawn = draw_map("A---B---C", {"AB": ROAD, "BC": ROAD})
    assert len(drawn.router().alternatives(drawn.point("A"), drawn.point("C"), count=3)) == 1


@settings(max_examples=25)
@given(
    count=st.integers(2, 6),
    seed=st.integers(0, 999),
    form=st.sampled_from([(True, False), (False, False), (False, True)]),
)
def test_the_best_order_is_the_best_of_all(count: int, seed: int, form: tuple[bool, bool]) -> None:
    fixed_end, round_trip = form
    times = np.random.default_rng(seed).integers(1, 100, (count, count)).astype(float)
    np.fill_diagonal(times, 0)

    def cost(order: list[int]) -> float:
        legs = zip(order, [*order[1:], *(order[:1] if round_trip else [])], strict=False)
        return float(sum(times[a, b] for a, b in legs))

    free = range(1, count - 1 if fixed_end else count)
    tail = [count - 1] if fixed_end else []
    options = [[0, *middle, *tail] for middle in itertools.permutations(free)]
    found = best_order(times, fixed_end=fixed_end, round_trip=round_trip)
    assert sorted(found) == list(range(count))
    assert cost(found) == min(map(cost, options))


def test_many_stops_are_ordered_well() -> None:
    pytest.importorskip("ortools")
    rng = np.random.default_rng(1)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 20))
    shuffled = np.concatenate(([0], 1 + rng.permutation(19)))
    x, y = np.cos(angle[shuffled]), np.sin(angle[shuffled])
    times = np.hypot(x[:, None] - x, y[:, None] - y) * 1000
    order = best_order(times, round_trip=True)
    assert sorted(order) == list(range(20))
    around = sum(times[a, b] for a, b in zip(order, [*order[1:], order[0]], strict=True))
    circle = [int(np.flatnonzero(shuffled == i)[0]) for i in range(20)]
    best = sum(times[a, b] for a, b in zip(circle, [*circle[1:], circle[0]], strict=True))
    assert around == pytest.approx(best)


def test_stops_that_cannot_be_joined() -> None:
    times = np.full((4, 4), np.inf)
    with pytest.raises(NoRoute, match="joined"):
        best_order(times)


def test_the_order_of_stops_on_a_map(draw_map: Callable) -> None:
    drawn = draw_map(TOWN, WAYS)
    stops = [drawn.point(s) for s in ("AB", "KL", "CD", "BC", "IJ")]
    order = drawn.router().best_order(stops)
    assert order[0] == 0
    assert order[-1] == 4
    total = {
        middle: drawn.router().route([stops[0], *(stops[i] for i in middle), stops[4]]).duration_s
        for middle in itertools.permutations((1, 2, 3))
    }
    assert total[tuple(order[1:-1])] == pytest.approx(min(total.values()), rel=0.1)


def test_detours(draw_map: Callable) -> None:
    drawn = draw_map(TOWN, WAYS)
    router, route = drawn.router(), drawn.route("AB", "D")
    on_the_way, below, behind = drawn.point("BC"), drawn.point("FG"), drawn.point("A")
    extra = router.detours_s(route, [on_the_way, below, behind, (0.0, 0.0)])
    assert extra[0] == pytest.approx(0, abs=0.01)
    assert extra[1] > 5
    assert extra[3] == np.inf
    assert extra[2] > 30, "the car is on its way and has to turn round"
    there = router.route([drawn.point("AB"), below]).duration_s
    back = router.route([below, drawn.point("D")]).duration_s
    assert extra[1] == pytest.approx(there + back - route.duration_s, abs=30)
    half = router.detours_s(route, [on_the_way, below], from_offset_m=route.distance_m * 0.9)
    assert half[0] > 10, "what lies behind the car costs a way back"


def test_a_detour_is_what_the_route_over_the_stop_takes_longer(real_region: Callable[[str], Region]) -> None:
    router = Router(real_region("monaco"))
    points = _points(router, 24, seed=11)
    compared = 0
    for a, stop, b in zip(points[::3], points[1::3], points[2::3], strict=True):
        plain, over = router.route([a, b]), router.route([a, stop, b])
        if over.edges[0] == plain.edges[0]:  # the car is taken to be on its way already
            compared += 1
            extra = max(over.duration_s - plain.duration_s, 0.0)
            assert router.detours_s(plain, [stop])[0] == pytest.approx(extra, abs=0.01)
    assert compared >= 4


def test_detours_on_a_route_with_stops_take_the_cheapest_leg(draw_map: Callable) -> None:
    drawn = draw_map(TOWN, WAYS)
    router = drawn.router()
    route = drawn.route("AB", "CD", "KL")
    extra = router.detours_s(route, [drawn.point("DH"), drawn.point("BC")])
    assert extra[1] == pytest.approx(0, abs=0.01)
    assert extra[0] < 25


def test_reachable_roads_and_their_outline(draw_map: Callable) -> None:
    drawn = draw_map(TOWN, WAYS)
    router = drawn.router()
    near, far = (router.reachable(drawn.point("EF"), seconds) for seconds in (20, 600))
    assert len(near.edges) < len(far.edges)
    assert set(far.edges.tolist()) == set(np.flatnonzero(router.turns.edge_state >= 0).tolist())
    for edge, begin, share in zip(near.edges.tolist(), near.time_s, near.fraction, strict=True):
        shape = router.graph.shape(edge)
        if share < 1 or begin == 0:
            continue
        middle = tuple(shape.mean(axis=0).tolist())
        assert router.route([drawn.point("EF"), middle]).duration_s <= 20.5
    shape = far.to_geojson()["geometry"]
    assert shape["type"] == "MultiPolygon"
    for polygon in shape["coordinates"]:
        for ring in polygon:
            assert ring[0] == ring[-1]
    lons = [p[0] for p in shape["coordinates"][0][0]]
    assert min(lons) < drawn.at["A"][1] < drawn.at["D"][1] < max(lons)


def _live(path: Path, *changes: dict) -> Path:
    path.write_text(json.dumps({"changes": list(changes)}))
    return path


def test_closures_and_live_speeds(draw_map: Callable, tmp_path: Path) -> None:
    drawn = draw_map("S-A---B-T\n  |   |\n  C---D", {"SA": ROAD, "AB": ROAD, "BT": ROAD, "ACDB": ROAD})
    router, plain = drawn.router(), Router(drawn.region, use_index=False)
    way = {int(i): n for n, i in enumerate(drawn.region.graph.way_osm_id)}
    assert 1001 in way, "AB"
    usual = drawn.route("S", "T")
    assert drawn.letters(usual) == "SABT"
    for change in (
        {"way": 1001, "closed": True},
        {"line": [drawn.at["A"], drawn.at["B"]], "closed": True},
        {"way": 1001, "speed_kph": 3},
    ):
        for r in (router, plain):
            assert r.apply_live(_live(tmp_path / "live.json", change)) == []
            assert drawn.letters(r.route([drawn.point("S"), drawn.point("T")])) == "SACDBT"
    assert router.apply_live(_live(tmp_path / "live.json", {"way": 1001, "speed_kph": 20})) == []
    slower = drawn.route("S", "T")
    assert drawn.letters(slower) == "SABT"
    assert slower.duration_s > usual.duration_s
    assert slower.duration_s == slower.cost_s
    one_way = {"way": 1001, "direction": "backward", "closed": True}
    router.apply_live(_live(tmp_path / "live.json", one_way))
    assert drawn.way("S", "T") == "SABT"
    assert drawn.way("T", "S") == "TBDCAS"
    router.clear_live()
    assert drawn.route("S", "T").cost_s == usual.cost_s


def test_live_data_concerns_every_set_of_wishes(draw_map: Callable, tmp_path: Path) -> None:
    drawn = draw_map("S-A---B-T\n  |   |\n  C---D", {"SA": ROAD, "AB": ROAD, "BT": ROAD, "ACDB": ROAD})
    assert drawn.way("S", "T", avoid=["toll"]) == "SABT"
    drawn.router().apply_live(_live(tmp_path / "live.json", {"way": 1001, "closed": True}))
    assert drawn.way("S", "T", avoid=["toll"]) == "SACDBT"
    assert drawn.way("S", "T", avoid=["ferry"]) == "SACDBT", "wishes first met after the closure as well"


def test_a_car_on_a_closed_road_may_leave_it(draw_map: Callable, tmp_path: Path) -> None:
    drawn = draw_map("S-A---B-T\n  |   |\n  C---D", {"SA": ROAD, "AB": ROAD, "BT": ROAD, "ACDB": ROAD})
    drawn.router().apply_live(_live(tmp_path / "live.json", {"way": 1001, "closed": True}))
    assert drawn.way("AB", "T") == "BT"


def test_changes_have_their_time(draw_map: Callable, tmp_path: Path) -> None:
    drawn = draw_map("S-A---B-T\n  |   |\n  C---D", {"SA": ROAD, "AB": ROAD, "BT": ROAD, "ACDB": ROAD})
    change = {"way": 1001, "closed": True, "from": "2026-03-01T08:00:00Z", "until": "2026-03-01T10:00:00Z"}
    for hour, expected in ((7, "SABT"), (9, "SACDBT"), (11, "SABT")):
        drawn.router().apply_live(
            _live(tmp_path / "live.json", change), now=datetime(2026, 3, 1, hour, tzinfo=UTC)
        )
        assert drawn.way("S", "T") == expected


def test_changes_that_fit_nothing_are_reported(draw_map: Callable, tmp_path: Path) -> None:
    drawn = draw_map("A---B", {"AB": ROAD})
    changes = [{"way": 999, "closed": True}, {"line": [[0, 0], [1, 1]], "closed": True}]
    assert len(drawn.router().apply_live(_live(tmp_path / "live.json", *changes))) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "file"),
        ("{}", "changes"),
        ('{"changes": [{}]}', "changes.0"),
        ('{"changes": [{"way": 1}]}', "closed"),
        ('{"changes": [{"way": 1, "closed": true, "speed_kph": 5}]}', "closed"),
        ('{"changes": [{"way": 1, "speed_kph": -5}]}', "speed_kph"),
        ('{"changes": [{"way": 1, "closed": true, "colour": 5}]}', "colour"),
        ('{"changes": [{"line": [[1, 2]], "closed": true}]}', "line"),
    ],
)
def test_bad_live_files(draw_map: Callable, tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "live.json"
    file.write_text(content)
    router = draw_map("A---B", {"AB": ROAD}).router()
    with pytest.raises(BadLiveData, match=message):
        router.apply_live(file)
    with pytest.raises(BadLiveData, match="cannot be read"):
        router.apply_live(tmp_path / "missing.json")


def test_requests_are_checked(draw_map: Callable) -> None:
    drawn = draw_map("A---B", {"AB": ROAD})
    with pytest.raises(BadRequest):
        drawn.router().matrix([drawn.point("A")], [drawn.point("B")], avoid=["sharks"])
