"""`xiaogao find` and `xiaogao places`: places of the region, and the user's own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from device.assistant.own_places import own_places_file
from device.cli.arguments import RegionOption, places_of, point_of, points_of, region_around
from device.cli.terminal import print_json, stderr, stdout
from device.store.private import data_in_use

if TYPE_CHECKING:
    from nav import Region
    from nav.coordinates import System
    from poi.kinds.filters import Wishes
    from poi.place import Place
    from poi.places import Places
    from poi.user_places import UserPlaces

_IMPOSSIBLE, _WRONG_USAGE = 1, 2
_OWN_HELP = """Your own places: import, list, remove.

Examples:

  xiaogao places import favourites.geojson

  xiaogao places list
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("find")(find)
    own = typer.Typer(no_args_is_help=True, help=_OWN_HELP)
    own.command("import")(import_places)
    own.command("list")(list_places)
    own.command("remove")(remove_place)
    app.add_typer(own, name="places")


def find(
    words: Annotated[str, typer.Argument(help="A kind of place, a name, an address, or a crossing.")],
    near: Annotated[str, typer.Option(help="LAT,LON or the name of a place to search round.")] = "",
    along: Annotated[
        tuple[str, str] | None, typer.Option(metavar="FROM TO", help="Places on the way, with their detours.")
    ] = None,
    district: Annotated[str, typer.Option("--in", help="Only inside this district or town.")] = "",
    open_now: Annotated[
        bool, typer.Option("--open-now", help="Leave out what is known to be closed.")
    ] = False,
    stars: Annotated[float | None, typer.Option(help="At least so many hotel stars.")] = None,
    brand: Annotated[str, typer.Option(help="Brand or chain.")] = "",
    cuisine: Annotated[str, typer.Option(help="OSM cuisine, such as chinese or pizza.")] = "",
    plug: Annotated[str, typer.Option(help="Charging socket, such as type2 or type2_combo.")] = "",
    wheelchair: Annotated[
        bool, typer.Option("--wheelchair", help="Only what a wheelchair can enter.")
    ] = False,
    within_m: Annotated[
        float | None, typer.Option("--within", help="Nothing farther than so many metres.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 10,
    region: RegionOption = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Find places by kind, name, address or crossing, in Chinese, English or the language of the map.

    Exit codes: 0 found; 1 nothing found; 2 wrong input; 3 no region.

    Examples:

      xiaogao find hotel --near 60.17,24.94 --limit 5

      xiaogao find 加油站 --along "Andorra la Vella" "Pas de la Casa"

      xiaogao find "Mannerheimintie 5"

      xiaogao find restaurant --in Keskusta --open-now --json
    """
    from nav import Region

    if within_m is not None and not (within_m > 0 and (near or along)):
        stderr.print("--within takes metres above 0, and --near or --along to measure them from")
        raise typer.Exit(_WRONG_USAGE)
    opened = Region.open(region_around(region, near, *(along or ())))
    wishes = _wishes(stars=stars, brand=brand, cuisine=cuisine, plug=plug, wheelchair=wheelchair)
    common: dict[str, Any] = {"limit": limit, "within_m": within_m, "district": district or None}
    common["open_at"] = datetime.now().astimezone() if open_now else None
    places = places_of(opened)
    found = _found(opened, places, words, near=near, along=along, limits=common | dict(wishes))
    _show(words, found, places, as_json=json)


def _found(
    region: Region,
    places: Places,
    words: str,
    *,
    near: str,
    along: tuple[str, str] | None,
    limits: dict[str, Any],
) -> list[Place]:
    """Search along a route, or near a point; without any limit an address or a crossing is found too."""
    from device.settings import load_settings
    from device.vehicle import vehicle_of
    from nav import InstalledPacks, JoinedRouter
    from nav.region import check_reached

    point = point_of(places, near) if near else None
    packs = InstalledPacks()
    if point is not None:
        check_reached(region, packs, *point)
    if along is not None:
        router = JoinedRouter(region, beside=packs, vehicle=vehicle_of(load_settings().vehicle))
        return places.search(words, along=router.route(points_of(places, along)), router=router, **limits)
    found = places.search(words, near=point, **limits)
    if found or any(value for key, value in limits.items() if key != "limit"):
        return found
    return _resolved(places, words, point)[: limits["limit"]]


def _wishes(*, stars: float | None, brand: str, cuisine: str, plug: str, wheelchair: bool) -> Wishes:
    wishes: Wishes = {}
    if stars is not None:
        wishes["stars"] = stars
    if brand:
        wishes["brand"] = brand
    if cuisine:
        wishes["cuisine"] = cuisine
    if plug:
        wishes["plug"] = plug
    if wheelchair:
        wishes["wheelchair"] = True
    return wishes


def _resolved(places: Places, words: str, near: tuple[float, float] | None) -> list[Place]:
    """Return an address or a crossing, which a search by name does not list."""
    found = places.resolve(words, near=near)
    return [replace(c.place, why=c.why) for c in found if c.score >= 0.6 and c.why != "category"]


def _show(words: str, found: list[Place], places: Places, *, as_json: bool) -> None:
    if as_json:
        print_json({"words": words, "places": [p.to_dict() for p in found]})
    elif found:
        for number, place in enumerate(found, 1):
            stdout.print(f"{number:2}. {_line(place)}", soft_wrap=True)
    if found:
        return
    suggestions = places.resolve(words).suggestions
    hint = f"; the nearest names are {', '.join(suggestions)}" if suggestions else ""
    stderr.print(f"nothing found for {words!r}{hint}")
    raise typer.Exit(_IMPOSSIBLE)


def _line(place: Place) -> str:
    from poi.addresses.book import UNSURE_REASONS
    from poi.kinds.category import load_categories

    parts = [place.name or place.brand or "(no name)", load_categories().label(place.category, "en")]
    if place.distance_m is not None:
        parts.append(f"{place.distance_m / 1000:.1f} km")
    if place.detour_s is not None:
        parts.append(f"detour {place.detour_s / 60:.0f} min" + (f", {place.side}" if place.side else ""))
    if place.open_now is not None:
        parts.append("open" if place.open_now else "closed")
    parts += [
        part for part in (f"{place.stars} stars" if place.stars else "", place.address, place.phone) if part
    ]
    if place.why in UNSURE_REASONS:
        parts.append(place.why)
    return f"{' · '.join(parts)}  ({place.lat:.5f},{place.lon:.5f})"


@contextlib.contextmanager
def _own() -> Iterator[UserPlaces]:
    from poi import UserPlaces

    with data_in_use(), contextlib.closing(UserPlaces(own_places_file())) as own:
        yield own


def import_places(
    file: Annotated[Path, typer.Argument(help="A .geojson, .csv or .gpx file of places.")],
    gcj02: Annotated[
        bool, typer.Option("--gcj02", help="Its coordinates are GCJ-02 (Amap, Tencent).")
    ] = False,
    bd09: Annotated[bool, typer.Option("--bd09", help="Its coordinates are BD-09 (Baidu).")] = False,
) -> None:
    """Import your own places; the same file again replaces what came from it.

    Examples:

      xiaogao places import favourites.geojson

      xiaogao places import amap.csv --gcj02
    """
    if gcj02 and bd09:
        stderr.print("choose one of --gcj02 and --bd09")
        raise typer.Exit(_WRONG_USAGE)
    system: System = "gcj02" if gcj02 else "bd09" if bd09 else "wgs84"
    with _own() as own:
        count = own.import_file(file, system)
    stdout.print(f"{count} places imported")


def list_places(json: Annotated[bool, typer.Option("--json", help="GeoJSON.")] = False) -> None:
    """Show your own places: home, company, favourites and imported ones.

    Examples:

      xiaogao places list

      xiaogao places list --json > mine.geojson
    """
    with _own() as own:
        places, written = own.all(), own.to_geojson()
    if json:
        print_json(written)
        return
    for place in places:
        sort = place.category.removeprefix("user/")
        stdout.print(f"{place.id}  {sort}  {place.name}  ({place.lat:.5f},{place.lon:.5f})")


def remove_place(
    place_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `places list` shows, user/7.")],
) -> None:
    """Forget one of your own places.

    Examples:

      xiaogao places remove user/7
    """
    with _own() as own:
        removed = own.remove(place_id)
    if not removed:
        stderr.print(f"no place {place_id!r}: `xiaogao places list` shows the ids")
        raise typer.Exit(_IMPOSSIBLE)
