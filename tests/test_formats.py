"""Files of other versions: those of the program before are read, those of a later one are not harmed.

`tests/formats` keeps a small file of each kind as the program before wrote it.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from agent.memory import Memory
from device.assistant.driving import kept_drive
from nav import Region, Router
from nav.errors import RegionOutdated
from nav.packs.array_store import map_arrays, write_arrays
from nav.packs.formats import FORMAT_VERSION, READABLE
from nav.packs.migrations import migrate
from poi import Places, UserPlaces
from tests.archives import unpack
from tests.device.town import SOUTH, STEP_DEG, WEST

KEPT = Path(__file__).parent / "formats"
# Street 1, which its maker closed to cars from 22 to 6 o'clock, is the nearest way between these.
START, END = (SOUTH + 1.3 * STEP_DEG, WEST), (SOUTH + 1.3 * STEP_DEG, WEST + 4 * STEP_DEG)


def unpacked(version: int, folder: Path) -> Path:
    unpack(KEPT / f"pack-{version}.tar.gz", folder)
    return folder / f"pack-{version}"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The town as the oldest program whose packs are read has packed it."""
    return unpacked(min(READABLE), tmp_path)


def test_the_format_before_this_one_is_read_and_every_readable_one_is_kept() -> None:
    assert {FORMAT_VERSION - 1, FORMAT_VERSION} <= set(READABLE)
    kept = {int(path.name.split("-")[1].split(".")[0]) for path in KEPT.glob("pack-*.tar.gz")}
    assert kept == set(READABLE), "keep a small pack before a new format"


@pytest.mark.parametrize("version", READABLE)
def test_a_pack_of_each_readable_format_is_driven_walked_and_searched(version: int, tmp_path: Path) -> None:
    region = Region.open(unpacked(version, tmp_path))
    assert region.meta.format_version == version
    assert region.verify() == []
    router = Router(region)
    straight = router.route([START, END], depart=datetime(2026, 6, 1, 12, 0)).distance_m
    at_night = router.route([START, END], depart=datetime(2026, 6, 1, 23, 30)).distance_m
    assert straight < 650 < at_night, "what was closed at times still is"
    for profile in ("foot", "bike"):
        assert Router(region, profile).route([START, END]).distance_m < 650
    places = Places(region)
    assert [place.name for place in places.search("hotel")] == ["Hotel Torni"]
    assert places.resolve("Hotel Torni")[0].place.name == "Hotel Torni"
    assert places.resolve("Street 2")[0].place.name == "Street 2"
    places.resolve("Street 2 5")  # the oldest has no house numbers, and nothing fails
    assert places.reverse(*START) is not None


@pytest.mark.parametrize("version", [1, FORMAT_VERSION + 1])
def test_other_formats_are_refused_with_a_way_forward(pack: Path, version: int) -> None:
    meta = json.loads((pack / "meta.json").read_text())
    (pack / "meta.json").write_text(json.dumps(meta | {"format_version": version}))
    with pytest.raises(RegionOutdated, match="build it again"):
        Region.open(pack)


def test_what_a_later_program_adds_to_a_pack_is_left_out(pack: Path) -> None:
    for name in ("graph/roads.arrays", "graph/car.arrays", "graph/snap.arrays", "walk/roads.arrays"):
        arrays = map_arrays(pack / name)
        copied = {key: value.copy() for key, value in arrays.items()}
        size, digest = write_arrays(pack / name, copied | {"added_later": copied[next(iter(copied))]})
        meta = json.loads((pack / "meta.json").read_text())
        meta["files"][name] = [size, digest]
        (pack / "meta.json").write_text(json.dumps(meta | {"added_later": {"a": 1}}))
    at_noon = datetime(2026, 6, 1, 12, 0)  # at night a part of the way is closed
    assert Router(Region.open(pack)).route([START, END], depart=at_noon).distance_m < 650


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def forms_kept(kind: str) -> list[int]:
    return sorted(int(path.stem.split("-")[1]) for path in KEPT.glob(f"{kind}-*.sqlite"))


