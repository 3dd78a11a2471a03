"""`xiaogao route`: the way from one place to another, as text or in other programs' formats."""

from __future__ import annotations

import json as json_module
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from device.cli.arguments import (
    AvoidOption,
    RegionOption,
    ViaOption,
    places_of,
    points_of,
    region_around,
    wishes_of,
)
from device.cli.terminal import print_json, stderr, stdout
from device.cli.vehicle_options import Hazmat, Height, Hgv, Length, Weight, Width
from device.vehicle import vehicle_of, with_measures

if TYPE_CHECKING:
    from nav import Region
    from nav.law.vehicle import Vehicle
    from nav.routing.route import Route
    from nav.routing.router import Router


class Format(StrEnum):
    """How a route is written."""

    TEXT = "text"
    JSON = "json"
    GEOJSON = "geojson"
    GPX = "gpx"
    PNG = "png"
    HTML = "html"


class Profile(StrEnum):
    """What travels."""

    CAR = "car"
    FOOT = "foot"
    BIKE = "bike"


class Language(StrEnum):
    """Language of the manoeuvres."""

    ZH = "zh"
    EN = "en"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("route")(route)


def route(
    start: Annotated[str, typer.Argument(metavar="FROM", help="LAT,LON or the name of a place.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="LAT,LON or the name of a place.")],
    via: ViaOption = None,
    avoid: AvoidOption = None,
    profile: Annotated[Profile, typer.Option(help="What travels.")] = Profile.CAR,
    alternatives: Annotated[int, typer.Option(min=0, max=5, help="Other ways to show besides the best.")] = 0,
    best_order: Annotated[
        bool, typer.Option("--best-order", help="Visit the stops in the best order.")
    ] = False,
    heading: Annotated[float | None, typer.Option(help="Compass bearing in which the car moves.")] = None,
    depart: Annotated[
        datetime | None,
        typer.Option(help="Time of departure there, e.g. 2026-11-30T08:00; by default now."),
    ] = None,
    curb: Annotated[
        bool, typer.Option("--curb", help="Arrive on the side of the road where the place is.")
    ] = False,
    height: Height = None,
    width: Width = None,
    length: Length = None,
    weight: Weight = None,
    hgv: Hgv = None,
    hazmat: Hazmat = None,
    live: Annotated[Path | None, typer.Option(help="JSON file of closures and live speeds.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How the route is written.")] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write instead of stdout.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the manoeuvres.")] = Language.EN,
    region: RegionOption = "",
) -> None:
    """Find the way from FROM to TO.

    Exit codes: 0 found; 1 no way or no such place; 2 wrong input; 3 no region.

    Examples:

      xiaogao route 60.1719,24.9414 "Helsinki Cathedral"

      xiaogao route 42.5075,1.5218 42.5667,1.5976 --avoid toll,unpaved --format gpx -o trip.gpx

      xiaogao route 42.5075,1.5218 42.5667,1.5976 --height 2.6 --weight 3.4 --depart 2026-12-24T07:30

      xiaogao route "Rautatientori" "Helsinki Cathedral" --format png > route.png
    """
    from nav import Region

    if alternatives:
        _check_alternatives(form, several=bool(via) or best_order)
    opened = Region.open(region_around(region, start, *(via or []), end))
    vehicle = _vehicle(height=height, width=width, length=length, weight=weight, hgv=hgv, hazmat=hazmat)
    router = _router(opened, profile.value, vehicle, live)
    stops = points_of(places_of(opened), [start, *(via or []), end])
    asked: dict[str, Any] = {"avoid": wishes_of(avoid), "heading_deg": heading, "depart": depart}
    if curb:
        asked["approaches"] = [None, *["curb"] * (len(stops) - 1)]
    routes = _routes(router, stops, asked, alternatives, best_order=best_order)
    _tell_what_is_left(routes[0])
    _write(_content(routes, form, language.value), output, form)


def _router(region: Region, profile: str, vehicle: Vehicle, live: Path | None) -> Router:
    """Make the router, with the closures of a file in force."""
    from nav import InstalledPacks, JoinedRouter

    router = JoinedRouter(region, profile, beside=InstalledPacks(), vehicle=vehicle)
    for warning in router.apply_live(live) if live is not None else ():
        stderr.print(f"xiaogao: {warning}", soft_wrap=True)
    return router


def _vehicle(**said: Any) -> Vehicle:
    """Return the vehicle of the settings with what a command says of it."""
    from device.settings import load_settings

    return with_measures(vehicle_of(load_settings().vehicle), said)


def _check_alternatives(form: Format, *, several: bool) -> None:
    if form in (Format.GPX, Format.PNG, Format.HTML):
        raise typer.BadParameter(f"{form} holds one way; choose text, json or geojson", param_hint="--format")
    if several:
        raise typer.BadParameter(
            "alternatives are found between two places only", param_hint="--alternatives"
        )


def _tell_what_is_left(found: Route) -> None:
    """Say which wishes were not kept, and what is left to walk."""
    for wish in found.avoid_broken:
        stderr.print(f"xiaogao: {wish} could not be avoided wholly", soft_wrap=True)
    if found.on_foot_m and found.profile == "car":
        stderr.print(f"xiaogao: the last {found.on_foot_m:.0f} m are on foot", soft_wrap=True)


def _routes(
    router: Router,
    stops: list[tuple[float, float]],
    asked: dict[str, Any],
    alternatives: int,
    *,
    best_order: bool,
) -> list[Route]:
    if alternatives:
        return router.alternatives(stops[0], stops[1], count=alternatives, **asked)
    if best_order:
        order = router.best_order(stops, avoid=asked["avoid"], depart=asked["depart"])
        stops = [stops[i] for i in order]
    return [router.route(stops, **asked)]


def _content(routes: list[Route], form: Format, language: str) -> str | bytes:
    if form is Format.TEXT:
        return "\n\n".join(_as_text(found, language) for found in routes)
    if form is Format.JSON:
        facts = [_as_dict(found, language) for found in routes]
        return json_module.dumps(facts[0] | {"alternatives": facts[1:]}, ensure_ascii=False)
    if form is Format.GEOJSON:
        from nav.routing.output.export import to_geojson

        features = [feature for found in routes for feature in to_geojson(found)["features"]]
        return json_module.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    from nav.routing.output.export import render

    return render(routes[0], form.value)


def _as_dict(found: Route, language: str) -> dict[str, Any]:
    maneuvers = [
        {
            "kind": m.kind,
            "modifier": m.modifier,
            "lat": round(m.lat, 6),
            "lon": round(m.lon, 6),
            "offset_m": round(m.offset_m, 1),
            "length_m": round(m.length_m, 1),
            "duration_s": round(m.duration_s, 1),
            "text": m.say("zh" if language == "zh" else "en"),
        }
        for m in found.maneuvers
    ]
    return found.to_dict() | {"maneuvers": maneuvers}


def _as_text(found: Route, language: str) -> str:
    minutes = max(round(found.duration_s / 60), 1)
    lines = [f"{found.distance_m / 1000:.1f} km, {minutes} min"]
    for m in found.maneuvers:
        length = f"{m.length_m / 1000:.1f} km" if m.length_m >= 1000 else f"{m.length_m:.0f} m"
        lines.append(f"{length:>8}  {m.say('zh' if language == 'zh' else 'en')}")
    return "\n".join(lines)


def _write(content: str | bytes, output: Path | None, form: Format) -> None:
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(content if isinstance(content, bytes) else content.encode())
        stdout.print(f"written to {output}", soft_wrap=True)
    elif isinstance(content, bytes):
        if sys.stdout.isatty():
            raise typer.BadParameter("a picture is no text: give -o FILE or redirect", param_hint="--format")
        sys.stdout.buffer.write(content)
    elif form is Format.JSON:
        print_json(json_module.loads(content))
    else:
        sys.stdout.write(content + "\n")
