"""The tools for other agents, through the SDK's own client."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from agent.actions.context import Desk
from device.http.mcp import create_server

mcp = pytest.importorskip("mcp")
ToolError = pytest.importorskip("mcp.server.mcpserver.exceptions").ToolError


def call(desk: Desk, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call one tool the way another agent does."""

    async def run() -> dict[str, Any]:
        server = create_server(desk.region, places=desk.places, router=desk.router, now=desk.now)
        async with mcp.Client(server) as client:
            result = await client.call_tool(tool, arguments)
            assert not result.is_error, result.content
            return dict(result.structured_content)

    return asyncio.run(run())


def test_every_tool_is_described(desk: Desk) -> None:
    async def names() -> dict[str, str]:
        server = create_server(desk.region, places=desk.places, router=desk.router)
        async with mcp.Client(server) as client:
            return {tool.name: tool.description or "" for tool in (await client.list_tools()).tools}

    found = asyncio.run(names())
    assert {
        "search_places",
        "place_detail",
        "geocode",
        "reverse_geocode",
        "route_by_address",
        "plan_trip",
    } <= set(found)
    assert all(found.values())


def test_search_and_detail_by_words_alone(desk: Desk) -> None:
    places = call(desk, "search_places_by_address", words="museum", near="Helsinki Cathedral")["places"]
    assert len(places) >= 3
    assert places[0]["distance_m"] <= places[1]["distance_m"]
    detail = call(desk, "place_detail", place_id=places[0]["id"])["place"]
    assert detail["name"] == places[0]["name"]


def test_route_by_address_has_instructions_in_both_languages(desk: Desk) -> None:
    route = call(desk, "route_by_address", origin="Kiasma", destination="Helsinki Cathedral")
    assert 500 < route["distance_m"] < 5000
    assert route["instructions"][0]["zh"]
    assert route["instructions"][0]["en"]


def test_matrix_along_and_reverse(desk: Desk) -> None:
    names = ["Kiasma", "Ateneum"]
    seconds = call(desk, "travel_times_by_address", origins=names, destinations=names)["seconds"]
    assert seconds[0][0] == 0
    assert seconds[0][1] > 0
    along = call(
        desk, "search_along_route_by_address", words="cafe", origin="Kiasma", destination="Helsinki Cathedral"
    )
    assert along["places"]
    assert call(desk, "reverse_geocode", lat=60.1719, lon=24.9414)["description"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("travel_times_by_address", {"origins": ["Kiasma"] * 26, "destinations": ["Ateneum"]}),
        ("travel_times_by_address", {"origins": ["Kiasma"], "destinations": []}),
        ("travel_times", {"origins": [(60.17, 24.94)], "destinations": [(60.17, 24.94)] * 26}),
        ("route_by_address", {"origin": "Kiasma", "destination": "Ateneum", "via": ["Kiasma"] * 26}),
        ("plan_trip", {"where": "Helsinki", "days": 1, "must_see": ["Kiasma"] * 26}),
    ],
)
def test_too_many_names_are_refused_before_one_is_looked_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tool: str, arguments: dict[str, Any]
) -> None:
    monkeypatch.setattr(desk.places, "resolve", lambda *_args, **_options: pytest.fail("it was looked up"))
    server = create_server(desk.region, places=desk.places, router=desk.router, now=desk.now)
    with pytest.raises(ToolError, match=r"25|at least 1"):
        asyncio.run(server.call_tool(tool, arguments))


def test_a_planned_trip_is_verified(desk: Desk) -> None:
    plan = call(desk, "plan_trip", where="Helsinki", days=1, likes=["museum"])
    assert plan["verified"]
    assert plan["plan"]["days"][0]["visits"]


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("geocode", {"address": "Emerald Palace of Oz"}, None),
        ("route_by_address", {"origin": "Kiasma", "destination": "Qwxyzzy Plaza 9999"}, "Refused"),
        (
            "route",
            {"from_lat": 60.17, "from_lon": 24.94, "to_lat": 10.0, "to_lon": 10.0},
            "PointOutsideRegion",
        ),
        ("plan_trip", {"where": "Paris", "days": 2}, "outside"),
        ("plan_trip", {"where": "Helsinki", "days": 400}, "days_many"),
        ("plan_trip", {"where": "Helsinki", "days": 1, "avoid": ["junk"]}, "BadRequest"),
        ("plan_trip", {"where": "Helsinki", "days": 1, "first_day": "9999-12-31"}, "Refused"),
        ("plan_trip", {"where": "Helsinki", "days": 1, "first_day": "0001-01-01"}, "Refused"),
        ("route_by_address", {"origin": "Kiasma", "destination": "Ateneum", "avoid": ["junk"]}, "BadRequest"),
        ("place_detail", {"place_id": "node/-1; DROP TABLE place"}, "Refused"),
    ],
)
def test_what_cannot_be_done_is_said(
    desk: Desk, tool: str, arguments: dict[str, Any], reason: str | None
) -> None:
    answer = call(desk, tool, **arguments)
    if reason is None:
        assert answer["verdict"] in {"nothing", "unsure"}
    else:
        assert answer["reason"] == reason
        assert answer["error"]


@pytest.mark.slow
def test_a_trip_begins_by_the_clock_of_the_region(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.http.mcp.local_clock", lambda _region: lambda: datetime(2031, 5, 5, 1, 0))

    async def planned() -> dict[str, Any]:
        server = create_server(desk.region, places=desk.places, router=desk.router)
        async with mcp.Client(server) as client:
            result = await client.call_tool("plan_trip", {"where": "Helsinki", "days": 1})
            return dict(result.structured_content)

    assert asyncio.run(planned())["plan"]["days"][0]["date"].startswith("2031-05-0")
