"""Map matching: drawn roads, parallel roads, hairpins, gaps and batch traces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from nav.guidance.fix import Fix
from nav.guidance.matching import Matcher, match
from nav.guidance.matching_roads import roads_of
from nav.region import Region

STREET = {"highway": "residential"}
ONE_WAY = {**STREET, "oneway": "yes"}


def trace(
    points: list[tuple[float, float]],
    *,
    noise_m: float = 0.0,
    heading: bool = True,
    seed: int = 0,
) -> list[Fix]:
    """Drive along points, a fix each second."""
    step_m = 15.0
    random, fixes = np.random.default_rng(seed), []
    for (lat1, lon1), (lat2, lon2) in pairwise(points):
        north, east = (lat2 - lat1) * 111_195, (lon2 - lon1) * 111_195 * np.cos(np.radians(lat1))
        count = max(1, round(float(np.hypot(north, east)) / step_m))
        for k in range(count):
            lat, lon = lat1 + k / count * (lat2 - lat1), lon1 + k / count * (lon2 - lon1)
            a, b = random.normal(0, noise_m, 2) if noise_m else (0.0, 0.0)
            fixes.append(
                Fix(
                    lat=float(lat + a / 111_195),
                    lon=float(lon + b / 111_195 / np.cos(np.radians(lat))),
                    time_s=1e9 + len(fixes),
                    speed_mps=step_m if heading else None,
                    heading_deg=float(np.degrees(np.arctan2(east, north)) % 360) if heading else None,
                    accuracy_m=max(3.0, noise_m),
                )
            )
    return fixes


def path(drawn: Any, edges: tuple[int, ...]) -> str:
    """Write edges as the letters of their ends."""
    graph = drawn.region.graph
    nodes = [graph.edge_from[edges[0]], *(graph.edge_to[e] for e in edges)]
    return "".join(chr(graph.node_osm_id[n]) for n in nodes)


GRID = """
A   B   C

D   E   F

G   H   I
"""
GRID_WAYS = {"ABC": STREET, "DEF": STREET, "GHI": STREET, "ADG": STREET, "BEH": STREET, "CFI": STREET}


@pytest.mark.parametrize("way", ["ABEHI", "GDEFC", "IFEBAD"])
@pytest.mark.parametrize("noise_m", [0.0, 6.0])
@pytest.mark.parametrize("heading", [True, False])
def test_a_noisy_trace_is_brought_back_to_its_roads(
    draw_map: Any, way: str, noise_m: float, heading: bool
) -> None:
    drawn = draw_map(GRID, GRID_WAYS)
    fixes = trace([drawn.at[x] for x in way], noise_m=noise_m, heading=heading, seed=3)
    found = match(roads_of(drawn.region), fixes)
    assert len(found.parts) == 1
    assert way[1:-1] in path(drawn, found.parts[0])
    assert found.confidence[0] > 0.3
    assert all(p is not None and p.distance_m < 30 for p in found.points)


def test_edges_of_a_part_join(real_region: Callable[[str], Region]) -> None:
    region = real_region("monaco")
    graph = region.graph
    node = int(graph.edge_from[200])
    start = (float(graph.node_lat[node]), float(graph.node_lon[node]))
    found = match(
        roads_of(region), trace([start, (start[0] + 0.004, start[1] + 0.003)], noise_m=10, heading=False)
    )
    for part in found.parts:
        for a, b in pairwise(part):
            assert graph.edge_to[a] == graph.edge_from[b] or graph.edge_reverse[a] == b


def test_a_one_way_is_not_matched_against_its_direction(draw_map: Any) -> None:
    drawn = draw_map("A   B   C", {"ABC": ONE_WAY})
    graph = drawn.region.graph
    for fix in trace([drawn.at["C"], drawn.at["A"]]):
        for state in Matcher(roads_of(drawn.region)).step(fix):
            assert graph.edge_access[state.candidate.edge] & 1


def test_a_road_beside_is_told_apart_by_history(draw_map: Any) -> None:
    """The car enters on the southern one of two parallel roads; fixes then lean to the northern one."""
    drawn = draw_map("A       B\nC       D", {"AB": STREET, "CD": STREET}, origin=(60.0, 10.0))
    south, north = drawn.at["C"], drawn.at["A"]
    lat = south[0] + 0.62 * (north[0] - south[0])
    begin = trace([drawn.at["C"], (south[0], south[1] + 0.002)])
    leaning = trace([(lat, south[1] + 0.002), (lat, south[1] + 0.0035)])
    fixes = begin + [
        replace(fix, time_s=begin[-1].time_s + 1 + k, accuracy_m=40.0) for k, fix in enumerate(leaning)
    ]
    matcher = Matcher(roads_of(drawn.region))
    for fix in fixes:
        states = matcher.step(fix, radius_m=120)
    assert path(drawn, (states[0].candidate.edge,)) == "CD"


def test_a_hairpin_keeps_both_its_arms(draw_map: Any) -> None:
    drawn = draw_map("A          B\n           C\nD          E", {"ABCED": STREET})
    lat, lon = drawn.point("AD")
    found = roads_of(drawn.region).candidates(lat, lon + 0.002, 150)
    offsets = sorted(c.offset_m for c in found if c.edge == found[0].edge)
    assert len(offsets) >= 2
    assert offsets[-1] - offsets[0] > 300


def test_off_every_road_there_is_nothing(draw_map: Any) -> None:
    drawn = draw_map("A   B", {"AB": STREET})
    far = Fix(lat=60.02, lon=10.0, time_s=0.0)
    assert Matcher(roads_of(drawn.region)).step(far) == []
    assert match(roads_of(drawn.region), [far]).points == (None,)
    assert match(roads_of(drawn.region), []).parts == ()


def test_a_jump_breaks_the_trace_in_two(draw_map: Any) -> None:
    drawn = draw_map("A   B\n\n\n\n\n\n\nC   D", {"AB": STREET, "CD": STREET})
    first, second = trace([drawn.at["A"], drawn.at["B"]]), trace([drawn.at["C"], drawn.at["D"]])
    late = [replace(fix, time_s=fix.time_s + 10) for fix in second]
    found = match(roads_of(drawn.region), first + late)
    assert [path(drawn, part) for part in found.parts] == ["AB", "CD"]
    assert [p.part for p in found.points if p is not None] == [0] * len(first) + [1] * len(late)


def test_looking_ahead_measures_along_the_roads(draw_map: Any) -> None:
    drawn = draw_map(GRID, GRID_WAYS)
    roads = roads_of(drawn.region)
    graph = drawn.region.graph
    edge = next(e for e in range(graph.edge_count) if path(drawn, (e,)) == "AB")
    ahead = roads.ahead(edge, 40.0, 500.0)
    length_m = roads.shape(edge).length_m
    assert ahead[edge][0] == -40.0
    for out, (start_m, cost, before) in ahead.items():
        if cost == 0 and before >= 0:
            assert start_m == pytest.approx(ahead[before][0] + roads.shape(before).length_m)
            assert path(drawn, (before, out))
    after = [start for out, (start, cost, before) in ahead.items() if before == edge and cost == 0]
    assert after == [pytest.approx(length_m - 40.0)] * 2
