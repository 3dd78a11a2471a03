"""The HTTP interface of the service: the routing API, health and metrics, behind the guard."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.errors import DeviceError
from device.http.guard import Guard, check_binding
from device.settings import load_settings

if TYPE_CHECKING:
    import uvicorn

    from device.service.service import Service
    from device.settings import HttpSettings
    from nav import Region


def http_server(region: Region, settings: HttpSettings, service: Service | None = None) -> uvicorn.Server:
    """Return a server of the routing API for a region; with a service, of its health and metrics too.

    Routes keep to the closures of `[routing] live_file`; the service's own router is shared.

    Raises
    ------
    BadSettings
        An address that others reach, without a token; or settings that cannot be read.
    """
    import uvicorn

    from device.http.api import Routers, create_app

    check_binding(settings.host, settings.token)
    live_file = (service.settings if service is not None else load_settings()).routing.live_file
    routers = Routers(
        region,
        own=service.assistant.router if service is not None and service.assistant is not None else None,
        live_file=Path(live_file).expanduser() if live_file else None,
    )
    app: Any = create_app(region, routers)
    if service is not None:
        _add_health(app, service)
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


def _add_health(app: Any, service: Service) -> None:
    from fastapi import Response
    from fastapi.responses import JSONResponse

    def engines() -> Any:
        return service.assistant.engines if service.assistant else None

    def health() -> JSONResponse:
        return JSONResponse(service.health.to_dict(engines()))

    def metrics() -> Response:
        return Response(service.health.prometheus(engines()), media_type="text/plain; version=0.0.4")

    app.add_api_route("/health", health, methods=["GET"])
    app.add_api_route("/metrics", metrics, methods=["GET"])


async def serve_http(service: Service) -> None:
    """Serve until cancelled.

    Raises
    ------
    DeviceError
        There is no region yet, or the port cannot be had.
    """
    if service.assistant is None:
        raise DeviceError("the HTTP interface waits for a region")
    server = http_server(service.assistant.region, service.settings.http, service)
    # The service handles the signals; uvicorn's own handler would end the process under it.
    server.capture_signals = _no_signals  # type: ignore[method-assign]
    try:
        listening = listening_socket(service.settings.http)
    except DeviceError as error:
        raise DeviceError(f"{error}: set another [http] port") from None
    try:
        await server.serve(sockets=[listening])
    finally:
        server.should_exit = True


def _no_signals() -> Any:
    import contextlib

    return contextlib.nullcontext()
