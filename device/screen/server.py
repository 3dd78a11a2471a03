"""The server of the screen: the page, the map and one WebSocket, on the event loop of the agent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.errors import DeviceError
from device.http.server import listening_socket
from device.screen.gate import CODE_VALID_S, Gate
from device.screen.hub import Hub, Screen
from device.screen.orders import Orders, Speak
from device.screen.page_files import PageFiles
from device.settings import HttpSettings
from device.tiles.build import TILES
from device.tiles.road_tiles import RoadTiles
from languages import codes, load_language

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket

    from device.assistant.conversation import Conversation
    from device.screen.scene import Scene
    from device.settings import Settings

LIBRARY = "screen-map"
"""Name of the map library in the model store."""

_LARGEST_MESSAGE = 8 << 10
_MOST_MESSAGES_S, _BURST = 10.0, 40.0
_DEEPEST = 14
_MOST_CARDS = 9
_TOO_MUCH, _NOT_READING = 1008, 1013


class ScreenServer:
    """The page of one runtime.

    Parameters
    ----------
    conversation : Conversation
        What answers.
    scene, hub
        What is told, and who is told.
    settings : Settings
        Where it is served, and what holds.
    library : Path
        Folder with the map library.
    speak, changed
        As for `Orders`.
    """

    def __init__(
        self,
        conversation: Conversation,
        scene: Scene,
        hub: Hub,
        settings: Settings,
        *,
        library: Path,
        speak: Speak = lambda _text, _language: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._scene, self._hub, self._settings = scene, hub, settings
        self._region = conversation.assistant.region
        self._files = PageFiles(library)
        self._roads = RoadTiles(self._region.graph)
        self._tasks: set[asyncio.Task[Any]] = set()
        conversation.show = scene.view
        conversation.assistant.agent.looked_at(lambda: len(hub) > 0)
        self.gate = Gate(
            self._app(), port=settings.screen.port, shown_to_all=(self._files.address("page/screen.css"),)
        )
        self._orders = Orders(
            conversation, scene, hub, settings, speak=speak, changed=changed, new_code=self._new_code
        )

    def _new_code(self) -> tuple[str, float] | None:
        if self._settings.screen.host in ("127.0.0.1", "localhost", "::1"):
            return None
        return self.gate.new_code().digits, CODE_VALID_S

    def _app(self) -> Starlette:
        from starlette.applications import Starlette
        from starlette.routing import Route, WebSocketRoute

        return Starlette(
            routes=[
                Route("/", self._index),
                Route("/pair", self._pair, methods=["POST"]),
                Route("/words/{code}", self._words),
                Route("/map/tiles.pmtiles", self._tiles),
                Route("/map/{zoom:int}/{x:int}/{y:int}.mvt", self._road_tile),
                Route("/{folder}/{digest}/{name}", self._file),
                WebSocketRoute("/events", self._events),
            ]
        )

    async def serve(self) -> None:
        """Serve until cancelled; then the port is free.

        Raises
        ------
        CannotBind
            The port is taken, or the address is not one of this computer's.
        """
        import uvicorn

        chosen = self._settings.screen
        config = uvicorn.Config(
            self.gate,
            ws="websockets-sansio",
            ws_max_size=_LARGEST_MESSAGE,
            ws_max_queue=8,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=1,
            limit_concurrency=64,
            lifespan="off",
        )
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
        with contextlib.closing(listening_socket(HttpSettings(host=chosen.host, port=chosen.port))) as socket:
            serving = asyncio.create_task(server.serve(sockets=[socket]))
            try:
                await asyncio.shield(serving)
            finally:
                server.should_exit = True
                for task in list(self._tasks):
                    task.cancel()
                await asyncio.wait([serving])

    async def _index(self, request: Request) -> Response:
        may = request.scope["may"]
        page = "pair" if may == "nothing" else "index"
        response = self._files.answer(request, f"page/{page}.html")
        if may == "begin":
            response.headers["set-cookie"] = self.gate.cookie_header()
        return response

    async def _pair(self, request: Request) -> Response:
        from starlette.responses import Response

        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _LARGEST_MESSAGE:
                return Response(status_code=413)
        digits = body.decode("latin-1").partition("code=")[2].partition("&")[0].strip()
        if not self.gate.redeem(digits):
            return Response(status_code=303, headers={"location": "/#wrong"})
        return Response(status_code=303, headers={"location": "/", "set-cookie": self.gate.cookie_header()})

    async def _file(self, request: Request) -> Response:
        folder, digest, name = (request.path_params[part] for part in ("folder", "digest", "name"))
        return self._files.answer(request, f"{folder}/{name}", digest=digest)

    async def _words(self, request: Request) -> Response:
        from starlette.responses import JSONResponse, Response

        code = request.path_params["code"]
        if code not in codes():
            return Response(status_code=404)
        language = load_language(code)
        words: dict[str, Any] = dict(language.messages("screen").items())
        return JSONResponse(words | {"nth": [language.numbers.ordinal(n) for n in range(1, _MOST_CARDS + 1)]})

    async def _tiles(self, request: Request) -> Response:
        from starlette.responses import FileResponse, Response

        path = self._region.path / TILES
        if not path.is_file():
            return Response(status_code=404)
        return FileResponse(
            path, media_type="application/octet-stream", headers={"cache-control": "no-cache"}
        )

    async def _road_tile(self, request: Request) -> Response:
        from starlette.responses import Response

        zoom, x, y = (request.path_params[name] for name in ("zoom", "x", "y"))
        if zoom > _DEEPEST or not (0 <= x < 2**zoom and 0 <= y < 2**zoom):
            return Response(status_code=404)
        tile = await asyncio.to_thread(self._roads.tile, zoom, x, y)
        headers = {"cache-control": "max-age=60"}
        return Response(tile, media_type="application/vnd.mapbox-vector-tile", headers=headers)

    async def _events(self, socket: WebSocket) -> None:
        """Tell a page what happens, and take its orders, until one of both ends."""
        await socket.accept()
        screen = self._hub.join()
        self._hub.greet(screen, self._scene.hello() | {"page": self._files.digest})
        tasks = [
            asyncio.create_task(_tell(socket, screen)),
            asyncio.create_task(self._listen(socket)),
            asyncio.create_task(_dropped(screen)),
        ]
        self._tasks.update(tasks)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            why = next((task.result() for task in tasks if task in done and not task.cancelled()), 1001)
        except Exception:
            why = 1011
        finally:
            self._hub.leave(screen)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._tasks.difference_update(tasks)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):
                await socket.close(why or 1000)

    async def _listen(self, socket: WebSocket) -> int:
        """Take orders; a page that floods is cut off."""
        from starlette.websockets import WebSocketDisconnect

        allowed, seen = _BURST, time.monotonic()
        while True:
            try:
                text = await socket.receive_text()
            except (WebSocketDisconnect, RuntimeError, KeyError):
                return 0
            now = time.monotonic()
            allowed, seen = min(_BURST, allowed + (now - seen) * _MOST_MESSAGES_S) - 1.0, now
            if allowed < 0:
                return _TOO_MUCH
            try:
                order = json.loads(text)
            except (ValueError, RecursionError):
                return _TOO_MUCH
            task = asyncio.create_task(self._orders.carry_out(order))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _tell(socket: WebSocket, screen: Screen) -> int:
    while True:
        await socket.send_text(await screen.waiting.get())


async def _dropped(screen: Screen) -> int:
    await screen.dropped.wait()
    return _NOT_READING


def library_folder() -> Path:
    """Return the folder of the map library.

    Raises
    ------
    DeviceError
        It is not installed.
    """
    from device.store.models import ModelStore

    try:
        return ModelStore().path(LIBRARY)
    except DeviceError as error:
        raise DeviceError(f"the screen needs its map library: {error}") from None
