"""What is left of a drive is kept in a file, and goes on after a kill."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from device.assistant.driving import Driving, Rest, forget_drive, keep_drive, keep_drives, kept_drive
from device.settings import Settings
from nav import Region, Router
from nav.errors import NavError
from nav.guidance.fix import Fix
from tests.device.conftest import Run

HERE, VIA, THERE = (60.1719, 24.9414), (60.1760, 24.9400), (60.1866, 24.9436)
REST = Rest(stops=(VIA, THERE), avoid=("ferry",), language="en")
FIX = Fix(lat=HERE[0], lon=HERE[1], time_s=1.7e9, speed_mps=0.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "drive.json"


@pytest.fixture
def make_driving(helsinki_home: Path) -> Callable[[], Driving]:
    """Make what drives through the sample region, anew after each kill."""
    region = Region.open("helsinki")
    router = Router(region)
    return lambda: Driving(region, router, Settings())


def begin(driving: Driving) -> None:
    driving.begin(driving._router.route([HERE, VIA, THERE], avoid={"ferry"}), "en")
    driving.update(FIX)


def rounded(rest: Rest) -> list[tuple[float, float]]:
    """Return the stops, to some hundred metres."""
    return [(round(lat, 2), round(lon, 2)) for lat, lon in rest.stops]


def follow(driving: Driving, file: Path, told: list[str], *acts: Callable[[], bool | None]) -> None:
    """Keep a drive in the file meanwhile; each act is done and waited for until it is no longer False."""

    async def run() -> None:
        task = asyncio.create_task(keep_drives(driving, file, problem=told.append, every_s=0.02))
        async with asyncio.timeout(20):
            for act in acts:
                while act() is False:
                    await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(run())


def test_what_is_kept_is_what_is_left(file: Path) -> None:
    keep_drive(file, replace(REST, fix=FIX))
    assert kept_drive(file) == replace(REST, at_s=pytest.approx(REST.at_s))
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    keep_drive(file, Rest(stops=(), avoid=(), language="zh"))
    assert not file.exists()
    forget_drive(file)  # nothing there is nothing to refuse
    assert not file.exists()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"stops": [[60.1, "x"]], "avoid": [], "language": "en"}', '{"stops": []}', "\0" * 99],
)
def test_a_damaged_file_is_no_drive(file: Path, content: str) -> None:
    file.write_text(content)
    assert kept_drive(file) is None


@pytest.mark.parametrize("minutes", [-31, 31])
def test_a_drive_of_long_ago_is_over(file: Path, minutes: int) -> None:
    keep_drive(file, replace(REST, at_s=time.time() - minutes * 60))
    assert kept_drive(file) is None


def test_a_drive_is_in_the_file_from_its_begin_to_its_end(
    make_driving: Callable[[], Driving], file: Path
) -> None:
    driving = make_driving()
    follow(driving, file, [], lambda: begin(driving), file.exists)
    rest = kept_drive(file)
    assert rest is not None
    assert (rest.avoid, rest.language) == (REST.avoid, REST.language)
    assert rounded(rest) == rounded(REST)
    follow(driving, file, [], driving.end, lambda: not file.exists())


def test_it_goes_on_with_the_first_position(make_driving: Callable[[], Driving], file: Path) -> None:
    keep_drive(file, REST)
    rest = kept_drive(file)
    assert rest is not None
    driving = make_driving()
    driving.resume(rest)
    assert driving.update(None) == []
    assert not driving.guiding
    follow(driving, file, [], lambda: time.sleep(0.1))
    assert kept_drive(file) == rest, "it waits in the file too"
    left_m = driving.go_on(FIX)
    assert left_m == pytest.approx(driving._router.route([HERE, VIA, THERE]).distance_m, rel=0.3)
    assert [event.kind for event in driving.update(FIX)] == ["progress"]
    assert driving.language == "en"
    assert rounded(driving.rest()) == rounded(REST)
    assert driving.go_on(FIX) is None, "once"


@pytest.mark.parametrize(
    "over",
    [
        pytest.param(replace(REST, stops=(HERE,)), id="the car is at the destination"),
        pytest.param(replace(REST, at_s=time.time() - 3600), id="the position came too late"),
    ],
)
def test_what_is_over_does_not_go_on(make_driving: Callable[[], Driving], file: Path, over: Rest) -> None:
    keep_drive(file, over)
    driving = make_driving()
    driving.resume(over)
    assert driving.go_on(FIX) is None
    assert not driving.guiding
    follow(driving, file, [], lambda: not file.exists())


def test_where_there_is_no_way_it_is_given_up(make_driving: Callable[[], Driving]) -> None:
    driving = make_driving()
    driving.resume(replace(REST, stops=((42.5, 1.5),)))
    with pytest.raises(NavError):
        driving.go_on(FIX)
    assert driving.go_on(FIX) is None
    assert driving.rest().stops == ()


def test_a_stop_that_was_reached_is_kept_no_more(make_driving: Callable[[], Driving], file: Path) -> None:
    driving = make_driving()
    begin(driving)
    state = driving.state()
    assert state is not None
    assert state.stops_left == driving.rest().stops
    driving.changed.clear()
    for second, (lat, lon) in enumerate(state.route.geometry.tolist()):
        driving.update(Fix(lat=lat, lon=lon, time_s=FIX.time_s + 1 + 3 * second, speed_mps=8.0))
        if driving.changed.is_set():
            break
    assert rounded(driving.rest()) == rounded(replace(REST, stops=(THERE,)))
    state = driving.state()
    assert state is not None
    assert state.stops_left == driving.rest().stops


def test_another_drive_takes_its_place(make_driving: Callable[[], Driving]) -> None:
    driving = make_driving()
    driving.resume(replace(REST, stops=(HERE,)))
    begin(driving)
    assert driving.go_on(FIX) is None
    assert rounded(driving.rest()) == rounded(REST)


def test_a_disk_that_refuses_does_not_stop_the_drive(make_driving: Callable[[], Driving], file: Path) -> None:
    told = list[str]()
    file.mkdir()  # as unwritable as a read-only disk, for root too
    driving = make_driving()
    follow(driving, file, told, lambda: begin(driving), lambda: bool(told), lambda: time.sleep(0.1))
    assert len(told) == 1, "it is said once"
    assert "would not go on after a kill" in told[0]
    assert driving.guiding
    file.rmdir()
    follow(driving, file, told, file.exists)
    assert kept_drive(file) is not None


def test_forget_erases_it(xiaogao: Callable[..., Run], helsinki_home: Path) -> None:
    file = helsinki_home / "data" / "drive.json"
    keep_drive(file, REST)
    assert json.loads(file.read_text())["stops"]
    assert "drive.json" in xiaogao("forget", "--yes").out
    assert not file.exists()
