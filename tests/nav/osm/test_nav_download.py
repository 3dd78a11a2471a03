"""Maps by the name of a place, against servers of our own on loopback that speak like the real ones."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from nav.errors import DownloadFailed
from nav.osm.build import build_graph
from nav.osm.download import Servers, area_km2, fetch_extract, smallest_extract

pytest.importorskip("osmnx")
ROAD = {"highway": "residential"}


class Web:
    """What the servers answer, and what they were asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.break_after: int | None = None


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Web, Servers]]:
    state = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(self.path.split("?")[0])

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            state.asked.append(parse_qs(body)["data"][0])
            self._answer(self.path)

        def _answer(self, path: str) -> None:
            state.asked.append(path + (" " + self.headers["Range"] if self.headers["Range"] else ""))
            content = state.files.get(path)
            if content is None:
                self.send_error(404)
                return
            begin = int(self.headers["Range"].split("=")[1].rstrip("-")) if self.headers["Range"] else 0
            self.send_response(206 if begin else 200)
            self.send_header("Content-Length", str(len(content) - begin))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            end = len(content) if state.break_after is None or begin else state.break_after
            self.wfile.write(content[begin:end])

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("osmnx._nominatim.time.sleep", lambda _: None)
    base = f"http://127.0.0.1:{server.server_port}"
    yield (
        state,
        Servers(
            nominatim=f"{base}/", overpass=f"{base}/interpreter", geofabrik_index=f"{base}/index-v1.json"
        ),
    )
    server.shutdown()
    thread.join()
    server.server_close()


