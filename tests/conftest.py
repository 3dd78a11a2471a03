"""Fixtures that every package's tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from agent.errors import AgentError
from device.errors import DeviceError
from device.store.models import ModelStore
from nav.packs.paths import cache_home

if TYPE_CHECKING:
    from agent.understanding.learned.reader import Reader

# No drawn test fails for having been slow: a busy machine is no defect.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# The store of the person who runs the tests: tests read models from it and never write to it.
_STORE = ModelStore()
_CACHE = cache_home()


@pytest.fixture(scope="session")
def model_dir() -> Callable[[str], Path]:
    """Give the folder of an installed model, or skip the test with the reason."""

    def find(name: str) -> Path:
        try:
            return _STORE.path(name)
        except DeviceError as error:
            pytest.skip(str(error))

    return find


@pytest.fixture(scope="session")
def helsinki_pbf(model_dir: Callable[[str], Path]) -> Path:
    """Give the sample extract of Helsinki, or skip."""
    return model_dir("helsinki-extract") / "Helsinki.osm.pbf"


@pytest.fixture(scope="session")
def maps() -> Path:
    """Give the folder of test extracts, or skip."""
    beside = Path(__file__).parents[1].parent / "shared" / "maps"
    folder = Path(os.environ.get("XIAOGAO_TEST_MAPS", beside))
    if not (folder / "andorra.osm.pbf").is_file():
        pytest.skip(f"no map extracts in {folder}: set XIAOGAO_TEST_MAPS")
    return folder


@pytest.fixture
def with_models(home: Path, reader: Reader) -> Path:
    """Give the fresh folder, with the installed models and what was made of them in it."""
    assert reader
    (home / "cache").symlink_to(_CACHE)
    return home


@pytest.fixture(scope="session")
def reader() -> Reader:
    """Give the learned reader, or skip the test with the reason."""
    from agent.understanding.learned.reader import Reader as LearnedReader

    try:
        return LearnedReader.open(_STORE)
    except AgentError as error:
        pytest.skip(str(error))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the reader as needing models."""
    for item in items:
        if {"reader", "with_models"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.models)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Move everything that the program keeps to a fresh folder."""
    monkeypatch.setenv("XIAOGAO_HOME", str(tmp_path))
    return tmp_path
