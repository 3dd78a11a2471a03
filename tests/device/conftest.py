"""A home with the sample region and the user's models, and the command line as one function."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from device.assistant.assistant import open_reader
from device.cli.main import main
from device.store.models import ModelStore
from device.store.regions import add_region


class Run(NamedTuple):
    """What a command left."""

    code: int
    out: str
    err: str


def in_this_process(capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Return what runs a command of the program in this process."""

    def run(*arguments: str | Path) -> Run:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Run(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture(scope="session")
def helsinki_home(tmp_path_factory: pytest.TempPathFactory, helsinki_pbf: Path) -> Iterator[Path]:
    """A home in which the region `helsinki` is built; the models are those of the user."""
    home = tmp_path_factory.mktemp("home")
    models = ModelStore().folder
    (home / "cache").mkdir()
    (home / "cache" / "models").symlink_to(models)
    before = os.environ.get("XIAOGAO_HOME")
    os.environ["XIAOGAO_HOME"] = str(home)
    try:
        add_region(helsinki_pbf, "helsinki")
        open_reader(print)  # makes its files, so that an assistant without a store reads too
        yield home
    finally:
        if before is None:
            del os.environ["XIAOGAO_HOME"]
        else:
            os.environ["XIAOGAO_HOME"] = before


@pytest.fixture
def xiaogao(
    helsinki_home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Run]:
    """The program, run in this process in the home with the sample region."""
    monkeypatch.setenv("XIAOGAO_HOME", str(helsinki_home))

    return in_this_process(capfd)


@pytest.fixture
def own_home(
    xiaogao: Callable[..., Run], helsinki_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A copy of the home with the sample region, to damage; the program works in it."""
    home = tmp_path / "home"
    shutil.copytree(helsinki_home, home, symlinks=True)
    monkeypatch.setenv("XIAOGAO_HOME", str(home))
    return home
