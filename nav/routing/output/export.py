"""Routes in other programs' formats: GeoJSON, GPX, plain values, PNG, and HTML that opens offline."""

from __future__ import annotations

import io
import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nav.geometry import METRES_PER_DEGREE
from nav.graph import FloatArray
from nav.routing.output.streets import Streets, street_style, streets_in

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

    from nav.routing.route_line import RouteLine

_DIGITS = 6
_PAPER = "#ece9e2"
_ROUTE_COLOUR = "#1a6ef0"
_START_COLOUR, _END_COLOUR = "#1b9e4b", "#d2342b"
ATTRIBUTION = "© OpenStreetMap contributors"


def line_string(points: FloatArray) -> dict[str, Any]:
    """Return points as a GeoJSON LineString (longitude first)."""
    return {"type": "LineString", "coordinates": np.round(points[:, ::-1], _DIGITS).tolist()}


def to_dict(route: RouteLine) -> dict[str, Any]:
    """Return a route as plain values."""
    return {
        "profile": route.profile,
        "distance_m": round(route.distance_m, 1),
        "duration_s": round(route.duration_s, 1),
        "on_foot_m": round(route.on_foot_m, 1),
        "avoid": sorted(route.avoid),
        "avoid_broken": list(route.avoid_broken),
        "stops": [
            {
                "lat": round(s.lat, _DIGITS),
                "lon": round(s.lon, _DIGITS),
                "distance_to_road_m": round(s.distance_m, 1),
                "side": s.side,
            }
            for s in route.stops
        ],
        "legs": [
            {"distance_m": round(leg.distance_m, 1), "duration_s": round(leg.duration_s, 1)}
            for leg in route.legs
        ],
        "geometry": line_string(route.geometry),
        "attribution": ATTRIBUTION,
    }


def to_json(route: RouteLine) -> str:
    """Return `to_dict` as JSON text."""
    return json.dumps(to_dict(route), ensure_ascii=False)


def to_geojson(route: RouteLine) -> dict[str, Any]:
    """Return a FeatureCollection: the line, then a point per stop."""
    facts = to_dict(route)
    geometry = facts.pop("geometry")
    stops = facts.pop("stops")
    points = [
        {
            "type": "Feature",
            "properties": {"stop": i, **{k: stop[k] for k in ("distance_to_road_m", "side")}},
            "geometry": {"type": "Point", "coordinates": [stop["lon"], stop["lat"]]},
        }
        for i, stop in enumerate(stops)
    ]
    line = {"type": "Feature", "properties": facts, "geometry": geometry}
    return {"type": "FeatureCollection", "features": [line, *points]}


def to_gpx(route: RouteLine) -> str:
    """Return GPX 1.1: the stops as way points and the line as a track."""
    import gpxpy.gpx

    document = gpxpy.gpx.GPX()
    document.creator = "Xiao Gao"
    document.copyright_author = "OpenStreetMap contributors"
    document.copyright_license = "https://opendatacommons.org/licenses/odbl/1-0/"
    for i, stop in enumerate(route.stops):
        label = stop_label(i, len(route.stops))
        document.waypoints.append(gpxpy.gpx.GPXWaypoint(round(stop.lat, 7), round(stop.lon, 7), name=label))
    segment = gpxpy.gpx.GPXTrackSegment(
        [gpxpy.gpx.GPXTrackPoint(lat, lon) for lat, lon in np.round(route.geometry, 7).tolist()]
    )
    track = gpxpy.gpx.GPXTrack(name=f"{route.distance_m / 1000:.1f} km, {route.duration_s / 60:.0f} min")
    track.segments.append(segment)
    document.tracks.append(track)
    return str(document.to_xml(version="1.1"))


def stop_label(index: int, count: int) -> str:
    """Return what to call a stop in exports: Start, Stop 1, …, Destination."""
    return "Start" if index == 0 else "Destination" if index == count - 1 else f"Stop {index}"


class _View:
    """Maps coordinates to pixels, keeping the shape of the land."""

    def __init__(self, points: FloatArray, width: int, height: int, *, margin: float = 0.12) -> None:
        south, west = points.min(axis=0)
        north, east = points.max(axis=0)
        self._mid_lat, self._mid_lon = (south + north) / 2, (west + east) / 2
        self._squeeze = float(np.cos(np.radians(self._mid_lat)))
        span_x = max((east - west) * self._squeeze, 0.003) * (1 + 2 * margin)
        span_y = max(north - south, 0.003) * (1 + 2 * margin)
        self._scale = float(min(width / span_x, height / span_y))
        self._width, self._height = width, height

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """South, west, north, east of the picture."""
        half_lat = self._height / 2 / self._scale
        half_lon = self._width / 2 / self._scale / self._squeeze
        return (
            self._mid_lat - half_lat,
            self._mid_lon - half_lon,
            self._mid_lat + half_lat,
            self._mid_lon + half_lon,
        )

    @property
    def pixels_per_metre(self) -> float:
        """Scale of the picture."""
        return self._scale / METRES_PER_DEGREE

    def pixels(self, points: FloatArray) -> FloatArray:
        """Return (n, 2) x, y in pixels."""
        x = (points[:, 1] - self._mid_lon) * self._squeeze * self._scale + self._width / 2
        y = (self._mid_lat - points[:, 0]) * self._scale + self._height / 2
        return np.stack((x, y), axis=1)


