"""Which region is worked in: the one asked for, the chosen one, or the one that the car is in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from device.errors import Missing
from device.service.service import Service
from device.settings import RegionSettings, Settings
from device.store.regions import current_region, local_clock, use_region
from nav.packs.pack import Meta

BOXES = {
    "city": (60.0, 24.8, 60.3, 25.1),
    "country": (59.0, 20.0, 70.0, 32.0),
    "elsewhere": (42.4, 1.4, 42.7, 1.8),
}
IN_CITY, IN_COUNTRY, IN_ELSEWHERE, AT_SEA = (60.17, 24.94), (65.0, 25.5), (42.5, 1.5), (0.0, 0.0)


@pytest.fixture
def regions(home: Path) -> Path:
    """Three packs of which only the bounds matter."""
    for name, box in BOXES.items():
        folder = home / "data" / "regions" / name
        folder.mkdir(parents=True)
        facts = dict.fromkeys(Meta.__dataclass_fields__, "") | {"name": name, "bbox": box}
        facts |= {"format_version": 1, "counts": {}, "files": {}}
        facts |= dict.fromkeys(("countries", "rules", "conditions", "walk_countries"), ())
        (folder / "meta.json").write_text(Meta(**facts).to_json(), "utf-8")
    return home / "data" / "regions"


@pytest.mark.parametrize(
    ("chosen", "at", "expected"),
    [
        pytest.param("country", IN_CITY, "country", id="the chosen one holds the place"),
        pytest.param("elsewhere", IN_CITY, "city", id="it does not: the smallest that does"),
        pytest.param("city", IN_COUNTRY, "country", id="the only one that does"),
        pytest.param("city", AT_SEA, "city", id="none does"),
        pytest.param("city", None, "city", id="nobody says where"),
        pytest.param("", IN_ELSEWHERE, "elsewhere", id="none was chosen"),
    ],
)
def test_the_region_round_the_car(
    regions: Path, chosen: str, at: tuple[float, float] | None, expected: str
) -> None:
    if chosen:
        use_region(chosen)
    assert current_region(at=at) == expected
    assert current_region("city", at=IN_ELSEWHERE) == "city", "what is asked for is taken"


def test_a_damaged_pack_is_not_chosen_for_its_place(regions: Path) -> None:
    use_region("elsewhere")
    (regions / "city" / "meta.json").write_text("{", "utf-8")
    assert current_region(at=IN_CITY) == "country"


def test_without_a_choice_or_a_place_one_is_asked_to_choose(regions: Path) -> None:
    with pytest.raises(Missing, match="choose a region"):
        current_region()
    with pytest.raises(Missing, match="choose a region"):
        current_region(at=AT_SEA)


@pytest.mark.parametrize(
    ("region", "position", "set_to", "guiding", "expected"),
    [
        pytest.param("city", IN_COUNTRY, "", False, True, id="it drove out of the city's map"),
        pytest.param("city", IN_COUNTRY, "", True, False, id="it is guided over the border"),
        pytest.param("city", IN_CITY, "", False, False, id="it is in it"),
        pytest.param("elsewhere", IN_CITY, "", False, True, id="it drove into another"),
        pytest.param("city", AT_SEA, "", False, False, id="no map is there"),
        pytest.param("city", None, "", False, False, id="it does not know where it is"),
        pytest.param("city", IN_COUNTRY, "city", False, False, id="the settings name the region"),
    ],
)
def test_the_service_follows_the_car_into_another_region(
    regions: Path,
    region: str,
    position: tuple[float, float] | None,
    set_to: str,
    guiding: bool,
    expected: bool,
) -> None:
    use_region(region)
    south, west, north, east = BOXES[region]

    def contains(lat: float, lon: float) -> bool:
        return south <= lat <= north and west <= lon <= east

    service = Service(Settings(region=RegionSettings(name=set_to)))
    assistant: Any = SimpleNamespace(
        region=SimpleNamespace(name=region, contains=contains),
        driving=SimpleNamespace(position=position, guiding=guiding),
    )
    runtime = service.make_runtime()
    runtime.assistant = assistant
    assert runtime.is_elsewhere() == expected


@pytest.mark.parametrize(("zone", "ahead_h"), [("Pacific/Kiritimati", 14), ("Pacific/Pago_Pago", -11)])
def test_the_clock_is_that_of_the_region(zone: str, ahead_h: int) -> None:
    region: Any = SimpleNamespace(local_time=lambda moment: moment.astimezone(ZoneInfo(zone)))
    now = local_clock(region)()
    expected = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=ahead_h)
    assert abs(now - expected) < timedelta(seconds=5)
