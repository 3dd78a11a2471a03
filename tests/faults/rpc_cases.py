"""Hostile messages to the MCP server, as lines: JSON-RPC that is none, calls with arguments that are none."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.device.town import SOUTH, STEP_DEG, WEST
from tests.faults.mutations import mutated

_PLAN_EVERY = 500
"""A trip is planned in seconds, the other tools answer in milliseconds."""

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
    "2026-02-30", ["toll", "motorway", "ferry", "unpaved"], ["toll"] * 100, ["junk"],
)  # fmt: skip
METHODS = (
    "tools/list", "ping", "prompts/list", "prompts/get", "resources/list", "resources/read",
    "resources/subscribe", "resources/templates/list", "logging/setLevel", "completion/complete",
    "initialize", "roots/list", "sampling/createMessage", "elicitation/create", "server/discover",
    "tasks/list", "rpc.discover", "", "\0",
)  # fmt: skip
NOTICES = (
    "notifications/cancelled", "notifications/progress", "notifications/initialized",
    "notifications/message", "notifications/roots/list_changed", "notifications/junk",
)  # fmt: skip
NUMBERS = ("1e999", "-1e999", "9" * 5000, "-0", "1e-9999", "0x10", "NaN", "Infinity", "1.", "01", "１", "+1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of standard input."""

    kind: str
    sent: bytes
    name: str | None = None
    """The id of a request that has to be answered; None where nothing need be."""


def lines(count: int, *, seed: int) -> Iterator[Line]:
    """Draw lines; the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        line = chance.choice(_KINDS)(chance, number)
        yield Line(kind=line.kind, sent=line.sent.replace(b"\n", b" ") + b"\n", name=line.name)


def _request(number: int, method: str, params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": f"case {number}", "method": method, "params": params}


def _arguments(chance: random.Random, number: int) -> tuple[str, dict[str, Any]]:
    """Draw a tool, and arguments of which some are none."""
    names = [name for name in GOOD if name != "plan_trip"]
    tool = "plan_trip" if number % _PLAN_EVERY == 0 else chance.choice(names)
    arguments = dict(GOOD[tool])
    for _ in range(chance.randrange(4)):
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


def _call(chance: random.Random, number: int) -> Line:
    tool, arguments = _arguments(chance, number)
    request = _request(number, "tools/call", {"name": tool, "arguments": arguments})
    text = json.dumps(request)
    # A number that JSON does not have, or half a character, makes the line no JSON; it still has an answer.
    sound = not any(what in text for what in ("NaN", "Infinity", "\\ud800"))
    return Line(kind="calls", sent=text.encode(), name=request["id"] if sound else None)


def _method(chance: random.Random, number: int) -> Line:
    params: dict[str, Any] = {}
    for _ in range(chance.randrange(3)):
        key = chance.choice(
            ("name", "uri", "cursor", "level", "ref", "argument", "arguments", "_meta", "junk")
        )
        params[key] = chance.choice((*HOSTILE[:13], "a", "debug", {"progressToken": 1}, {"a": "b"}, [], {}))
    text = json.dumps(_request(number, chance.choice(METHODS), params))
    sound = not any(what in text for what in ("NaN", "Infinity"))
    return Line(kind="methods", sent=text.encode(), name=f"case {number}" if sound else None)


def _envelope(chance: random.Random, number: int) -> Line:
    message: dict[str, Any] = _request(number, "ping", {})
    for _ in range(chance.randint(1, 3)):
        key = chance.choice(("jsonrpc", "id", "method", "params", "result", "error", "junk"))
        if chance.random() < 0.3:
            message.pop(key, None)
        else:
            message[key] = chance.choice(HOSTILE)
    return Line(kind="envelopes", sent=json.dumps(message).encode())


def _nested(chance: random.Random, number: int) -> Line:
    depth = chance.choice((10, 190, 210, 1000, 100_000))
    opened, closed = chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
    deep = opened * depth + chance.choice((b"1", b"")) + closed * chance.choice((depth, 0))
    whole = json.dumps(
        _request(number, "tools/call", {"name": "geocode", "arguments": {"address": "@"}})
    ).encode()
    where = chance.choice(
        (b'"@"', b'"2.0"', b'"tools/call"', f'"case {number}"'.encode(), b'{"address": "@"}', whole)
    )
    return Line(kind="deep nesting", sent=whole.replace(where, deep))


def _notice(chance: random.Random, number: int) -> Line:
    told = chance.choice((f"case {number - 1}", number, *HOSTILE[:12]))
    params = {
        chance.choice(("requestId", "progressToken", "junk")): told,
        "progress": chance.choice(HOSTILE[:12]),
    }
    # What is cancelled has no answer, so only what has one already or never was is.
    params |= {"requestId": "no such request"} if "requestId" in params else {}
    message = {"jsonrpc": "2.0", "method": chance.choice(NOTICES), "params": params}
    return Line(kind="notices", sent=json.dumps(message).encode())


def _answer(chance: random.Random, number: int) -> Line:
    """Draw an answer to a question that the server has not asked."""
    key, value = chance.choice((("result", {}), ("error", {"code": 1, "message": "a"}), ("error", [])))
    name = chance.choice((number, f"case {number}", *HOSTILE[:12]))
    return Line(kind="answers", sent=json.dumps({"jsonrpc": "2.0", "id": name, key: value}).encode())


def _text(chance: random.Random, number: int) -> Line:
    whole = json.dumps(
        _request(number, "tools/call", {"name": "reverse_geocode", "arguments": {"lat": 60, "lon": 10}})
    )
    match chance.randrange(8):
        case 0:
            changed = whole.replace("60", chance.choice(NUMBERS)).encode()
        case 1:
            changed = whole.encode(chance.choice(("utf-16", "utf-32", "utf-8-sig")))
        case 2:
            changed = b"[" + b",".join([whole.encode()] * chance.randrange(1, 50)) + b"]"
        case 3:
            changed = whole[: chance.randrange(len(whole))].encode()
        case 4:
            changed = whole.replace('"id"', '"id": 7, "id"').replace("60", '1, "lat": 61').encode()
        case 5:
            changed = whole.replace(
                "reverse", chance.choice(("\u2028", "\\u0000", "\\ud800", "\ufeff"))
            ).encode()
        case 6:
            changed = chance.choice(
                (b"", b" ", b"\r", b"null", b"0", b'""', b"\xff\xfe", b"\0" * 100, b"Content-Length: 5")
            )
        case _:
            changed = whole.replace("60", "6" * 2_000_000).encode()
    return Line(kind="texts", sent=changed)


def _changed(chance: random.Random, number: int) -> Line:
    seeds = [kind(chance, number).sent[:4000] for kind in (_call, _method, _notice, _text)]
    return Line(kind="other bytes", sent=next(mutated(seeds, 1, seed=chance.randrange(1 << 30))))


_KINDS: tuple[Callable[[random.Random, int], Line], ...] = (
    _call, _call, _call, _call, _method, _envelope, _nested, _notice, _answer, _text, _changed, _changed,
)  # fmt: skip
