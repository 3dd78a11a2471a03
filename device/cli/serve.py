"""`xiaogao serve`: the routing API over HTTP, and tools for other agents over MCP."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Annotated

import typer

from device.cli.terminal import stderr
from device.errors import CannotBind

if TYPE_CHECKING:
    from device.settings import HttpSettings, Settings
    from nav import Region


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    http: Annotated[bool, typer.Option("--http", help="OSRM-compatible routing over HTTP.")] = False,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Tools for LLM agents over standard input and output.")
    ] = False,
    region: Annotated[str, typer.Option(help="Region pack; by default the chosen one.")] = "",
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port on loopback; by default the one of the settings."),
    ] = None,
) -> None:
    """Serve a region to other programs.

    Examples:

      xiaogao serve --http --port 8017

      curl "http://127.0.0.1:8017/route/v1/driving/24.9414,60.1719;24.9522,60.1704?steps=true"

      xiaogao serve --mcp
    """
    from device.settings import load_settings
    from device.store.regions import current_region
    from nav import Region

    if http == mcp:
        raise typer.BadParameter("give either --http or --mcp")
    settings = load_settings()
    opened = Region.open(current_region(region or settings.region.name))
    from device.service.logs import set_up_logging

    set_up_logging(level=logging.WARNING)
    if mcp:
        from device.assistant.own_places import own_places
        from device.http.mcp import create_server, serve_stdio
        from device.vehicle import vehicle_of
        from nav import InstalledPacks, JoinedRouter
        from poi import Places

        router = JoinedRouter(
            opened,
            settings.routing.profile,
            beside=InstalledPacks(),
            vehicle=vehicle_of(settings.vehicle),
        )
        places = Places(opened, user=own_places())
        server = create_server(opened, places=places, router=router, avoid=settings.routing.avoid)
        asyncio.run(serve_stdio(server))
        return
    _serve_http(opened, settings.model_copy(update={"http": chosen_http(settings.http, port)}))


def chosen_http(settings: HttpSettings, port: int | None) -> HttpSettings:
    """Return the settings with another port, if one is given."""
    return settings.model_copy(update={"port": port} if port else {})


def _serve_http(region: Region, settings: Settings) -> None:
    """Serve in a child with limits, which is started again when it ends; Ctrl-C ends both."""
    from device.http.apart import serve_apart
    from device.http.guard import check_binding
    from device.service.supervisor import supervise

    http = settings.http
    check_binding(http.host, http.token)

    def ready(_pid: int) -> None:
        stderr.print(f"serving {region.name} on http://{http.host}:{http.port} (Ctrl-C ends it)")

    def failed(_name: str, error: Exception) -> None:
        if isinstance(error, CannotBind):
            raise CannotBind(f"{error}: choose another with --port") from None
        stderr.print(f"xiaogao: {error}", soft_wrap=True)

    asyncio.run(supervise("http", lambda: serve_apart(region.path, settings, ready=ready), failed))
