"""Debian's Chromium, driven over the W3C WebDriver protocol by its own chromedriver; nothing is downloaded.

See https://www.w3.org/TR/webdriver2/. Used by the tests of the screen and by `xiaogao bench screen`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from device.screen.browser_flags import browser_flags

_START_S = 20.0
_ANSWER_S = 60.0
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_TRIES = 5
_TOUCH_S = 6.0
_FLAGS = (
    # As in the kiosk's unit on a computer without a graphics driver.
    *browser_flags(gpu=False),
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--mute-audio",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)


class BrowserError(Exception):
    """The browser does not start, or refuses a command."""


def programs() -> tuple[str, str] | None:
    """Return chromium and chromedriver; None where one of them is not installed."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


class Browser:
    """One window.

    Parameters
    ----------
    address : str
        Where chromedriver listens.
    session : str
        Number of the window there.
    """

    def __init__(self, address: str, session: str) -> None:
        self._session = f"{address}/session/{session}"

    def _do(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
        return _ask(f"{self._session}{path}", body, method)

    def open(self, url: str) -> None:
        """Open a page."""
        self._do("/url", {"url": url})

    def resize(self, width: int, height: int) -> None:
        """Give the page a size, in CSS pixels."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._devtools("Emulation.setDeviceMetricsOverride", metrics)

    def _devtools(self, command: str, parameters: dict[str, Any]) -> Any:
        return self._do("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def offline(self, is_off: bool) -> None:
        """Cut the page off from every server, or let it back."""
        self._devtools("Network.enable", {})
        conditions = {"offline": is_off, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self._devtools("Network.emulateNetworkConditions", conditions)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page and return what it returns."""
        return self._do("/execute/sync", {"script": script, "args": list(arguments)})

    def wait_for(self, script: str, *, seconds: float = 30.0) -> Any:
        """Wait until an expression is true, and return its value.

        Raises
        ------
        BrowserError
            It is not within the time.
        """
        until = time.monotonic() + seconds
        while True:
            if found := self.run(f"return {script}"):
                return found
            if time.monotonic() > until:
                raise BrowserError(f"not within {seconds:.0f} s: {script}")
            time.sleep(0.1)

    def text(self, selector: str) -> str:
        """Return the visible text of an element; empty where it is hidden or not there."""
        script = "const n = document.querySelector(arguments[0]);"
        return str(self.run(script + " return n?.checkVisibility() ? n.innerText : ''", selector))

    def touch(self, selector: str) -> None:
        """Touch an element as a finger does: at its middle, if nothing covers it."""
        self._with(selector, "click", {})

    def touch_until(self, selector: str, is_done: Callable[[], bool]) -> None:
        """Touch an element until something is done: again where it was drawn anew under the finger.

        Raises
        ------
        BrowserError
            It is not done after several touches.
        """
        for _ in range(_TRIES):
            self.touch(selector)
            until = time.monotonic() + _TOUCH_S
            while time.monotonic() < until:
                if is_done():
                    return
                time.sleep(0.1)
        raise BrowserError(f"touched {_TRIES} times in vain: {selector}")

    def type(self, selector: str, text: str) -> None:
        """Type into a field; a line break at the end sends it off."""
        self._with(selector, "value", {"text": text})

    def _with(self, selector: str, action: str, body: dict[str, Any]) -> None:
        """Do something with an element; one that the page has just drawn anew is looked for again."""
        for left in reversed(range(_TRIES)):
            element = self._do("/element", {"using": "css selector", "value": selector})[_ELEMENT]
            try:
                self._do(f"/element/{element}/{action}", body)
            except BrowserError as error:
                if "stale element" not in str(error) or not left:
                    raise
            else:
                return

    def picture(self, path: Path) -> None:
        """Keep what is seen, as a PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self._do("/screenshot", None, "GET")))

    def log(self) -> list[dict[str, Any]]:
        """Return what the page wrote to its console since the last time."""
        found: list[dict[str, Any]] = self._do("/se/log", {"type": "browser"})
        return found


@contextlib.contextmanager
def opened(size: tuple[int, int] = (1280, 720)) -> Iterator[Browser]:
    """Give a window of a fresh browser.

    Raises
    ------
    BrowserError
        chromium or chromedriver is not installed, or does not start.
    """
    found = programs()
    if found is None:
        raise BrowserError("chromium is not installed: apt-get install chromium chromium-driver")
    browser, driver = found
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    child = subprocess.Popen(
        [driver, f"--port={port}", "--log-level=OFF"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(lambda: _ask(f"{address}/status", None, "GET")["ready"])
        flags = [*_FLAGS, f"--window-size={size[0]},{size[1]}"]
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": {"binary": browser, "args": flags},
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        session = _ask(f"{address}/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        window = Browser(address, session)
        window.resize(*size)
        yield window
        with contextlib.suppress(BrowserError):
            _ask(f"{address}/session/{session}", None, "DELETE")
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(is_there: Callable[[], Any]) -> None:
    until = time.monotonic() + _START_S
    while True:
        with contextlib.suppress(BrowserError):
            if is_there():
                return
        if time.monotonic() > until:
            raise BrowserError("chromedriver does not answer")
        time.sleep(0.1)


def _ask(url: str, body: dict[str, Any] | None, method: str = "POST") -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:
            return json.loads(answer.read())["value"]
    except HTTPError as error:
        told = json.loads(error.read() or b"{}").get("value", {})
        raise BrowserError(f"{told.get('error')}: {told.get('message', '')[:300]}") from None
    except (URLError, OSError, ValueError) as error:
        raise BrowserError(f"chromedriver: {error}") from None
