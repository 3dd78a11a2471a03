"""The figures of growth as rows of the page: each size by itself, goals where they are set."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.roads.country_drive import drive_across
from bench.roads.country_pairs import count_equal
from bench.roads.synthetic_network import make_network
from bench.scale import _ROWS, rows
from nav.osm.build import pack_network
from nav.region import Region
from nav.routing.router import Router


def test_each_figure_of_each_size_is_a_row_with_its_goal() -> None:
    figures = {size: dict.fromkeys(_ROWS, 61.234) for size in ("100000", "1000000")}
    found = {row.what: row for row in rows(figures, "beside other work")}
    assert len(found) == 2 * len(_ROWS)
    large = found["build, processor time, 1,000,000 edges"]
    assert (large.value, large.unit, large.goal, large.is_missed) == (61.2, "s", "≤ 60", True)
    assert large.note == "beside other work"
    assert found["build, processor time, 100,000 edges"].goal == ""
    assert found["ready for exact routes after opening, 100,000 edges"].goal == "≤ 50"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Router:
    folder = tmp_path_factory.mktemp("town")
    pack_network(make_network(2000), folder, name="town")
    return Router(Region.open(folder))


def test_pairs_equal_a_search_that_knows_no_index(town: Router) -> None:
    assert count_equal(town, frozenset({"unpaved"})) == (1000, 1000)


def test_a_wrong_cost_is_a_pair_that_differs(town: Router, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "bench.roads.country_pairs.searched_ms", lambda turns, _ms, _s: turns.arc_turn_ms * 0.5
    )
    asked, equal = count_equal(town, frozenset())
    assert equal < asked


def test_a_town_is_driven_across_by_who_takes_other_ways_than_he_is_told(
    town: Router, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    monkeypatch.setattr("bench.roads.country_drive.build_apart", lambda stage, *_args: built.append(stage))
    done = drive_across(town.region, town, Path("none.osm.pbf"), tmp_path, per_s=1000.0)
    assert done.arrived
    assert len(done.late_ms) == done.positions > done.prompts >= len(done.prompt_late_ms) > 0
    assert done.reroutes > 0
    assert built[:2] == ["roads", "places"]
    assert done.wishes_customised > 0
