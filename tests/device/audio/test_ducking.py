"""The music is lowered while we speak, by commands of the settings."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from device.audio.ducking import Ducking


def writes(path: Path, word: str) -> list[str]:
    """Return a command that appends a word to a file."""
    return [sys.executable, "-c", f"open({str(path)!r}, 'a').write({word!r})"]


def test_once_before_speaking_and_once_after_the_last_clause(tmp_path: Path) -> None:
    said = tmp_path / "said"
    problems: list[str] = []
    duck = Ducking(
        writes(said, "low "), writes(said, "loud "), problem=problems.append, hold_s=0.3, limit_s=20
    )
    for _ in range(3):
        duck(True)
        duck(False)
    deadline = time.monotonic() + 30
    while (not said.exists() or "loud" not in said.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    duck.close()
    assert said.read_text() == "low loud "
    assert problems == []


def test_closing_brings_the_music_back(tmp_path: Path) -> None:
    said = tmp_path / "said"
    duck = Ducking(writes(said, "low "), writes(said, "loud "), problem=lambda _: None, limit_s=20)
    duck(True)
    duck.close()
    assert said.read_text() == "low loud "


def test_a_command_that_fails_or_hangs_is_told_once() -> None:
    problems: list[str] = []
    hangs = [sys.executable, "-c", "import time; time.sleep(60)"]
    duck = Ducking(["/no/such/program"], hangs, problem=problems.append, hold_s=0.01, limit_s=0.5)
    duck(True)
    duck(False)
    time.sleep(0.2)
    duck.close()
    assert len(problems) == 1
    assert "/no/such/program" in problems[0]


def test_without_commands_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr("subprocess.run", lambda *command, **_: started.append(command))
    monkeypatch.setattr("subprocess.Popen", lambda *command, **_: started.append(command))
    problems: list[str] = []
    duck = Ducking([], [], problem=problems.append, hold_s=0.0)
    duck(True)
    duck(False)
    duck.close()
    assert (started, problems) == ([], [])
