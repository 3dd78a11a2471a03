"""What commands are given: coordinates, names of places, wishes, a region."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from device.assistant.own_places import own_places
from device.cli.terminal import stderr
from device.store.regions import current_region
from nav.errors import BadCoordinate

if TYPE_CHECKING:
    from nav import Region
    from poi.places import Places

Position = tuple[float, float]

RegionOption = Annotated[
    str, typer.Option(help="Region pack; by default the chosen one, or another that holds the place.")
]
AtOption = Annotated[str | None, typer.Option(help="Where the car is: LAT,LON.")]
ViaOption = Annotated[list[str] | None, typer.Option(help="A stop on the way; may be given again.")]
AvoidOption = Annotated[
    str | None, typer.Option(help="Any of toll,motorway,ferry,unpaved; by default as in the settings.")
]
DaskOption = Annotated[
    str | None,
    typer.Option(help="Scheduler of a Dask cluster, tcp://HOST:PORT; by default one of this computer's own."),
]
WorkersOption = Annotated[
    int | None, typer.Option(min=1, help="Processes of this computer's own cluster; by default one a core.")
]
RetriesOption = Annotated[
    int, typer.Option(min=0, help="How often a task is tried again that ended by an unexpected error.")
]

_IMPOSSIBLE = 1
_DEGREES = r"\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+|nan|inf))\s*"
_COORDINATE = re.compile(f"{_DEGREES},{_DEGREES}", re.IGNORECASE)


def coordinate(text: str) -> Position | None:
    """Read "LAT,LON", full-width signs allowed ("60.17，24.94"); None when the text is something else.

    Raises
    ------
    nav.errors.BadCoordinate
        The two numbers are not on Earth.
    """
    match = _COORDINATE.fullmatch(_plain(text))
    if match is None:
        return None
    lat, lon = map(float, match.groups())
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadCoordinate(
            f"{text.strip()!r} is not on Earth: latitude is -90 to 90, longitude -180 to 180 degrees"
        )
    return lat, lon


def read_position(text: str | None) -> Position | None:
    """Read the LAT,LON of an option; None when it was not given.

    Raises
    ------
    nav.errors.BadCoordinate
        It is not a coordinate.
    """
    if text is None:
        return None
    if point := coordinate(text):
        return point
    raise BadCoordinate(f"{text!r} is not a LAT,LON such as 60.1719,24.9414")


def shielded(arguments: Sequence[str]) -> list[str]:
    """Return arguments in which a coordinate of the south ("-33.86,151.2") is not taken for an option."""
    return [f" {text}" if _is_southern(text) else text for text in arguments]


def _is_southern(text: str) -> bool:
    return text.startswith("-") and _COORDINATE.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-")


def places_of(region: Region) -> Places:
    """Open a region's places, those of the regions beside it, and the user's own."""
    from nav import InstalledPacks
    from poi import JoinedPlaces

    return JoinedPlaces(region, beside=InstalledPacks(), user=own_places())


def region_around(asked: str, *texts: str) -> str:
    """Return the region of a command: the one asked for, or set, or the one round its first coordinates."""
    from device.settings import load_settings

    at = next((point for text in texts if (point := coordinate(text))), None)
    return current_region(asked or load_settings().region.name, at=at)


def wishes_of(avoid: str | None) -> list[str]:
    """Return what a command is to avoid: as it was told, or as the settings say."""
    from device.settings import load_settings

    if avoid is None:
        return list(load_settings().routing.avoid)
    return [wish.strip() for wish in avoid.split(",") if wish.strip()]


def point_of(places: Places, text: str, near: Position | None = None) -> Position:
    """Return the point of "LAT,LON" or of a place's name."""
    if point := coordinate(text):
        return point
    resolution = places.resolve(text, near=near)
    if not resolution:
        hint = f"; did you mean {', '.join(resolution.suggestions)}?" if resolution.suggestions else ""
        stderr.print(f"no place called {text!r} in this region{hint}")
        raise typer.Exit(_IMPOSSIBLE)
    first = resolution[0]
    if resolution.verdict != "clear" and first.why != "category":
        others = " or ".join(c.place.name for c in resolution[1:3] if resolution.verdict == "ask")
        reason = f"not {others}: say more to choose" if others else first.why
        stderr.print(f"{text!r} is taken for {first.place.name} ({reason})")
    return first.place.lat, first.place.lon


def points_of(places: Places, texts: Sequence[str], *, near: Position | None = None) -> list[Position]:
    """Read coordinates and look names up, each near the one before it."""
    found: list[Position] = []
    for text in texts:
        found.append(point_of(places, text, near=found[-1] if found else near))
    return found
