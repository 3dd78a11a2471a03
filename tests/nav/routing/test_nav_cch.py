"""The index behind routes against plain search, on drawn graphs: paths, tables, changes, damage."""

from __future__ import annotations

import contextlib
import heapq
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nav.errors import RegionDamaged
from nav.law.rules import InForce
from nav.packs.paths import cache_home
from nav.routing.cch.customised import CustomisedHierarchy
from nav.routing.cch.hierarchy import (
    StateNames,
    build_hierarchy,
    customise,
    digest_of,
    from_arrays,
    pruned_ladder,
    to_arrays,
    update,
    whole_ladder,
)
from nav.routing.cch.library import library
from nav.routing.cch.query import Queries
from nav.routing.search import INFINITE_MS, Found, Seed
from nav.routing.weights.turns import Turns
from nav.routing.weights.weights import Costs, Counted, Question, Weights

pytestmark = pytest.mark.skipif(library() is None, reason="the kernels of the index were not compiled here")

Arcs = list[tuple[int, int, int]]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Arcs]:
    """Draw a number of states and arcs (tail, head, milliseconds) between them, some of them closed."""
    count = draw(st.integers(1, 14))
    state = st.integers(0, count - 1)
    ms = st.one_of(st.integers(0, 50), st.just(INFINITE_MS), st.integers(0, INFINITE_MS))
    return count, draw(st.lists(st.tuples(state, state, ms), max_size=50))


def to_turns(count: int, arcs: Arcs) -> tuple[Turns, np.ndarray[Any, np.dtype[np.int64]]]:
    """Return the graph, and the costs of its arcs."""
    arcs = sorted(arcs, key=lambda arc: arc[0])
    tail = np.array([a for a, _, _ in arcs], np.int64)
    empty = np.zeros(len(arcs), np.int32)
    turns = Turns(
        state_edge=np.arange(count, dtype=np.int32),
        edge_state=np.arange(count, dtype=np.int32),
        first_arc=np.searchsorted(tail, np.arange(count + 1)).astype(np.int64),
        arc_head=np.array([b for _, b, _ in arcs], np.int32),
        arc_turn_ms=empty,
        arc_penalty_ms=empty,
        arc_condition=empty.astype(np.int16),
        edge_time_ms=np.ones(count, np.int32),
        edge_penalty_ms=np.zeros(count, np.int32),
        edge_component=np.zeros(count, np.int32),
    )
    return turns, np.array([ms for _, _, ms in arcs], np.int64)


def cheapest(count: int, arcs: Arcs, question: Question) -> int | None:
    """Return the cost of the cheapest path by Dijkstra's algorithm."""
    sources, targets = question
    cost = dict.fromkeys(range(count), INFINITE_MS)
    waiting = [(ms, state) for state, ms in sources]
    while waiting:
        ms, state = heapq.heappop(waiting)
        if ms < cost[state]:
            cost[state] = ms
            for a, b, more in arcs:
                if a == state and more < INFINITE_MS:
                    heapq.heappush(waiting, (ms + more, b))
    best = min((cost[state] + ms for state, ms in targets), default=INFINITE_MS)
    return best if best < INFINITE_MS else None


def check_path(turns: Turns, arc_ms: Any, question: Question, found: Found | None, cost: int | None) -> None:
    """Check that a path is one, that it costs what it says, and that nothing is cheaper."""
    assert (found and found.cost_ms) == cost if cost else (found is None) == (cost is None)
    if found is None:
        return
    sources, targets = ({s: min(ms for t, ms in seeds if t == s) for s, _ in seeds} for seeds in question)
    for state, following, arc in zip(found.states[:-1], found.states[1:], found.arcs, strict=True):
        assert turns.first_arc[state] <= arc < turns.first_arc[state + 1]
        assert turns.arc_head[arc] == following
    along = sum(int(arc_ms[arc]) for arc in found.arcs)
    assert sources[found.states[0]] + along + targets[found.states[-1]] == cost


seeds = st.lists(st.tuples(st.integers(0, 13), st.integers(0, 30)), min_size=1, max_size=3)


def within(count: int, drawn: list[Seed]) -> list[Seed]:
    return [(state % count, ms) for state, ms in drawn]


