"""Recorded GPX tracks as fixes, through gpxpy."""

import contextlib
import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import gpxpy
import gpxpy.gpx

from device.position.errors import BadTrack
from nav.guidance.fix import Fix

_ASSUMED_MPS = 13.9
_METRES_PER_DEGREE = 111_195.0


def gpx_fixes(path: Path) -> list[Fix]:
    """Read a GPX track, or its route or waypoints if it has no track.

    Points without times are driven at 50 km/h, once a second. Speed and course of timed ones are what the
    file says: those between neighbouring points would make of one wrong position a fast drive towards it.

    Parameters
    ----------
    path : Path
        The GPX file.

    Returns
    -------
    list of Fix
        The positions in their order.

    Raises
    ------
    BadTrack
        If the file cannot be read or holds no positions.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTrack(f"cannot read the track {path} ({error}); check the path") from error
    try:
        gpx = gpxpy.parse(text)
    except (gpxpy.gpx.GPXException, ValueError, AttributeError) as error:
        raise BadTrack(f"{path} is not a GPX file ({error}); export the track again") from error
    tracks = [p for track in gpx.tracks for segment in track.segments for p in segment.points]
    routes = [p for route in gpx.routes for p in route.points]
    points = [
        _Point(p.latitude, p.longitude, None if p.time is None else p.time.timestamp(), *_motion(p))
        for p in tracks or routes or gpx.waypoints
    ]
    points = [p for p in points if math.isfinite(p.lat) and math.isfinite(p.lon)]
    if not points:
        raise BadTrack(f"{path} holds no positions; export a track or a route")
    return [_recorded(p) for p in points if p.time_s is not None] or _with_course(_driven(points))


@dataclass(frozen=True, slots=True)
class _Point:
    lat: float
    lon: float
    time_s: float | None
    speed_mps: float | None = None
    heading_deg: float | None = None


def _motion(
    point: gpxpy.gpx.GPXTrackPoint | gpxpy.gpx.GPXRoutePoint | gpxpy.gpx.GPXWaypoint,
) -> list[float | None]:
    """Return speed and course of a point, as GPX 1.0 writes them or as extensions of later versions do."""
    said = {key: getattr(point, key, None) for key in ("speed", "course")}
    for extension in point.extensions:
        for element in extension.iter():
            key = str(element.tag).rpartition("}")[2]
            if said.get(key, 0.0) is None:
                with contextlib.suppress(TypeError, ValueError):
                    said[key] = float(element.text)
    limits = {"speed": 150.0, "course": 360.0}
    return [v if v is not None and 0 <= v <= limits[key] else None for key, v in said.items()]


def _recorded(point: _Point) -> Fix:
    return Fix(
        lat=point.lat,
        lon=point.lon,
        time_s=point.time_s or 0.0,
        speed_mps=point.speed_mps,
        heading_deg=None if point.heading_deg is None else point.heading_deg % 360,
    )


def _driven(points: list[_Point]) -> list[_Point]:
    """Put a point on the line for each second of a drive at a constant speed."""
    driven = [_Point(points[0].lat, points[0].lon, 0.0)]
    offset_m, due_m = 0.0, _ASSUMED_MPS
    for a, b in pairwise(points):
        length_m = math.hypot(*_metres(a, b))
        while length_m and due_m <= offset_m + length_m:
            share = (due_m - offset_m) / length_m
            driven.append(
                _Point(a.lat + share * (b.lat - a.lat), a.lon + share * (b.lon - a.lon), float(len(driven)))
            )
            due_m += _ASSUMED_MPS
        offset_m += length_m
    driven.append(_Point(points[-1].lat, points[-1].lon, float(len(driven))))
    return driven


def _metres(a: _Point, b: _Point) -> tuple[float, float]:
    east = (b.lon - a.lon) * _METRES_PER_DEGREE * math.cos(math.radians((a.lat + b.lat) / 2))
    return east, (b.lat - a.lat) * _METRES_PER_DEGREE


def _with_course(points: list[_Point]) -> list[Fix]:
    fixes = []
    for i, point in enumerate(points):
        before = points[max(0, i - 1)]
        after = points[min(len(points) - 1, i + 1)] if i == 0 else point
        east_m, north_m = _metres(before, after)
        elapsed_s = (after.time_s or 0.0) - (before.time_s or 0.0)
        moved_m = math.hypot(east_m, north_m)
        fixes.append(
            Fix(
                lat=point.lat,
                lon=point.lon,
                time_s=point.time_s or 0.0,
                speed_mps=moved_m / elapsed_s if elapsed_s > 0 else None,
                heading_deg=math.degrees(math.atan2(east_m, north_m)) % 360 if moved_m > 2 else None,
            )
        )
    return fixes
