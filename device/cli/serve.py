"""`xiaogao serve`: the routing API over HTTP, and tools for other agents over MCP."""

from __future__ import annotations

from typing import Annotated

import typer

from device.cli.terminal import stderr
from device.errors import DeviceError


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
    if mcp:
        from device.assistant.own_places import own_places
        from device.http.mcp import create_server
        from nav import Router
        from poi import Places

        router = Router(opened, profile=settings.routing.profile)
        places = Places(opened, user=own_places())
        create_server(opened, places=places, router=router, avoid=settings.routing.avoid).run("stdio")
        return
    from device.http.server import http_server, listening_socket

    chosen = settings.http.model_copy(update={"port": port} if port else {})
    server = http_server(opened, chosen, live_file=settings.routing.live_file)
    try:
        listening = listening_socket(chosen)
    except DeviceError as error:
        raise DeviceError(f"{error}: choose another with --port") from None
    stderr.print(f"serving {opened.name} on http://{chosen.host}:{chosen.port} (Ctrl-C ends it)")
    server.run(sockets=[listening])