@given(graphs(), seeds, seeds, st.randoms())
def test_paths_are_the_cheapest(graph: tuple[int, Arcs], a: list[Seed], b: list[Seed], chance: Any) -> None:
    count, arcs = graph
    turns, arc_ms = to_turns(count, arcs)
    order = np.array(chance.sample(range(count), count), np.int32)
    question = within(count, a), within(count, b)
    cost = cheapest(count, arcs, question)
    hierarchy = build_hierarchy(turns, order)
    costs = customise(hierarchy, arc_ms)
    assert costs is not None
    queries = Queries(turns)
    whole, pruned = whole_ladder(hierarchy, costs), pruned_ladder(hierarchy, costs, StateNames(turns))
    check_path(turns, arc_ms, question, queries.run(whole, hierarchy, arc_ms, [question])[0], cost)
    check_path(turns, arc_ms, question, queries.run(pruned, None, arc_ms, [question])[0], cost)
    check_path(turns, arc_ms, question, queries.plain(arc_ms, [question])[0], cost)
    for ladder in (whole, pruned):
        table = queries.table(ladder, [question[0], question[1]], [question[1]])
        assert table[0, 0] == (np.inf if cost is None else cost)


@given(graphs(), st.lists(st.tuples(st.integers(0, 49), st.one_of(st.integers(0, 60), st.just(INFINITE_MS)))))
def test_changed_costs_are_those_of_a_new_customisation(
    graph: tuple[int, Arcs], changes: list[tuple[int, int]]
) -> None:
    turns, arc_ms = to_turns(*graph)
    hierarchy = build_hierarchy(turns, np.arange(graph[0], dtype=np.int32))
    costs = customise(hierarchy, arc_ms)
    assert costs is not None
    ladder = whole_ladder(hierarchy, costs)
    changed = {arc: ms for arc, ms in changes if arc < len(arc_ms)}
    for arc, ms in changed.items():
        arc_ms[arc] = ms
    update(hierarchy, turns, np.array(sorted(changed), np.int64), arc_ms, ladder)
    anew = customise(hierarchy, arc_ms)
    assert anew is not None
    assert [side.tolist() for side in ladder.cost] == [side.tolist() for side in anew]


@pytest.mark.parametrize("most_ms", [9, 1000, 1_000_000, 30_000_000])
def test_paths_of_a_dense_index_are_the_cheapest(most_ms: int) -> None:
    """Many ways lead up from each vertex, and several are gone over at a time."""
    count, chance = 120, np.random.default_rng(most_ms)
    ends = chance.integers(0, count, (count * 5, 2)).tolist()
    arcs = [(a, b, int(chance.integers(1, most_ms + 1))) for a, b in ends]
    turns, arc_ms = to_turns(count, arcs)
    order = chance.permutation(count).astype(np.int32)
    ladder = from_arrays(stored(turns, arc_ms, order), order).ladder
    assert max(np.diff(ladder.first[0])) > 40, "bytes: there are vertices with many ways"
    for _ in range(60):
        drawn = [(int(state), int(ms)) for state, ms in chance.integers(0, count, (4, 2))]
        question: Question = drawn[:2], drawn[2:]
        (found,) = Queries(turns).run(ladder, None, arc_ms, [question])
        check_path(turns, arc_ms, question, found, cheapest(count, arcs, question))


def weights_of(arc_ms: Any, serial: int = 0) -> Weights:
    costs = Costs.held(arc_ms)
    return Weights(key=((), InForce(), Counted.COST), serial=serial, edge_ms=costs, arc_ms=costs)


@pytest.fixture
def ring() -> tuple[Turns, Any]:
    """Twelve states in a ring, each to the next in a second, and back in two."""
    forward = [(i, (i + 1) % 12, 1000) for i in range(12)]
    return to_turns(12, forward + [(b, a, 2000) for a, b, _ in forward])


def stored(turns: Turns, arc_ms: Any, order: Any) -> Any:
    hierarchy = build_hierarchy(turns, order)
    costs = customise(hierarchy, arc_ms)
    assert costs is not None
    return to_arrays(pruned_ladder(hierarchy, costs, StateNames(turns)), arc_ms)


def test_a_stored_index_answers_for_its_costs_and_for_others_one_is_made(ring: tuple[Turns, Any]) -> None:
    turns, arc_ms = ring
    order = np.arange(12, dtype=np.int32)
    made: list[bool] = []

    def give_order() -> Any:
        made.append(True)
        return order

    index = CustomisedHierarchy(turns, give_order, from_arrays(stored(turns, arc_ms, order), order))
    assert index.is_ready
    question: Question = ([(0, 0)], [(5, 0)])
    weights = weights_of(arc_ms.copy())
    assert [found and found.cost_ms for found in index.run(weights, [question])] == [5000]
    assert made == []
    weights.arc_ms.whole[turns.first_arc[2] : turns.first_arc[3]] = INFINITE_MS
    index.update(weights, np.arange(int(turns.first_arc[2]), int(turns.first_arc[3])))
    assert [found and found.cost_ms for found in index.run(weights, [question])] == [14000]
    assert made == [True]


