"""What a pack holds in few bytes reads as the arrays that were packed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.roads.synthetic_network import make_network
from nav.graph import ARRAY_FIELDS, load_graph, stored_arrays
from nav.osm.build import build_roads, build_walk
from nav.osm.extract import read_network
from nav.packs.array_store import write_arrays
from nav.packs.columns import Column, coded, decoded, looked_up
from nav.routing.weights.turns import TURN_FIELDS, build_turns, stored_turns

PLACES: tuple[Any, ...] = (
    2,
    -1,
    np.int64(1),
    slice(None),
    slice(1, 3),
    slice(None, None, -1),
    np.array([3, 0, 0]),
    np.array([True, False, True, False]),
    np.empty(0, np.int64),
)


@pytest.fixture
def column() -> Any:
    return looked_up(np.array([1.5, 7.0, 9.0], np.float32), np.array([2, 0, 0, 1], np.uint8))


@pytest.mark.parametrize("at", PLACES, ids=str)
def test_a_column_is_read_as_an_array(column: Any, at: Any) -> None:
    array = np.array([9.0, 1.5, 1.5, 7.0], np.float32)
    assert np.array_equal(column[at], array[at])
    assert column[at].dtype == array.dtype
    assert (len(column), column.shape, column.ndim, column.dtype) == (4, (4,), 1, array.dtype)


def test_arithmetic_makes_the_array(column: Any) -> None:
    array = np.array([9.0, 1.5, 1.5, 7.0], np.float32)
    for found in (column + 0.0, 0.0 + column, np.where(True, column, 0), column.astype(float), list(column)):
        assert np.array_equal(found, array)
    assert np.array_equal(array == column, np.ones(4, bool))
    assert np.array_equal(column < column, np.zeros(4, bool))
    lowest = np.full(2, 100.0)
    np.minimum.at(lowest, [0, 1, 1, 0], column)
    assert lowest.tolist() == [7.0, 1.5]
    assert np.array_equal(np.arange(10)[Column(2, lambda at: np.array([4, 5])[at])], [4, 5])


@pytest.mark.parametrize("count", [1, 200, 300, 70_000])
def test_of_an_array_with_few_values_each_is_stored_once(count: int) -> None:
    array = np.random.default_rng(1).permutation(np.arange(280_000, dtype=np.int32) % count) * 5
    stored = coded("turn", array)
    size = sum(part.nbytes for part in stored.values())
    assert size <= {1: 0.26, 200: 0.26, 300: 0.51, 70_000: 1.0}[count] * array.nbytes
    found = decoded(stored | {"other": np.arange(3)})
    assert found.keys() == {"turn", "other"}
    assert np.array_equal(found["turn"], array)
    assert found["turn"].dtype == array.dtype


def test_half_a_column_is_refused() -> None:
    stored = coded("turn", np.zeros(1000))
    del stored["turn_code"]
    with pytest.raises(KeyError):
        decoded(stored)


def test_a_graph_is_the_same_when_it_was_packed(maps: Path, tmp_path: Path) -> None:
    network = read_network(maps / "tsinghua.osm.pbf", scratch=tmp_path)
    for graph in (build_roads(network)[0], build_walk(network)):
        stored = stored_arrays(graph)
        spared = sum(getattr(graph, name).nbytes for name in ARRAY_FIELDS) - _bytes_of(stored)
        assert spared > 20 * graph.edge_count
        write_arrays(tmp_path / "roads", stored, fold=True)
        found = load_graph(tmp_path / "roads", countries=graph.countries, rules=graph.rules)
        for name in ARRAY_FIELDS:
            np.testing.assert_array_equal(getattr(found, name), getattr(graph, name), err_msg=name)


def test_turns_are_the_same_when_they_were_packed() -> None:
    graph, forbidden, conditions = build_roads(make_network(3000))
    turns = build_turns(graph, "car", forbidden, conditions)
    stored = stored_turns(turns)
    assert _bytes_of(stored) < sum(getattr(turns, name).nbytes for name in TURN_FIELDS)
    for name, array in decoded(stored).items():
        np.testing.assert_array_equal(array, getattr(turns, name), err_msg=name)


def _bytes_of(arrays: dict[str, Any]) -> int:
    return sum(array.nbytes for array in arrays.values())
