"""Properties that hold for the manoeuvres of every route: they lead over it, and their numbers count."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from nav.errors import NavError
from nav.guidance.maneuvers.maneuver import Maneuver, maneuvers
from nav.guidance.wording.osrm_names import osrm_step
from nav.region import Region
from nav.routing.route import Route
from nav.routing.router import Router
from tests.nav.guidance.roads import CIRCLE, MAIN, ROUNDABOUT, named


def test_as_osrm_steps(draw_map: Any) -> None:
    drawn = draw_map(
        ROUNDABOUT, {"Ss": MAIN, "Ee": named(MAIN, "East", ref="7"), "Nn": MAIN, "Ww": MAIN, "senws": CIRCLE}
    )
    steps = [osrm_step(m, "geometry") for m in drawn.route("S", "E").maneuvers]
    types = [step["maneuver"]["type"] for step in steps]
    assert types == ["depart", "roundabout", "exit roundabout", "arrive"]
    assert steps[1]["maneuver"]["exit"] == 1
    assert (steps[1]["name"], steps[1]["ref"], steps[1]["geometry"]) == ("East", "7", "geometry")
    assert steps[1]["maneuver"]["modifier"] == "right"
    assert (steps[0]["maneuver"]["bearing_before"], steps[-1]["maneuver"]["bearing_after"]) == (0, 0)


def random_routes(region: Region, count: int, *, stops: int = 2) -> list[Route]:
    router, chance, found = Router(region), random.Random(4), []
    graph = region.graph
    while len(found) < count:
        nodes = [chance.randrange(graph.node_count) for _ in range(stops)]
        try:
            route = router.route([(float(graph.node_lat[n]), float(graph.node_lon[n])) for n in nodes])
        except NavError:
            continue
        if route.distance_m > 200:
            found.append(route)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["andorra", "monaco", "tsinghua"])
@pytest.mark.parametrize("stops", [2, 4])
def test_every_list_leads_over_its_route_and_nowhere_else(
    real_region: Callable[[str], Region], name: str, stops: int
) -> None:
    for route in random_routes(real_region(name), 25, stops=stops):
        found = maneuvers(route.graph, route)
        assert (found[0].kind, found[-1].kind) == ("depart", "arrive")
        assert [m.kind for m in found].count("via") == stops - 2
        assert found[0].offset_m == 0
        assert found[-1].offset_m == pytest.approx(route.distance_m, abs=0.1)
        for a, b in pairwise(found):
            assert a.offset_m <= b.offset_m
            assert a.length_m == pytest.approx(b.offset_m - a.offset_m)
            assert a.edge_end == max(a.edge_start, b.edge_start)
        assert sum(m.length_m for m in found) == pytest.approx(route.distance_m, abs=0.1)
        assert sum(m.duration_s for m in found) == pytest.approx(route.duration_s, abs=1.0)
        check_places(route, found)


def check_places(route: Route, found: list[Maneuver]) -> None:
    """Every manoeuvre lies on the route where it says, and every sentence is fit to be spoken."""
    line, along = route.geometry, np.concatenate(([0.0], np.cumsum(steps_m(route.geometry))))
    along *= route.distance_m / along[-1]
    for m in found:
        lat, lon = np.interp(m.offset_m, along, line[:, 0]), np.interp(m.offset_m, along, line[:, 1])
        assert steps_m(np.array([[lat, lon], [m.lat, m.lon]]))[0] < 3.0, m
        for language in ("zh", "en"):
            said = m.say(language)
            assert said
            assert not any(bad in said.lower() for bad in ("null", "unnamed", "none", ";", "_", "fixme"))
        if m.kind in ("turn", "end_of_road", "continue") and m.modifier in ("left", "right"):
            turned = (m.bearing_after_deg - m.bearing_before_deg + 180) % 360 - 180
            assert (turned > 0) == (m.modifier == "right")


def steps_m(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    lat = np.radians((points[1:, 0] + points[:-1, 0]) / 2)
    return np.hypot(np.diff(points[:, 0]), np.diff(points[:, 1]) * np.cos(lat)) * 111_195


@pytest.mark.parametrize("name", ["andorra", "monaco"])
def test_exit_numbers_of_roundabouts_match_a_count_by_hand(
    real_region: Callable[[str], Region], name: str
) -> None:
    compared = 0
    for route in random_routes(real_region(name), 20):
        for m in route.maneuvers:
            if m.kind != "roundabout" or not m.roundabout_exit:
                continue
            counted = exits_passed(route, m.edge_start)
            assert counted in (0, m.roundabout_exit)
            compared += counted > 0
    assert compared


def exits_passed(route: Route, k: int) -> int:
    """Count the legal ways out of a circle from its first edge to that which the route takes; 0 if some meet.

    Arms that meet at one node, and roads to the island, are drawn in test_nav_roundabouts.
    """
    graph, circle, private, car, count = route.graph, 2 | 4, 1 << 9, 1, 0

    def out_edges(node: int) -> list[int]:
        out = list(graph.out_edges(node))
        return out if len(out) <= 3 else []

    if not out_edges(int(graph.edge_from[route.edges[k]])):
        return 0
    while int(graph.edge_flags[route.edges[k]]) & circle:
        arms = out_edges(int(graph.edge_to[route.edges[k]]))
        if not arms:
            return 0
        for out in arms:
            if int(graph.edge_access[out]) & car and not int(graph.edge_flags[out]) & (circle | private):
                count += 1
        k += 1
    return count
