"""What a report and the log leave out, and what `forget` erases."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from device.service import systemd
from device.service.instance import only_instance
from device.service.service import Service
from device.settings import Settings
from nav.guidance.prompt_types import Prompt

PROMPT = Prompt(
    text="turn right onto Mannerheimintie",
    language="en",
    stage="approach",
    maneuver=3,
    time_s=0.0,
    distance_m=200.0,
    speech_s=2.0,
    drop_after_s=9.0,
)
LOG = """Nov 23 04:00:00 car xiaogao[7]: xiaogao: prompt: In 300 metres, turn right onto Mannerheimintie
Nov 23 04:00:01 car xiaogao[7]: xiaogao: heard 'take me to the Ateneum', answered "Ateneum, it's 2 km"
Nov 23 04:00:02 car xiaogao[7]: xiaogao: answered a request: done
Nov 23 04:00:03 car xiaogao[7]: xiaogao: region: 60.17195,24.94145 lies outside
"""


@pytest.mark.parametrize(("log_speech", "told"), [(False, False), (True, True)])
def test_the_log_names_streets_only_where_speech_is_logged(
    caplog: pytest.LogCaptureFixture, home: Path, log_speech: bool, told: bool
) -> None:
    service = Service(Settings.model_validate({"privacy": {"log_speech": log_speech}}))
    with caplog.at_level(logging.INFO, logger="xiaogao"):
        service.journal.prompted(PROMPT)
    assert "prompt: approach of manoeuvre 3" in caplog.text
    assert ("Mannerheimintie" in caplog.text) == told


def reported(xiaogao: Callable[..., Any], target: Path) -> dict[str, str]:
    assert xiaogao("report", target).code == 0
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_report_has_no_words_secrets_or_paths_of_the_home(
    xiaogao: Callable[..., Any], own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, "logs", lambda *_lines, **_options: LOG)
    monkeypatch.setenv("HOME", str(own_home))
    (own_home / "data" / "settings.toml").write_text(
        f"""
[routing]
live_file = "{own_home}/live.json"
[http]
token = 'ab"cd-secret'
host = "10.20.30.40"
[position]
source = "nmea:gps.example.org:10110"
[audio]
duck_command = ["/usr/bin/mixer", "--room", "bedroom"]
""",
        "utf-8",
    )
    report = reported(xiaogao, tmp_path / "report.zip")
    text = "\n".join(report.values())
    for personal in (
        "Mannerheimintie",
        "Ateneum",
        "60.17195",
        "cd-secret",
        "10.20.30.40",
        "gps.example",
        "bedroom",
        str(own_home),
    ):
        assert personal not in text, personal
    assert "answered a request: done" in report["log.txt"]
    assert 'kuksa = ""' in report["settings.toml"], "what is not set is shown as such"
    assert "~/live.json" in report["settings.toml"]


def test_what_is_quoted_in_a_check_is_left_out_too(
    xiaogao: Callable[..., Any], own_home: Path, tmp_path: Path
) -> None:
    (own_home / "data" / "settings.toml").write_text('[http]\nhost = "10.20.30.40"\n', "utf-8")
    report = reported(xiaogao, tmp_path / "report.zip")
    assert "reached from outside" in report["doctor.txt"]
    assert "10.20.30.40" not in report["doctor.txt"]


def test_forget_erases_what_was_learnt_and_nothing_else(xiaogao: Callable[..., Any], own_home: Path) -> None:
    for name in ("memory.sqlite", "places.sqlite.damaged", "drive.json"):
        (own_home / "data" / name).write_bytes(b"")
    done = xiaogao("forget", "--yes")
    assert done.code == 0
    assert not list((own_home / "data").glob("*.sqlite*"))
    assert (own_home / "data" / "regions" / "helsinki").is_dir()


def test_beside_a_running_service_nothing_is_forgotten(xiaogao: Callable[..., Any], own_home: Path) -> None:
    kept = own_home / "data" / "memory.sqlite"
    kept.write_bytes(b"")
    with only_instance():
        done = xiaogao("forget", "--yes")
    assert done.code == 1
    assert done.err.startswith("xiaogao: end the service first")
    assert done.err.count("\n") == 1
    assert kept.exists()


def test_the_lock_of_the_computers_service_counts_for_its_data(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, xiaogao: Callable[..., Any]
) -> None:
    monkeypatch.setattr("device.store.privacy._STATE_OF_THE_COMPUTER", own_home)
    monkeypatch.setattr("device.store.privacy.OF_THE_COMPUTER", tmp_path / "run" / "control.sock")
    with only_instance(tmp_path / "run"):
        assert xiaogao("forget", "--yes").code == 1
    assert xiaogao("forget", "--yes").code == 0
