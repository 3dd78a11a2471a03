"""Names of the map that are meant to harm reach no terminal, page or file unclean, in any format."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from agent import Agent
from agent.actions.reply import spoken_name
from agent.trip.export import export
from agent.understanding.intent import PlanTrip
from agent.understanding.utterance import Language
from device.cli.main import main
from nav import Region, Router
from nav.osm.build import build_graph
from nav.packs.staging import staged
from poi import Places, build_places

MARKUP = "<script>alert('x')</script>]]></name>&amp;\"'"
CONTROL = "Bar\nNext\r\x1b[31m\x1b]0;title\x07\u202eenil\u2066 \u2028x\x9b"
LONG = "长" * 50_000 + "</script>"
ARABIC = "مطعم\u200f بحر"
FORMULA = "$\\frac{1}{$ _x^2_ %(name)s {name} \\N{DEGREE SIGN}"
FORMATS = ("text", "json", "geojson", "gpx", "html")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a region of hostile names; Expat refuses raw control signs, a writer does not."""
    import osmium

    folder = tmp_path_factory.mktemp("hostile")
    extract = folder / "town.osm.pbf"
    ways = {
        1: (MARKUP, (1, 2)),
        2: (CONTROL, (2, 3)),
        3: (LONG[:200], (3, 4)),
        4: (ARABIC, (4, 5)),
        5: (FORMULA, (1, 4)),
    }
    points = {1: (10.0, 60.0), 2: (10.004, 60.0), 3: (10.004, 60.002), 4: (10.0, 60.002), 5: (10.0, 60.004)}
    places = {11: MARKUP, 12: CONTROL, 13: LONG[:200], 14: ARABIC, 15: "🍕🍕"}
    with osmium.SimpleWriter(str(extract)) as writer:
        for number, location in points.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, location=location))
        for number, name in places.items():
            tags = {"amenity": "cafe", "name": name, "phone": name, "addr:street": name, "website": name}
            lon, lat = points[min(number - 10, 5)]
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon + 1e-4, lat), tags=tags))
        for number, name in enumerate((MARKUP, CONTROL, ARABIC, FORMULA), start=21):
            tags = {"tourism": "museum", "name": name, "opening_hours": "24/7", "addr:street": name}
            lon, lat = points[number - 20]
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon + 2e-4, lat), tags=tags))
        town = {"place": "town", "name": "Kokeila"}
        writer.add_node(osmium.osm.mutable.Node(id=31, location=(10.002, 60.001), tags=town))
        for number, (name, nodes) in ways.items():
            tags = {"highway": "residential", "name": name, "ref": name, "destination": name}
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAOGAO_HOME", str(folder))
        with staged("town") as pack:
            build_graph(extract, pack, name="town")
            build_places(extract, pack)
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--region", "town"])
    out, err = capsys.readouterr()
    assert int(left.value.code or 0) == 0, err
    return out


