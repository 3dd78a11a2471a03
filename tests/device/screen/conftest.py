"""A small town with an agent in it, whose screen is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.screen.browser import Browser, opened
from bench.screen.hosted import HostedScreen
from device.assistant.assistant import Assistant
from device.settings import Settings
from device.store.regions import add_region
from device.tiles.build import tippecanoe
from tests.device.roads import write_roads
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened((1280, 720)) as window:
        yield window


@pytest.fixture(scope="package")
def roads_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the drawn roads, with tiles where they can be made, and the drawn town without."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("roads")
        patch.setenv("XIAOGAO_HOME", str(home))
        add_region(write_roads(home / "roads.osm"), "roads", tiles=tippecanoe() is not None)
        add_region(write_town(home / "town.osm"), "town")
    return home


@pytest.fixture
def look_at(
    roads_home: Path, monkeypatch: pytest.MonkeyPatch, model_dir: Callable[[str], Path]
) -> Iterator[Callable[..., HostedScreen]]:
    """Give the screen of an agent in one of the regions."""
    library = model_dir("screen-map")
    monkeypatch.setenv("XIAOGAO_HOME", str(roads_home))
    monkeypatch.delenv("XIAOGAO_SETTINGS", raising=False)
    screens: list[HostedScreen] = []

    def look(region: str = "roads", **more: Any) -> HostedScreen:
        screens.append(HostedScreen(Assistant(Settings(), region=region), library, **more))
        return screens[-1]

    yield look
    for screen in screens:
        screen.close()
        screen.assistant.close()