def _place(south: float, west: float, north: float, east: float) -> bytes:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    found = {
        "place_id": 1, "osm_type": "relation", "osm_id": 1, "class": "boundary", "type": "administrative",
        "lat": str((south + north) / 2), "lon": str((west + east) / 2), "importance": 0.5, "place_rank": 12,
        "name": "Town", "display_name": "Town, Norway", "addresstype": "city",
        "boundingbox": [str(south), str(north), str(west), str(east)],
        "geojson": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip
    return json.dumps([found]).encode()


def test_a_small_place_comes_from_overpass(
    web: tuple[Web, Servers], draw_map: Callable, tmp_path: Path
) -> None:
    state, servers = web
    drawn = draw_map("A---B---C", {"AB": ROAD, "BC": ROAD})
    state.files = {"/search": _place(59.99, 9.99, 60.01, 10.02), "/interpreter": drawn.extract.read_bytes()}
    steps: list[str] = []
    extract = fetch_extract(
        "Town, Norway", tmp_path, servers=servers, progress=lambda step, share: steps.append(step)
    )
    assert extract.name == "town-norway.osm"
    query = next(q for q in state.asked if "out:xml" in q)
    assert "bbox:59.980000,9.980000,60.020000,10.030000" in query
    assert 'way["highway"]' in query
    assert '"restriction"' in query
    (tmp_path / "pack").mkdir()
    assert build_graph(extract, tmp_path / "pack", name="town").counts["edges"] == 4
    assert "downloading" in steps
    assert not list(tmp_path.glob("*.part"))


INDEX = {
    "type": "FeatureCollection",
    "features": [
        {"properties": {"id": name, "urls": {"pbf": f"http://HOST/{name}.osm.pbf"}},
         "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}}
        for name, s, w, n, e in (
            ("europe", 30, -20, 75, 40), ("norway", 57, 4, 72, 32), ("oslo", 59.8, 10.5, 60, 11)
        )
    ] + [{"properties": {"id": "odd", "urls": {}}, "geometry": None}],
}  # fmt: skip


def test_the_smallest_extract_is_chosen() -> None:
    assert smallest_extract(INDEX, (58, 6, 61, 11)).endswith("/norway.osm.pbf")
    assert smallest_extract(INDEX, (48, 6, 61, 11)).endswith("/europe.osm.pbf")
    with pytest.raises(DownloadFailed, match="no single extract"):
        smallest_extract(INDEX, (0, 0, 61, 11))
    with pytest.raises(DownloadFailed, match="cannot be read"):
        smallest_extract(
            {"features": [{"geometry": {"type": "Blob"}, "properties": {"urls": {"pbf": "x"}}}]}, (0, 0, 1, 1)
        )


def _serve_extract(state: Web, servers: Servers, content: bytes) -> None:
    host = servers.overpass.split("/")[2]
    state.files = {
        "/search": _place(58, 6, 61, 11),
        "/index-v1.json": json.dumps(INDEX).replace("HOST", host).encode(),
        "/norway.osm.pbf": content,
        "/norway.osm.pbf.md5": hashlib.md5(content).hexdigest().encode() + b"  norway.osm.pbf\n",
    }


def test_a_large_place_comes_as_an_extract(web: tuple[Web, Servers], tmp_path: Path) -> None:
    state, servers = web
    content = bytes(range(256)) * 4000
    _serve_extract(state, servers, content)
    extract = fetch_extract("Norway", tmp_path, servers=servers)
    assert extract.read_bytes() == content
    assert extract.name == "norway.osm.pbf"
    state.asked.clear()
    fetch_extract("Norway", tmp_path, servers=servers)
    assert "/norway.osm.pbf" not in state.asked, "what is there and whole is not fetched again"


def test_a_broken_download_goes_on_where_it_ended(web: tuple[Web, Servers], tmp_path: Path) -> None:
    state, servers = web
    content = bytes(range(256)) * 4000
    _serve_extract(state, servers, content)
    partial = tmp_path / "norway.osm.pbf.part"
    partial.write_bytes(content[:300_000])
    assert fetch_extract("Norway", tmp_path, servers=servers).read_bytes() == content
    assert "/norway.osm.pbf bytes=300000-" in state.asked


def test_a_damaged_download_is_refused(web: tuple[Web, Servers], tmp_path: Path) -> None:
    state, servers = web
    _serve_extract(state, servers, b"good" * 1000)
    state.files["/norway.osm.pbf"] = b"evil" * 1000
    with pytest.raises(DownloadFailed, match="damaged"):
        fetch_extract("Norway", tmp_path, servers=servers)
    assert not (tmp_path / "norway.osm.pbf").exists()


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>busy</html>",
        b"<osm><remark>runtime error: Query timed out</remark></osm>",
        b"<osm><node id='1' lat='1' lon='1'/>",
    ],
)
def test_overpass_that_gives_up(web: tuple[Web, Servers], tmp_path: Path, answer: bytes) -> None:
    state, servers = web
    state.files = {"/search": _place(59.99, 9.99, 60.01, 10.02), "/interpreter": answer}
    with pytest.raises(DownloadFailed, match="smaller"):
        fetch_extract("Town", tmp_path, servers=servers)
    assert not list(tmp_path.glob("*.osm"))


def test_unknown_places_and_no_network(web: tuple[Web, Servers], tmp_path: Path) -> None:
    state, servers = web
    state.files = {"/search": b"[]"}
    with pytest.raises(DownloadFailed, match="'Atlantis' cannot be looked up"):
        fetch_extract("Atlantis", tmp_path, servers=servers)
    state.files = {"/search": _place(59.99, 9.99, 60.01, 10.02)}
    with pytest.raises(DownloadFailed, match="cannot be fetched"):
        fetch_extract("Town", tmp_path, servers=servers)
    nowhere = Servers(
        nominatim="http://127.0.0.1:9/", overpass="http://127.0.0.1:9/", geofabrik_index="http://127.0.0.1:9/"
    )
    with pytest.raises(DownloadFailed):
        fetch_extract("Town", tmp_path, servers=nowhere)


def test_areas() -> None:
    assert area_km2((60.0, 10.0, 60.1, 10.2)) == pytest.approx(123.5, rel=0.01)
