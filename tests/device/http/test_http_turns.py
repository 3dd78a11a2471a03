"""Costly requests wait for each other, and keep no cheap one waiting."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from device.http import api
from device.http.api import create_app
from device.http.turns import COSTLY, Busy, Turns
from nav.osm.build import build_graph
from nav.region import Region
from tests.device.town import write_town

CHEAP = "/nearest/v1/driving/10.001,60.0"
LARGE = "/table/v1/driving/" + ";".join(f"{10 + n * 0.0002:.4f},60.0" for n in range(30))


def test_costly_work_is_done_one_after_the_other_and_the_rest_is_refused() -> None:
    at_once, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        threading.Event().wait(0.02)
        with lock:
            at_once -= 1

    async def all_of_them() -> list[Any]:
        turns = Turns()
        asked = (turns.run(work, searches=COSTLY + 1) for _ in range(20))
        first = await asyncio.gather(*asked, return_exceptions=True)
        return [*first, await turns.run(work, searches=COSTLY + 1)]

    results = asyncio.run(all_of_them())
    assert most == 1
    assert results.count(None) == 6, "five of the twenty, and one later"
    assert sum(isinstance(result, Busy) for result in results) == 15


def test_cheap_requests_are_answered_beside_costly_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_graph(write_town(tmp_path / "town.osm"), tmp_path, name="town")
    go_on = threading.Event()

    def slow(_router: Any, _request: Any) -> dict[str, Any]:
        go_on.wait(30)
        return {}

    monkeypatch.setitem(api._SERVICES, "table", slow)
    transport = httpx.ASGITransport(create_app(Region.open(tmp_path)))

    async def ask() -> tuple[list[int], list[int]]:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
            large = [asyncio.create_task(client.get(LARGE)) for _ in range(20)]
            await asyncio.sleep(0.1)
            cheap = [(await client.get(CHEAP)).status_code for _ in range(5)]
            refused = [task.result() for task in large if task.done()]
            assert {answer.headers["retry-after"] for answer in refused} == {"1"}
            assert {answer.json()["code"] for answer in refused} == {"Busy"}
            go_on.set()
            return cheap, [(await task).status_code for task in large]

    cheap, large = asyncio.run(ask())
    assert cheap == [200] * 5
    assert sorted(large) == [200] * 5 + [503] * 15