def test_each_form_of_each_file_is_kept(tmp_path: Path) -> None:
    Memory(tmp_path / "memory.sqlite")
    UserPlaces(tmp_path / "places.sqlite").close()
    for kind in ("memory", "places"):
        newest = version_of(tmp_path / f"{kind}.sqlite")
        assert forms_kept(kind) == list(range(newest + 1)), f"keep a small {kind} file of the new form"


@pytest.mark.parametrize("form", forms_kept("memory"))
def test_a_memory_of_each_form_is_taken_over(form: int, tmp_path: Path) -> None:
    path = Path(shutil.copy(KEPT / f"memory-{form}.sqlite", tmp_path))
    assert version_of(path) == form
    home = Memory(path).export()["places"][0]
    assert (home["kind"], home["name"]) == ("home", "Hotel Torni")
    assert version_of(path) == max(forms_kept("memory"))


@pytest.mark.parametrize("form", forms_kept("places"))
def test_own_places_of_each_form_are_taken_over(form: int, tmp_path: Path) -> None:
    path = Path(shutil.copy(KEPT / f"places-{form}.sqlite", tmp_path))
    assert version_of(path) == form
    with closing(UserPlaces(path)) as own:
        assert [place.name for place in own.all()] == ["Summer cottage"]
    assert version_of(path) == max(forms_kept("places"))


def test_files_of_a_later_program_are_used_and_stay_of_their_form(tmp_path: Path) -> None:
    """As after a roll-back: a later form has only added."""
    memory, places = tmp_path / "memory.sqlite", tmp_path / "places.sqlite"
    Memory(memory)
    UserPlaces(places).close()
    for path, column in ((memory, "colour"), (places, "colour")):
        with closing(sqlite3.connect(path)) as db:
            db.execute(f"ALTER TABLE place ADD COLUMN {column} TEXT NOT NULL DEFAULT 'red'")
            db.execute("PRAGMA user_version = 9")
            db.commit()
    kept = Memory(memory)
    kept.save("home", name="Home", lat=1.0, lon=2.0, place_id="", category="")
    assert kept.export()["places"][0]["name"] == "Home"
    with closing(UserPlaces(places)) as own:
        own.put("Shed", 1.0, 2.0)
        assert [place.name for place in own.all()] == ["Shed"]
    assert version_of(memory) == version_of(places) == 9


def test_each_form_is_made_from_the_one_before_or_not_at_all(tmp_path: Path) -> None:
    first = "CREATE TABLE IF NOT EXISTS a(x)"
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as db:
        migrate(db, [first])
        db.execute("INSERT INTO a VALUES(1)")
        db.commit()
        with pytest.raises(sqlite3.OperationalError):
            migrate(db, [first, "ALTER TABLE a ADD COLUMN y DEFAULT 2; ALTER TABLE b ADD COLUMN z"])
        assert db.execute("SELECT * FROM a").fetchall() == [(1,)], "half a step is no step"
        migrate(db, [first, "ALTER TABLE a ADD COLUMN y DEFAULT 2", "ALTER TABLE a ADD COLUMN z DEFAULT 3"])
        assert db.execute("SELECT * FROM a").fetchall() == [(1, 2, 3)]
    assert version_of(tmp_path / "a.sqlite") == 3


def test_a_kept_drive_with_keys_of_a_later_program_goes_on(tmp_path: Path) -> None:
    import time

    path = tmp_path / "drive.json"
    drive = {"stops": [[60.0, 10.0]], "avoid": [], "language": "zh", "at_s": time.time(), "mood": "good"}
    path.write_text(json.dumps(drive))
    rest = kept_drive(path)
    assert rest is not None
    assert rest.stops == ((60.0, 10.0),)
