"""What stands before the HTTP interface: a token, limits on size and rate, and no requests from web pages."""

from __future__ import annotations

import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from device.errors import BadSettings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "::1", "localhost")
MAX_URL_BYTES = 64 << 10
MAX_BODY_BYTES = 1 << 20
_CLIENTS_KEPT = 1000


def check_binding(host: str, token: str) -> None:
    """Refuse an address that other computers reach unless a token protects it.

    Raises
    ------
    BadSettings
        The address is not loopback and there is no token.
    """
    if host not in LOOPBACK and not token:
        raise BadSettings(f"http.host: {host} is reached from outside: set [http] token, or use 127.0.0.1")


class Guard:
    """ASGI middleware.

    Parameters
    ----------
    app : ASGI application
        What is protected.
    token : str
        When set, requests carry `Authorization: Bearer <token>`.
    rate_per_s, burst : float
        Requests that one client may make.
    clock : callable
        Monotonic seconds.
    """

    def __init__(
        self,
        app: App,
        *,
        token: str = "",
        rate_per_s: float = 200.0,
        burst: float = 400.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._token = token
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with the reason for refusing it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is not None:
            await _refuse(send, *refused)
            return
        await self._app(scope, _bounded(receive), send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = {name.lower(): value for name, value in scope["headers"]}
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_URL_BYTES:
            return 414, "TooBig"
        if not scope["query_string"].isascii():
            return 400, "InvalidUrl"
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            return 413, "TooBig"
        if self._token:
            given = headers.get(b"authorization", b"").removeprefix(b"Bearer ")
            if not hmac.compare_digest(given, self._token.encode()):
                return 401, "Unauthorized"
        elif not _local_host(headers.get(b"host", b"")):
            # A web page that points its own name at 127.0.0.1 still sends that name.
            return 403, "Forbidden"
        if not self._within_rate(str((scope.get("client") or ("?",))[0])):
            return 429, "TooManyRequests"
        return None

    def _within_rate(self, client: str) -> bool:
        now = self._clock()
        tokens, seen = self._buckets.pop(client, (self._burst, now))
        tokens = min(self._burst, tokens + (now - seen) * self._rate_per_s)
        allowed = tokens >= 1.0
        self._buckets[client] = (tokens - allowed, now)
        if len(self._buckets) > _CLIENTS_KEPT:
            self._buckets.popitem(last=False)
        return allowed


def _local_host(host: bytes) -> bool:
    name = host.decode("latin-1").rsplit(":", 1)[0] if host.count(b":") == 1 else host.decode("latin-1")
    return name.strip("[]").split("]")[0] in LOOPBACK


def _bounded(receive: Receive) -> Receive:
    """Count the body as it comes, for clients that do not announce its length."""
    taken = 0

    async def bounded() -> MutableMapping[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY_BYTES:
            return {"type": "http.disconnect"}
        return message

    return bounded


async def _refuse(send: Send, status: int, code: str) -> None:
    body = json.dumps({"code": code, "message": f"refused: {code}"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
