"""The user's own places: kept, found first, imported from any map, exported and erased."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nav.coordinates import from_wgs84
from poi import Places, UserPlaces, build_places
from poi.errors import BadPlaceFile
from poi.user_places import OwnPlacesUnusable

SPOT = (39.99123, 116.33456)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[UserPlaces]:
    store = UserPlaces(tmp_path / "kept" / "places.sqlite")
    yield store
    store.close()


@pytest.mark.parametrize("words", ["家", "回家", "home", "Home", "我家"])
def test_home_by_any_word(own: UserPlaces, words: str) -> None:
    own.put("清华园 3 号楼", *SPOT, sort="home")
    assert own.find(words)[0].place.name == "清华园 3 号楼"


def test_there_is_one_home(own: UserPlaces) -> None:
    own.put("old", *SPOT, sort="home")
    own.put("new", *SPOT, sort="home")
    assert [p.name for p in own.all("home")] == ["new"]


def test_no_home_no_answer(own: UserPlaces) -> None:
    assert own.of_sort("home") is None
    assert own.find("家") == []


def test_favourites_are_found_by_sound(own: UserPlaces) -> None:
    own.put("老王的店", *SPOT)
    assert own.find("老汪的店")[0].place.name == "老王的店"
    assert own.find("something else") == []


def test_survives_reopening(tmp_path: Path) -> None:
    first = UserPlaces(tmp_path / "p.sqlite")
    first.put("公司", *SPOT, sort="company")
    first.close()
    second = UserPlaces(tmp_path / "p.sqlite")
    company = second.of_sort("company")
    second.close()
    assert company is not None
    assert (company.lat, company.lon) == SPOT


def test_remove_and_erase(own: UserPlaces) -> None:
    kept = own.put("a", *SPOT)
    own.put("b", *SPOT)
    assert own.remove(kept.id)
    assert not own.remove(kept.id)
    assert not own.remove("user/x; DROP TABLE place")
    assert not own.remove("user/²"), "a digit to Python, but no number"
    assert own.erase() == 1
    assert own.all() == []


def damage(path: Path, where: str) -> None:
    """Spoil a file of places that holds some."""
    store = UserPlaces(path)
    for number in range(300):
        store.put(f"place {number}", *SPOT)
    store.close()
    with path.open("r+b") as file:
        file.seek({"head": 0, "middle": 3 * 4096}[where])
        file.write(b"\x55" * 4096)


@pytest.mark.parametrize("where", ["head", "middle"])
def test_a_damaged_file_is_set_aside_and_the_next_begins_empty(tmp_path: Path, where: str) -> None:
    path = tmp_path / "places.sqlite"
    damage(path, where)
    with pytest.raises(OwnPlacesUnusable, match=r"kept as places\.sqlite\.damaged: import"):
        UserPlaces(path)
    assert path.with_name("places.sqlite.damaged").is_file()
    again = UserPlaces(path)
    assert again.all() == []
    again.close()


def test_a_folder_in_its_place_is_named_and_left(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    path.mkdir()
    with pytest.raises(OwnPlacesUnusable, match="move it away"):
        UserPlaces(path)
    assert path.is_dir()


def test_on_a_read_only_disk_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "places.sqlite"
    first = UserPlaces(path)
    first.put("mine", *SPOT)
    first.close()
    real = sqlite3.connect

    def read_only(name: Path | str, **options: Any) -> sqlite3.Connection:
        if isinstance(name, Path):
            raise sqlite3.OperationalError("unable to open database file")
        return real(name, **options)

    monkeypatch.setattr("poi.user_places.sqlite3.connect", read_only)
    store = UserPlaces(path)
    assert [place.name for place in store.all()] == ["mine"]
    with pytest.raises(OwnPlacesUnusable, match="cannot be used now"):
        store.put("another", *SPOT)
    store.close()


def test_damage_while_it_is_open_costs_one_request(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    store = UserPlaces(path)
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("INSERT INTO place VALUES(1, 'home', 'mine', 1, 2, '', '', '', '')")
        other.commit()
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes(b"junk" * 4096)
    with pytest.raises(OwnPlacesUnusable, match="damaged"):
        store.find("mine")
    assert store.find("mine") == []
    store.close()


def write(folder: Path, name: str, lat: float, lon: float) -> Path:
    path = folder / name
    if path.suffix == ".csv":
        path.write_text(f"名称,纬度,经度,电话\n小馆,{lat},{lon},010-1\n", "utf-8")
    elif path.suffix == ".gpx":
        path.write_text(
            f"<gpx version='1.1' creator='t'><wpt lat='{lat}' lon='{lon}'><name>小馆</name></wpt></gpx>",
            "utf-8",
        )
    else:
        feature: dict[str, Any] = {
            "type": "Feature",
            "properties": {"Name": "小馆"},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


@pytest.mark.parametrize("name", ["p.csv", "p.gpx", "p.geojson"])
@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09"])
def test_import_in_any_coordinates(own: UserPlaces, tmp_path: Path, name: str, system: Any) -> None:
    lat, lon = from_wgs84(*SPOT, system)
    assert own.import_file(write(tmp_path, name, float(lat), float(lon)), system) == 1
    place = own.all()[0]
    assert place.name == "小馆"
    assert (place.lat, place.lon) == pytest.approx(SPOT, abs=1e-6)


def test_importing_again_replaces(own: UserPlaces, tmp_path: Path) -> None:
    own.import_file(write(tmp_path, "p.csv", *SPOT))
    own.import_file(write(tmp_path, "p.csv", 40.0, 116.0))
    assert [p.lat for p in own.all()] == [40.0]


def test_old_chinese_encoding(own: UserPlaces, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("名称;纬度;经度\n豆汁店;39.9;116.3\n".encode("gb18030"))
    own.import_file(path)
    assert own.all()[0].name == "豆汁店"


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("p.csv", "a,b\n1,2\n", "columns name, lat and lon"),
        ("p.csv", "name,lat,lon\nx,north,3\n", "entry 1"),
        ("p.csv", "name,lat,lon\nx,95,3\n", "not on Earth"),
        ("p.csv", "name,lat,lon\nx,nan,3\n", "not on Earth"),
        ("p.csv", "name,lat,lon\n,5,3\n", "no name"),
        ("p.csv", "", "holds no places"),
        ("p.geojson", "{", "not GeoJSON"),
        ("p.geojson", '{"type": "FeatureCollection", "features": [{"geometry": null}]}', "not GeoJSON"),
        ("p.gpx", "<gpx", "not GPX"),
        ("p.docx", "x", "give a .geojson"),
    ],
)
def test_bad_files(own: UserPlaces, tmp_path: Path, name: str, content: str, complaint: str) -> None:
    own.put("kept", *SPOT)
    path = tmp_path / name
    path.write_text(content, "utf-8")
    with pytest.raises(BadPlaceFile, match=complaint):
        own.import_file(path)
    assert [p.name for p in own.all()] == ["kept"]


def test_missing_file(own: UserPlaces, tmp_path: Path) -> None:
    with pytest.raises(BadPlaceFile, match=r"cannot read none\.csv"):
        own.import_file(tmp_path / "none.csv")


def test_export(own: UserPlaces) -> None:
    own.put("公司", *SPOT, sort="company", note="3F")
    feature = own.to_geojson("gcj02")["features"][0]
    assert feature["properties"]["sort"] == "company"
    assert feature["geometry"]["coordinates"][0] == pytest.approx(
        float(from_wgs84(*SPOT, "gcj02")[1]), abs=1e-6
    )


def test_own_places_come_before_the_map(own: UserPlaces, tmp_path: Path) -> None:
    file = tmp_path / "m.osm"
    file.write_text(
        "<osm version='0.6'><node id='1' version='1' lat='60' lon='25'>"
        "<tag k='shop' v='furniture'/><tag k='name' v='Home'/></node></osm>",
        "utf-8",
    )
    build_places(file, tmp_path)
    own.put("我的家", *SPOT, sort="home")

    class Pack:
        path = tmp_path

    assert Places(Pack(), user=own).resolve("home")[0].place.name == "我的家"
    assert Places(Pack()).resolve("home")[0].place.category == "shop/furniture"
