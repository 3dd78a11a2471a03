"""Stages of a build: whole or not there, taken over by the next build, and gone when all is done."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from device.store import region_builder, regions
from device.store.region_builder import Cost, build_apart
from device.store.regions import add_region, installed_regions
from device.store.stages import Stages, kept_stages
from nav.errors import BadMapFile
from nav.packs.paths import data_home
from tests.device.town import write_town

COST = Cost(seconds=1.5, cpu_s=1.0, peak_mb=12.0)


def writing(text: str) -> Callable[[Path], Cost]:
    def build(folder: Path) -> Cost:
        (folder / "graph").mkdir()
        (folder / "graph" / "roads").write_text(text)
        return COST

    return build


def test_a_stage_is_whole_or_not_there(tmp_path: Path) -> None:
    stages = Stages(folder=tmp_path / "town")

    def fail(folder: Path) -> Cost:
        (folder / "half").write_text("half")
        raise OSError("the disk fails")

    with pytest.raises(OSError, match="the disk fails"):
        stages.make("roads", fail)
    assert (stages.whole("roads"), stages.cost("roads"), stages.tries("roads")) == (None, None, 1)
    built = stages.make("roads", writing("first"))
    assert stages.make("roads", writing("second")) == built
    assert (built / "graph" / "roads").read_text() == "first"
    assert (stages.cost("roads"), stages.tries("roads")) == (COST, 2)
    assert sorted(path.name for path in stages.folder.iterdir()) == ["roads", "roads.tries"]


def test_of_two_builders_the_first_is_taken(tmp_path: Path) -> None:
    stages = Stages(folder=tmp_path)

    def slow(folder: Path) -> Cost:
        stages.make("roads", writing("quick"))
        (folder / "slow").write_text("slow")
        return COST

    built = stages.make("roads", slow)
    assert [path.name for path in built.iterdir()] == ["graph"]
    assert stages.tries("roads") == 2


@pytest.mark.parametrize("links", [True, False], ids=["one disk", "a disk without links"])
def test_stages_are_joined_to_a_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    if not links:
        monkeypatch.setattr(os, "link", lambda _one, _other: (_ for _ in ()).throw(OSError(18, "other disk")))
    stages = Stages(folder=tmp_path / "stages")
    stages.make("roads", writing("roads"))
    stages.join(["roads"], tmp_path / "pack")
    joined = tmp_path / "pack" / "graph" / "roads"
    stages.spend(["roads"])
    assert joined.read_text() == "roads"
    assert (stages.whole("roads"), stages.cost("roads")) == (None, COST)


def test_a_build_that_was_ended_goes_on(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extract = write_town(tmp_path / "town.osm")
    built: list[str] = []

    def ended_at_places(stage: str, source: Path, folder: Path, name: str, progress: object) -> Cost:
        if stage == "places" and "places" not in built:
            built.append(stage)
            raise KeyboardInterrupt
        built.append(stage)
        return build_apart(stage, source, folder, name, lambda _step: None)

    monkeypatch.setattr("device.store.region_builder.build_apart", ended_at_places)
    with pytest.raises(KeyboardInterrupt):
        add_region(extract, "town")
    assert installed_regions() == []
    add_region(extract, "town")
    assert built == ["roads", "places", "places"]
    assert list((data_home() / "stages").iterdir()) == []
    regions.check_pack(data_home() / "regions" / "town")
    (data_home() / "stages").mkdir(exist_ok=True)
    add_region(extract, "town")
    assert built[3:] == ["roads", "places"], "what was put in its place is not kept beside it"


def test_a_build_that_fails_leaves_nothing(home: Path, tmp_path: Path) -> None:
    extract = tmp_path / "town.osm"
    extract.write_text("<osm")
    with pytest.raises(BadMapFile):
        add_region(extract, "town")
    assert list((data_home() / "stages").iterdir()) == []


def test_two_builds_of_the_same_do_not_meet(home: Path, tmp_path: Path) -> None:
    extract = write_town(tmp_path / "town.osm")
    with kept_stages(extract, "town") as one:
        one.make("roads", writing("one"))
        with kept_stages(extract, "town") as other:
            assert other.whole("roads") is None
            other.make("roads", writing("other"))
        assert one.whole("roads")
    with kept_stages(extract, "other") as another:
        assert another.folder != one.folder
    assert list((data_home() / "stages").iterdir()) == []


def test_what_nobody_goes_on_with_is_removed(home: Path, tmp_path: Path) -> None:
    left = data_home() / "stages" / "left"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    with kept_stages(tmp_path / "none.osm", "town"):
        assert not left.exists()


def test_who_builds_a_region_gives_way_to_who_drives(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    monkeypatch.setattr("sys.argv", ["region_builder", "roads", "a.osm.pbf", "folder", "name", "1"])
    monkeypatch.setattr("device.store.region_builder.die_with_parent", lambda _parent: None)
    monkeypatch.setattr("os.nice", done.append)
    monkeypatch.setattr("device.store.region_builder._build", lambda stage, *_rest: done.append(stage))
    region_builder.main()
    assert done == [10, "roads"]
