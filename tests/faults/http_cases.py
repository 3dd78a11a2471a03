"""Hostile requests over HTTP/1.1, as bytes: parser, framing, headers, addresses, options and bodies."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from device.http.osrm_request import _OPTIONS as OPTIONS
from tests.device.town import SIDE, SOUTH, STEP_DEG, WEST
from tests.faults.mutations import mutated

HOST = b"Host: localhost"
PROBE = b"GET /nearest/v1/driving/10.0,60.0 HTTP/1.1\r\n" + HOST + b"\r\n\r\n"
"""A request for one place, which has an answer wherever it is taken for one."""
SENTINEL = PROBE.replace(b"60.0 ", b"60.0?number=2 ")
"""A request for two places, so that its answer is known from that of `PROBE`."""

VALUES = (
    "", "true", "false", "0", "1", "-1", "2", "３", "٣", "1e9", "1e400", "nan", "inf", "9" * 12, "9" * 400,
    "0x10", "1.5", "-0", "all", "unlimited", "first", "last", "any", "0;1", "1;0", ";", "0;0;0", "0,180",
    "400,10", "0;99999999999999999999", "duration", "distance", "duration,distance", "nodes",
    "speed,datasources,weight", "curb", "unrestricted;curb", "toll", "motorway,toll", "toll,toll,junk",
    "split", "ignore", "full", "simplified", "polyline6", "geojson", "zh", "en-US", "de", "xx-YY",
    "metric", "imperial", "2026-11-30T08:00", "9999-12-31", "0001-01-01T00:00+14:00", "2026-02-30",
    "2026-11-30T08:00:00.5Z", "0;5", "5;0", "1700000000;1700000060", "\0",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "长" * 50, "a" * 2000, "%", "%00", "'",
    "<script>", "../..", "7.5", "3.5", "40", "100000000000", "input", "crossing", "default", "output",
)  # fmt: skip
GOOD = {
    "steps": "true false", "geometries": "polyline polyline6 geojson", "overview": "full simplified false",
    "annotations": "true duration distance duration,distance nodes speed,weight datasources",
    "alternatives": "true false 0 1 3 999999999999", "continue_straight": "true false default",
    "bearings": "0,180;90,45 ;10,20 90,10;;", "radiuses": "unlimited;50 20;20 0;0 100",
    "exclude": "toll motorway,toll ferry", "generate_hints": "true false", "skip_waypoints": "true false",
    "sources": "all 0 1;0 0;0;0;0", "number": "1 3 100", "destinations": "all 1 0;1",
    "fallback_speed": "1 999999999999 0.0000001", "scale_factor": "0.5 999999999999 0.00001",
    "fallback_coordinate": "input snapped", "timestamps": "0;5 5;5;5 0;999999999999",
    "gaps": "split ignore", "tidy": "true false", "roundtrip": "true false", "source": "any first",
    "destination": "any last", "waypoints": "0;1 0;2 0;1;2",
    "approaches": "curb;unrestricted unrestricted;curb;curb", "snapping": "any default",
    "voice_instructions": "true", "banner_instructions": "true", "language": "zh en-US de",
    "voice_units": "metric imperial",
    "depart": "2026-11-30T08:00 9999-12-31T23:59:59 0001-01-01 2026-11-30T08:00:00+14:00",
    "height": "3.5 0 999999999999", "width": "2 -0", "length": "12", "weight": "7.5 40",
    "hgv": "true false", "hazmat": "true", "hints": ";",
}  # fmt: skip
"""Values that each option may have, where it may have them."""
NUMBERS = (
    "0", "-0", "1", "90", "90.0000001", "-180", "181", "1e5", "1e400", "-1e-400", "nan", "inf",
    "60.00" + "0" * 40, "６０", "٦٠", "+60", "60.", ".5", "0x3c", "", " ", "60,0", "9" * 12, "9" * 13,
)  # fmt: skip
JSONS: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 1 << 64, 10**400, 1e308, float("nan"), float("-inf"), "", "a", "\0", "\ud800",
    "６０", "9" * 500, [], [[]], {}, {"a": 1}, [None] * 600, "2026-11-30T08:00", "2026-02-30", "osrm",
    "truck", "via", 361, "en-US", {"auto": {"use_tolls": "no", "height": 1e999}},
    {"truck": {"height": 4.0, "hazmat": True}}, {"type": 1, "value": "x"},
)  # fmt: skip
METHODS = (
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"DELETE",
    b"OPTIONS",
    b"TRACE",
    b"CONNECT",
    b"PATCH",
    b"X" * 30,
    b"get",
)
TARGETS = (
    b"/", b"*", b"//", b"/route", b"/route/", b"/health", b"/metrics", b"/docs", b"/openapi.json",
    b"/%2e%2e/%2e%2e/etc/passwd", b"http://localhost/nearest/v1/driving/10.0,60.0", b"localhost:80",
    b"/\xff\xfe", b"/route/v1/driving/%zz", b"/?" + b"a" * 70_000, b"/" + b"a/" * 5000,
    b"/nearest/v1/driving/10.0,60.0#x", b"/nearest/v1/driving/10.0,60.0?" + b"a=1&" * 2000, b"", b"/a b",
)  # fmt: skip
HEADERS = (
    b"Host: evil.example", b"Host:", b"Origin: http://evil.example", b"Origin: null",
    b"Sec-Fetch-Site: cross-site", b"Authorization: Bearer " + b"x" * 4000, b"Content-Length: 0",
    b"Content-Length: 99999999999999999999", b"Content-Length: -1", b"Content-Length: +0",
    b"Content-Length: \xd9\xa3", b"Content-Length: 0x0", b"Content-Length: 1, 1", b"Expect: 100-continue",
    b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a", b"Connection: close",
    b"Connection: keep-alive, close", b"Upgrade: h2c", b"Transfer-Encoding: gzip", b"X: \x00",
    b"X: \xff\xfe", b"X\x00: a", b"X : a", b" X: a", b"X: a\r\n folded", b": a", b"X",
    b"X: " + b"a" * 20_000, b"\r\n".join([b"X: a"] * 1500), b"Range: bytes=0-1",
    b"Accept-Encoding: gzip, br", b"Content-Type: text/plain", b"Content-Encoding: gzip",
)  # fmt: skip
FRAMINGS = (
    b"Content-Length: 4\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 4",
    b"Content-Length: 0\r\nContent-Length: %d", b"Content-Length: 0, %d", b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding: identity, chunked",
    b"Transfer-Encoding:\x0bchunked", b"Transfer-Encoding : chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", b"Content-Length : %d",
    b"X: a\nContent-Length: %d", b"X: a\rContent-Length: %d", b"Content-Length: 0%d x",
)  # fmt: skip
"""Of a request with a second one in its body: read in another way, it would be another client's."""
CHUNKS = (
    b"0\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\n", b"0" * 30 + b"2\r\n{}\r\n0\r\n\r\n",
    b"2;a=b\r\n{}\r\n0\r\nX: a\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n", b"0x2\r\n{}\r\n0\r\n\r\n",
    b"ffffffffffffffffffff\r\n{}", b"2\n{}\n0\n\n", b"\r\n\r\n", b"2\r\n{}x\r\n0\r\n\r\n",
    b"2 \r\n{}\r\n0\r\n\r\n",
)  # fmt: skip

