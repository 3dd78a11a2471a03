"""A small town with an agent in it, whose screen is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.assistant.assistant import Assistant
from device.settings import Settings
from device.store.regions import add_region
from tests.device.town import write_town


@pytest.fixture(scope="package")
def town_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack of the drawn town, without tiles, and with a name that is no markup."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("screen")
        patch.setenv("XIAOGAO_HOME", str(home))
        extract = write_town(home / "town.osm")
        text = extract.read_text("utf-8").replace('v="Street 3"', 'v="&lt;img src=x onerror=alert(1)&gt;"')
        extract.write_text(text, "utf-8")
        add_region(extract, "town")
    return home


@pytest.fixture
def town_home(town_pack: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with that pack."""
    monkeypatch.setenv("XIAOGAO_HOME", str(town_pack))
    monkeypatch.delenv("XIAOGAO_SETTINGS", raising=False)
    return town_pack


@pytest.fixture
def assistant(town_home: Path) -> Iterator[Assistant]:
    """An agent in the town; without models it understands plain answers and orders."""
    opened = Assistant(Settings())
    yield opened
    opened.close()
