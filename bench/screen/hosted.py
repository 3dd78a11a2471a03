"""The screen of an agent, served on a loop of its own as in the agent: for tests and benchmarks."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from device.assistant.assistant import Assistant
from device.assistant.conversation import Conversation
from device.screen.hub import Hub
from device.screen.scene import Scene
from device.screen.server import ScreenServer
from device.settings import ScreenSettings, Settings
from nav.guidance.fix import Fix
from nav.guidance.progress import Progress


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class HostedScreen:
    """The screen of an agent on a loop of its own, and a client that looks at it."""

    def __init__(
        self,
        assistant: Assistant,
        library: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        theme: str = "day",
        speak: str = "auto",
    ) -> None:
        self.port = port or free_port()
        self.assistant = assistant
        chosen = ScreenSettings.model_validate(
            {"enabled": True, "host": host, "port": self.port, "theme": theme}
        )
        self.settings = Settings.model_validate({"screen": chosen, "speech": {"language": speak}})
        self.hub = Hub()
        self.scene = Scene(assistant, self.settings, self.hub)
        conversation = Conversation(assistant, lambda: assistant.driving.position)
        self.server = ScreenServer(conversation, self.scene, self.hub, self.settings, library=library)
        self.base = f"http://{host}:{self.port}"
        self.client = httpx.Client(base_url=self.base)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        for _ in range(200):
            with contextlib.suppress(httpx.TransportError):
                self.client.get("/")
                return
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._serving = asyncio.create_task(self.server.serve())
        with contextlib.suppress(asyncio.CancelledError):
            await self._serving

    def stop(self) -> None:
        """End the server, as when the agent starts anew."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._serving.cancel)
            self._thread.join(10)
            assert not self._thread.is_alive()

    def close(self) -> None:
        """End the server and the client."""
        self.client.close()
        self.stop()

    def take(self, fix: Fix | None) -> Progress | None:
        """Let the agent take a position; return where that is on the drive."""
        found: list[Progress] = []

        def work() -> None:
            events = self.assistant.driving.update(fix)
            found.extend(event.progress for event in events if event.progress is not None)
            self.scene.guided(events)
            self.scene.moved()

        self.do(work)
        return found[-1] if found else None

    def do(self, work: Callable[[], Any]) -> None:
        """Do something where the agent does it: on its loop."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (work(), done.set()))
        assert done.wait(10)

    def connected(self) -> ClientConnection:
        gate = self.server.gate
        headers = {"Cookie": f"{gate.cookie}={gate.token}"}
        address = f"ws{self.base.removeprefix('http')}/events"
        return connect(address, origin=Origin(self.base), additional_headers=headers, proxy=None)
