"""Costs and times of many ways at once are those of the ways one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pytest

from nav.region import Region
from nav.routing.leg import Place
from nav.routing.queries.sweeps import sweep
from nav.routing.router import Router
from nav.routing.weights.weights import Weights

ROAD = {"highway": "residential"}
YARDS = """
A---B---C---D
|   |   |   |
E---F---G---H
|   |   |   |
I---J---K---L
"""
YARD_WAYS = {
    "ABCD": ROAD,
    "EFGH": {"highway": "service"},
    "IJKL": {"highway": "tertiary"},
    "AEI": ROAD,
    "BF": {**ROAD, "access": "private"},
    "FJ": {**ROAD, "toll": "yes"},
    "CGK": {"highway": "track"},
    "DHL": {**ROAD, "oneway": "yes"},
}


def _places(router: Router, edges: Collection[int]) -> list[Place]:
    return [Place(edge=edge, fraction=0.3, penalty_ms=edge % 3 * 1000, of=edge) for edge in edges]


def _check(router: Router, edges: list[int], avoid: frozenset[str] = frozenset()) -> float:
    """Compare every pair with its way; return the share of those whose time was known without it."""
    router.wait()
    weights = router.metrics.weights(avoid)
    places = _places(router, edges)
    found = sweep(router.ways, places, places, weights)
    known = 0
    for i, start in enumerate(places):
        for j, end in enumerate(places):
            path = router.legs.find(weights, [start], [end])
            if start.edge == end.edge:
                assert found.same_edge[i, j]
                continue
            if path is None:
                assert np.isinf(found.cost_ms[i, j])
                continue
            assert found.cost_ms[i, j] == path.cost_ms
            known += not np.isnan(found.time_ms[i, j])
            assert np.isnan(found.time_ms[i, j]) or found.time_ms[i, j] == path.time_ms.sum()
    return known / (len(places) * (len(places) - 1))


@pytest.mark.parametrize("avoid", [frozenset(), frozenset({"toll"})])
def test_sweeps_are_equal_to_ways_over_disliked_roads(draw_map: Callable, avoid: frozenset[str]) -> None:
    drawn = draw_map(YARDS, YARD_WAYS, nodes={"G": {"barrier": "gate"}, "J": {"highway": "traffic_signals"}})
    router = drawn.router()
    usable = np.flatnonzero(router.turns.edge_state >= 0).tolist()
    assert _check(router, usable, avoid) > 0.9


def test_sweeps_without_an_index_say_no_time_that_they_do_not_know(draw_map: Callable) -> None:
    drawn = draw_map(YARDS, YARD_WAYS)
    router = Router(drawn.region, use_index=False)
    assert _check(router, np.flatnonzero(router.turns.edge_state >= 0).tolist()) > 0.1


def test_sweeps_of_a_town(real_region: Callable[[str], Region]) -> None:
    router = Router(real_region("monaco"))
    rng = np.random.default_rng(9)
    edges = rng.choice(np.flatnonzero(router.turns.edge_component == 0), 60, replace=False).tolist()
    assert _check(router, edges) > 0.99


def test_paths_of_a_large_matrix_are_asked_for_some_at_a_time(
    draw_map: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = draw_map(YARDS, YARD_WAYS)
    router, points = drawn.router(), [drawn.at[letter] for letter in "ABCDEFGH"]
    whole = router.table(points, points, with_distance=True)
    asked: list[int] = []
    find = router.legs.find_each

    def find_each(weights: Weights, questions: Sequence[tuple[list[Place], list[Place]]]) -> list:
        asked.append(len(questions))
        return find(weights, questions)

    monkeypatch.setattr(router.legs, "find_each", find_each)
    monkeypatch.setattr("nav.routing.queries.matrix._AT_ONCE", 9)
    again = router.table(points, points, with_distance=True)
    assert np.array_equal(again.duration_s, whole.duration_s)
    assert np.array_equal(again.distance_m, whole.distance_m)
    assert sum(asked) >= 64
    assert max(asked) == 9
