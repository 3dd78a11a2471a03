"""The power is cut while something is written, and the unsynced is lost: nothing saved is, and it starts.

`XIAOGAO_FAULT_ROUNDS` sets at how many system calls of each kind of work (`make faults`: 200).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent.memory import Memory
from device.assistant.driving import kept_drive
from device.settings import load_settings
from device.store.pack_files import export_region
from device.store.regions import add_region, check_pack, current_region, installed_regions
from nav import Region
from nav.packs import staging
from nav.packs.paths import regions_dir
from poi.user_places import UserPlaces
from tests.device.town import write_town
from tests.faults.fault_table import FaultTable
from tests.faults.power_cut import Cut, cuts_of

ROUNDS = int(os.environ.get("XIAOGAO_FAULT_ROUNDS", "5"))
POINTS = max(20, ROUNDS)
NORTH, SOUTH = 60.0, -30.0
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def program(code: str) -> list[str]:
    """Return the command that runs some lines of Python with our packages."""
    head = f"import os, sys; sys.path.insert(0, {str(ROOT)!r})\n"
    head += "say = lambda what: os.write(1, f'done: {what}\\n'.encode())\n"
    return [sys.executable, "-B", "-c", head + code]


def counted(cuts: Iterator[Cut], table: FaultTable, what: str) -> Iterator[Cut]:
    """Give the cuts, and write their number into the table."""
    number, said = 0, 0
    for cut in cuts:
        number, said = number + 1, max(said, len(cut.said))
        yield cut
    assert number >= POINTS
    assert said, "the program has told what was done"
    table.add(f"the power is cut while {what}: {number} disks", heard="nothing saved is lost, it starts")


SAVES = """
from pathlib import Path
from agent.memory import Memory
from poi.user_places import UserPlaces
data = Path(sys.argv[1]) / "data"
memory = Memory(data / "memory.sqlite")
for number in range(6):
    memory.save("favourite", name=f"Place {number}", lat=60.0, lon=float(number))
    say(f"memory {number}")
own = UserPlaces(data / "places.sqlite")
for number in range(6):
    own.put(f"Shed {number}", 60.0, float(number))
    say(f"place {number}")
own.close()
memory = Memory(data / "memory.sqlite")
memory.save("home", name="Home", lat=1.0, lon=2.0)
say("home")
"""


def test_what_was_remembered_is_there(tmp_path: Path, fault_table: FaultTable) -> None:
    """From no data folder at all: what the program has said to be saved is there after every cut."""
    home, after = tmp_path / "home", tmp_path / "after"
    home.mkdir()
    cuts = cuts_of([*program(SAVES), str(home)], home, tmp_path / "calls", points=POINTS)
    for cut in counted(cuts, fault_table, "places are remembered"):
        cut.put(after)
        memory = Memory(after / "data" / "memory.sqlite")
        with closing(UserPlaces(after / "data" / "places.sqlite")) as own:
            found = {f"memory {kept.name[-1]}" for kept in memory.favourites()}
            found |= {f"place {place.name[-1]}" for place in own.all()}
            found |= {"home"} if memory.place("home") else set()
        assert set(cut.said) <= found, f"{cut.call}, {cut.how}"
        assert not memory.damaged, f"{cut.call}, {cut.how}"


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two regions, of a town before and after it has moved."""
    home = tmp_path_factory.mktemp("packs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAOGAO_HOME", str(home))
        for name, south in (("north", NORTH), ("south", SOUTH)):
            add_region(write_town(home / f"{name}.osm", south=south), name)
    return home


FILES = """
import time
from device.assistant.driving import Rest, drive_file, keep_drive
from device.cli.doctor import config_init
from device.store.regions import use_region
config_init()
say("settings")
for number in range(int(sys.argv[1])):
    use_region(("north", "south")[number % 2])
    say(f"region {number}")
    keep_drive(drive_file(), Rest(stops=((60.0, float(number)),), avoid=(), language="zh", at_s=time.time()))
    say(f"drive {number}")
"""


