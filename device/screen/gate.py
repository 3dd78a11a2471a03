"""Who may see the screen's page: this computer's own browser, and a phone that was told the pairing code."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal

from device.http.guard import LOOPBACK

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CODE_VALID_S = 300.0
_CODE_TRIES = 5
_OWN_PAGES = (b"", b"none", b"same-origin")
_OPEN = ("/", "/pair")
"""What is shown without the token: the page that asks for the code, and what turns the token over."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self' {socket}; worker-src 'self' blob:; child-src blob:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class PairingCode:
    """A code that is shown on the car's screen, to be typed in on a phone."""

    digits: str
    until_s: float
    tries: int = _CODE_TRIES


class Gate:
    """ASGI middleware: token, origin and host of everything that comes, and headers of everything that goes.

    Parameters
    ----------
    app : ASGI application
        What is protected.
    port : int
        Port of the server; it is in the cookie's name, since cookies do not keep ports apart.
    clock : callable
        Monotonic seconds.
    shown_to_all : tuple of str
        Paths that are shown without the token besides.
    """

    def __init__(
        self,
        app: App,
        *,
        port: int,
        clock: Callable[[], float] = time.monotonic,
        shown_to_all: tuple[str, ...] = (),
    ) -> None:
        self._open = (*_OPEN, *shown_to_all)
        self._app = app
        self._clock = clock
        self.cookie = f"xiaogao-{port}"
        self.token = secrets.token_urlsafe(24)
        self._digest = _digest(self.token)
        self._code: PairingCode | None = None

    def new_code(self) -> PairingCode:
        """Return a code of six digits with which a phone gets the token, for five minutes and five tries."""
        self._code = PairingCode(f"{secrets.randbelow(10**6):06d}", self._clock() + CODE_VALID_S)
        return self._code

    def redeem(self, digits: str) -> bool:
        """Tell whether a code is the one that is shown; it works once."""
        code = self._code
        if code is None or self._clock() > code.until_s:
            self._code = None
            return False
        right = hmac.compare_digest(code.digits.encode(), digits.encode("utf-8", "replace"))
        left = code.tries - 1
        self._code = None if right or left <= 0 else PairingCode(code.digits, code.until_s, left)
        return right

    def cookie_header(self) -> str:
        """Return the header that hands the token over."""
        return f"{self.cookie}={self.token}; Path=/; HttpOnly; SameSite=Strict"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may be seen, and refuse the rest."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        scope["may"] = self._may(scope, headers)
        if scope["may"] != "see" and not (scope["type"] == "http" and scope["path"] in self._open):
            await _refuse(scope, receive, send)
            return
        if _is_foreign(headers, scope["type"]):
            await _refuse(scope, receive, send)
            return
        socket = f"ws://{headers.get(b'host', b'').decode('latin-1')}"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_headers(socket)]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _may(self, scope: Scope, headers: dict[bytes, bytes]) -> Literal["see", "begin", "nothing"]:
        """Tell what a client may: see everything, be given the token, or nothing."""
        if hmac.compare_digest(_digest(self._token_of(headers)), self._digest):
            return "see"
        client = str((scope.get("client") or ("",))[0])
        return "begin" if client in LOOPBACK and _is_local(headers.get(b"host", b"")) else "nothing"

    def _token_of(self, headers: dict[bytes, bytes]) -> str:
        try:
            cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
        except CookieError:
            return ""
        return cookies[self.cookie].value if self.cookie in cookies else ""


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _headers(socket: str) -> list[tuple[bytes, bytes]]:
    # A host that could break out of the policy is none that a browser sends.
    safe = socket if all(c.isalnum() or c in ":/.-[]" for c in socket) else ""
    return [
        (b"content-security-policy", POLICY.format(socket=safe).encode("latin-1")),
        (b"x-content-type-options", b"nosniff"),
        # With no referrer at all a browser sends a form, too, without its origin: the pairing code.
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


def _is_foreign(headers: dict[bytes, bytes], kind: str) -> bool:
    """Tell whether a page that is not ours asks; a WebSocket has to say where it comes from."""
    if headers.get(b"sec-fetch-site", b"") not in _OWN_PAGES:
        return True
    origin = headers.get(b"origin")
    if origin is None:
        return kind == "websocket"
    return origin != b"http://" + headers.get(b"host", b"")


def _is_local(host: bytes) -> bool:
    """Tell whether the address that was asked for is loopback: a page may point its own name at 127.0.0.1."""
    name = host.decode("latin-1")
    name = name.rpartition(":")[0] if name.count(":") == 1 or "]:" in name else name
    return name.strip("[]") in LOOPBACK


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