def unclean(text: str) -> set[str]:
    """Return the signs that may stand in no output."""
    return {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") and sign != "\n"}


@pytest.mark.parametrize("form", FORMATS)
def test_a_route_through_hostile_streets(
    form: str, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOGAO_HOME", str(home))
    out = run(capsys, "route", "60.0,10.001", "60.0038,10.0", "--format", form)
    assert unclean(out) == set()
    if form in ("json", "geojson"):
        json.loads(out)
    if form == "gpx":
        ElementTree.fromstring(out)
    if form in ("html", "gpx"):
        assert "<script>alert" not in out


def test_a_picture_of_a_route_through_hostile_streets(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOGAO_HOME", str(home))
    picture = tmp_path / "route.png"
    run(capsys, "route", "60.0,10.001", "60.0038,10.0", "--format", "png", "-o", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")


HTTP = (
    "/route/v1/driving/10.001,60.0;10.0,60.0038?steps=true&geometries=geojson&annotations=true",
    "/route/v1/driving/10.001,60.0;10.0,60.0038?steps=true&voice_instructions=true&banner_instructions=true",
    "/nearest/v1/driving/10.001,60.0?number=3",
    "/table/v1/driving/10.001,60.0;10.0,60.0038",
    "/match/v1/driving/10.001,60.0;10.003,60.0?steps=true",
    "/trip/v1/driving/10.001,60.0;10.0,60.0038?steps=true",
)


@pytest.mark.parametrize("path", HTTP)
def test_hostile_names_over_http(path: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from starlette.testclient import TestClient

    from device.http.api import create_app

    monkeypatch.setenv("XIAOGAO_HOME", str(home))
    answer = TestClient(create_app(Region.open("town"))).get(path)
    assert answer.headers["content-type"].startswith("application/json")
    for text in _texts(answer.json()):
        assert unclean(text) == set()
        assert len(text) < 2000


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for part in pair for text in _texts(part))
    elif isinstance(value, list):
        yield from (text for item in value for text in _texts(item))


@pytest.mark.parametrize("form", ["md", "ics", "geojson", "json"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_trip_past_hostile_sights(
    form: str, language: Language, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOGAO_HOME", str(home))
    region = Region.open("town")
    router, now = Router(region), datetime(2026, 6, 10, 8, 0)
    agent = Agent(region, places=Places(region), router=router, now=lambda: now)
    intent = PlanTrip(where="Kokeila", days=1)
    answer = agent.carry_out("Kokeila", [intent], language=language, position=(60.0, 10.001))
    assert answer.plan is not None, answer.reply
    assert len(answer.plan.days[0].sights) > 1
    foot = Router(region, "foot") if form == "geojson" else None
    text = export(answer.plan, form, language=language, router=router, now=now.replace(tzinfo=UTC), foot=foot)
    assert unclean(text.replace("\r\n", "\n") if form == "ics" else text) == set()
    assert unclean(answer.reply) == set()
    if form == "ics":
        assert all(line[:1] == " " or ":" in line for line in text.splitlines())
    if form in ("json", "geojson"):
        json.loads(text)
    if form == "md":
        blocks = MarkdownIt("commonmark").enable("table").parse(text)
        assert not [
            t for block in blocks for t in (block, *(block.children or ())) if t.type.startswith("html")
        ]


def test_a_name_too_long_for_a_map_file_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOGAO_HOME", str(tmp_path / "home"))
    extract = tmp_path / "long.osm"
    tag = f'<tag k="name" v="{"A" * 100_000}"/><tag k="highway" v="residential"/>'
    extract.write_text(
        '<osm version="0.6"><node id="1" lat="60" lon="10"/><node id="2" lat="60" lon="10.004"/>'
        f'<way id="1"><nd ref="1"/><nd ref="2"/>{tag}</way></osm>'
    )
    with pytest.raises(SystemExit) as left:
        main(["map", "add", str(extract), "--name", "long"])
    assert int(left.value.code or 0) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert "cannot be read as OpenStreetMap data" in last
    assert len(last) < 300


@pytest.mark.parametrize("form", ["", "--json"])
def test_a_list_of_hostile_places(
    form: str, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOGAO_HOME", str(home))
    out = run(capsys, "find", "cafe", "--near", "60.0,10.0", *filter(None, [form]))
    assert unclean(out) == set()
    if form:
        assert len(json.loads(out)["places"]) == 5
    else:
        assert max(map(len, out.splitlines())) < 2000


def test_what_is_spoken_is_short_and_clean(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOGAO_HOME", str(home))
    region = Region.open("town")
    route = Router(region).route([(60.0, 10.001), (60.0038, 10.0)])
    said = [maneuver.say(language) for maneuver in route.maneuvers for language in ("zh", "en")]
    said += [spoken_name(p, language) for p in Places(region).search("cafe") for language in ("zh", "en")]
    for text in said:
        assert unclean(text) == set()
        assert len(text) < 400
