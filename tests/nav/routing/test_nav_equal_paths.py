"""Of paths that cost the same one is found, always the same."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nav.routing.cch.hierarchy import (
    StateNames,
    build_hierarchy,
    customise,
    from_arrays,
    pruned_ladder,
    to_arrays,
    whole_ladder,
)
from nav.routing.cch.library import library
from nav.routing.cch.query import Queries
from nav.routing.search import Seed
from tests.nav.routing.test_nav_cch import Arcs, seeds, to_turns, within

pytestmark = pytest.mark.skipif(library() is None, reason="the kernels of the index were not compiled here")


@st.composite
def tied_graphs(draw: st.DrawFn) -> tuple[int, Arcs]:
    """Draw a graph with many equal paths; two arcs never cost what one does."""
    count = draw(st.integers(2, 14))
    state = st.integers(0, count - 1)
    return count, draw(st.lists(st.tuples(state, state, st.integers(4, 7)), min_size=8, max_size=70))


@given(tied_graphs(), seeds, seeds, st.randoms())
def test_of_equal_paths_it_is_always_the_same(
    graph: tuple[int, Arcs], a: list[Seed], b: list[Seed], chance: Any
) -> None:
    """However it is searched for, in whatever order the graph was contracted, however states are numbered."""
    count, arcs = graph
    found = set()
    for _ in range(3):
        number = chance.sample(range(count), count)
        turns, arc_ms = to_turns(count, [(number[tail], number[head], ms) for tail, head, ms in arcs])
        named = np.argsort(number)
        drawn: Any = SimpleNamespace(
            edge_to=np.arange(count), edge_reverse=np.arange(count), node_osm_id=named
        )
        question = tuple([(number[state], ms) for state, ms in within(count, side)] for side in (a, b))
        hierarchy = build_hierarchy(turns, np.array(chance.sample(range(count), count), np.int32))
        costs = customise(hierarchy, arc_ms)
        assert costs is not None
        queries = Queries(turns, drawn)
        pruned = pruned_ladder(hierarchy, costs, StateNames(turns, drawn))
        kept = from_arrays(to_arrays(pruned, arc_ms), hierarchy.order).ladder
        for path in (
            *queries.run(whole_ladder(hierarchy, costs), hierarchy, arc_ms, [question]),
            *queries.run(pruned, None, arc_ms, [question]),
            *queries.run(kept, None, arc_ms, [question]),
            *queries.plain(arc_ms, [question]),
        ):
            found.add(path and tuple(named[path.states].tolist()))
    assert len(found) == 1
