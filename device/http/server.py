"""The HTTP interface of the service: the routing API, health and metrics, behind the guard."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.errors import DeviceError
from device.http.guard import Guard, check_binding

if TYPE_CHECKING:
    import uvicorn

    from device.settings import HttpSettings, Settings
    from nav import Region, Router

_CLOSE_LIMIT_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a service tells about itself over HTTP."""

    health: Callable[[], dict[str, Any]]
    """Gives the object of /health."""

    metrics: Callable[[], bytes]
    """Gives the text of /metrics, in Prometheus' format."""


def http_server(
    region: Region,
    settings: HttpSettings,
    *,
    live_file: str = "",
    router: Router | None = None,
    watched: Watched | None = None,
) -> uvicorn.Server:
    """Return a server of the routing API for a region.

    Parameters
    ----------
    region : Region
        Where routes are found.
    settings : HttpSettings
        Address, port and token.
    live_file : str
        File of closures and live speeds that the routes keep to; empty for none.
    router : Router, optional
        A router of the region that is there already, whose closures somebody else keeps.
    watched : Watched, optional
        Health and metrics of a service.

    Raises
    ------
    BadSettings
        An address that others reach, without a token.
    """
    import uvicorn

    from device.http.api import Routers, create_app

    check_binding(settings.host, settings.token)
    live_path = Path(live_file).expanduser() if live_file else None
    app: Any = create_app(region, Routers(region, own=router, live_file=live_path))
    if watched is not None:
        _add_health(app, watched)
    config = uvicorn.Config(
        Guard(app, token=settings.token),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=64,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
        lifespan="off",
    )
    return uvicorn.Server(config)


def listening_socket(settings: HttpSettings) -> socket.socket:
    """Return a socket that listens where the settings say.

    Raises
    ------
    DeviceError
        The address cannot be had, because the port is taken or it is none of this computer's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        why = str(error.strerror).partition(" (")[0]
        raise DeviceError(f"port {settings.port} of {settings.host} cannot be had ({why})") from None


def _add_health(app: Any, watched: Watched) -> None:
    from fastapi import Response
    from fastapi.responses import JSONResponse

    def health() -> JSONResponse:
        return JSONResponse(watched.health())

    def metrics() -> Response:
        return Response(watched.metrics(), media_type="text/plain; version=0.0.4")

    app.add_api_route("/health", health, methods=["GET"])
    app.add_api_route("/metrics", metrics, methods=["GET"])


async def serve_http(region: Region, router: Router, settings: Settings, watched: Watched) -> None:
    """Serve until cancelled; then the port is free again.

    Raises
    ------
    DeviceError
        The port cannot be had.
    """
    live_file = settings.routing.live_file
    server = http_server(region, settings.http, live_file=live_file, router=router, watched=watched)
    # The service handles the signals; uvicorn's own handler would end the process under it.
    server.capture_signals = _no_signals  # type: ignore[method-assign]
    try:
        listening = listening_socket(settings.http)
    except DeviceError as error:
        raise DeviceError(f"{error}: set another [http] port") from None
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await asyncio.wait([serving], timeout=_CLOSE_LIMIT_S)
        listening.close()


def _no_signals() -> Any:
    import contextlib

    return contextlib.nullcontext()
