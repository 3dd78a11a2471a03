"""Hostile agents at the MCP interface: every call gets an answer or a reason, and the program goes on.

`XIAOGAO_FUZZ_CASES` sets the number of calls and of messages (`make faults` runs 100,000).
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from device.store.regions import add_region
from nav import Region, Router
from poi import Places
from tests.device.town import SOUTH, STEP_DEG, WEST, write_town
from tests.faults.mutations import mutated

pytest.importorskip("mcp")
CASES = int(os.environ.get("XIAOGAO_FUZZ_CASES", "300"))
_PLAN_EVERY = 500
"""A trip is planned in seconds, the other tools answer in milliseconds."""
_PING_EVERY = 50
_ANSWER_LIMIT_S = 60

HERE, THERE = (SOUTH + STEP_DEG, WEST), (SOUTH + STEP_DEG, WEST + 4 * STEP_DEG)
GOOD: dict[str, dict[str, Any]] = {
    "search_places": {"words": "hotel", "lat": HERE[0], "lon": HERE[1], "limit": 3, "within_m": 500.0},
    "search_places_by_address": {"words": "酒店", "near": "Street 1", "limit": 2},
    "place_detail": {"place_id": "node/103"},
    "geocode": {"address": "Hotel Torni", "limit": 3},
    "reverse_geocode": {"lat": HERE[0], "lon": HERE[1]},
    "route": {
        "from_lat": HERE[0], "from_lon": HERE[1], "to_lat": THERE[0], "to_lon": THERE[1], "avoid": ["toll"],
    },
    "route_by_address": {"origin": "Street 0", "destination": "Hotel Torni", "via": ["Street 3"]},
    "travel_times": {"origins": [HERE], "destinations": [THERE, HERE]},
    "travel_times_by_address": {"origins": ["Street 0"], "destinations": ["Street 4", "Hotel Torni"]},
    "search_along_route": {
        "words": "hotel", "from_lat": HERE[0], "from_lon": HERE[1], "to_lat": THERE[0], "to_lon": THERE[1],
    },
    "search_along_route_by_address": {"words": "hotel", "origin": "Street 0", "destination": "Street 4"},
    "plan_trip": {"where": "Hotel Torni", "days": 1, "likes": ["museum"], "first_day": "2026-06-01"},
}  # fmt: skip
HOSTILE: tuple[Any, ...] = (
    None, True, 0, -1, 1 << 31, 1 << 64, 10**400, 1e308, -1e308, float("nan"), float("inf"), 90.0, -180.0,
    1e-320, "", " ", "\0", "\ud800", "a" * 200, "a" * 100_000, "长" * 199, "'; DROP TABLE place; --", '"*"',
    "NEAR(", "%s{}", "../../etc/passwd", "９９", "٣", "-0", "1e9", "0x10", "nan", "酒店" * 90,
    "\u202e\u0000\x1b[2J", "*", "(", "街1号", [], [[]], [None], [[1]], [[1, 2, 3]], [["a", "b"]],
    [[60.0, 10.0]] * 26, [[1e308, 1e308]], ["x"] * 1000, {}, {"a": 1}, "9999-12-31", "0001-01-01",
    "2026-02-30",
    ["toll", "motorway", "ferry", "unpaved"], ["toll"] * 100, ["junk"],
)  # fmt: skip


def hostile_call(chance: random.Random, number: int) -> tuple[str, dict[str, Any]]:
    """Draw a tool, and arguments of which some are none."""
    names = [name for name in GOOD if name != "plan_trip"]
    tool = "plan_trip" if number % _PLAN_EVERY == 0 else chance.choice(names)
    arguments = dict(GOOD[tool])
    for _ in range(chance.randint(1, 3)):
        key = chance.choice([*arguments, "limit", "avoid", "unknown"])
        match chance.randrange(8):
            case 0:
                arguments.pop(key, None)
            case 1:
                arguments[key] = arguments.get(chance.choice([*arguments, key]))
            case 2 if isinstance(arguments.get(key), str):
                (changed,) = mutated([arguments[key].encode(errors="replace")], 1, seed=number)
                arguments[key] = changed.decode("utf-8", "replace")
            case _:
                arguments[key] = chance.choice(HOSTILE)
    return tool, arguments


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a small town in it."""
    home = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAOGAO_HOME", str(home))
        add_region(write_town(home / "town.osm"), "town")
    return home


def test_calls_with_hostile_arguments(town: Path) -> None:
    from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError

    from device.http.mcp import create_server

    region = Region.open(town / "data" / "regions" / "town")
    chance = random.Random(5)
    outcomes = {"answered": 0, "refused": 0}

    async def call_all() -> None:
        with closing(Places(region)) as places:
            server = create_server(region, places=places, router=Router(region))
            for number in range(CASES):
                tool, arguments = hostile_call(chance, number)
                try:
                    result = await server.call_tool(tool, arguments)
                    json.dumps(result.structured_content, allow_nan=False)  # type: ignore[union-attr]
                    outcomes["answered"] += 1
                except UnexpectedToolError as error:
                    raise AssertionError(f"case {number}: {tool} {arguments}") from error.__cause__
                except ToolError:
                    outcomes["refused"] += 1

    asyncio.run(call_all())
    assert min(outcomes.values()) > CASES / 20, outcomes


def messages() -> Iterator[bytes]:
    """Give lines for the program: good calls, hostile ones, and both with other bytes in them."""
    chance = random.Random(6)
    calls = []
    for number in range(1, 200):
        tool, arguments = hostile_call(chance, number)
        params: Any = {"name": tool, "arguments": arguments if number % 2 else GOOD[tool]}
        calls.append(
            json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}).encode()
        )
    for method in (
        "tools/list",
        "ping",
        "prompts/list",
        "resources/read",
        "logging/setLevel",
        "completion/complete",
    ):
        calls.append(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {}}).encode())
    for number, line in enumerate(mutated(calls, CASES, seed=7)):
        yield line if number % 3 else chance.choice(calls)


@pytest.mark.slow
def test_hostile_messages(town: Path) -> None:
    """The program itself, over its standard input: it answers whoever comes after each of them."""
    program = subprocess.Popen(
        [sys.executable, "-m", "device.cli.main", "serve", "--mcp"],
        env={**os.environ, "XIAOGAO_HOME": str(town)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    answered: queue.Queue[object] = queue.Queue()
    out = program.stdout

    def listen() -> None:
        for line in out:
            answered.put(json.loads(line).get("id"))
        answered.put("the end")

    threading.Thread(target=listen, daemon=True).start()
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "fuzz", "version": "1"},
    }

    def send(line: bytes) -> None:
        assert program.stdin is not None
        program.stdin.write(line.replace(b"\n", b" ") + b"\n")
        program.stdin.flush()

    def is_answered(name: str) -> bool:
        while (got := answered.get(timeout=_ANSWER_LIMIT_S)) != name:
            if got == "the end":
                return False
        return True

    try:
        send(json.dumps({"jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": hello}).encode())
        assert is_answered("hello")
        send(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}).encode())
        for number, line in enumerate(messages()):
            send(line)
            if number % _PING_EVERY == 0:
                send(json.dumps({"jsonrpc": "2.0", "id": f"ping {number}", "method": "ping"}).encode())
                assert is_answered(f"ping {number}"), f"it ended, message {number} or the ones before"
    finally:
        program.kill()
        program.communicate()
