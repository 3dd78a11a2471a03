"""Tools for other agents, over the Model Context Protocol: the official `mcp` SDK.

Each tool that needs a position has a form that takes words instead (`*_by_address`), because language models
copy coordinates badly. Every answer is a plain object; what cannot be done is an object with "error" and the
reason, so that a model can read it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from agent.actions.context import Desk
from agent.errors import AgentError, PlanImpossible
from device.store.regions import local_clock
from nav.errors import NavError
from poi.errors import PoiError

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer
    from mcp_types.jsonrpc import JSONRPCError

    from nav import Region, Router
    from poi import Places
    from poi.place import Place

Latitude = Annotated[float, Field(ge=-90, le=90, description="WGS-84 degrees")]
Longitude = Annotated[float, Field(ge=-180, le=180, description="WGS-84 degrees")]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Address = Annotated[
    str, Field(min_length=1, max_length=200, description="name or address of a place, in any script")
]
Limit = Annotated[int, Field(ge=1, le=50)]
_MOST = 25
Names = Annotated[list[Address], Field(max_length=_MOST)] | None
Some = Annotated[list[Address], Field(min_length=1, max_length=_MOST)]
Points = Annotated[list[tuple[float, float]], Field(min_length=1, max_length=_MOST)]
Avoid = Annotated[
    list[str] | None,
    Field(description="any of toll, motorway, ferry, unpaved; null for what the driver's settings avoid"),
]

_ABSENT = ("prompts/", "resources/")
_FARTHEST_DAY = 3652
_INSTRUCTIONS = (
    "Places, routes and trips on an offline OpenStreetMap region. Prefer the *_by_address tools: they take "
    "names instead of coordinates. Distances are metres, times seconds. "
    "Opening hours can be unknown; prices always are."
)


class _Refused(Exception):
    """What was asked cannot be done; the message says why."""


def create_server(
    region: Region,
    *,
    places: Places,
    router: Router,
    now: Callable[[], datetime] | None = None,
    avoid: Collection[str] = (),
) -> MCPServer:
    """Return a server with all tools for one region; `.run("stdio")` serves it.

    Parameters
    ----------
    region, places, router
        The map.
    now
        The clock, in the local time of the region; by default the computer's, in the region's time zone.
    avoid
        What routes and trips avoid when the other agent does not say.
    """
    from mcp.server.mcpserver import MCPServer

    server = MCPServer("xiaogao", instructions=_INSTRUCTIONS, log_level="WARNING")
    desk = Desk(region=region, places=places, router=router, memory=None, now=now or local_clock(region))
    tools = _Tools(desk, tuple(avoid))
    for tool in (
        tools.search_places,
        tools.search_places_by_address,
        tools.place_detail,
        tools.geocode,
        tools.reverse_geocode,
        tools.route,
        tools.route_by_address,
        tools.travel_times,
        tools.travel_times_by_address,
        tools.search_along_route,
        tools.search_along_route_by_address,
        tools.plan_trip,
    ):
        server.tool()(tool)
    # There are tools only: what the SDK would answer for the rest is a traceback in the log.
    for method in [name for name in server._lowlevel_server._request_handlers if name.startswith(_ABSENT)]:
        del server._lowlevel_server._request_handlers[method]
    return server


async def serve_stdio(server: MCPServer) -> None:
    """Serve over standard input and output; a line that is no message is answered too: its sender waits."""
    import anyio
    from mcp.server.stdio import stdio_server
    from mcp.shared.message import SessionMessage

    async with stdio_server() as (lines, answers):
        take_in, taken = anyio.create_memory_object_stream[SessionMessage | Exception]()

        async def sort() -> None:
            async with take_in:
                async for line in lines:
                    if isinstance(line, Exception):
                        await answers.send(SessionMessage(_not_a_message(line)))
                    else:
                        await take_in.send(line)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(sort)
            core = server._lowlevel_server
            await core.run(taken, answers, core.create_initialization_options())


def _not_a_message(error: Exception) -> JSONRPCError:
    """Return the answer to a line that is no JSON, or JSON of another kind than JSON-RPC's."""
    from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData
    from mcp_types.jsonrpc import JSONRPCError

    problems = error.errors() if isinstance(error, ValidationError) else []
    is_json = bool(problems) and problems[0]["type"] != "json_invalid"
    # The whole message is what lacks a key of another kind of message.
    wholes = [problem["input"] for problem in problems if problem["type"] == "missing"]
    names = [whole["id"] for whole in wholes if isinstance(whole, dict) and "id" in whole]
    return JSONRPCError(
        jsonrpc="2.0",
        id=next((name for name in names if isinstance(name, str) or type(name) is int), None),
        error=ErrorData(code=INVALID_REQUEST, message="this is no message of JSON-RPC 2.0")
        if is_json
        else ErrorData(code=PARSE_ERROR, message="this is no JSON"),
    )


