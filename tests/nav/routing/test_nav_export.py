"""Routes in other programs' formats."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import gpxpy
import numpy as np
import pytest
from PIL import Image

from nav.routing.output.export import render, write_route

ROAD = {"highway": "residential", "name": '</script> & "Street"'}
TOWN = "A---B---C\n|   |   |\nD---E---F"
WAYS = {"ABC": ROAD, "DEF": {"highway": "primary"}, "AD": ROAD, "BE": ROAD, "CF": {"highway": "motorway"}}


@pytest.fixture
def route(draw_map: Callable):
    return draw_map(TOWN, WAYS).route("AB", "BE", "DE")


def test_geojson(route) -> None:
    found = route.to_geojson()
    line, *stops = found["features"]
    assert line["geometry"]["type"] == "LineString"
    assert line["properties"]["distance_m"] == pytest.approx(route.distance_m, abs=0.1)
    assert len(stops) == 3
    np.testing.assert_allclose(line["geometry"]["coordinates"], route.geometry[:, ::-1], atol=1e-6)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_gpx_is_read_by_others(route) -> None:
    parsed = gpxpy.parse(route.to_gpx())
    points = [(p.latitude, p.longitude) for p in parsed.tracks[0].segments[0].points]
    np.testing.assert_allclose(points, route.geometry, atol=1e-6)
    assert [w.name for w in parsed.waypoints] == ["Start", "Stop 1", "Destination"]
    assert parsed.version == "1.1"


def test_json(route) -> None:
    found = json.loads(route.to_json())
    assert found["duration_s"] == pytest.approx(route.duration_s, abs=0.1)
    assert len(found["legs"]) == 2
    assert found["attribution"] == "© OpenStreetMap contributors"


def test_png_shows_the_route_over_streets(route) -> None:
    picture = Image.open(io.BytesIO(route.to_png(width=400, height=300))).convert("RGB")
    assert picture.size == (400, 300)
    colours = {colour for _, colour in picture.getcolors(400 * 300) or []}
    assert (26, 110, 240) in colours, "the route"
    assert len(colours) > 20, "streets in several colours"


def test_html_opens_offline(route) -> None:
    page = route.to_html(title="Test")
    assert not re.search(r"(?:src|href)\s*=|https?://|import\s*\(", page), "nothing is loaded from elsewhere"
    data = re.search(r"const data = (\{.*?\});\n", page)
    assert data is not None
    values = json.loads(data[1])
    assert values["title"] == "Test"
    assert len(values["route"]) == 2 * len(route.geometry)
    assert len(values["streets"]) >= 5
    assert len(values["stops"]) == 3
    assert page.count("</script>") == 1, "no name can end the script"


@pytest.mark.parametrize("form", ["geojson", "json", "gpx", "png", "html"])
def test_files(route, tmp_path: Path, form: str) -> None:
    file = tmp_path / "out" / f"route.{form}"
    write_route(route, file)
    assert file.stat().st_size > 100


def test_unknown_formats(route, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="geojson"):
        render(route, "docx")
    with pytest.raises(ValueError, match="geojson"):
        write_route(route, tmp_path / "route.txt")
