"""The HTTP interface: the routing API, health and metrics, behind the guard."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.errors import CannotBind, DeviceError
from device.http.guard import MAX_URL_BYTES, Guard, check_binding
from nav.law.vehicle import PASSENGER_CAR, Vehicle

if TYPE_CHECKING:
    import uvicorn

    from device.settings import HttpSettings
    from nav import Region

_HEADER_BYTES = 16 << 10
_BACKLOG = 64


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a service tells about itself over HTTP."""

    health: Callable[[], Awaitable[dict[str, Any]]]
    """Gives the object of /health."""

    metrics: Callable[[], Awaitable[str]]
    """Gives the text of /metrics, in Prometheus' format."""


def http_server(
    region: Region,
    settings: HttpSettings,
    *,
    live_file: str = "",
    vehicle: Vehicle = PASSENGER_CAR,
    watched: Watched | None = None,
    stuck: Callable[[], None] = lambda: None,
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
    vehicle : Vehicle
        What drives, where a request says nothing else.
    watched : Watched, optional
        Health and metrics of a service.
    stuck : callable
        Called when a request cannot be broken off.

    Raises
    ------
    BadSettings
        An address that others reach, without a token.
    """
    import uvicorn

    from device.http.api import Routers, create_app
    from device.http.connection import Connection

    check_binding(settings.host, settings.token)
    live_path = Path(live_file).expanduser() if live_file else None
    app: Any = create_app(region, Routers(region, live_file=live_path, vehicle=vehicle))
    if watched is not None:
        _add_health(app, watched)
    config = uvicorn.Config(
        Guard(app, token=settings.token, stuck=stuck),
        host=settings.host,
        port=settings.port,
        http=Connection,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # a client that names others would have the rate of each of them
        backlog=_BACKLOG,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=MAX_URL_BYTES + _HEADER_BYTES,
        lifespan="off",
    )
    return uvicorn.Server(config)


def listening_socket(settings: HttpSettings) -> socket.socket:
    """Return a socket that listens where the settings say.

    Raises
    ------
    CannotBind
        The port is taken, or the address is not one of this computer's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        why = str(error.strerror).partition(" (")[0]
        raise CannotBind(f"cannot bind port {settings.port} of {settings.host} ({why})") from None
    # Every connection inherits it: an answer in two pieces would wait 40 ms for the client's acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _add_health(app: Any, watched: Watched) -> None:
    from fastapi import Response
    from fastapi.responses import JSONResponse

    async def health() -> JSONResponse:
        try:
            return JSONResponse(await watched.health())
        except DeviceError as error:
            return JSONResponse({"code": "Unavailable", "message": str(error)}, status_code=503)

    async def metrics() -> Response:
        try:
            text = await watched.metrics()
        except DeviceError as error:
            return Response(f"# {error}\n", status_code=503, media_type="text/plain")
        return Response(text, media_type="text/plain; version=0.0.4")

    app.add_api_route("/health", health, methods=["GET"])
    app.add_api_route("/metrics", metrics, methods=["GET"])
