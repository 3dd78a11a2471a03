"""The HTTP guard: loopback only, or with a token; bounded in size and rate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

import pytest

from device.errors import BadSettings
from device.http.guard import MAX_URL_BYTES, Guard, Limits, check_binding

TOKEN = "0123456789abcdef"


async def passed(_scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def status(guard: Guard, *, query: bytes = b"", client: str = "127.0.0.1", **headers: str) -> int:
    """Send one request through the guard and return the status of the answer."""
    answers: list[MutableMapping[str, Any]] = []

    sent = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        return sent.pop() if sent else await asyncio.Event().wait() or {}

    async def send(message: MutableMapping[str, Any]) -> None:
        answers.append(message)

    given = {"host": "127.0.0.1:8017", **headers}
    scope = {
        "type": "http",
        "raw_path": b"/route/v1/driving/1,2;3,4",
        "query_string": query,
        "client": (client, 1),
        "headers": [
            (name.replace("_", "-").encode(), value.encode("utf-8")) for name, value in given.items()
        ],
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
        pytest.param({"content_length": "9" * 5000}, 413, id="a length of five thousand digits"),
        pytest.param({"content_length": "4", "transfer_encoding": "chunked"}, 400, id="two lengths"),
        pytest.param({"content_length": "１"}, 413, id="a full-width digit"),
        pytest.param({"origin": "https://evil.example"}, 403, id="a web page"),
        pytest.param({"origin": "null"}, 403, id="a page out of a file"),
        pytest.param({"origin": "http://127.0.0.1:8017"}, 200, id="our own page"),
        pytest.param({"origin": "http://127.0.0.1:9000"}, 403, id="a page of another port"),
        pytest.param({"sec_fetch_site": "cross-site"}, 403, id="a web page's picture"),
        pytest.param({"sec_fetch_site": "same-site"}, 403, id="a page of another port, by its picture"),
        pytest.param({"sec_fetch_site": "same-origin"}, 200, id="our own page's script"),
        pytest.param({"sec_fetch_site": "none"}, 200, id="typed into a browser"),
        pytest.param({"query": b"x" * (MAX_URL_BYTES + 1)}, 414, id="long URL"),
    ],
)
def test_requests_without_a_token(request_: dict[str, Any], expected: int) -> None:
    assert status(Guard(passed), **request_) == expected


def test_a_token_is_asked_for_when_it_is_set() -> None:
    guard = Guard(passed, token=TOKEN)
    assert status(guard) == 401
    assert status(guard, authorization="Bearer wrong") == 401
    assert status(guard, authorization=f"Bearer {TOKEN}", host="car.local") == 200
    assert status(guard, authorization=f"Bearer {TOKEN}", origin="https://evil.example") == 403


def test_tokens_cannot_be_tried_at_any_rate() -> None:
    guard = Guard(passed, token=TOKEN, limits=Limits(rate_per_s=1, burst=3), clock=lambda: 0.0)
    tried = [status(guard, authorization=f"Bearer {number}") for number in range(5)]
    assert tried == [401, 401, 401, 429, 429]
    assert status(guard, authorization=f"Bearer {TOKEN}") == 429


def test_one_client_cannot_take_everything_and_may_go_on_later() -> None:
    now = 0.0
    guard = Guard(passed, limits=Limits(rate_per_s=10, burst=5), clock=lambda: now)
    assert [status(guard) for _ in range(7)] == [200] * 5 + [429] * 2
    assert status(guard, client="127.0.0.2") == 200
    now = 0.5
    assert status(guard) == 200


def test_half_a_body_is_not_worked_on() -> None:
    worked: list[MutableMapping[str, Any]] = []

    async def app(scope: MutableMapping[str, Any], _receive: Any, _send: Any) -> None:
        worked.append(scope)

    async def send(_message: MutableMapping[str, Any]) -> None:
        pass

    sent = [
        {"type": "http.request", "body": b'{"half": ', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> MutableMapping[str, Any]:
        return sent.pop(0)

    scope = {"type": "http", "query_string": b"", "headers": [(b"host", b"localhost")]}
    asyncio.run(Guard(app)(scope, receive, send))
    assert worked == []


def test_an_address_that_others_reach_needs_a_token() -> None:
    check_binding("127.0.0.1", "")
    check_binding("0.0.0.0", TOKEN)
    with pytest.raises(BadSettings, match="guessed"):
        check_binding("127.0.0.1", "secret")
    with pytest.raises(BadSettings, match="token"):
        check_binding("0.0.0.0", "")


def answers_of(guard: Guard, count: int, gone_after_s: float | None = None) -> list[int]:
    """Send some requests at once, whose clients may go away, and return the statuses that came."""
    answers: list[int] = []

    async def request() -> None:
        first = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> MutableMapping[str, Any]:
            if first:
                return first.pop()
            await asyncio.sleep(3600 if gone_after_s is None else gone_after_s)
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            if "status" in message:
                answers.append(message["status"])

        headers = [(b"host", b"127.0.0.1")]
        await guard({"type": "http", "query_string": b"", "headers": headers}, receive, send)

    async def run() -> None:
        await asyncio.gather(*(request() for _ in range(count)))
        await asyncio.sleep(0.05)

    asyncio.run(run())
    return sorted(answers)


def without_end() -> tuple[Any, list[str]]:
    """Return an application that works for an hour, and a list that tells of each time it is broken off."""
    ended: list[str] = []

    async def slow(_scope: Any, _receive: Any, _send: Any) -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            ended.append("broken off")
            raise

    return slow, ended


def test_work_past_its_deadline_is_answered_and_broken_off() -> None:
    slow, ended = without_end()
    assert answers_of(Guard(slow, limits=Limits(deadline_s=0.05)), 2) == [503, 503]
    assert ended == ["broken off"] * 2


def test_work_is_broken_off_when_its_client_has_gone() -> None:
    slow, ended = without_end()
    assert answers_of(Guard(slow), 3, gone_after_s=0.05) == []
    assert ended == ["broken off"] * 3


def test_more_than_can_be_done_is_refused_at_once() -> None:
    async def slowly(_scope: Any, _receive: Any, send: Any) -> None:
        await asyncio.sleep(0.2)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    assert answers_of(Guard(slowly, limits=Limits(in_progress=3)), 5) == [200, 200, 200, 503, 503]


def test_a_computation_that_goes_on_gives_up_the_process() -> None:
    told: list[str] = []

    async def stubborn(_scope: Any, _receive: Any, _send: Any) -> None:
        await asyncio.shield(asyncio.to_thread(time.sleep, 0.4))

    async def never_cancelled(scope: Any, receive: Any, send: Any) -> None:
        work = asyncio.ensure_future(stubborn(scope, receive, send))
        while not work.done():
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError:
                continue

    async def run() -> None:
        limits = Limits(deadline_s=0.05, stuck_s=0.05)
        guard = Guard(never_cancelled, limits=limits, stuck=lambda: told.append("given up"))
        sent = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> MutableMapping[str, Any]:
            return sent.pop() if sent else await asyncio.Event().wait() or {}

        async def send(message: MutableMapping[str, Any]) -> None:
            told.append(str(message.get("status", "")))

        await guard({"type": "http", "query_string": b"", "headers": [(b"host", b"::1")]}, receive, send)
        await asyncio.sleep(0.6)

    asyncio.run(run())
    assert told == ["503", "", "given up"]
