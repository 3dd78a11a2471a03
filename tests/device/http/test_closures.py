"""Closures come into force while the car drives, and the route leaves the closed road."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from device.assistant.driving import Driving
from device.http.closures import follow_closures
from device.settings import Settings
from nav import Region, Router
from nav.errors import NavError
from nav.guidance.fix import Fix
from nav.routing.search import INFINITE_MS

HERE, THERE = (60.1719, 24.9414), (60.1866, 24.9436)


@pytest.fixture
def driving(helsinki_home: Path) -> Driving:
    """A drive through the sample region that has just begun."""
    region = Region.open("helsinki")
    router = Router(region)
    found = Driving(region, router, Settings())
    found.begin(router.route([HERE, THERE]), "en")
    found.update(Fix(lat=HERE[0], lon=HERE[1], time_s=1.7e9, speed_mps=0.0))
    return found


def closure(driving: Driving) -> dict[str, object]:
    """Return the closure of a road of the route that can be driven round."""
    state = driving.state()
    assert state is not None
    route, router = state.route, driving._router
    assert route is not None
    for edge in route.edges[len(route.edges) // 3 :].tolist():
        router.metrics.apply_live({edge: INFINITE_MS})
        try:
            router.route([HERE, THERE])
        except NavError:
            continue
        finally:
            router.clear_live()
        a, b = (
            [float(route.graph.node_lat[node]), float(route.graph.node_lon[node])]
            for node in (route.graph.edge_from[edge], route.graph.edge_to[edge])
        )
        return {"line": [a, b], "closed": True, "direction": "forward"}
    raise AssertionError("every road of the route is the only one")


def write(path: Path, *changes: dict[str, object]) -> None:
    """Write the file as something else would: beside its place, then renamed."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps({"changes": list(changes)}))
    beside.replace(path)


def test_a_closed_road_is_left_and_an_open_one_kept(driving: Driving, tmp_path: Path) -> None:
    router, path = driving._router, tmp_path / "live.json"
    state = driving.state()
    assert state is not None
    assert driving.roads_changed() == [], "nothing is closed"
    change = closure(driving)
    write(path, change)
    router.apply_live(path)
    events = driving.roads_changed()
    assert [event.kind for event in events] == ["reroute"]
    assert events[0].prompt is not None
    route = events[0].route
    assert route is not None
    assert not router.metrics.concern(route.edges.tolist())
    assert driving.roads_changed() == [], "once is enough"


def test_the_file_is_followed(driving: Driving, tmp_path: Path) -> None:
    path = tmp_path / "live.json"
    router = driving._router
    told: list[str] = []
    change = closure(driving)

    async def follow() -> list[str]:
        said: list[str] = []
        task = asyncio.create_task(
            follow_closures(
                path, router, changed=lambda: told.append("changed"), problem=said.append, look_s=0.02
            )
        )

        async def until(good: Callable[[], bool]) -> None:
            async with asyncio.timeout(20):
                while not good():
                    await asyncio.sleep(0.01)

        await asyncio.sleep(0.1)
        assert told == [], "no file, nothing closed"
        write(path, change)
        await until(lambda: len(told) == 1)
        assert [event.kind for event in driving.roads_changed()] == ["reroute"]
        path.write_text("{")
        os.utime(path, (1, 1))
        await until(lambda: len(said) == 1)
        assert router.metrics._live_ms, "what a broken file said before stays"
        path.unlink()
        await until(lambda: len(told) == 2)
        assert not router.metrics._live_ms
        task.cancel()
        return said

    said = asyncio.run(follow())
    assert "not JSON" in said[0]


def test_a_drive_goes_on_with_another_map(driving: Driving) -> None:
    rest = driving.rest()
    region = Region.open("helsinki")
    other = Driving(region, Router(region), Settings())
    other.resume(rest)
    before, after = driving.state(), other.state()
    assert before is not None
    assert after is not None
    assert after.remaining_m == pytest.approx(before.remaining_m, rel=0.02)
    assert other.language == "en"