def test_the_region_the_drive_and_the_settings_are_whole(
    packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault_table: FaultTable
) -> None:
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    for name in ("north", "south"):
        shutil.copytree(packs / "data" / "regions" / name, home / "data" / "regions" / name)
    monkeypatch.setenv("XIAOGAO_HOME", str(home))
    data = home / "data"
    regions = data.rename(tmp_path / "data") / "regions"
    data.mkdir()
    data.joinpath("regions").symlink_to(regions)
    cuts = cuts_of([*program(FILES), str(POINTS // 6)], data, tmp_path / "calls", points=POINTS)
    for cut in counted(cuts, fault_table, "the region is chosen and the drive is kept"):
        cut.put(data)
        load_settings()
        said = [int(what.split()[1]) for what in cut.said if what.startswith("region")]
        if said:
            chosen = {("north", "south")[number % 2] for number in (said[-1], said[-1] + 1)}
            assert current_region() in chosen, f"{cut.call}, {cut.how}"
        drives = [int(what.split()[1]) for what in cut.said if what.startswith("drive")]
        if drives:
            rest = kept_drive(data / "drive.json")
            assert rest is not None, f"{cut.call}, {cut.how}"
            assert rest.stops[0][1] in {drives[-1], drives[-1] + 1}


BUILD = """
from pathlib import Path
from device.store.regions import add_region
add_region(Path(sys.argv[1]), "town")
say("built")
"""


@pytest.mark.parametrize("installed", [True, False], ids=["over another", "for the first time"])
def test_a_region_is_whole(
    packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool, fault_table: FaultTable
) -> None:
    """The real build in its child, the check, the switch: a region that opens and is what was written."""
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    monkeypatch.setenv("XIAOGAO_HOME", str(home))
    if installed:
        add_region(packs / "north.osm", "town")
    after = tmp_path / "after"
    command = ["env", f"XIAOGAO_HOME={home}", *program(BUILD), str(packs / "south.osm")]
    cuts = cuts_of(command, home / "data", tmp_path / "calls", points=POINTS)
    monkeypatch.setenv("XIAOGAO_HOME", str(after))
    for cut in counted(cuts, fault_table, "a region is built and switched"):
        cut.put(after / "data")
        staging.sweep()
        there, where = installed_regions(), f"{cut.call}, {cut.how}"
        assert there == ["town"] or not (installed or cut.said), where
        if there:
            check_pack(regions_dir() / "town")
            south = round(Region.open("town").bbox[0])
            assert south in ({SOUTH} if cut.said or not installed else {NORTH, SOUTH}), where
            assert current_region() == "town", where


CARRY = """
from pathlib import Path
from device.store.pack_files import import_region, update_region
trusted = {"trusted": [], "unsigned": True, "tell": lambda step, done, total: None}
if sys.argv[2] == "update":
    update_region("town", Path(sys.argv[1]), **trusted)
else:
    import_region(Path(sys.argv[1]), **trusted)
say("carried")
"""


@pytest.mark.parametrize("how", ["import", "import over another", "update"])
def test_a_region_that_is_carried_is_whole(
    packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, fault_table: FaultTable
) -> None:
    """From a file, whole or what has changed in it: what was there before, or what is to be."""
    home, work = tmp_path / "home", tmp_path / "work"
    for folder in (home, work):
        (folder / "data").mkdir(parents=True)
    monkeypatch.setenv("XIAOGAO_HOME", str(work))
    for name in ("north", "south"):
        add_region(packs / f"{name}.osm", "town")
        since = work / "north.xgmap" if name == "south" and how == "update" else None
        export_region("town", work / f"{name}.xgmap", since=since, tell=lambda _step, _done, _total: None)
    monkeypatch.setenv("XIAOGAO_HOME", str(home))
    if how != "import":
        add_region(packs / "north.osm", "town")
    command = ["env", f"XIAOGAO_HOME={home}", *program(CARRY), str(work / "south.xgmap"), how]
    cuts = cuts_of(command, home / "data", tmp_path / "calls", points=POINTS)
    after = tmp_path / "after"
    monkeypatch.setenv("XIAOGAO_HOME", str(after))
    for cut in counted(cuts, fault_table, f"a region is carried to the car ({how})"):
        cut.put(after / "data")
        staging.sweep()
        there, where = installed_regions(), f"{cut.call}, {cut.how}"
        assert there == ["town"] or (how == "import" and not cut.said), where
        if there:
            check_pack(regions_dir() / "town")
            south = round(Region.open("town").bbox[0])
            assert south in ({SOUTH} if cut.said or how == "import" else {NORTH, SOUTH}), where


UPDATE = """
import tarfile
from pathlib import Path
from device.service.release import switch
root = Path(sys.argv[1])
checked = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
for version in sys.argv[2:]:
    with tarfile.open(root.parent / f"{version}.tar") as archive:
        archive.extractall(root / "releases", **checked)
    assert switch(version, root=root, restart=lambda: True, tell=lambda what: None)
    say(version)
"""


def write_release(folder: Path, version: str) -> Path:
    """Write a release that prints its version when it is started."""
    (folder / version / "bin").mkdir(parents=True)
    (folder / version / "site" / "device").mkdir(parents=True)
    (folder / version / "site" / "device" / "said.txt").write_text(f"release {version}\n" * 500)
    start = '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")/..\nhead -1 "$here/site/device/said.txt"\n'
    (folder / version / "bin" / "xiaogao").write_text(start)
    (folder / version / "bin" / "xiaogao").chmod(0o755)
    return folder / version


def test_the_release_that_is_current_starts(tmp_path: Path, fault_table: FaultTable) -> None:
    """Unpacked as `tar` does and switched to, again and again: what is named as the current one is whole."""
    versions = [str(number) for number in range(2, 3 + POINTS // 15)]
    root, after = tmp_path / "root", tmp_path / "after"
    write_release(root / "releases", "1")
    (root / "current").symlink_to("releases/1")
    for version in versions:
        with tarfile.open(tmp_path / f"{version}.tar", "w") as archive:
            archive.add(write_release(tmp_path / "new", version), version)
    cuts = cuts_of([*program(UPDATE), str(root), *versions], root, tmp_path / "calls", points=POINTS)
    for cut in counted(cuts, fault_table, "a release is unpacked and switched to"):
        cut.put(after)
        done = subprocess.run(
            [after / "current" / "bin" / "xiaogao"], capture_output=True, text=True, check=False
        )
        where = f"{cut.call}, {cut.how}: {done.stderr}"
        assert done.stdout.startswith("release "), where
        least = max((int(version) for version in cut.said), default=1)
        assert least <= int(done.stdout.split()[1]) <= least + 1, where
        before = after / "previous" / "site" / "device" / "said.txt"
        assert not before.parent.exists() or before.read_text().startswith("release "), where