def test_a_damaged_index_is_refused_or_leads_nowhere_and_ends_nothing(ring: tuple[Turns, Any]) -> None:
    turns, arc_ms = ring
    order = np.arange(12, dtype=np.int32)
    whole = stored(turns, arc_ms, order)
    chance = np.random.default_rng(4)
    queries = Queries(turns)
    refused = 0
    for name in whole:
        for _ in range(40):
            arrays = {key: value.copy() for key, value in whole.items()}
            content = arrays[name].view(np.uint8)
            content[chance.integers(len(content))] ^= chance.integers(1, 256).astype(np.uint8)
            try:
                ladder = from_arrays(arrays, order).ladder
            except ValueError:
                refused += 1
                continue
            with contextlib.suppress(RegionDamaged):
                for found in queries.run(ladder, None, arc_ms, [([(0, 0)], [(5, 0)])]):
                    arcs = [] if found is None else found.arcs
                    assert all(0 <= arc < len(arc_ms) for arc in arcs), name
            assert queries.table(ladder, [[(0, 0)], [(3, 0)]], [[(5, 0)]]).shape == (2, 1)
    assert refused > 0, "a length that cannot be is refused"


def test_a_stored_index_of_another_graph_is_refused(ring: tuple[Turns, Any]) -> None:
    turns, arc_ms = ring
    arrays = stored(turns, arc_ms, np.arange(12, dtype=np.int32))
    with pytest.raises(ValueError, match="does not fit"):
        from_arrays(arrays, np.arange(11, dtype=np.int32))


def test_an_index_of_a_format_before_this_one_is_read(ring: tuple[Turns, Any]) -> None:
    """Each part of the ways was an array, and where they begin was said with 64 bits."""
    turns, arc_ms = ring
    order = np.arange(12, dtype=np.int32)
    hierarchy = build_hierarchy(turns, order)
    costs = customise(hierarchy, arc_ms)
    assert costs is not None
    ladder = pruned_ladder(hierarchy, costs, StateNames(turns))
    before: dict[str, Any] = {"rank": ladder.rank, "parent": ladder.parent, "costs": digest_of(arc_ms)}
    for side, name in enumerate(("up", "down")):
        before[f"{name}_first"] = ladder.first[side].astype(np.int64)
        for part in ("head", "cost", "middle"):
            before[f"{name}_{part}"] = getattr(ladder, part)[side]
    (path,) = Queries(turns).run(from_arrays(before, order).ladder, None, arc_ms, [([(0, 0)], [(5, 0)])])
    assert path is not None
    assert path.cost_ms == 5000


def test_parts_of_ways_that_take_whole_bytes_are_read(ring: tuple[Turns, Any]) -> None:
    """As in packs of format 6."""
    turns, arc_ms = ring
    order = np.arange(12, dtype=np.int32)
    arrays = stored(turns, arc_ms, order)
    full = pruned_ladder(
        hierarchy := build_hierarchy(turns, order),
        customise(hierarchy, arc_ms) or ((), ()),
        StateNames(turns),
    )
    assert full.middle is not None
    for side, name in enumerate(("up", "down")):
        first, content = full.first[side], bytearray()
        parts = full.head[side], full.cost[side], full.middle[side]
        begins = [0]
        for vertex in range(12):
            ways = [[int(part[way]) for part in parts] for way in range(first[vertex], first[vertex + 1])]
            content += bytes([0b0100_1001]) if ways else b""  # heads of 2 bytes, costs of 3, middles of 4
            for head, cost, middle in ways:
                below = 0 if middle < 0 else vertex - middle
                content += (head - vertex).to_bytes(2, "little") + cost.to_bytes(3, "little")
                content += below.to_bytes(4, "little")
            begins.append(len(content))
        del arrays[f"{name}_bits"]
        arrays[f"{name}_first"] = np.array(begins, np.int32)
        arrays[f"{name}_ways"] = np.frombuffer(bytes(content) + bytes(8), np.uint8)
    question: Question = ([(0, 0)], [(5, 0)])
    (path,) = Queries(turns).run(from_arrays(arrays, order).ladder, None, arc_ms, [question])
    assert path is not None
    check_path(turns, arc_ms, question, path, 5000)


