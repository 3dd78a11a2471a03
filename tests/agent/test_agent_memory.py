"""What is remembered, what is concluded from it, and that erasing erases."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.memory import Memory

MORNING = datetime(2026, 6, 8, 8, 5)


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    """Give an empty memory."""
    return Memory(tmp_path / "memory.sqlite")


def drive(memory: Memory, name: str, at: datetime, lat: float = 60.2) -> None:
    """Note one drive."""
    memory.note_trip(name=name, lat=lat, lon=24.9, place_id="", category="", at=at)


def test_home_is_one_place_and_favourites_are_many(memory: Memory) -> None:
    memory.save("home", name="A", lat=1.0, lon=2.0)
    memory.save("home", name="B", lat=3.0, lon=4.0)
    memory.save("favourite", name="Café", lat=1.0, lon=1.0, label="老地方")
    memory.save("favourite", name="Park", lat=2.0, lon=2.0)
    home = memory.place("home")
    assert home is not None
    assert (home.name, home.lat) == ("B", 3.0)
    assert {kept.label for kept in memory.favourites()} == {"老地方", "Park"}
    assert memory.labelled("老地方") is not None


def test_what_is_usual_needs_three_drives_at_that_hour_on_such_days(memory: Memory) -> None:
    for day in range(2):
        drive(memory, "Office", MORNING + timedelta(days=day))
    assert memory.usual(MORNING + timedelta(days=2)) is None
    drive(memory, "Office", MORNING + timedelta(days=2))
    found = memory.usual(MORNING + timedelta(days=3, minutes=20))
    assert found is not None
    kept, times, drives = found
    assert (kept.name, times, drives) == ("Office", 3, 3)
    assert memory.usual(MORNING.replace(hour=20)) is None
    assert memory.usual(MORNING + timedelta(days=5)) is None, "a Saturday is no working day"


def test_a_mixed_habit_is_no_habit(memory: Memory) -> None:
    for day in range(3):
        drive(memory, "Office", MORNING + timedelta(days=day))
        drive(memory, "Gym", MORNING + timedelta(days=day), lat=60.5)
    assert memory.usual(MORNING) is None


def test_destinations_come_once_with_their_count(memory: Memory) -> None:
    drive(memory, "A", MORNING)
    drive(memory, "B", MORNING + timedelta(hours=1), lat=61.0)
    drive(memory, "A", MORNING + timedelta(hours=2))
    assert [(kept.name, kept.count) for kept in memory.destinations()] == [("A", 2), ("B", 1)]


def test_all_is_exported_and_all_is_erased(memory: Memory) -> None:
    memory.save("home", name="Geheimweg 7", lat=1.0, lon=2.0)
    drive(memory, "Secret Clinic", MORNING)
    memory.note_liking("avoid", "toll")
    memory.note_liking("avoid", "toll")
    exported = json.loads(memory.export_json())
    assert exported["places"][0]["name"] == "Geheimweg 7"
    assert exported["avoided"] == {"toll": 2}
    assert memory.forget("Secret Clinic") == 1
    memory.save_plan("Secret weekend", {"days": []}, at=MORNING)
    assert memory.plan("Secret weekend") == memory.plan() == {"days": []}
    assert memory.export()["plans"][0]["label"] == "Secret weekend"
    assert memory.forget() == 3
    assert memory.export() == {"plans": [], "places": [], "trips": [], "categories": {}, "avoided": {}}
    raw = b"".join(file.read_bytes() for file in memory.path.parent.iterdir())
    assert b"Geheimweg" not in raw
    assert b"Secret Clinic" not in raw
    assert b"Secret weekend" not in raw


def test_the_file_is_for_its_user_alone(tmp_path: Path) -> None:
    made, older = tmp_path / "memory.sqlite", tmp_path / "older.sqlite"
    older.touch(mode=0o644)
    older.chmod(0o644)
    for path in (made, older):
        Memory(path).save("home", name="家", lat=60.0, lon=24.0)
    assert [file.name for file in tmp_path.iterdir() if file.stat().st_mode & 0o077] == []


def test_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    path.write_bytes(b"this is no database" * 100)
    memory = Memory(path)
    assert "kept as memory.sqlite.damaged" in memory.damaged
    assert (tmp_path / "memory.sqlite.damaged").exists()
    memory.save("home", name="A", lat=1.0, lon=2.0)
    assert Memory(path).place("home") is not None


def test_hostile_words_are_only_words(memory: Memory) -> None:
    label = "x'); DROP TABLE place; --"
    memory.save("favourite", name="A", lat=1.0, lon=2.0, label=label)
    assert memory.labelled(label) is not None
    assert memory.forget(label) == 1
