"""`xiaogao map`: region packs."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from device.cli import map_files
from device.cli.terminal import print_json, stdout, working
from device.errors import Missing
from device.store import regions
from device.tiles.build import tile_facts
from nav.errors import BadMapFile

_HELP = """Build, list, choose, carry and remove regions.

Example: xiaogao map list
"""


def register(app: typer.Typer) -> None:
    """Add the command group."""
    maps = typer.Typer(no_args_is_help=True, help=_HELP)
    maps.command("add")(add)
    maps.command("list")(list_regions)
    maps.command("use")(use)
    maps.command("remove")(remove)
    map_files.register(maps)
    app.add_typer(maps, name="map")


def add(
    source: Annotated[str, typer.Argument(help="FILE.osm.pbf; with --download the name of a place.")],
    name: Annotated[str | None, typer.Option(help="Name of the region; by default the file's name.")] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Look the place up on the internet and fetch its map.")
    ] = False,
    tiles: Annotated[
        bool, typer.Option("--tiles/--no-tiles", help="Whether the map of a screen is made too.")
    ] = True,
) -> None:
    """Build a region pack; without --download nothing is asked of the internet.

    Examples:

      xiaogao map add andorra-latest.osm.pbf --name andorra

      xiaogao map add --download "Kunshan, China"
    """
    with working("building the region") as tell:
        file = Path(source).expanduser()
        if not download and not file.exists():
            raise BadMapFile(
                f"there is no file {source}: check the path; a place is fetched from the internet by "
                f'`xiaogao map add --download "{source}"`'
            )
        if download:
            from nav.osm.download import fetch_extract

            tell("downloading")
            file = fetch_extract(source)
            name = name or regions.default_name(Path(source.split(",")[0].strip().replace(" ", "-")))
        built = regions.add_region(file, name, tell, tiles=tiles)
    stdout.print(f"region {built} is ready")


def list_regions(json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Show the installed regions; the star marks the chosen one.

    Files that are missing, or that cannot be opened, are told here; `xiaogao doctor` reads the chosen region
    whole.

    Example: xiaogao map list
    """
    from nav import Region
    from nav.errors import NavError
    from poi import Places
    from poi.errors import PoiError

    rows: list[dict[str, Any]] = []
    row: dict[str, Any]
    for name in regions.installed_regions():
        try:
            region = Region.open(name)
            Places(region).close()
            meta, drawn = region.meta, tile_facts(region.path)
            row = {"name": name, "bbox": list(meta.bbox), "data_date": meta.data_date, "damaged": None}
            row["tiles"] = asdict(drawn) if drawn else None
            rows.append(row)
        except (NavError, PoiError, sqlite3.Error) as error:
            rows.append({"name": name, "bbox": None, "data_date": None, "damaged": str(error), "tiles": None})
    try:
        current = regions.current_region()
    except Missing:
        current = ""
    if json:
        print_json({"regions": rows, "current": current or None})
        return
    for row in rows:
        mark = "*" if row["name"] == current else " "
        stdout.print(f"{mark} {row['name']}  {row['damaged'] or _shown(row)}", soft_wrap=True)
    if not rows:
        stdout.print("no region is installed: `xiaogao map add FILE.osm.pbf --name NAME` builds one")


def _shown(row: dict[str, Any]) -> str:
    """Write what is known of a region, its tiles with their size."""
    tiles = row["tiles"]
    drawn = f"tiles {tiles['size'] / 1e6:.1f} MB" if tiles else "no tiles"
    return f"{row['bbox']}  {drawn}"


def use(name: Annotated[str, typer.Argument(help="Name of an installed region.")]) -> None:
    """Choose the region that commands take when none is named.

    Example: xiaogao map use helsinki
    """
    regions.use_region(name)
    stdout.print(f"using {name}")


def remove(name: Annotated[str, typer.Argument(help="Name of an installed region.")]) -> None:
    """Delete a region pack from the disk.

    Example: xiaogao map remove helsinki
    """
    regions.remove_region(name)
    stdout.print(f"{name}: removed")