def to_png(route: RouteLine, *, width: int = 1200, height: int = 900) -> bytes:
    """Draw a route over the streets of its region.

    Parameters
    ----------
    route
        The route.
    width, height
        Size of the picture, pixels.

    Returns
    -------
    bytes
        A PNG file.
    """
    from PIL import Image, ImageDraw

    over = 2
    view = _View(route.geometry, width * over, height * over)
    picture = Image.new("RGB", (width * over, height * over), _PAPER)
    canvas = ImageDraw.Draw(picture)
    streets = streets_in(route.graph, view.bbox, max_points=400_000)
    _draw_streets(canvas, view, streets, over)
    line = [tuple(p) for p in view.pixels(route.geometry).tolist()]
    canvas.line(line, fill="white", width=10 * over, joint="curve")
    canvas.line(line, fill=_ROUTE_COLOUR, width=6 * over, joint="curve")
    _draw_stops(canvas, view, route, over)
    picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    _draw_caption(ImageDraw.Draw(picture), route, view, (width, height, over))
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _draw_streets(canvas: ImageDraw, view: _View, streets: Streets, over: int) -> None:
    for casing in (True, False):
        for road_class, points in streets.lines():
            style = street_style(road_class)
            wide = min(style.width_m * view.pixels_per_metre, style.width_px * over)
            width = round(max(wide, style.least_px * over))
            if casing and width < 3:
                continue
            line = [tuple(p) for p in view.pixels(points).tolist()]
            colour = style.casing if casing else style.colour
            canvas.line(line, fill=colour, width=width + 2 * over if casing else width, joint="curve")


def _draw_stops(canvas: ImageDraw, view: _View, route: RouteLine, over: int) -> None:
    places = np.array([(s.lat, s.lon) for s in route.stops])
    for i, (x, y) in enumerate(view.pixels(places).tolist()):
        radius = 9 * over
        colour = _START_COLOUR if i == 0 else _END_COLOUR if i == len(places) - 1 else "#f0a020"
        canvas.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=colour, outline="white", width=3 * over
        )


def _draw_caption(canvas: ImageDraw, route: RouteLine, view: _View, size: tuple[int, int, int]) -> None:
    from PIL import ImageFont

    width, height, over = size
    font = ImageFont.load_default(16)
    facts = f"{route.distance_m / 1000:.1f} km   {route.duration_s / 60:.0f} min"
    per_metre = view.pixels_per_metre / over
    metres = next(
        (m for m in (20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50) if m * per_metre < width / 5), 20
    )
    bar = metres * per_metre
    canvas.rectangle((0, height - 30, width, height), fill="white")
    canvas.text((10, height - 26), facts, fill="black", font=font)
    canvas.line((width / 2 - bar / 2, height - 10, width / 2 + bar / 2, height - 10), fill="black", width=3)
    label = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
    canvas.text((width / 2 + bar / 2 + 8, height - 24), label, fill="black", font=font)
    box = canvas.textbbox((0, 0), ATTRIBUTION, font=font)
    canvas.text((width - box[2] - 10, height - 26), ATTRIBUTION, fill="black", font=font)


def to_html(route: RouteLine, *, title: str = "Xiao Gao") -> str:
    """Return a page with the route over the region's streets, to move and zoom, that needs no network."""
    view = _View(route.geometry, 1000, 800, margin=0.5)
    streets = streets_in(route.graph, view.bbox, max_points=150_000)
    data = {
        "streets": [[int(road_class), _flat(points)] for road_class, points in streets.lines()],
        "styles": {
            str(int(c)): [street_style(c).colour, street_style(c).width_px] for c in streets.classes()
        },
        "route": _flat(route.geometry),
        "stops": [
            [round(s.lat, 6), round(s.lon, 6), stop_label(i, len(route.stops))]
            for i, s in enumerate(route.stops)
        ],
        "facts": f"{route.distance_m / 1000:.1f} km · {route.duration_s / 60:.0f} min",
        "title": title,
    }
    page = files("nav").joinpath("data", "route.html").read_text(encoding="utf-8")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return page.replace("__DATA__", text)


def _flat(points: FloatArray) -> list[float]:
    return [float(v) for v in np.round(points, 5).ravel().tolist()]


def write_route(route: RouteLine, path: Path) -> None:
    """Write a route in the format that the file name's ending tells: geojson, json, gpx, png or html.

    Raises
    ------
    ValueError
        The ending is none of these.
    """
    content = render(route, path.suffix.lstrip(".").lower())
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content, encoding="utf-8")


def render(route: RouteLine, form: str) -> str | bytes:
    """Return a route in a format: ``geojson``, ``json``, ``gpx``, ``png`` or ``html``."""
    match form:
        case "geojson":
            return json.dumps(to_geojson(route), ensure_ascii=False)
        case "json":
            return to_json(route)
        case "gpx":
            return to_gpx(route)
        case "png":
            return to_png(route)
        case "html":
            return to_html(route)
    raise ValueError(f"unknown format {form!r}: use geojson, json, gpx, png or html")
