"""Damaged files cost what they held, never the rest: own places, memory, region packs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from device.assistant.assistant import Assistant
from device.service.service import Service
from device.settings import Settings
from nav import Region
from nav.errors import RegionDamaged

Run = Callable[..., Any]
STATION = "60.1719,24.9414"
SAMPLE = Path(__file__).parents[2] / "samples" / "zh_hotels.wav"


def one_line(text: str) -> bool:
    return text.startswith("xiaogao: ") and text.count("\n") == 1


@pytest.fixture(params=["junk", "a folder"])
def bad_places(own_home: Path, request: pytest.FixtureRequest) -> Path:
    """Own places that cannot be read."""
    path = own_home / "data" / "places.sqlite"
    if request.param == "junk":
        path.write_bytes(b"no database at all" * 100)
    else:
        path.mkdir()
    return path


def test_without_own_places_the_commands_go_on_with_a_warning(xiaogao: Run, bad_places: Path) -> None:
    done = xiaogao("find", "hotel", "--near", STATION)
    assert done.code == 0
    assert done.out
    assert one_line(done.err), done.err
    assert "places.sqlite" in done.err


def test_commands_about_own_places_end_with_one_line(xiaogao: Run, bad_places: Path) -> None:
    done = xiaogao("places", "list")
    assert done.code == 1
    assert one_line(done.err), done.err


def test_the_assistant_goes_on_without_own_places_and_says_so(bad_places: Path) -> None:
    assistant = Assistant(Settings(), region="helsinki")
    turn = assistant.read("附近有什么酒店", (60.1719, 24.9414))
    assistant.close()
    assert len(turn.answer.places) >= 3
    assert any("places.sqlite" in warning for warning in assistant.warnings)


def test_a_memory_that_was_lost_is_told_by_every_command_that_opens_it(
    xiaogao: Run, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_loop(*_: Any, **_options: Any) -> None:
        return

    monkeypatch.setattr("device.cli.listen._run", no_loop)
    for command in (("memory", "list"), ("ask", "--text", "hello", "--json"), ("listen", "--wav", SAMPLE)):
        (own_home / "data" / "memory.sqlite").write_bytes(b"no database at all" * 100)
        done = xiaogao(*command)
        assert one_line(done.err), done.err
        assert "memory.sqlite.damaged" in done.err


def changed_meta(home: Path, **values: Any) -> None:
    path = home / "data" / "regions" / "helsinki" / "meta.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), "utf-8")


DAMAGES: dict[str, Any] = {
    "zone": {"timezone": "Europe/Helsinkj"},
    "zone that is a folder": {"timezone": "Europe"},
    "zone that is a number": {"timezone": 2},
    "three numbers": {"bbox": [60.0, 24.0, 61.0]},
    "not finite": {"bbox": [60.0, 24.0, float("nan"), 25.0]},
    "off the Earth": {"bbox": [60.0, 24.0, 95.0, 25.0]},
    "upside down": {"bbox": [61.0, 24.0, 60.0, 25.0]},
    "files": {"files": 5},
    "sizes": {"files": {"graph/roads.arrays": [1e999, "x"]}},
}


@pytest.mark.parametrize("values", DAMAGES.values(), ids=DAMAGES)
def test_a_description_with_a_wrong_value_is_a_damaged_pack(
    xiaogao: Run, own_home: Path, values: dict[str, Any]
) -> None:
    changed_meta(own_home, **values)
    with pytest.raises(RegionDamaged):
        Region.open("helsinki")
    done = xiaogao("ask", "--text", "hotel")
    assert done.code == 3
    assert one_line(done.err), done.err


def test_the_service_outlives_a_pack_that_cannot_be_opened(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed_meta(own_home, timezone="Europe/Helsinkj")
    service = Service(Settings())
    runtime = service.make_runtime()
    asyncio.run(runtime.open())
    assert runtime.assistant is None
    assert any("is damaged" in error for error in service.health.errors)

    def unforeseen(*_: Any, **_options: Any) -> None:
        raise RuntimeError("of a kind that nobody thought of")

    monkeypatch.setattr("device.service.runtime.Assistant", unforeseen)
    asyncio.run(service.make_runtime().open())
    assert any("nobody thought of" in error for error in service.health.errors)


@pytest.mark.parametrize("damage", ["missing", "junk", "a page", "of another version"])
def test_doctor_and_map_list_name_a_damaged_database_of_places(
    xiaogao: Run, own_home: Path, damage: str
) -> None:
    path = own_home / "data" / "regions" / "helsinki" / "poi.sqlite"
    if damage == "missing":
        path.unlink()
    elif damage == "junk":
        path.write_bytes(b"no database at all" * 100)
    elif damage == "of another version":
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("UPDATE meta SET value = '0' WHERE key = 'format'")
            db.commit()
    else:
        with path.open("r+b") as file:
            file.seek(40 * 4096)
            file.write(b"\x55" * 4096 * 20)
    done = xiaogao("doctor", "--json")
    assert done.code == 3
    (region,) = [check for check in json.loads(done.out)["checks"] if check["name"] == "region"]
    assert region["state"] == "missing"
    assert ("version" if damage == "of another version" else "poi.sqlite") in region["detail"]
    if damage != "a page":
        (row,) = json.loads(xiaogao("map", "list", "--json").out)["regions"]
        assert row["damaged"]


def test_a_database_that_fails_in_use_is_one_line(xiaogao: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **_options: Any) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr("poi.places.Places.search", fails)
    done = xiaogao("find", "hotel")
    assert done.code == 3
    assert one_line(done.err), done.err
    assert "xiaogao doctor" in done.err
