"""Big matrices are the small ones in blocks: here, on a cluster, and after they were broken off."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from device.store.regions import add_region
from nav import Region, Router
from nav.graph import FloatArray
from tests.device.cluster.conftest import ROOT, Cluster, python_path, wait_for
from tests.device.conftest import Run, in_this_process
from tests.device.town import SIDE, SOUTH, STEP_DEG, WEST, write_town

DEPART = "2026-03-02T10:00:00"
ISLAND = (SOUTH + 0.0305, WEST + 0.03)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a program keeps that has installed a town."""
    home = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAOGAO_HOME", str(home))
        add_region(write_town(home / "town.osm"), "town")
    return home / "data"


@pytest.fixture
def points(home: Path, town: Path) -> list[tuple[float, float]]:
    """Points beside the streets of an installed town, and one on an island that no street leads to."""
    shutil.copytree(town, home / "data")
    rng = np.random.default_rng(5)
    spread = rng.uniform(0, (SIDE - 1) * STEP_DEG, (22, 2))
    found = [*((SOUTH + lat, WEST + lon) for lat, lon in spread.tolist()), ISLAND]
    (home / "points.txt").write_text("# lat,lon\n\n" + "".join(f"{lat},{lon}\n" for lat, lon in found))
    (home / "few.txt").write_text("".join(f"{lat},{lon} # {lat}\n" for lat, lon in found[:5]))
    return found


@pytest.fixture
def program(capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    return in_this_process(capfd)


def small_one(points: list[tuple[float, float]], rows: int | None = None) -> FloatArray:
    router = Router(Region.open("town"))
    return router.matrix(points[:rows], points, depart=datetime.fromisoformat(DEPART))


def zarr_of(folder: Path) -> FloatArray:
    """Read a folder as the specification of Zarr 2 says."""
    array = json.loads((folder / ".zarray").read_text())
    assert (array["zarr_format"], array["compressor"], array["filters"]) == (2, None, None)
    (rows, columns), (height, width) = array["shape"], array["chunks"]
    whole = np.full((-(-rows // height) * height, -(-columns // width) * width), np.nan)
    for i in range(0, rows, height):
        for j in range(0, columns, width):
            chunk = np.fromfile(folder / f"{i // height}.{j // width}", array["dtype"])
            whole[i : i + height, j : j + width] = chunk.reshape(height, width)
    return whole[:rows, :columns]


@pytest.mark.parametrize("block", [1000, 7])
def test_a_matrix_in_one_file_is_the_small_one(
    points: list[tuple[float, float]], home: Path, program: Callable[..., Run], block: int
) -> None:
    asked = ("matrix", home / "points.txt", "-o", home / "m.npy", "--block", block, "--json")
    done = program(*asked, "--depart", DEPART)
    assert done.code == 0, done.err
    found = np.load(home / "m.npy", mmap_mode="r")
    wanted = small_one(points)
    assert found.dtype == np.float64
    assert np.array_equal(found, wanted)
    assert np.isinf(wanted).any()
    report = json.loads(done.out)
    assert (report["shape"], report["unreachable"]) == ([23, 23], int(np.isinf(wanted).sum()))
    assert report["blocks"] == report["computed"] == (1 if block == 1000 else 16)
    assert [path.name for path in home.iterdir() if "m.npy" in path.name] == ["m.npy"]


def test_a_folder_of_zarr_goes_on_where_it_was(
    points: list[tuple[float, float]], home: Path, program: Callable[..., Run]
) -> None:
    asked = ("matrix", home / "few.txt", home / "points.txt", "-o", home / "m.zarr", "--block", 4, "--json")
    assert program(*asked, "--depart", DEPART).code == 0
    wanted = small_one(points, 5)
    assert np.array_equal(zarr_of(home / "m.zarr"), wanted)
    (home / "m.zarr" / "0.3").unlink()
    (home / "m.zarr" / "1.1").write_bytes(b"cut")
    done = program(*asked)
    assert (json.loads(done.out)["computed"], json.loads(done.out)["blocks"]) == (2, 12)
    assert "12 of 12 blocks" in done.err
    assert np.array_equal(zarr_of(home / "m.zarr"), wanted), "the departure is that of the beginning"


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--avoid", "toll"], 2, "holds another matrix"),
        (["--depart", "2026-03-02T11:00:00"], 2, "holds another matrix"),
        (["--block", "5"], 2, "holds another matrix"),
        (["--avoid", "cows"], 2, "cows"),
        (["--block", "0"], 2, "--block"),
        (["--region", "nowhere"], 3, "nowhere"),
    ],
)
def test_another_matrix_is_not_mixed_in(
    points: list[tuple[float, float]],
    home: Path,
    program: Callable[..., Run],
    more: list[str],
    code: int,
    said: str,
) -> None:
    asked = ("matrix", home / "few.txt", "-o", home / "m.zarr")
    assert program(*asked, "--depart", DEPART).code == 0
    before = zarr_of(home / "m.zarr")
    done = program(*asked, *more)
    assert (done.code, said in done.err) == (code, True), done.err
    assert np.array_equal(zarr_of(home / "m.zarr"), before)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("60.001,10.001\nhere\n", 2, "line 2: 'here'"),
        ("# no\n", 2, "holds no coordinates"),
        ("60.001,10.001\n1,1\n", 1, "lies outside"),
    ],
)
def test_points_that_are_none_are_told(
    points: list[tuple[float, float]],
    home: Path,
    program: Callable[..., Run],
    text: str,
    code: int,
    said: str,
) -> None:
    (home / "wrong.txt").write_text(text)
    done = program("matrix", home / "wrong.txt", "-o", home / "m.npy")
    assert (done.code, said in done.err) == (code, True), done.err
    assert not list(home.glob("*m.npy*"))


@pytest.mark.slow
def test_a_worker_is_killed_and_the_matrix_is_the_small_one(
    cluster: Cluster, points: list[tuple[float, float]], home: Path
) -> None:
    command = [sys.executable, "-m", "device.cli.main", "matrix", home / "points.txt", "-o", home / "m.zarr"]
    command += ["--depart", DEPART, "--block", "1", "--dask", cluster.address, "--json"]
    environment = {**os.environ, "PYTHONPATH": python_path()}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as asked:
        try:
            wait_for(lambda: len(list((home / "m.zarr").glob("*.*"))) > 40 or None, "a tenth of the blocks")
            cluster.workers[0].send_signal(signal.SIGKILL)
            out, err = asked.communicate(timeout=240)
        finally:
            asked.kill()
    assert asked.returncode == 0, err
    report = json.loads(out)
    assert report["computed"] == report["blocks"] == len(points) ** 2
    assert np.array_equal(zarr_of(home / "m.zarr"), small_one(points))
