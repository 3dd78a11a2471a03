"""`[routing] avoid` holds for every route and trip that nobody says otherwise for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent import Answer
from device.assistant.assistant import Assistant
from device.cli.arguments import wishes_of
from device.http.mcp import create_server
from device.settings import Settings
from nav import Router

STATION = (60.1719, 24.9414)


@pytest.fixture
def assistant(own_home: Path) -> Iterator[Assistant]:
    made = Assistant(Settings.model_validate({"routing": {"avoid": ["toll"]}}), region="helsinki")
    yield made
    made.close()


def said(assistant: Assistant, text: str) -> Answer:
    """Say something, and yes where it is asked about."""
    answer = assistant.read(text, STATION).answer
    return assistant.read("yes", STATION).answer if answer.outcome == "ask_back" else answer


def avoided(assistant: Assistant, text: str) -> set[str]:
    """Ask for a route, drive it, and return what it avoids."""
    route = said(assistant, text).route
    assert route is not None, text
    assistant.driving.begin(route, "en")
    return set(route.avoid)


def test_every_spoken_route_avoids_it(assistant: Assistant) -> None:
    assert avoided(assistant, "take me to Helsinki Cathedral") == {"toll"}
    assert avoided(assistant, "take me to Kiasma and avoid ferries") == {"toll", "ferry"}
    assert assistant.read("cancel the route", STATION).answer.end_guidance
    assistant.driving.end()
    assert avoided(assistant, "take me to Helsinki Cathedral") == {"toll"}


def test_the_driver_may_allow_it(assistant: Assistant) -> None:
    avoided(assistant, "take me to Helsinki Cathedral")
    assert avoided(assistant, "tolls are fine") == set()
    assistant.driving.end()
    assert avoided(assistant, "take me to Kiasma") == {"toll"}, "for that drive"


@pytest.mark.slow
def test_trips_avoid_it(assistant: Assistant) -> None:
    plan = said(assistant, "plan a day in Helsinki").plan
    assert plan is not None
    assert set(plan.avoid) == {"toll"}


def test_tools_of_other_agents_avoid_it_unless_they_say(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    mcp = pytest.importorskip("mcp")
    seen: list[set[str]] = []
    real = Router.route

    def route(self: Router, stops: Any, **options: Any) -> Any:
        seen.append(set(options.get("avoid", ())))
        return real(self, stops, **options)

    monkeypatch.setattr(Router, "route", route)
    server = create_server(
        assistant.region, places=assistant.places, router=assistant.router, avoid=["toll", "ferry"]
    )

    async def call() -> None:
        async with mcp.Client(server) as client:
            ends = {"origin": "Kiasma", "destination": "Helsinki Cathedral"}
            await client.call_tool("route_by_address", ends)
            await client.call_tool("route_by_address", ends | {"avoid": []})

    asyncio.run(call())
    assert seen == [{"toll", "ferry"}, set()]


def test_commands_avoid_it_unless_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOGAO_ROUTING_AVOID", "toll,ferry")
    assert wishes_of(None) == ["toll", "ferry"]
    assert wishes_of(" unpaved, toll ") == ["unpaved", "toll"]
    assert wishes_of("") == []
