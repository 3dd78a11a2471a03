"""A region is what it was or what it is to be, at whatever moment the power is cut or something fails."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from device.service.service import Service
from device.settings import Settings
from device.store.regions import add_region, check_pack, installed_regions, remove_region
from nav import Region
from nav.errors import BadMapFile, RegionDamaged
from nav.packs import staging
from nav.packs.paths import data_home, regions_dir
from nav.packs.staging import forget_previous, restore_previous, staged, sweep
from poi.errors import BadMapFile as BadPlaceMap
from tests.device.town import write_town

NORTH, SOUTH = 60.0, -30.0


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two good packs of the same town, before and after it has moved."""
    home = tmp_path_factory.mktemp("packs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAOGAO_HOME", str(home))
        for name, south in (("before", NORTH), ("after", SOUTH)):
            add_region(write_town(home / f"{name}.osm", south=south), name)
    return {name: home / "data" / "regions" / name for name in ("before", "after")}


def put(pack: Path, name: str = "town", check: Callable[[Path], None] = check_pack) -> None:
    """Install a copy of a pack as a build would."""
    with staged(name, check=check) as folder:
        shutil.copytree(pack, folder, dirs_exist_ok=True)


def south_of(name: str = "town") -> float:
    """Return the southern bound of an installed region, opened and read whole."""
    check_pack(regions_dir() / name)
    return round(Region.open(name).bbox[0])


def left_over() -> list[str]:
    return [path.name for path in (data_home() / "building").glob("*")]


def test_a_pack_that_cannot_be_opened_changes_nothing(packs: dict[str, Path], home: Path) -> None:
    put(packs["before"])

    def spoil(folder: Path) -> None:
        (folder / "graph" / "roads.arrays").write_bytes(b"")
        check_pack(folder)

    with pytest.raises(RegionDamaged, match="nothing was changed"):
        put(packs["after"], check=spoil)
    assert south_of() == NORTH
    assert left_over() == []


def test_a_pack_with_other_bytes_than_were_written_changes_nothing(
    packs: dict[str, Path], home: Path
) -> None:
    put(packs["before"])

    def spoil(folder: Path) -> None:
        with (folder / "walk" / "roads.arrays").open("r+b") as file:
            file.seek(-9, os.SEEK_END)
            file.write(b"\x55" * 9)
        check_pack(folder)

    with pytest.raises(RegionDamaged, match=r"walk/roads\.arrays"):
        put(packs["after"], check=spoil)
    assert south_of() == NORTH


def test_a_build_does_not_touch_another_of_the_same_name(packs: dict[str, Path], home: Path) -> None:
    with staged("town") as first:
        shutil.copytree(packs["before"], first, dirs_exist_ok=True)
        put(packs["after"])
        assert south_of() == SOUTH
        check_pack(first)
        assert installed_regions() == ["town"], "what is being built is no region yet"
    assert south_of() == NORTH


def test_only_what_dead_builders_left_is_swept(packs: dict[str, Path], home: Path) -> None:
    building = data_home() / "building"
    for name in ("dead", "cut before it had an owner"):
        (building / name / "pack").mkdir(parents=True)
    (building / "dead" / "owner").touch()
    legacy = regions_dir() / ".building-town-x"
    legacy.mkdir(parents=True)
    os.utime(legacy, (0, 0))
    with staged("town") as alive:
        sweep()
        assert alive.exists()
        assert set(left_over()) == {alive.parent.name}
    assert not legacy.exists()


def test_the_pack_before_is_kept_until_the_new_one_has_served(packs: dict[str, Path], home: Path) -> None:
    put(packs["before"])
    assert not restore_previous("town"), "there was none before"
    put(packs["after"])
    assert south_of() == SOUTH
    assert restore_previous("town")
    assert south_of() == NORTH
    put(packs["after"])
    forget_previous("town")
    assert not restore_previous("town")
    assert south_of() == SOUTH


def test_a_removed_region_is_gone_with_what_it_was_before(packs: dict[str, Path], home: Path) -> None:
    put(packs["before"])
    put(packs["after"])
    remove_region("town")
    assert installed_regions() == []
    assert not restore_previous("town")
    assert left_over() == []


@pytest.mark.parametrize("damage", ["cannot be opened", "reads as other bytes"])
def test_the_service_goes_back_to_the_pack_before(packs: dict[str, Path], home: Path, damage: str) -> None:
    put(packs["before"])
    put(packs["after"])
    if damage == "cannot be opened":
        (regions_dir() / "town" / "graph" / "roads.arrays").write_bytes(b"")
    else:
        with (regions_dir() / "town" / "walk" / "roads.arrays").open("r+b") as file:
            file.seek(-9, os.SEEK_END)
            file.write(b"\x55" * 9)
    service = Service(Settings())

    async def run() -> None:
        runtime = service.make_runtime()
        await runtime.open()
        if damage != "cannot be opened":
            await runtime.check_region()
        await runtime.close()

    asyncio.run(run())
    assert south_of() == NORTH
    assert any("again what it was before" in error for error in service.health.errors)


