"""The order of contraction: every state once, the same each time, and one that makes little of a map."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.roads.synthetic_network import make_network
from nav.graph import Graph
from nav.osm.build import build_roads
from nav.routing.cch import library as library_module
from nav.routing.cch import order as orders
from nav.routing.cch.hierarchy import build_hierarchy, customise
from nav.routing.cch.library import call, library
from nav.routing.weights.turns import Turns, build_turns

pytestmark = pytest.mark.skipif(library() is None, reason="the kernels of the index were not compiled here")


@pytest.fixture(scope="module")
def town() -> tuple[Turns, Graph]:
    """Streets of a town, with turns forbidden over ways."""
    graph, forbidden, conditions = build_roads(make_network(6000))
    return build_turns(graph, "car", forbidden, conditions), graph


@given(
    st.integers(1, 9).flatmap(
        lambda count: st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1), st.integers(0, 3)), max_size=20
        )
    ),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=9, max_size=9),
)
def test_every_state_has_its_place(
    streets: list[tuple[int, int, int]], places: list[tuple[int, int]]
) -> None:
    """Also with rings, streets side by side, islands, and nodes at one place."""
    ends = np.array([street[:2] for street in streets], np.int32).reshape(-1, 2)
    first = np.concatenate(([0], np.cumsum([states for _, _, states in streets]))).astype(np.int32)
    state = np.arange(first[-1], dtype=np.int32)[::-1].copy()
    x, y = np.array(places, np.float32).T.copy()
    order = np.full(len(state), -1, np.int32)
    call("cch_order", 9, x, y, len(ends), *ends.T.copy(), first, state, order)
    assert sorted(order.tolist()) == list(range(len(state)))


def test_it_is_the_same_each_time(town: tuple[Turns, Graph]) -> None:
    assert town[0].state_count > town[0].plain_count, "some states remember"
    assert orders.compute_order(*town).tolist() == orders.compute_order(*town).tolist()


def test_it_makes_fewer_edges_than_the_librarys(
    town: tuple[Turns, Graph], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = orders.compute_order(*town)
    monkeypatch.setattr(orders, "library", lambda: None)
    librarys = orders.compute_order(*town)
    assert sorted(ours.tolist()) == sorted(librarys.tolist()) == list(range(town[0].state_count))
    assert ours.tolist() != librarys.tolist()
    made = [build_hierarchy(town[0], order) for order in (ours, librarys)]
    sizes = [sum(len(side.head) for side in each.sides) for each in made]
    assert sizes[0] < 0.9 * sizes[1]


def test_kernels_that_were_compiled_for_another_program_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (compiled,) = Path(library_module.__file__).parent.glob("_kernels*.so")
    shutil.copy(compiled, tmp_path)
    assert library_module.load(tmp_path) is not None
    monkeypatch.setattr(library_module, "_INTERFACE", -1)
    assert library_module.load(tmp_path) is None
    other = tmp_path / "other"
    other.mkdir()
    (other / compiled.name).write_bytes(b"of another machine")
    assert library_module.load(other) is None


def test_the_costs_of_a_town_are_the_same_by_however_many_threads(town: tuple[Turns, Graph]) -> None:
    turns, _ = town
    hierarchy = build_hierarchy(turns, orders.compute_order(*town))
    arc_ms = turns.arc_turn_ms.astype(np.int64) + turns.edge_time_ms[turns.state_edge[turns.arc_head]]
    alone = customise(hierarchy, arc_ms)
    assert alone is not None
    for threads in (2, 3, 7):
        together = customise(hierarchy, arc_ms, threads=threads)
        assert together is not None
        assert [side.tolist() for side in together] == [side.tolist() for side in alone]


def test_what_joins_two_towns_is_contracted_last() -> None:
    side = 6
    node = np.arange(2 * side * side).reshape(2, side, side)
    ends = [(a, b) for town in node for lines in (town, town.T) for line in lines for a, b in pairwise(line)]
    bridge = len(ends)
    ends.append((node[0, 2, -1], node[1, 2, 0]))
    x = (node % side + 40 * (node // side**2)).astype(np.float32).ravel()
    y = (node // side % side).astype(np.float32).ravel()
    first = np.arange(0, 2 * len(ends) + 1, 2, dtype=np.int32)
    state = np.arange(2 * len(ends), dtype=np.int32)
    order = np.empty(len(state), np.int32)
    call("cch_order", node.size, x, y, len(ends), *np.array(ends, np.int32).T.copy(), first, state, order)
    assert set(order[-2:].tolist()) == {2 * bridge, 2 * bridge + 1}
    half = order[:-2].reshape(2, -1) // (bridge - bridge % 2)
    assert sorted(set(row.tolist()) for row in half) == [{0}, {1}]
