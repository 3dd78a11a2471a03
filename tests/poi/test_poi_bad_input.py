"""Whatever is said, typed or sent: a clear answer, never a crash."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poi import Places, PoiError, build_places
from poi.errors import BadMapFile, PlacesMissing, PlacesOutdated

NASTY = [
    pytest.param("", id="empty"),
    pytest.param("   \t\n", id="blanks"),
    pytest.param("x" * 10_000, id="10,000 letters"),
    pytest.param("清" * 10_000, id="10,000 characters"),
    pytest.param("hotel " * 2_000, id="2,000 words"),
    pytest.param("🙂🚗👨‍👩‍👧", id="emoji"),
    pytest.param("'; DROP TABLE place; --", id="SQL"),
    pytest.param('" OR 1=1 --', id="SQL in quotes"),
    pytest.param('NEAR("a" "b", 5) AND * NOT ^x {words}: -y', id="FTS syntax"),
    pytest.param('"unclosed', id="FTS quote"),
    pytest.param("\ud800\udfff", id="lone surrogates"),
    pytest.param("מלון فندق", id="right to left"),
    pytest.param("\u202ehotel\u202c", id="direction override"),
    pytest.param("12345", id="digits"),
    pytest.param("0" * 300, id="many digits"),
    pytest.param("零" * 300, id="many numerals"),
    pytest.param("\x00\x01", id="control characters"),
    pytest.param("%s %n {} {0} $HOME", id="format strings"),
    pytest.param("../../etc/passwd", id="path"),
    pytest.param("\ue000\uf8ff", id="private use, where sounds are encoded"),
    pytest.param("ꙮ ﷽ Ⅷ ½ ㊿", id="odd characters"),
    pytest.param("a" + "\u0301" * 500, id="500 accents"),
    pytest.param("flurbel station of the zorg kind", id="a kind that nobody knows"),
    pytest.param("和和和和和和和路口路口路口", id="crossing of nothing"),
    pytest.param("999999999999999999999999号", id="huge house number"),
]


@pytest.fixture
def places(draw: Callable[..., Places]) -> Places:
    return draw(
        "abc\nd e",
        {
            "a": {"tourism": "hotel", "name": "Hotel"},
            "b": {"amenity": "cafe", "name": "'; DROP TABLE place; --"},
            "c": {"amenity": "fuel"},
        },
        {"de": {"highway": "residential", "name": "Street"}},
    )


@pytest.mark.parametrize("words", NASTY)
def test_nasty_words(places: Places, words: str) -> None:
    assert isinstance(places.search(words), list)
    resolution = places.resolve(words, near=(60.0, 25.0))
    assert (len(resolution) == 0) == (resolution.verdict == "nothing")
    places.categories(words)


@pytest.mark.parametrize("words", ["", "  ", "🙂", "\ud800"])
def test_nothing_asked_nothing_answered(places: Places, words: str) -> None:
    assert places.search(words) == []
    assert places.resolve(words).verdict == "nothing"


def test_a_name_that_looks_like_sql_is_found(places: Places) -> None:
    assert places.resolve("drop table place")[0].place.category == "amenity/cafe"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_any_text(places: Places, words: str) -> None:
    for candidate in places.resolve(words):
        assert 0 <= candidate.score <= 1
    places.search(words, near=(60.0, 25.0), limit=3)


@pytest.mark.parametrize("near", [(0.0, 0.0), (90.0, 180.0), (-90.0, -180.0)])
def test_near_outside_the_region(places: Places, near: tuple[float, float]) -> None:
    found = places.search("hotel", near=near)
    assert [p.name for p in found] == ["Hotel"]
    assert found[0].distance_m is not None
    assert found[0].distance_m > 1_000_000
    assert places.resolve("hotel", near=near).verdict == "clear"
    assert isinstance(places.names_near(*near), list)


@pytest.mark.parametrize("point", [(float("nan"), 0.0), (float("inf"), float("-inf"))])
def test_reverse_of_no_point(places: Places, point: tuple[float, float]) -> None:
    assert places.reverse(*point).street == ""
    assert places.names_near(*point) == []


def test_limit_of_nothing(places: Places) -> None:
    assert places.search("hotel", limit=0) == []


def test_far_future(places: Places) -> None:
    assert places.search("hotel", open_at=datetime(9999, 12, 31, 23, 59)) != []


@pytest.mark.parametrize("content", [b"", b"not a map", b"\x00\x00\x00\x0d\x0a\x09OSMHeader" + b"\xff" * 200])
def test_broken_map_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.osm.pbf"
    file.write_bytes(content)
    with pytest.raises(BadMapFile, match="broken"):
        build_places(file, tmp_path)


def test_missing_map_file(tmp_path: Path) -> None:
    with pytest.raises(BadMapFile):
        build_places(tmp_path / "none.osm.pbf", tmp_path)


class Pack:
    """A region that is only a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path


