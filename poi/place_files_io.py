"""Read files of one's own places: GeoJSON, CSV and GPX."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nav.coordinates import System, to_wgs84
from poi.errors import BadPlaceFile
from poi.text import clean

_MOST_BYTES = 64_000_000
_COLUMNS = {
    "name": ("name", "title", "label", "名称", "名字", "地点"),
    "lat": ("lat", "latitude", "y", "纬度"),
    "lon": ("lon", "lng", "long", "longitude", "x", "经度"),
    "address": ("address", "addr", "地址"),
    "phone": ("phone", "tel", "telephone", "电话"),
    "note": ("note", "desc", "description", "comment", "备注"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """One place read from a file."""

    name: str
    """Name, never empty."""

    lat: float
    """WGS-84 latitude, degrees."""

    lon: float
    """WGS-84 longitude, degrees."""

    address: str = ""
    """Address as written."""

    phone: str = ""
    """Phone number as written."""

    note: str = ""
    """Remark as written."""


def read_places(path: Path, system: System = "wgs84") -> list[FilePlace]:
    """Read places from a file.

    Parameters
    ----------
    path
        A .geojson, .json, .csv or .gpx file.
    system
        Coordinates of the file: "wgs84", "gcj02" (Amap, Tencent, Google in China) or "bd09" (Baidu).

    Returns
    -------
    list of FilePlace

    Raises
    ------
    BadPlaceFile
        The file cannot be read; the message names the place in it.
    """
    readers = {".geojson": _geojson, ".json": _geojson, ".csv": _csv, ".tsv": _csv, ".gpx": _gpx}
    reader = readers.get(path.suffix.casefold())
    if reader is None:
        raise BadPlaceFile(f"{path.name}: give a .geojson, .csv or .gpx file")
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadPlaceFile(f"{path.name} is larger than 64 MB; split it")
        text = _decoded(path.read_bytes())
    except OSError as error:
        raise BadPlaceFile(f"cannot read {path.name}: {error.strerror or error}") from error
    return [_checked(path, number, fields, system) for number, fields in reader(path, text)]


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _checked(path: Path, number: int, fields: Mapping[str, Any], system: System) -> FilePlace:
    name = clean(str(fields.get("name") or ""))
    try:
        lat, lon = float(fields["lat"]), float(fields["lon"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadPlaceFile(f"{path.name}, entry {number}: no latitude and longitude in degrees") from error
    if not name:
        raise BadPlaceFile(f"{path.name}, entry {number}: it has no name")
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadPlaceFile(f"{path.name}, entry {number} ({name}): {lat}, {lon} is not on Earth")
    lats, lons = to_wgs84(lat, lon, system)
    rest = {key: clean(str(fields.get(key) or "")) for key in ("address", "phone", "note")}
    return FilePlace(name=name, lat=float(lats), lon=float(lons), **rest)


def _geojson(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        data = json.loads(text)
        features = data["features"] if data.get("type") == "FeatureCollection" else [data]
        for number, feature in enumerate(features, 1):
            lon, lat = _first_position(feature["geometry"]["coordinates"])
            own = {str(k).casefold(): v for k, v in (feature.get("properties") or {}).items()}
            yield number, {**_renamed(own), "lat": lat, "lon": lon}
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise BadPlaceFile(f"{path.name} is not GeoJSON of points ({error})") from error


def _first_position(coordinates: Any) -> tuple[Any, Any]:
    while isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return coordinates[0], coordinates[1]


def _renamed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that are known under any of their usual headings."""
    return {
        field: row[heading]
        for field, headings in _COLUMNS.items()
        if (heading := next((h for h in headings if h in row), None)) is not None
    }


def _csv(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        for number, row in enumerate(csv.DictReader(io.StringIO(text), delimiter=delimiter), 1):
            fields = _renamed({(k or "").strip().casefold(): v for k, v in row.items()})
            if number == 1 and not {"name", "lat", "lon"} <= set(fields):
                raise BadPlaceFile(f"{path.name}: its first line must name the columns name, lat and lon")
            yield number, fields
    except csv.Error as error:
        raise BadPlaceFile(f"{path.name} is not CSV ({error})") from error


def _gpx(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    import gpxpy
    import gpxpy.gpx

    try:
        points = gpxpy.parse(text).waypoints
    except (gpxpy.gpx.GPXException, ValueError) as error:
        raise BadPlaceFile(f"{path.name} is not GPX ({error})") from error
    for number, point in enumerate(points, 1):
        yield (
            number,
            {"name": point.name, "lat": point.latitude, "lon": point.longitude, "note": point.comment},
        )
