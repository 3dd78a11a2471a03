"""A phone is let in: by this computer's address on its network, in a browser of a phone's size."""

from __future__ import annotations

import socket
from collections.abc import Callable

import psutil
import pytest

from bench.screen.browser import Browser, programs
from bench.screen.hosted import HostedScreen


def own_address() -> str:
    """Return an address of this computer that is not loopback; empty where it has none."""
    found = [one for all_of_it in psutil.net_if_addrs().values() for one in all_of_it]
    addresses = [one.address for one in found if one.family == socket.AF_INET]
    return next((address for address in addresses if not address.startswith("127.")), "")


pytestmark = [
    pytest.mark.slow,
    pytest.mark.models,
    pytest.mark.skipif(programs() is None, reason="no browser: apt-get install chromium chromium-driver"),
    pytest.mark.skipif(not own_address(), reason="no network"),
]


def test_a_phone_is_let_in_by_the_code(browser: Browser, look_at: Callable[..., HostedScreen]) -> None:
    screen = look_at("town", host=own_address(), speak="en")
    browser.resize(480, 854)
    try:
        browser.open(screen.base)
        assert browser.text("#wrong") == ""
        assert browser.run("return document.getElementById('map')") is None, "nothing without the code"
        code = screen.server.gate.new_code().digits
        browser.type("#code", f"{(int(code) + 1) % 10**6:06d}\n")
        browser.wait_for("document.getElementById('wrong')?.checkVisibility()")
        browser.type("#code", f"{code}\n")
        browser.wait_for("document.documentElement.dataset.ready", seconds=90)
        browser.wait_for("document.documentElement.dataset.link === 'up'")
        assert browser.run("return document.documentElement.dataset.region") == "town"
    finally:
        browser.resize(1280, 720)
