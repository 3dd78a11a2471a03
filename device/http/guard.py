"""What stands before the HTTP interface: limits on size, rate, number and time, a token, no web pages."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from device.errors import BadSettings

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "::1", "localhost")
MAX_URL_BYTES = 64 << 10
MAX_BODY_BYTES = 1 << 20
MIN_TOKEN_CHARACTERS = 16
_CLIENTS_KEPT = 1000
_LENGTH_DIGITS = 12
_LOOK_S = 0.1
_OWN_PAGES = (b"", b"none", b"same-origin")


def check_binding(host: str, token: str) -> None:
    """Refuse an address that other computers reach unless a good token protects it.

    Raises
    ------
    BadSettings
        The address is not loopback and there is no token, or the token can be guessed.
    """
    if token and len(token) < MIN_TOKEN_CHARACTERS:
        raise BadSettings(
            f"http.token: it can be guessed, give {MIN_TOKEN_CHARACTERS} characters or more, such as from "
            "`openssl rand -hex 16`"
        )
    if host not in LOOPBACK and not token:
        raise BadSettings(f"http.host: {host} is reached from outside: set [http] token, or use 127.0.0.1")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much the interface does at once and for one client."""

    rate_per_s: float = 200.0
    """Requests a second that one client may make on average."""

    burst: float = 400.0
    """Requests that one client may make at once."""

    in_progress: int = 48
    """Requests that are worked on or wait for their turn; more are refused at once."""

    deadline_s: float = 10.0
    """How long one request may take."""

    stuck_s: float = 10.0
    """How long work may go on after its deadline before the process is given up."""


class Guard:
    """ASGI middleware.

    Parameters
    ----------
    app : ASGI application
        What is protected.
    token : str
        When set, requests carry `Authorization: Bearer <token>`.
    limits : Limits
        How much is done.
    clock : callable
        Monotonic seconds.
    stuck : callable
        Called when work does not end long after its deadline: it cannot be broken off within a process.
    """

    def __init__(
        self,
        app: App,
        *,
        token: str = "",
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        stuck: Callable[[], None] = lambda: None,
    ) -> None:
        self._app = app
        self._token = hashlib.sha256(token.encode()).digest() if token else b""
        self._limits = limits or Limits()
        self._clock = clock
        self._stuck = stuck
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._in_progress = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with the reason for refusing it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if (refused := self._refusal(scope)) is not None:
            await _refuse(send, *refused)
            return
        if self._in_progress >= self._limits.in_progress:
            await _refuse(send, 503, "Busy")
            return
        self._in_progress += 1
        try:
            if (body := await _whole_body(receive)) is None:
                await _refuse(send, 413, "TooBig")
            else:
                await self._work(scope, body, receive, send)
        finally:
            self._in_progress -= 1

    async def _work(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """Let the application answer within the deadline, as long as somebody waits for the answer."""
        answer = _Answer(send)
        work = asyncio.ensure_future(self._app(scope, _given(body), answer.send))
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait(
                {work, gone}, timeout=self._limits.deadline_s, return_when=asyncio.FIRST_COMPLETED
            )
            if work.done():
                work.result()
            elif not gone.done() and not answer.started:
                answer.over = True
                await _refuse(send, 503, "Timeout")
        finally:
            answer.over = True
            gone.cancel()
            if not work.done():
                self._break_off(work)

    def _break_off(self, work: asyncio.Future[None]) -> None:
        """End work that waits for its turn; what a thread computes goes on, and is watched."""
        work.cancel()
        loop = asyncio.get_running_loop()
        look = loop.call_later(self._limits.stuck_s, self._stuck)

        def ended(done: asyncio.Future[None]) -> None:
            look.cancel()
            if not done.cancelled():
                done.exception()

        work.add_done_callback(ended)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = {name.lower(): value for name, value in scope["headers"]}
        # The rate comes first: it bounds how often a token can be tried.
        if not self._within_rate(str((scope.get("client") or ("?",))[0])):
            return 429, "TooManyRequests"
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_URL_BYTES:
            return 414, "TooBig"
        if not scope["query_string"].isascii():
            return 400, "InvalidUrl"
        if b"content-length" in headers and b"transfer-encoding" in headers:
            # A program between us and the client may go by the other one, and take its end for a request.
            return 400, "InvalidRequest"
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > _LENGTH_DIGITS or int(length) > MAX_BODY_BYTES:
            return 413, "TooBig"
        if _from_a_web_page(headers):
            return 403, "Forbidden"
        if self._token:
            given = headers.get(b"authorization", b"").removeprefix(b"Bearer ")
            if not hmac.compare_digest(hashlib.sha256(given).digest(), self._token):
                return 401, "Unauthorized"
        elif not _local_host(headers.get(b"host", b"")):
            # A web page that points its own name at 127.0.0.1 still sends that name.
            return 403, "Forbidden"
        return None

    def _within_rate(self, client: str) -> bool:
        now, limits = self._clock(), self._limits
        tokens, seen = self._buckets.pop(client, (limits.burst, now))
        tokens = min(limits.burst, tokens + (now - seen) * limits.rate_per_s)
        allowed = tokens >= 1.0
        self._buckets[client] = (tokens - allowed, now)
        if len(self._buckets) > _CLIENTS_KEPT:
            self._buckets.popitem(last=False)
        return allowed


class _Answer:
    """Passes an answer on until it is over."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False
        self.over = False

    async def send(self, message: Message) -> None:
        if not self.over:
            self.started = True
            await self._send(message)


def _from_a_web_page(headers: dict[bytes, bytes]) -> bool:
    """Tell whether a browser sends this for a page that is not ours (by the Fetch standard)."""
    if headers.get(b"sec-fetch-site", b"") not in _OWN_PAGES:
        return True
    origin = headers.get(b"origin")
    return origin is not None and origin != b"http://" + headers.get(b"host", b"")


def _local_host(host: bytes) -> bool:
    name = host.decode("latin-1").rsplit(":", 1)[0] if host.count(b":") == 1 else host.decode("latin-1")
    return name.strip("[]").split("]")[0] in LOOPBACK


async def _whole_body(receive: Receive) -> bytes | None:
    """Read the body, counted as it comes, since not every client announces its length.

    None: it is too big, or the client has gone before its end.
    """
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body"):
            return body
    return None


def _given(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _disconnected(receive: Receive) -> None:
    """Return when the client has gone."""
    with contextlib.suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            await asyncio.sleep(_LOOK_S)


async def _refuse(send: Send, status: int, code: str) -> None:
    body = json.dumps({"code": code, "message": f"refused: {code}"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status in {429, 503}:
        headers.append((b"retry-after", b"1"))
    if code == "InvalidRequest":
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