_HTTP_2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is sent on a connection, and what has to come back."""

    kind: str
    sent: bytes
    answers: int = 0
    """How many answers come while the client waits; 0: it hangs up its side at once, and takes what comes."""
    hides: bool = False
    """Whether `PROBE` is in its body: it is not to be answered."""
    bodies: bool = True
    """Whether the answers have bodies: those to HEAD have none."""


def cases(count: int, *, seed: int) -> Iterator[Case]:
    """Draw cases; the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        yield chance.choice(_KINDS)(chance, number)


def _point(chance: random.Random) -> str:
    lon, lat = WEST + chance.random() * SIDE * STEP_DEG, SOUTH + chance.random() * SIDE * STEP_DEG
    return f"{lon:.5f},{lat:.5f}"


def _address(chance: random.Random) -> str:
    """Draw an address of the interface: mostly good, with options of any service and good or bad values."""
    service = chance.choice(list(OPTIONS))
    count = 1 if service == "nearest" else chance.randint(2, 5)
    points = [_point(chance) for _ in range(count)]
    if chance.random() < 0.2:
        points[chance.randrange(count)] = f"{chance.choice(NUMBERS)},{chance.choice(NUMBERS)}"
    where = ";".join(points)
    if chance.random() < 0.05:
        letters = "".join(chance.choices("_p~iF?@|`", k=chance.randrange(40)))
        where = f"polyline{chance.choice(('', '6'))}({letters})"
    profile = chance.choice(("driving", "driving", "cycling", "walking", "junk"))
    names = sorted(OPTIONS[service]) if chance.random() < 0.9 else [*GOOD, "junk", ""]
    options = [(name, _value(chance, name)) for name in chance.choices(names, k=chance.randrange(4))]
    query = "&".join(f"{name}={quote(value, safe=chance.choice(('', ';,')))}" for name, value in options)
    return f"/{service}/v1/{profile}/{quote(where, safe=';,()')}" + (f"?{query}" if query else "")


def _value(chance: random.Random, name: str) -> str:
    good = name in GOOD and chance.random() < 0.7
    return chance.choice(GOOD[name].split() if good else VALUES)


