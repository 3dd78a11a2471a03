"""What the agent makes is for its user alone, nothing is fetched unasked, `forget` has the data alone."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from device.assistant.assistant import Assistant
from device.settings import Settings
from device.store.private import DataInUse, data_alone, data_in_use
from tests.device.town import write_town

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    """A usual umask before, and the same after."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    found = [folder, *folder.rglob("*")]
    return [str(p) for p in found if not p.is_symlink() and p.stat().st_mode & 0o077]


def test_all_that_commands_make_is_for_their_user_alone(
    xiaogao: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = write_town(tmp_path / "town.osm")
    places = tmp_path / "places.csv"
    places.write_text("name,lat,lon\nMy shed,60.001,10.001\n")
    monkeypatch.setenv("XIAOGAO_HOME", str(home / "own"))
    for command in (
        ("config", "init"),
        ("map", "add", extract, "--name", "town"),
        ("places", "import", places),
        ("memory", "list"),
        ("ask", "--text", "remember this as home", "--at", "60.001,10.001"),
        ("route", "60.0,10.001", "60.0,10.007"),
    ):
        assert xiaogao(*command).code in {0, 1}, command
    assert (home / "own" / "data" / "regions" / "town").is_dir()
    assert open_to_others(home / "own" / "data") == []


def test_a_folder_that_was_open_to_others_is_closed(xiaogao: Run, own_home: Path) -> None:
    (own_home / "data").chmod(0o755)
    xiaogao("memory", "list")
    assert (own_home / "data").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("source", ["Kunshan, China", "andora", "./maps/andorra.osm.pbf", "andorra.zip"])
def test_a_mistyped_file_asks_nobody(
    xiaogao: Run, source: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **_options: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    done = xiaogao("map", "add", source)
    assert done.code == 2
    assert "--download" in done.err
    assert done.err.count("\n") <= 2


def test_forget_and_work_keep_each_other_out(home: Path) -> None:
    with data_in_use(), data_in_use(), pytest.raises(DataInUse), data_alone():
        pass
    with data_alone(), pytest.raises(DataInUse, match="run the command again"), data_in_use():
        pass
    with data_alone():
        pass


def test_nothing_is_forgotten_under_a_command_that_answers(xiaogao: Run, own_home: Path) -> None:
    kept = own_home / "data" / "drive.json"
    kept.write_text("{}")
    assistant = Assistant(Settings())
    done = xiaogao("forget", "--yes")
    assert done.code == 1
    assert kept.exists()
    assistant.close()
    assert xiaogao("forget", "--yes").code == 0
    assert not kept.exists()


def test_an_assistant_that_cannot_be_made_lets_the_data_go(home: Path) -> None:
    with pytest.raises(Exception, match="no region"):
        Assistant(Settings())
    with data_alone():
        pass
