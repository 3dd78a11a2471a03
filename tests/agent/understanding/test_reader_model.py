"""The trained reader on a few plain sentences of each language, and its size in memory and on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.understanding.labels import NO_REQUEST, TAGS, State
from agent.understanding.learned.delta import OUTPUT_COLUMNS
from agent.understanding.learned.encoder import folder_of
from agent.understanding.learned.reader import BASE, Reader, committed_delta
from device.store.models import ModelStore

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def reader(cache: Path) -> Reader:
    store = ModelStore()
    if not store.installed(BASE):
        pytest.skip(f"the model {BASE} is not installed: xiaogao models pull {BASE}")
    return Reader.open(store, cache)


PLAIN: list[tuple[str, str, State, list[dict[str, Any]]]] = [
    ("zh", "带我去火车站", State(), [{"kind": "navigate", "to": "火车站"}]),
    ("zh", "附近有没有加油站", State(), [{"kind": "search", "what": "加油站"}]),
    ("zh", "大声点", State(), [{"kind": "volume", "change": "up"}]),
    ("en", "take me to the airport", State(), [{"kind": "navigate", "to": "airport"}]),
    (
        "en",
        "find a pharmacy near the station",
        State(),
        [{"kind": "search", "what": "pharmacy", "near": "station"}],
    ),
    ("en", "no tolls please", State(guiding=True), [{"kind": "change_route", "avoid": ["toll"]}]),
    ("de", "bring mich zum Bahnhof", State(), [{"kind": "navigate", "to": "Bahnhof"}]),
]


@pytest.mark.parametrize(("language", "text", "state", "wanted"), PLAIN, ids=[text for _, text, *_ in PLAIN])
def test_plain_sentences(
    reader: Reader, language: str, text: str, state: State, wanted: list[dict[str, Any]]
) -> None:
    reading = reader.read(text, language, state)
    assert list(reading.requests) == wanted, reading.why


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "今天会不会下雨"),
        ("zh", "放首歌"),
        ("en", "what's the weather like tomorrow"),
        ("en", "play some jazz"),
    ],
)
def test_what_is_not_ours_is_not_acted_on(reader: Reader, language: str, text: str) -> None:
    assert {request["kind"] for request in reader.read(text, language).requests} <= NO_REQUEST


def test_the_converted_files_are_small(reader: Reader, cache: Path) -> None:
    folder = folder_of(committed_delta().base_sha256, committed_delta(), cache)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 45_000_000


def test_the_committed_delta_fits_the_schema() -> None:
    arrays = committed_delta().arrays
    assert arrays["tag.w"].shape[1] == len(TAGS)
    assert arrays["out.w"].shape[1] == OUTPUT_COLUMNS
    assert committed_delta().calibration["weights"]
