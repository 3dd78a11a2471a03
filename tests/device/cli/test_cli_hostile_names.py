"""Names of the map that are meant to harm reach no terminal, page or file unclean, in any format."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest

from agent.actions.reply import spoken_name
from device.cli.main import main
from nav import Region, Router
from nav.osm.build import build_graph
from nav.packs.staging import staged
from poi import Places, build_places

MARKUP = "<script>alert('x')</script>]]></name>&amp;\"'"
CONTROL = "Bar\nNext\r\x1b[31m\x1b]0;title\x07\u202eenil\u2066 \u2028x\x9b"
LONG = "长" * 50_000 + "</script>"
ARABIC = "مطعم\u200f بحر"
FORMATS = ("text", "json", "geojson", "gpx", "html")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a region of hostile names; Expat refuses raw control signs, a writer does not."""
    import osmium

    folder = tmp_path_factory.mktemp("hostile")
    extract = folder / "town.osm.pbf"
    ways = {1: (MARKUP, (1, 2)), 2: (CONTROL, (2, 3)), 3: (LONG[:200], (3, 4)), 4: (ARABIC, (4, 5))}
    points = {1: (10.0, 60.0), 2: (10.004, 60.0), 3: (10.004, 60.002), 4: (10.0, 60.002), 5: (10.0, 60.004)}
    places = {11: MARKUP, 12: CONTROL, 13: LONG[:200], 14: ARABIC, 15: "🍕🍕"}
    with osmium.SimpleWriter(str(extract)) as writer:
        for number, location in points.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, location=location))
        for number, name in places.items():
            tags = {"amenity": "cafe", "name": name, "phone": name, "addr:street": name, "website": name}
            lon, lat = points[min(number - 10, 5)]
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon + 1e-4, lat), tags=tags))
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
