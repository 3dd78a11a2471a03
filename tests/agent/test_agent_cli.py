"""`xiaogao plan` and `xiaogao memory` as a person types them."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import nav
from agent.memory import Memory
from device.cli import agent as commands_agent
from nav.packs.paths import data_home, regions_dir


def run(*arguments: str) -> tuple[int, str]:
    """Run one command; return the exit code and what it printed."""
    app = typer.Typer()
    commands_agent.register(app)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


@pytest.fixture
def installed(helsinki: nav.Region, with_models: Path) -> None:
    """Install the region of Helsinki in an empty home."""
    regions_dir().mkdir(parents=True)
    shutil.copytree(helsinki.path, regions_dir() / "helsinki")


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_plan_prints_what_is_asked_for() -> None:
    code, text = run("plan", "plan a day in Helsinki", "--region", "helsinki", "--format", "ics")
    assert code == 0
    assert text.startswith("BEGIN:VCALENDAR")
    code, text = run("plan", "在赫尔辛基玩一天", "--region", "helsinki", "--json")
    assert code == 0
    answer = json.loads(text)
    assert answer["intent"] == {"kind": "plan_trip", "where": "赫尔辛基", "days": 1}
    assert answer["plan"]["days"][0]["visits"]


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_a_plan_begins_by_the_clock_of_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "device.store.regions.local_clock", lambda _region: lambda: datetime(2031, 5, 5, 1, 0)
    )
    code, text = run("plan", "plan a day in Helsinki", "--region", "helsinki", "--format", "json")
    assert code == 0
    assert json.loads(text)["days"][0]["date"].startswith("2031-05-0")


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_a_plan_avoids_what_the_settings_avoid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOGAO_ROUTING_AVOID", "toll")
    _code, text = run("plan", "plan a day in Helsinki", "--region", "helsinki", "--format", "json")
    assert json.loads(text)["avoid"] == ["toll"]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("words", ["no", "louder", "还有多久到"])
def test_what_asks_for_no_trip_is_not_taken_for_the_name_of_a_place(words: str) -> None:
    code, text = run("plan", words, "--region", "helsinki")
    assert code == 2
    assert "asks for no trip" in text


@pytest.mark.usefixtures("installed")
def test_an_impossible_plan_is_refused_in_words() -> None:
    code, text = run("plan", "到昆山玩两天", "--region", "helsinki")
    assert code == 1
    assert "昆山" in text


@pytest.mark.usefixtures("home")
def test_memory_is_shown_exported_and_erased(tmp_path: Path) -> None:
    assert run("memory", "list") == (0, "nothing is remembered\n")
    Memory(data_home() / "memory.sqlite").save("home", name="Elm Street 4", lat=1.0, lon=2.0)
    assert "Elm Street 4" in run("memory", "list")[1]
    target = tmp_path / "out.json"
    assert run("memory", "export", str(target))[0] == 0
    assert json.loads(target.read_text())["places"][0]["kind"] == "home"
    assert run("memory", "forget")[0] == 2
    assert run("memory", "forget", "nothing like it")[0] == 1
    assert run("memory", "forget", "home") == (0, "erased 1 entries\n")
    assert run("memory", "forget", "--all")[0] == 0
