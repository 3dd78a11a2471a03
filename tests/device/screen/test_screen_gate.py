"""Who may see the page of the screen: its own browser, and a phone that was told the code."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from device.screen.gate import CODE_VALID_S, Gate

CAR, PHONE = ("127.0.0.1", 40_000), ("192.168.4.20", 40_000)
LOOPBACK, HOTSPOT = "http://127.0.0.1:8018", "http://192.168.4.1:8018"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> Gate:
    async def page(request: Request) -> Response:
        answer = PlainTextResponse(request.scope["may"])
        if request.scope["may"] == "begin":
            answer.headers["set-cookie"] = request.app.state.gate.cookie_header()
        return answer

    async def events(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")
        await socket.close()

    app = Starlette(routes=[Route("/", page), Route("/secret", page), WebSocketRoute("/events", events)])
    app.state.gate = gate = Gate(app, port=8018, clock=clock)
    return gate


def client(gate: Gate, who: tuple[str, int], base: str) -> TestClient:
    return TestClient(gate, base_url=base, client=who)


def test_the_cars_own_browser_gets_the_token_with_the_page(gate: Gate) -> None:
    car = client(gate, CAR, LOOPBACK)
    assert car.get("/secret").status_code == 403, "before the page was opened"
    assert car.get("/").text == "begin"
    assert car.get("/secret").text == "see"
    cookie = gate.cookie_header()
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_a_phone_sees_nothing_without_the_code(gate: Gate) -> None:
    phone = client(gate, PHONE, HOTSPOT)
    assert phone.get("/").text == "nothing", "the page that asks for the code"
    assert phone.get("/secret").status_code == 403
    phone.cookies.set(gate.cookie, "guessed")
    assert phone.get("/secret").status_code == 403
    phone.cookies.clear()
    phone.cookies.set(gate.cookie, gate.token)
    assert phone.get("/secret").text == "see"


def test_a_pairing_code_works_once_for_five_minutes_and_five_tries(gate: Gate, clock: Clock) -> None:
    assert not gate.redeem("000000"), "none is shown"
    digits = gate.new_code().digits
    assert len(digits) == 6
    assert digits.isdigit()
    assert gate.redeem(digits)
    assert not gate.redeem(digits), "a second time"
    digits = gate.new_code().digits
    clock.now += CODE_VALID_S + 1
    assert not gate.redeem(digits), "too late"
    digits = gate.new_code().digits
    wrong = "111111" if digits != "111111" else "222222"
    assert not any(gate.redeem(wrong) for _ in range(5))
    assert not gate.redeem(digits), "after five wrong ones"
    assert not gate.redeem("６" * 6), "other digits"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"sec-fetch-site": "cross-site"}, id="a page of another site"),
        pytest.param({"sec-fetch-site": "same-site"}, id="another port of this computer"),
        pytest.param({"origin": "http://evil.example"}, id="its origin"),
        pytest.param({"host": "evil.example"}, id="a name that points to this computer"),
        pytest.param({"host": "127.0.0.1.evil.example:8018"}, id="a name that looks like it"),
    ],
)
def test_other_pages_are_not_served(gate: Gate, headers: dict[str, str]) -> None:
    car = client(gate, CAR, LOOPBACK)
    answer = car.get("/", headers=headers)
    assert answer.status_code == 403 or answer.text == "nothing"
    assert "set-cookie" not in answer.headers
    car.get("/")
    if "host" not in headers:
        assert car.get("/secret", headers=headers).status_code == 403, "with the token too"


@pytest.mark.parametrize(
    ("origin", "with_token", "opens"),
    [
        (LOOPBACK, True, True),
        (LOOPBACK, False, False),
        ("http://evil.example", True, False),
        ("http://127.0.0.1:9999", True, False),
        (None, True, False),
    ],
)
def test_a_websocket_needs_token_and_origin(
    gate: Gate, origin: str | None, with_token: bool, opens: bool
) -> None:
    car = client(gate, CAR, LOOPBACK)
    headers = {"host": "127.0.0.1:8018"} | ({"origin": origin} if origin else {})
    headers |= {"cookie": f"{gate.cookie}={gate.token}"} if with_token else {}
    if opens:
        with car.websocket_connect("/events", headers=headers) as socket:
            assert socket.receive_text() == "hello"
        return
    with pytest.raises(WebSocketDisconnect), car.websocket_connect("/events", headers=headers) as socket:
        socket.receive_text()


def test_the_policy_allows_no_inline_script_and_no_other_server(gate: Gate) -> None:
    policy: Any = client(gate, CAR, LOOPBACK).get("/").headers["content-security-policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";") if rule.strip()}
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == ["'self'"]
    assert rules["connect-src"] == ["'self'", "ws://127.0.0.1:8018"]
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert rules["frame-ancestors"] == ["'none'"]