def _guarded(answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Turn an expected failure into an object that a model can read."""
    try:
        return answer()
    except PlanImpossible as refusal:
        from agent.actions.reply import say

        facts: dict[str, Any] = {name: str(value) for name, value in refusal.facts.items()}
        facts.setdefault("name", "")
        return {"error": say("en", f"trip.refuse.{refusal.reason}", **facts), "reason": refusal.reason}
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(key) for key in first["loc"])
        return {"error": f"{where}: {first['msg']}", "reason": "BadRequest"}
    except (_Refused, NavError, PoiError, AgentError) as error:
        return {"error": str(error), "reason": type(error).__name__.strip("_")}


def _shown(places: list[Place]) -> dict[str, Any]:
    return {"places": [place.to_dict() for place in places]}


class _Tools:
    """The tools; their docstrings are what the model reads."""

    def __init__(self, desk: Desk, avoid: tuple[str, ...]) -> None:
        self._desk = desk
        self._avoid = avoid

    def _resolved(self, address: str) -> Place:
        resolution = self._desk.places.resolve(address, limit=3)
        if not len(resolution) or resolution.verdict == "nothing":
            hint = (
                f"; similar names: {', '.join(resolution.suggestions[:3])}" if resolution.suggestions else ""
            )
            raise _Refused(f"no place called {address!r} in region {self._desk.region.name}{hint}")
        return resolution[0].place

    def _point(self, address: str) -> tuple[float, float]:
        place = self._resolved(address)
        return place.lat, place.lon

    def search_places(
        self, words: Words, lat: Latitude, lon: Longitude, limit: Limit = 5, within_m: float | None = None
    ) -> dict[str, Any]:
        """Find places of a kind ("gas station", "酒店") or by name near a coordinate, nearest first."""
        return _guarded(
            lambda: _shown(self._desk.places.search(words, near=(lat, lon), limit=limit, within_m=within_m))
        )

    def search_places_by_address(
        self, words: Words, near: Address, limit: Limit = 5, within_m: float | None = None
    ) -> dict[str, Any]:
        """Find places of a kind or by name near a named place, nearest first."""
        return _guarded(
            lambda: _shown(
                self._desk.places.search(words, near=self._point(near), limit=limit, within_m=within_m)
            )
        )

    def place_detail(self, place_id: Annotated[str, Field(max_length=60)]) -> dict[str, Any]:
        """Return everything the map knows about a place, by the id that another tool returned."""

        def answer() -> dict[str, Any]:
            place = self._desk.places.by_id(place_id)
            if place is None:
                raise _Refused(f"no place has the id {place_id!r}")
            return {"place": place.to_dict()}

        return _guarded(answer)

    def geocode(self, address: Address, limit: Limit = 3) -> dict[str, Any]:
        """Turn a name or an address into places with coordinates, best first, with how sure the match is."""

        def answer() -> dict[str, Any]:
            found = self._desk.places.resolve(address, limit=limit)
            return {
                "verdict": found.verdict,
                "candidates": [
                    {"score": round(c.score, 3), "why": c.why, "place": c.place.to_dict()} for c in found
                ],
                "suggestions": list(found.suggestions),
            }

        return _guarded(answer)

    def reverse_geocode(self, lat: Latitude, lon: Longitude) -> dict[str, Any]:
        """Say what street and place are at a coordinate."""

        def answer() -> dict[str, Any]:
            where = self._desk.places.reverse(lat, lon)
            return {
                "street": where.street,
                "house_number": where.house_number,
                "district": where.district,
                "place": where.place.to_dict() if where.place else None,
                "description": where.describe("en"),
            }

        return _guarded(answer)

    def route(
        self,
        from_lat: Latitude,
        from_lon: Longitude,
        to_lat: Latitude,
        to_lon: Longitude,
        avoid: Avoid = None,
    ) -> dict[str, Any]:
        """Route by car between two coordinates, with the instructions."""
        return _guarded(lambda: self._route([(from_lat, from_lon), (to_lat, to_lon)], avoid))

    def route_by_address(
        self, origin: Address, destination: Address, via: Names = None, avoid: Avoid = None
    ) -> dict[str, Any]:
        """Route by car between two named places, by way of others if given, with the instructions."""
        return _guarded(
            lambda: self._route([self._point(words) for words in (origin, *(via or ()), destination)], avoid)
        )

    def _route(self, stops: list[tuple[float, float]], avoid: Names) -> dict[str, Any]:
        route = self._desk.router.route(stops, avoid=self._avoid if avoid is None else avoid)
        return {
            "distance_m": round(float(route.distance_m), 1),
            "duration_s": round(float(route.duration_s), 1),
            "avoid_broken": list(route.avoid_broken),
            "instructions": [
                {"offset_m": round(m.offset_m), "en": m.say("en"), "zh": m.say("zh")} for m in route.maneuvers
            ],
        }

    def travel_times(self, origins: Points, destinations: Points) -> dict[str, Any]:
        """Return driving times in seconds from each origin to each destination ([lat, lon]); null: no way."""
        return _guarded(lambda: self._matrix(origins, destinations))

    def travel_times_by_address(self, origins: Some, destinations: Some) -> dict[str, Any]:
        """Return driving times in seconds from each named place to each other; null if there is no way."""
        return _guarded(
            lambda: self._matrix([self._point(w) for w in origins], [self._point(w) for w in destinations])
        )

    def _matrix(
        self, origins: list[tuple[float, float]], destinations: list[tuple[float, float]]
    ) -> dict[str, Any]:
        import numpy as np

        seconds = np.asarray(self._desk.router.matrix(origins, destinations, avoid=self._avoid))
        rows = [[round(float(s), 1) if np.isfinite(s) else None for s in row] for row in seconds]
        return {"seconds": rows}

    def search_along_route(
        self,
        words: Words,
        from_lat: Latitude,
        from_lon: Longitude,
        to_lat: Latitude,
        to_lon: Longitude,
        limit: Limit = 5,
    ) -> dict[str, Any]:
        """Find places along the route between two coordinates, with the detour each costs in seconds."""
        return _guarded(lambda: self._along(words, (from_lat, from_lon), (to_lat, to_lon), limit))

    def search_along_route_by_address(
        self, words: Words, origin: Address, destination: Address, limit: Limit = 5
    ) -> dict[str, Any]:
        """Find places along the route between two named places, with the detour each costs in seconds."""
        return _guarded(lambda: self._along(words, self._point(origin), self._point(destination), limit))

    def _along(
        self, words: str, start: tuple[float, float], end: tuple[float, float], limit: int
    ) -> dict[str, Any]:
        route = self._desk.router.route([start, end], avoid=self._avoid)
        return _shown(self._desk.places.search(words, along=route, router=self._desk.router, limit=limit))

    def plan_trip(
        self,
        where: Address,
        days: int,
        likes: Names = None,
        dislikes: Names = None,
        must_see: Names = None,
        children: bool = False,
        budget: Annotated[str, Field(pattern="^(low|high)?$")] = "",
        pace: Annotated[str, Field(pattern="^(easy|full)?$")] = "",
        avoid: Avoid = None,
        first_day: date | None = None,
    ) -> dict[str, Any]:
        """Plan a trip of some days and verify it: sights, meals, hotels and drives with times.

        The plan has passed nine checks against the map and the router; an impossible one is refused with the
        reason. Prices are never known.
        """

        def answer() -> dict[str, Any]:
            from agent.trip.dates import first_day_of
            from agent.trip.inquiry import make_request
            from agent.trip.planner import make_plan
            from agent.trip.verifier import require
            from agent.understanding.intent import Wishes

            now = self._desk.now()
            if first_day is not None and abs((first_day - now.date()).days) > _FARTHEST_DAY:
                raise _Refused("first_day is too far off: give a day within ten years")
            wishes = Wishes.model_validate(
                {
                    "likes": likes or (),
                    "dislikes": dislikes or (),
                    "must": must_see or (),
                    "children": children,
                    "budget": budget,
                    "pace": pace,
                    "avoid": self._avoid if avoid is None else avoid,
                }
            )
            request = make_request(
                self._desk,
                where=where,
                days=days,
                wishes=wishes,
                position=None,
                first_day=first_day or first_day_of("", now),
            )
            plan = require(make_plan(self._desk, request), request, self._desk)
            return {"plan": plan.to_dict(), "verified": True}

        return _guarded(answer)
