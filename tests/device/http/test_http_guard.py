"""The HTTP guard: loopback only, or with a token; bounded in size and rate."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from device.errors import BadSettings
from device.http.guard import MAX_URL_BYTES, Guard, check_binding


async def passed(_scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def status(guard: Guard, *, query: bytes = b"", client: str = "127.0.0.1", **headers: str) -> int:
    """Send one request through the guard and return the status of the answer."""
    answers: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        answers.append(message)

    given = {"host": "127.0.0.1:8017", **headers}
    scope = {
        "type": "http",
        "raw_path": b"/route/v1/driving/1,2;3,4",
        "query_string": query,
        "client": (client, 1),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
    }
    asyncio.run(guard(scope, receive, send))
    return int(answers[0]["status"])


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param({}, 200, id="plain"),
        pytest.param({"host": "localhost"}, 200, id="localhost"),
        pytest.param({"host": "[::1]:8017"}, 200, id="IPv6"),
        pytest.param({"host": "evil.example"}, 403, id="a web page's own name"),
        pytest.param({"content_length": "99999999"}, 413, id="big body"),
        pytest.param({"content_length": "-1"}, 413, id="senseless length"),
        pytest.param({"query": b"x" * (MAX_URL_BYTES + 1)}, 414, id="long URL"),
    ],
)
def test_requests_without_a_token(request_: dict[str, Any], expected: int) -> None:
    assert status(Guard(passed), **request_) == expected


def test_a_token_is_asked_for_when_it_is_set() -> None:
    guard = Guard(passed, token="secret")
    assert status(guard) == 401
    assert status(guard, authorization="Bearer wrong") == 401
    assert status(guard, authorization="Bearer secret", host="car.local") == 200


def test_one_client_cannot_take_everything_and_may_go_on_later() -> None:
    now = 0.0
    guard = Guard(passed, rate_per_s=10, burst=5, clock=lambda: now)
    assert [status(guard) for _ in range(7)] == [200] * 5 + [429] * 2
    assert status(guard, client="127.0.0.2") == 200
    now = 0.5
    assert status(guard) == 200


def test_an_address_that_others_reach_needs_a_token() -> None:
    check_binding("127.0.0.1", "")
    check_binding("0.0.0.0", "secret")
    with pytest.raises(BadSettings, match="token"):
        check_binding("0.0.0.0", "")
