"""Map extracts from the internet: the only part of `nav` that opens a socket, and only when it is called.

The place is found with OSMnx (Nominatim). Where it is small its data come from Overpass, as they are in
OpenStreetMap; where it is large, from the smallest Geofabrik extract that holds it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nav.errors import DownloadFailed
from nav.geometry import distance_m
from nav.packs.paths import cache_home

Bbox = tuple[float, float, float, float]
"""South, west, north, east, degrees."""
OVERPASS_AREA_KM2 = 900.0
"""Larger places come as a whole extract: the public Overpass servers are not made for them."""
_CHUNK_BYTES = 1 << 18
_TIMEOUT_S = 300.0
_MARGIN_DEG = 0.01
_PLACE_KEYS = (
    "amenity", "shop", "tourism", "leisure", "historic", "healthcare", "office", "railway", "aeroway",
    "place", "public_transport", "addr:housenumber", "entrance", "barrier", "natural", "sport", "craft",
    "emergency",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Where maps are fetched from."""

    nominatim: str = "https://nominatim.openstreetmap.org/"
    overpass: str = "https://overpass-api.de/api/interpreter"
    geofabrik_index: str = "https://download.geofabrik.de/index-v1.json"


def fetch_extract(
    place: str,
    folder: Path | None = None,
    *,
    servers: Servers | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Path:
    """Fetch the map data of a place.

    Parameters
    ----------
    place
        Name as one would type it into a map, e.g. ``Kunshan, China``.
    folder
        Where the file goes; by default the program's cache.
    servers
        Where to fetch from; by default the public servers.
    progress
        Called with the name of each step and how much of it is done.

    Returns
    -------
    Path
        An extract that `build_graph` reads: OSM XML or PBF.

    Raises
    ------
    DownloadFailed
        There is no network, no such place, or a server refuses.
    """
    folder = folder or cache_home() / "extracts"
    folder.mkdir(parents=True, exist_ok=True)
    servers = servers or Servers()
    tell = progress or (lambda step, share: None)
    tell(f"looking for {place}", 0.0)
    box = find_place(place, servers)
    stem = re.sub(r"\W+", "-", place.lower()).strip("-") or "place"
    if area_km2(box) <= OVERPASS_AREA_KM2:
        target = folder / f"{stem}.osm"
        _transfer(servers.overpass, target, tell, data=overpass_query(box))
        _check_overpass(target)
        return target
    url = smallest_extract(_read_json(servers.geofabrik_index), box)
    target = folder / url.rsplit("/", 1)[-1]
    digest = _md5_of(url)
    if target.is_file() and digest and _md5(target) == digest:
        return target
    _transfer(url, target, tell)
    if digest and _md5(target) != digest:
        target.unlink(missing_ok=True)
        raise DownloadFailed(f"{url} arrived damaged: try again")
    return target


def find_place(place: str, servers: Servers) -> Bbox:
    """Return the bounds of a place, with a small margin."""
    try:
        import osmnx
    except ImportError as error:
        raise DownloadFailed(
            "looking places up needs OSMnx: install xiaogao[graph], or give a .osm.pbf file"
        ) from error
    with _settings(osmnx, servers):
        try:
            found = osmnx.geocode_to_gdf(place)
        except Exception as error:  # OSMnx lets through whatever its HTTP library raises
            raise DownloadFailed(
                f"{place!r} cannot be looked up ({_first_line(error)}): check the name and the network, "
                "or give a .osm.pbf file"
            ) from error
    west, south, east, north = (float(v) for v in found.total_bounds)
    return south - _MARGIN_DEG, west - _MARGIN_DEG, north + _MARGIN_DEG, east + _MARGIN_DEG


@contextlib.contextmanager
def _settings(osmnx: Any, servers: Servers) -> Iterator[None]:
    """Lend OSMnx our settings; they belong to the whole process."""
    before = osmnx.settings.nominatim_url, osmnx.settings.use_cache
    osmnx.settings.nominatim_url, osmnx.settings.use_cache = servers.nominatim, False
    try:
        yield
    finally:
        osmnx.settings.nominatim_url, osmnx.settings.use_cache = before


def area_km2(box: Bbox) -> float:
    """Return the area of a box."""
    south, west, north, east = box
    height = distance_m((south, west), (north, west))
    width = distance_m(((south + north) / 2, west), ((south + north) / 2, east))
    return height * width / 1e6


def overpass_query(box: Bbox) -> bytes:
    """Return the request for roads with their nodes, turn restrictions and places of a box."""
    bounds = ",".join(f"{v:.6f}" for v in box)
    places = "".join(f'nwr["{key}"];' for key in _PLACE_KEYS)
    query = (
        f"[out:xml][timeout:{_TIMEOUT_S:.0f}][bbox:{bounds}];"
        f'(way["highway"];way["route"~"^(ferry|shuttle_train)$"];node["highway"];'
        f'relation["type"="restriction"];{places});'
        "(._;>;);out body;"
    )
    return urllib.parse.urlencode({"data": query}).encode()


def smallest_extract(index: Any, box: Bbox) -> str:
    """Return the address of the smallest extract in Geofabrik's index that holds a box."""
    from shapely.errors import ShapelyError
    from shapely.geometry import box as rectangle
    from shapely.geometry import shape

    south, west, north, east = box
    wanted = rectangle(west, south, east, north)
    try:
        options = [
            (area.area, feature["properties"]["urls"]["pbf"])
            for feature in index["features"]
            if feature.get("geometry") and "pbf" in feature["properties"].get("urls", {})
            for area in (shape(feature["geometry"]),)
            if area.contains(wanted)
        ]
    except (KeyError, TypeError, ValueError, ShapelyError) as error:
        raise DownloadFailed("the list of extracts cannot be read: give a .osm.pbf file") from error
    if not options:
        raise DownloadFailed("no single extract holds this place: give a .osm.pbf file")
    return str(min(options)[1])


def _request(url: str, *, data: bytes | None = None, begin: int = 0) -> Any:
    headers = {"User-Agent": "xiaogao (offline navigation; map download on request)"}
    if begin:
        headers["Range"] = f"bytes={begin}-"
    if not url.startswith(("https://", "http://")):
        raise DownloadFailed(f"{url} is no address to fetch from")
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        return urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    except (OSError, ValueError) as error:
        raise DownloadFailed(f"{url} cannot be fetched ({_first_line(error)}): check the network") from error


def _read_json(url: str) -> Any:
    with _request(url) as answer:
        try:
            return json.load(answer)
        except (ValueError, OSError) as error:
            raise DownloadFailed(f"{url} did not answer as expected: try again later") from error


def _transfer(
    url: str, target: Path, tell: Callable[[str, float], None], *, data: bytes | None = None
) -> None:
    """Fetch into a file beside the target, going on where an earlier try ended, then rename it."""
    partial = target.with_name(target.name + ".part")
    begin = partial.stat().st_size if data is None and partial.is_file() else 0
    try:
        answer = _request(url, data=data, begin=begin)
    except DownloadFailed as error:
        if not (
            begin and isinstance(error.__cause__, urllib.error.HTTPError) and error.__cause__.code == 416
        ):
            raise
        partial.unlink()
        begin, answer = 0, _request(url, data=data)
    with answer:
        if begin and answer.status != 206:
            begin = 0
        total = begin + int(answer.headers.get("Content-Length") or 0)
        with partial.open("ab" if begin else "wb") as stream:
            try:
                while chunk := answer.read(_CHUNK_BYTES):
                    stream.write(chunk)
                    tell("downloading", stream.tell() / total if total else 0.0)
            except OSError as error:
                raise DownloadFailed(
                    f"{url} broke off ({_first_line(error)}): run it again to go on"
                ) from error
            done = stream.tell()
    if total and answer.headers.get("Content-Length") and done < total:
        raise DownloadFailed(f"{url} broke off after {done} of {total} bytes: run it again to go on")
    partial.replace(target)


def _check_overpass(target: Path) -> None:
    """Overpass reports running out of time or memory inside an answer that looks well."""
    with target.open("rb") as stream:
        head = stream.read(2000)
        stream.seek(max(target.stat().st_size - 2000, 0))
        tail = stream.read()
    if b"<osm" not in head or b"<remark>" in head + tail or b"</osm>" not in tail:
        target.unlink()
        raise DownloadFailed(
            "the map server could not give this area: choose a smaller one, or give a .osm.pbf file"
        )


def _md5_of(url: str) -> str:
    """Return the checksum published beside an extract, `` if there is none."""
    try:
        with _request(url + ".md5") as answer:
            found = re.match(rb"([0-9a-f]{32})\b", answer.read(200))
            return found[1].decode() if found else ""
    except DownloadFailed:
        return ""


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:160]