def _request(method: bytes, target: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join((method + b" " + target + b" HTTP/1.1", HOST, *headers, b"", body))


def _osrm(chance: random.Random, _number: int) -> Case:
    head = chance.random() < 0.1
    sent = _request(b"HEAD" if head else b"GET", _address(chance).encode())
    return Case(kind="options of OSRM", sent=sent, answers=1, bodies=not head)


def _valhalla_body(chance: random.Random) -> bytes:
    places = [{"lat": SOUTH + 0.002, "lon": WEST + 0.001 * n} for n in range(chance.randint(1, 4))]
    body: dict[str, Any] = {"format": "osrm", "locations": places}
    keys = (
        "format", "locations", "costing", "costing_options", "alternates", "date_time", "shape_format",
        "language", "units", "directions_options", "banner_instructions", "voice_instructions",
        "exclude_locations", "junk",
    )  # fmt: skip
    for _ in range(chance.randrange(4)):
        if chance.random() < 0.3:
            place: dict[str, Any] = chance.choice(places)
            place[chance.choice(("lat", "lon", "type", "heading", "radius"))] = chance.choice(JSONS)
        else:
            body[chance.choice(keys)] = chance.choice(JSONS)
    text = json.dumps(body)
    match chance.randrange(12):
        case 0:
            return b"[" * chance.choice((1, 100, 100_000)) + text.encode()
        case 1:
            return b'{"locations":' * chance.choice((1, 5000)) + text.encode()
        case 2:
            return next(mutated([text.encode()], 1, seed=chance.randrange(1 << 30)))
        case 3:
            return text.encode(chance.choice(("utf-16", "utf-32", "utf-8-sig")))
        case 4:
            return text.replace("60.0", "6" * chance.choice((30, 5000))).encode()
    return text.encode()


def _valhalla(chance: random.Random, _number: int) -> Case:
    body = _valhalla_body(chance)
    if chance.random() < 0.1:
        sent = _request(
            b"POST",
            b"/route",
            b"Transfer-Encoding: chunked",
            body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body),
        )
    else:
        sent = _request(b"POST", b"/route", b"Content-Length: %d" % len(body), body=body)
    return Case(kind="bodies of Valhalla", sent=sent, answers=1)


def _several(chance: random.Random, _number: int) -> Case:
    count = chance.randint(2, 6)
    sent = b"".join(_request(b"GET", _address(chance).encode()) for _ in range(count))
    return Case(kind="several requests at once", sent=sent, answers=count)


def _addressed(chance: random.Random, _number: int) -> Case:
    sent = _request(
        chance.choice(METHODS), chance.choice(TARGETS), *chance.sample(HEADERS, chance.randrange(2))
    )
    return Case(kind="methods and addresses", sent=sent)


def _headed(chance: random.Random, _number: int) -> Case:
    headers = chance.sample(HEADERS, chance.randint(1, 4))
    if chance.random() < 0.2:
        headers.append(chance.choice(headers))
    return Case(kind="headers", sent=_request(b"GET", _address(chance).encode(), *headers))


def _framed(chance: random.Random, _number: int) -> Case:
    framing = chance.choice(FRAMINGS)
    hidden = b"0\r\n\r\n" + PROBE if b"hunked" in framing else PROBE
    framing = framing % len(hidden) if b"%d" in framing else framing
    sent = _request(b"POST", b"/route", framing, body=hidden)
    return Case(kind="two ways to read it", sent=sent, answers=1, hides=True)


def _chunked(chance: random.Random, _number: int) -> Case:
    body = chance.choice(CHUNKS)
    return Case(kind="chunks", sent=_request(b"POST", b"/route", b"Transfer-Encoding: chunked", body=body))


def _cut(chance: random.Random, number: int) -> Case:
    whole = (_osrm, _valhalla, _several)[number % 3](chance, number).sent
    return Case(kind="cut off", sent=whole[: chance.randrange(len(whole))])


def _versioned(chance: random.Random, _number: int) -> Case:
    version = chance.choice(
        (
            b"HTTP/1.0",
            b"HTTP/0.9",
            b"HTTP/2.0",
            b"HTTP/9.9",
            b"HTTP/1.1.1",
            b"http/1.1",
            b"",
            b"ICY/1.1",
            b"HTTP/1,1",
        )
    )
    prefix = chance.choice(
        (b"", b"\r\n", b"\r\n" * 50, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"\0")
    )
    line = prefix + b"GET " + _address(chance).encode() + b" " + version
    return Case(kind="versions", sent=line + b"\r\n" + HOST + b"\r\n\r\n")


def _changed(chance: random.Random, number: int) -> Case:
    seeds = [kind(chance, number).sent[:4000] for kind in (_osrm, _valhalla, _framed, _chunked, _several)]
    return Case(kind="other bytes", sent=next(mutated(seeds, 1, seed=chance.randrange(1 << 30))))


_KINDS: tuple[Callable[[random.Random, int], Case], ...] = (
    _osrm, _osrm, _osrm, _valhalla, _valhalla, _several, _addressed, _headed, _framed, _chunked, _cut,
    _versioned, _changed,
)  # fmt: skip
