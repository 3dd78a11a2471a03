"""Many regions at once: what a cluster builds is what one machine builds, whoever dies meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from device.cluster.build_many import _Remaining
from device.cluster.region_list import read_list
from device.cluster.region_tasks import STAGES, Job, Outcome, run_stage
from device.errors import BadRegionList
from device.store.pack_files import export_region
from device.store.region_builder import Cost
from device.store.regions import add_region
from device.store.stages import program_digest
from tests.device.cluster.conftest import ROOT, Cluster, python_path
from tests.device.conftest import Run, in_this_process
from tests.device.town import write_town


@pytest.fixture
def towns(tmp_path: Path) -> dict[str, Path]:
    """The extracts of two towns, far apart."""
    return {
        name: write_town(tmp_path / f"{name}.osm", south=south)
        for name, south in (("north", 60.0), ("south", -30.0))
    }


def on_one_machine(home: Path, name: str, extract: Path) -> bytes:
    """Return the file that `map add` and `map export` make."""
    add_region(extract, name)
    target = home / f"{name}-here.xgmap"
    export_region(name, target, tell=lambda _step, _done, _total: None)
    return target.read_bytes()


def job_of(extract: Path, out: Path, **options: Any) -> Job:
    return Job(
        **{"name": "town", "extract": str(extract), "tiles": False, "out": str(out), "key": None} | options
    )


def run_stages(job: Job, program: str | None = None) -> list[Outcome]:
    """Run every stage of a region here, one after the other."""
    done: list[Outcome] = []
    for stage in (STAGES[0], *job.needed, STAGES[-1]):
        done.append(run_stage(job, stage, program or program_digest(), *done))
    return done


def test_the_stages_make_the_file_of_one_machine(home: Path, towns: dict[str, Path]) -> None:
    out = home / "out"
    out.mkdir()
    job = job_of(towns["north"], out)
    done = run_stages(job)
    assert [outcome.stage for outcome in done] == ["extract", "roads", "places", "pack"]
    assert [outcome.tries for outcome in done] == [0, 1, 1, 1]
    assert all(outcome.cost and outcome.cost.peak_mb > 1 for outcome in done[1:3])
    assert job.target.read_bytes() == on_one_machine(home, "town", towns["north"])
    assert sum(file.stat().st_size for file in (out / ".stages").rglob("*") if file.is_file()) < 5_000

    again = run_stages(job)
    assert [outcome.tries for outcome in again] == [0, 1, 1, 1], "what is whole is taken over"
    assert [outcome.cost for outcome in again] == [outcome.cost for outcome in done]
    job.target.write_bytes(b"cut")
    assert [outcome.tries for outcome in run_stages(job)] == [0, 1, 1, 1], "begun anew, in a new folder"
    assert job.target.stat().st_size == done[-1].size

    (towns["north"]).write_text(
        towns["north"].read_text("utf-8").replace("Hotel Torni", "Hotel Kämp"), "utf-8"
    )
    assert run_stages(job)[-1].sha256 != done[-1].sha256, "another extract takes nothing over"


def test_a_stage_that_was_whole_is_not_built_again(home: Path, towns: dict[str, Path]) -> None:
    job = job_of(towns["north"], home)
    first = run_stage(job, "extract", program_digest())
    run_stage(job, "roads", program_digest(), first)
    (Path(first.store) / "places-killed" / "pack").mkdir(parents=True)
    assert [outcome.tries for outcome in run_stages(job)[1:]] == [1, 1, 1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"extract": "cut"}, "cannot be read as OpenStreetMap data"),
        ({"key": "/nowhere/key"}, "cannot sign"),
        ({"program": "another"}, "another program"),
    ],
)
def test_what_no_other_try_mends_is_an_outcome(
    home: Path, towns: dict[str, Path], change: dict[str, str], said: str
) -> None:
    cut = home / "cut.osm"
    cut.write_text(towns["north"].read_text("utf-8")[:900], "utf-8")
    extract = cut if "extract" in change else towns["north"]
    done = run_stages(job_of(extract, home, key=change.get("key")), change.get("program"))
    assert said in done[-1].error
    assert not (home / "town.xgmap").exists()


def test_what_remains_is_told_by_the_bytes_that_are_done() -> None:
    sizes = {"large": 3_000, "small": 1_000}
    pending = {(region, stage) for region in sizes for stage in ("extract", "roads", "pack")}
    remaining = _Remaining(sizes, pending, workers=2)
    remaining.take(Outcome(region="small", stage="extract"))
    assert remaining.seconds() is None
    remaining.take(Outcome(region="small", stage="roads", cost=Cost(seconds=10, cpu_s=9, peak_mb=1)))
    assert remaining.seconds() == pytest.approx((30 + 30 + 10) / 2), (
        "stages that never ran take the usual time"
    )
    remaining.take(Outcome(region="small", stage="pack", cost=Cost(seconds=1, cpu_s=1, peak_mb=0)))
    assert remaining.seconds() == pytest.approx((30 + 3) / 2)


LISTS = {
    "lines.txt": 'north north.osm tiles=no  # a remark\n\n# another\n"far south" south.osm\n',
    "tables.toml": '[[region]]\nname = "north"\nfile = "north.osm"\ntiles = false\n'
    '[[region]]\nname = "far south"\nfile = "south.osm"\n',
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_as_lines_or_as_tables(tmp_path: Path, towns: dict[str, Path], name: str) -> None:
    (tmp_path / name).write_text(LISTS[name], "utf-8")
    found = [(region.name, region.file, region.tiles) for region in read_list(tmp_path / name)]
    assert found == [("north", towns["north"], False), ("far south", towns["south"], True)]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("l.txt", "north\n", "line 1 is no NAME FILE"),
        ("l.txt", "\nnorth north.osm fast\n", "line 2 is no NAME FILE"),
        ("l.txt", "north north.osm tiles=perhaps\n", "line 1: tiles: "),
        ("l.txt", "north north.osm colour=red\n", "line 1: colour: "),
        ("l.txt", "north nowhere.osm\n", "there is no file"),
        ("l.txt", "../north north.osm\n", "cannot be the name of a region"),
        ("l.txt", "north north.osm\nNorth south.osm\n", "names 'north' twice"),
        ("l.txt", "north 'north.osm\n", "cannot be read as a list"),
        ("l.txt", "# nothing\n", "names no region"),
        ("l.toml", "[region]\nname = 1\n", "tables [[region]] and nothing else"),
        ("l.toml", "[[region]]\nname = 'north'\n", "region 1: file: "),
        ("l.toml", "[[region]\n", "cannot be read as a list"),
        ("none.txt", None, "cannot be read as a list"),
    ],
)
def test_a_list_that_is_wrong_is_told_where(
    tmp_path: Path, towns: dict[str, Path], name: str, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(BadRegionList) as told:
        read_list(tmp_path / name)
    assert said in str(told.value)


@pytest.fixture
def program(home: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    return in_this_process(capfd)


def test_without_dask_it_is_told_what_to_install(
    program: Callable[..., Run], towns: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    (tmp_path / "list").write_text("north north.osm\n")
    done = program("map", "build-many", tmp_path / "list", "--out", tmp_path / "out")
    assert (done.code, done.out) == (3, "")
    assert "pip install 'xiaogao[cluster]'" in done.err


def is_a_build(process: psutil.Process) -> bool:
    return "device.store.region_builder" in process.cmdline()


@pytest.mark.slow
def test_a_worker_is_killed_and_the_files_are_those_of_one_machine(
    cluster: Cluster, home: Path, towns: dict[str, Path]
) -> None:
    (home / "list").write_text("north north.osm tiles=no\nsouth south.osm tiles=no\nnone none.osm tiles=no\n")
    (home / "none.osm").write_text("<osm")
    command = [sys.executable, "-m", "device.cli.main", "map", "build-many", home / "list", "--json"]
    command += ["--out", home / "out", "--dask", cluster.address]
    asked = subprocess.Popen(
        command,
        cwd=ROOT,
        env={"PATH": "", "XIAOGAO_HOME": str(home), "PYTHONPATH": python_path()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        cluster.kill_a_worker_at(is_a_build)
        out, err = asked.communicate(timeout=240)
    finally:
        asked.kill()
    assert asked.returncode == 1, err
    report = json.loads(out)
    regions = {region["region"]: region for region in report["regions"]}
    assert (report["built"], report["failed"]) == (2, 1)
    assert "cannot be read as OpenStreetMap data" in regions["none"]["error"]
    assert max(tries for region in regions.values() for tries in region["tries"].values()) == 2
    assert "stages (none: roads, failed)" in err
    assert "12 of 12 stages" in err
    for name, extract in towns.items():
        assert (home / "out" / f"{name}.xgmap").read_bytes() == on_one_machine(home, name, extract)
        assert regions[name]["size"] == (home / "out" / f"{name}.xgmap").stat().st_size
        assert set(regions[name]["seconds"]) == {"roads", "places", "pack"}