def test_a_good_pack_that_serves_lets_the_one_before_go(packs: dict[str, Path], home: Path) -> None:
    put(packs["before"])
    put(packs["after"])

    async def run() -> None:
        runtime = Service(Settings()).make_runtime()
        await runtime.open()
        await runtime.check_region()
        await runtime.close()

    asyncio.run(run())
    assert not (data_home() / "previous" / "town").exists()


def test_everything_is_on_the_disk_before_it_is_switched(
    packs: dict[str, Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(packs["before"])
    synced: set[str] = set()
    switched: list[set[str]] = []
    fsync, exchange = os.fsync, staging._exchange

    def noted(descriptor: int) -> None:
        synced.add(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    def noted_exchange(one: Path, other: Path) -> None:
        switched.append(set(synced))
        exchange(one, other)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(staging, "_exchange", noted_exchange)
    put(packs["after"])
    files = {path.name for path in packs["after"].rglob("*")} | {"pack"}
    assert files <= switched[0]
    assert "regions" in synced, "and the switch itself"


def in_a_child_cut_after(steps: int, work: Callable[[], None]) -> bool:
    """Do something in a child that is cut off at the nth change of the disk; tell if it got through."""
    child = os.fork()
    if child == 0:
        left = steps
        changes = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "ctypes.dlsym"}

        def count(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if event not in changes or (event == "open" and not (arguments[2] or 0) & os.O_CREAT):
                return
            left -= 1
            if left < 0:
                os._exit(7)

        sys.addaudithook(count)
        with contextlib.suppress(BaseException):
            work()
            os._exit(0)
        os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, 7}
    return code == 0


@pytest.mark.parametrize("exchange", ["in one step", "in two steps"])
@pytest.mark.parametrize("installed", [True, False], ids=["over another", "for the first time"])
def test_a_cut_at_any_step_leaves_a_whole_region(
    packs: dict[str, Path], home: Path, installed: bool, exchange: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if exchange == "in two steps":
        monkeypatch.setattr(sys, "platform", "other")
    steps = 0
    while True:
        shutil.rmtree(home / "data", ignore_errors=True)
        if installed:
            put(packs["before"])
        through = in_a_child_cut_after(steps, lambda: put(packs["after"], check=lambda _folder: None))
        sweep()
        there = installed_regions()
        assert there == ["town"] or not (installed or through)
        if there:
            assert south_of() in ({NORTH, SOUTH} if installed and not through else {SOUTH})
        assert left_over() == []
        put(packs["after"])
        assert south_of() == SOUTH
        if through:
            break
        steps += 1
    assert steps > 15


@pytest.mark.parametrize(
    ("lat", "lon"), [(95.0, 10.0), (60.0, 185.0), (-95.0, 10.0), (60.0, -181.0), (60.0, 214.0)]
)
@pytest.mark.parametrize("what", ["road", "place"])
def test_what_is_not_on_earth_builds_nothing(
    packs: dict[str, Path], home: Path, tmp_path: Path, lat: float, lon: float, what: str
) -> None:
    put(packs["before"])
    extract = write_town(tmp_path / "town.osm", south=SOUTH)
    text = extract.read_text()
    old = 'id="1" lat="-30.0" lon="10.0"' if what == "road" else 'id="103" lat="-29.998" lon="10.002"'
    assert old in text
    number = old.split('"')[1]
    extract.write_text(text.replace(old, f'id="{number}" lat="{lat}" lon="{lon}"'))
    with pytest.raises((BadMapFile, BadPlaceMap), match="fetch it again"):
        add_region(extract, "town")
    west, east = Region.open("town").bbox[1], Region.open("town").bbox[3]
    assert 9.9 < west <= east < 10.1
    check_pack(regions_dir() / "town")


def test_a_build_ends_with_its_parent(home: Path, tmp_path: Path) -> None:
    code = (
        "import sys, time; from device.lifeline import die_with_parent; die_with_parent();"
        "print('alive', flush=True); time.sleep(600)"
    )
    parent_code = (
        "import subprocess, sys;"
        f"child = subprocess.Popen([sys.executable, '-c', {code!r}], stdout=subprocess.PIPE);"
        "child.stdout.readline(); print(child.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", parent_code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    for _ in range(100):
        if not is_running(pid):
            return
        time.sleep(0.1)
    raise AssertionError("the child lives on")


def is_running(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False