def test_what_is_packed_takes_few_bits(ring: tuple[Turns, Any]) -> None:
    """Costs of the ring have 14 bits at most, heads and middles 4."""
    turns, arc_ms = ring
    arrays = stored(turns, arc_ms, np.arange(12, dtype=np.int32))
    hierarchy = build_hierarchy(turns, np.arange(12, dtype=np.int32))
    costs = customise(hierarchy, arc_ms)
    assert costs is not None
    for side, first in zip(
        ("up", "down"), pruned_ladder(hierarchy, costs, StateNames(turns)).first, strict=True
    ):
        vertices = int((np.diff(first) > 0).sum())
        assert len(arrays[f"{side}_bits"]) <= 8 + 2 * vertices + 3 * int(first[-1])


@given(graphs(), seeds, seeds, st.randoms())
def test_paths_of_a_stored_index_are_the_cheapest(
    graph: tuple[int, Arcs], a: list[Seed], b: list[Seed], chance: Any
) -> None:
    count, arcs = graph
    turns, arc_ms = to_turns(count, arcs)
    order = np.array(chance.sample(range(count), count), np.int32)
    question = within(count, a), within(count, b)
    ladder = from_arrays(stored(turns, arc_ms, order), order).ladder
    queries, cost = Queries(turns), cheapest(count, arcs, question)
    check_path(turns, arc_ms, question, queries.run(ladder, None, arc_ms, [question])[0], cost)
    table = queries.table(ladder, [question[0], question[1]], [question[1]])
    assert table[0, 0] == (np.inf if cost is None else cost)


@given(
    graphs(), st.lists(seeds, min_size=1, max_size=19), st.lists(seeds, min_size=1, max_size=3), st.booleans()
)
def test_tables_are_what_the_single_questions_cost(
    graph: tuple[int, Arcs], many: list[list[Seed]], few: list[list[Seed]], swapped: bool
) -> None:
    count, arcs = graph
    turns, arc_ms = to_turns(count, arcs)
    order = np.arange(count, dtype=np.int32)
    hierarchy = build_hierarchy(turns, order)
    costs = customise(hierarchy, arc_ms)
    assert costs is not None
    groups = [[within(count, group) for group in side] for side in (many, few)]
    sources, targets = groups[::-1] if swapped else groups
    expected = [[cheapest(count, arcs, (a, b)) for b in targets] for a in sources]
    for ladder in (whole_ladder(hierarchy, costs), from_arrays(stored(turns, arc_ms, order), order).ladder):
        table = Queries(turns).table(ladder, sources, targets)
        assert [[None if np.isinf(ms) else ms for ms in row] for row in table.tolist()] == expected


def test_a_table_before_there_is_an_index_has_the_type_of_every_other(large: tuple[Turns, Any]) -> None:
    index = CustomisedHierarchy(large[0], lambda: threading.Event().wait(9) or np.arange(12, dtype=np.int32))
    assert index.table(weights_of(large[1]), [[(0, 0)]], [[(5, 0)]]).dtype == np.float64


def test_costs_that_change_while_they_are_made_are_made_again(ring: tuple[Turns, Any]) -> None:
    turns, arc_ms = ring
    index = CustomisedHierarchy(turns, lambda: np.arange(12, dtype=np.int32))
    weights = weights_of(arc_ms.copy())
    for round_ in range(50):
        arc = round_ % len(arc_ms)
        weights.arc_ms.whole[arc] = 1 + round_
        index.update(weights, np.array([arc]))
        (found,) = index.run(weights, [([(0, 0)], [(6, 0)])])
        (plain,) = Queries(turns).plain(weights.arc_ms.whole, [([(0, 0)], [(6, 0)])])
        assert found is not None
        assert plain is not None
        assert found.cost_ms == plain.cost_ms


@pytest.fixture
def large(ring: tuple[Turns, Any], home: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Turns, Any]:
    """The ring, taken for a country."""
    monkeypatch.setattr("nav.routing.cch.customised._SMALL_STATES", 0)
    return ring


