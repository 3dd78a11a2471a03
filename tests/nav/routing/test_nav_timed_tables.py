"""What tables say of times is what the cheapest paths take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nav.routing.cch.hierarchy import build_hierarchy, customise, from_arrays, whole_ladder
from nav.routing.cch.library import library
from nav.routing.cch.query import Queries
from nav.routing.weights.turns import Turns
from tests.nav.routing.test_nav_cch import Arcs, graphs, seeds, stored, to_turns, within

pytestmark = pytest.mark.skipif(library() is None, reason="the kernels of the index were not compiled here")

MAP = """
A---B---C---D
|   |   |   |
E---F---G---H
"""


def bounds(turns: Turns, arc_ms: Any, takes: Any, start: int) -> dict[int, tuple[int, int, int]]:
    """Return for each state its cost, and the least and the most that paths of that cost take."""
    found: dict[int, tuple[int, int, int]] = {start: (0, 0, 0)}
    tails = turns.arc_tail.tolist()
    for _ in range(len(turns.state_edge)):
        for arc, (tail, head) in enumerate(zip(tails, turns.arc_head.tolist(), strict=True)):
            if tail not in found or head == start:
                continue
            cost, least, most = found[tail]
            cost, least, most = cost + int(arc_ms[arc]), least + int(takes[arc]), most + int(takes[arc])
            known = found.get(head)
            if known is not None and known[0] == cost:
                found[head] = cost, min(known[1], least), max(known[2], most)
            elif known is None or cost < known[0]:
                found[head] = cost, least, most
    return found


@given(graphs(), st.lists(seeds, min_size=1, max_size=10), st.randoms())
def test_a_time_is_that_of_the_path(graph: tuple[int, Arcs], many: list[list[Any]], chance: Any) -> None:
    """Where costs leave no choice there is a time; where there is one, the path takes it."""
    count, arcs = graph
    turns, arc_ms = to_turns(count, [(a, b, 1 + ms % 9) for a, b, ms in arcs])
    takes = np.array([chance.randint(0, 99) for _ in arc_ms], np.int32)
    order = np.array(chance.sample(range(count), count), np.int32)
    hierarchy = build_hierarchy(turns, order)
    costs = customise(hierarchy, arc_ms)
    assert costs is not None
    queries = Queries(turns)
    sources, targets = (
        [[(seed[0], 0)] for seed in within(count, [s for group in side for s in group])]
        for side in (many, many[:1])
    )
    for sides in ((sources, targets), (targets, sources)):
        for ladder, index in (
            (whole_ladder(hierarchy, costs), hierarchy),
            (from_arrays(stored(turns, arc_ms, order), order).ladder, None),
        ):
            taken = queries.taken(ladder, index, arc_ms, takes)
            assert taken is not None
            cost, time = queries.timed_table(ladder, taken, *sides)
            np.testing.assert_array_equal(cost, queries.table(ladder, *sides))
            for i, ((start, _),) in enumerate(sides[0]):
                expected = bounds(turns, arc_ms, takes, start)
                paths = queries.run(ladder, index, arc_ms, [(sides[0][i], end) for end in sides[1]])
                for j, (path, ((end, _),)) in enumerate(zip(paths, sides[1], strict=True)):
                    if path is None:
                        assert np.isnan(time[i, j])
                        continue
                    of_path = sum(int(takes[arc]) for arc in path.arcs)
                    assert np.isnan(time[i, j]) or time[i, j] == of_path
                    _, least, most = expected[end]
                    assert least != most or time[i, j] == least


@pytest.mark.parametrize("avoid", [(), ("toll",)])
def test_a_matrix_follows_live_speeds(draw_map: Callable[..., Any], avoid: tuple[str, ...]) -> None:
    road = {"highway": "residential"}
    toll = {**road, "toll": "yes"}
    drawn = draw_map(MAP, {"ABCD": road, "EFGH": toll, "AE": road, "BF": road, "CG": road, "DH": road})
    router, points = drawn.router(), [drawn.at[letter] for letter in "ABCDEFGH"]
    router.wait()
    before = router.matrix(points, points, avoid=avoid)
    edge = int(router.ways.snap(*drawn.at["B"], main_only=False).edge)
    for times in ({edge: 90_000}, {}):
        router.metrics.apply_live(times)
        again = router.matrix(points, points, avoid=avoid)
        routes = [
            [router.route([a, b], avoid=avoid).duration_s if a != b else 0.0 for b in points] for a in points
        ]
        assert again.tolist() == routes
    assert again.tolist() == before.tolist()