def test_pack_without_places(tmp_path: Path) -> None:
    with pytest.raises(PlacesMissing, match="xiaogao map add"):
        Places(Pack(tmp_path))


def test_pack_of_another_version(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "poi.sqlite")
    db.execute("CREATE TABLE meta(key TEXT, value TEXT)")
    db.execute("INSERT INTO meta VALUES('format', '0')")
    db.commit()
    db.close()
    with pytest.raises(PlacesOutdated):
        Places(Pack(tmp_path))


def test_pack_damaged_inside(places: Places, tmp_path: Path) -> None:
    file = tmp_path / "poi.sqlite"
    raw = bytearray(file.read_bytes())
    for start in range(4096, len(raw) - 4096, 4096):
        raw[start : start + 2000] = b"\xff" * 2000
    file.write_bytes(raw)
    with pytest.raises(PoiError, match="xiaogao map add"):
        Places(Pack(tmp_path)).resolve("hotel")


def test_damaged_pack(tmp_path: Path) -> None:
    (tmp_path / "poi.sqlite").write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    with pytest.raises(PoiError, match="xiaogao map add"):
        Places(Pack(tmp_path))


HOSTILE = [
    pytest.param("Bar\nNext\x1b[31m\u202eline\x07", id="control signs and direction marks"),
    pytest.param("<script>alert('x')</script> & \"q\"", id="markup"),
    pytest.param("long " * 200, id="as long as a map file may hold"),
    pytest.param("مطعم\u200f بحر", id="right to left"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_leaves_the_map_on_one_clean_line(name: str, tmp_path: Path) -> None:
    """Expat refuses raw control signs in XML, so that they come the way they do in files: out of a writer."""
    import osmium

    file = tmp_path / "hostile.osm.pbf"
    with osmium.SimpleWriter(str(file)) as writer:
        tags = {"amenity": "cafe", "name": name, "addr:street": name, "addr:housenumber": f"1\n{name}"}
        writer.add_node(osmium.osm.mutable.Node(id=1, location=(25.0, 60.0), tags=tags))
    build_places(file, tmp_path)
    places = Places(Pack(tmp_path))
    place = places.search("cafe")[0]
    for text in (place.name, place.address, place.label("zh")):
        assert text.isprintable()
        assert len(text) <= 300
    assert places.resolve(place.name)[0].place.id == place.id


def test_a_name_of_pictures_only_is_no_name(tmp_path: Path) -> None:
    import osmium

    file = tmp_path / "pictures.osm.pbf"
    with osmium.SimpleWriter(str(file)) as writer:
        for number, tags in enumerate(
            ({"amenity": "cafe", "name": "🍕🍕"}, {"office": "yes", "name": "✨"}), 1
        ):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(25.0, 60.0), tags=tags))
    build_places(file, tmp_path)
    places = Places(Pack(tmp_path))
    assert [p.name for p in places.search("cafe")] == [""]
    assert places.by_id("node/2") is None