def test_while_costs_of_a_large_region_are_made_the_graph_is_searched(large: tuple[Turns, Any]) -> None:
    turns, arc_ms = large
    go = threading.Event()

    def give_order() -> Any:
        go.wait(20)
        return np.arange(12, dtype=np.int32)

    index, weights = CustomisedHierarchy(turns, give_order), weights_of(arc_ms)
    question: Question = ([(0, 0)], [(5, 0)])
    assert not index.is_ready
    assert [found and found.cost_ms for found in index.run(weights, [question])] == [5000]
    assert index.table(weights, [[(0, 0)]], [[(5, 0)], [(0, 0)]]).tolist() == [[5000, 0]]
    go.set()
    index.prepare(weights)
    assert [found and found.cost_ms for found in index.run(weights, [question])] == [5000]


def test_the_hierarchy_of_a_large_region_is_kept_and_checked(large: tuple[Turns, Any], home: Any) -> None:
    turns, arc_ms = large
    made: list[bool] = []

    def give_order() -> Any:
        made.append(True)
        return np.arange(12, dtype=np.int32)

    def ask() -> list[int | None]:
        index, weights = CustomisedHierarchy(turns, give_order, digest="abc"), weights_of(arc_ms)
        index.prepare(weights)
        return [found and found.cost_ms for found in index.run(weights, [([(0, 0)], [(5, 0)])])]

    assert ask() == ask() == [5000]
    assert len(made) == 1
    (kept,) = (cache_home() / "hierarchies").glob("abc.*.arrays")
    content = bytearray(kept.read_bytes())
    content[-3] ^= 0xFF
    kept.write_bytes(content)
    assert ask() == [5000]
    assert len(made) == 2


def test_costs_of_a_large_region_that_change_are_made_beside_and_then_change_in_place(
    large: tuple[Turns, Any], home: Any
) -> None:
    turns, arc_ms = large
    order = np.arange(12, dtype=np.int32)
    index = CustomisedHierarchy(turns, lambda: order, from_arrays(stored(turns, arc_ms, order), order))
    weights, question = weights_of(arc_ms.copy()), ([(0, 0)], [(5, 0)])
    for ms in (7000, 300):
        index.run(weights, [question])
        weights.arc_ms.whole[0] = ms
        index.update(weights, np.array([0]))
        (plain,) = Queries(turns).plain(weights.arc_ms.whole, [question])
        assert index.run(weights, [question]) == [plain]
        index.prepare(weights)
        assert index.run(weights, [question]) == [plain]
        assert not index._slots[weights.serial].is_stored


def test_costs_that_were_customised_are_held_no_longer(draw_map: Any, large: Any, home: Any) -> None:
    router = draw_map("A---B---C", {"ABC": {"highway": "residential", "surface": "gravel"}}).router()
    weights = router.metrics.weights(frozenset({"unpaved"}))
    whole = weights.arc_ms.whole.copy()
    router.engine.prepare(weights)
    assert weights.arc_ms.held_or_none is weights.edge_ms.held_or_none is None
    assert weights.arc_ms.whole.tolist() == whole.tolist()


def test_where_a_closed_road_is_not_on_the_way_the_stored_index_answers(
    large: tuple[Turns, Any], home: Any
) -> None:
    turns, arc_ms = large
    order = np.arange(12, dtype=np.int32)
    made: list[bool] = []

    def give_order() -> Any:
        made.append(True)
        return order

    arrays = stored(turns, arc_ms, order) | {"basis": np.frombuffer(b"usual", np.uint8)}
    index = CustomisedHierarchy(turns, give_order, from_arrays(arrays, order))
    closed = arc_ms.copy()
    closed[turns.first_arc[8] : turns.first_arc[9]] = INFINITE_MS
    weights = replace(weights_of(closed), floor=b"usual")
    elsewhere: Question = ([(0, 20)], [(5, 7)])
    assert [found and found.cost_ms for found in index.run(weights, [elsewhere])] == [5027]
    assert made == []
    over_it: Question = ([(7, 0)], [(9, 0)])
    answers = index.run(weights, [elsewhere, over_it, elsewhere])
    assert [found and found.cost_ms for found in answers] == [5027, 20_000, 5027]
    index.prepare(weights)
    assert [found and found.cost_ms for found in index.run(weights, [over_it])] == [20_000]
    assert made == [True]


@given(graphs(), st.integers(2, 5))
def test_costs_are_the_same_by_however_many_threads(graph: tuple[int, Arcs], threads: int) -> None:
    turns, arc_ms = to_turns(*graph)
    hierarchy = build_hierarchy(turns, np.arange(graph[0], dtype=np.int32))
    alone, together = customise(hierarchy, arc_ms), customise(hierarchy, arc_ms, threads=threads)
    assert alone is not None
    assert together is not None
    assert [side.tolist() for side in together] == [side.tolist() for side in alone]
