"""The unit that shows the page full screen: accepted by systemd, and only this computer's own page."""

from __future__ import annotations

import getpass
import shutil
import subprocess
from pathlib import Path

import pytest

from device.errors import BadSettings, Missing
from device.screen.browser_flags import has_gpu
from device.service import systemd


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("cage", "chromium"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_the_unit_shows_our_page_and_reaches_nothing_else(programs: Path) -> None:
    text = systemd.screen_text(getpass.getuser(), 8123)
    assert f'ExecStart="{programs}/cage" -s -- "{programs}/chromium" --kiosk' in text
    assert "http://127.0.0.1:8123/" in text
    assert "IPAddressDeny=any" in text
    assert "@" not in text.replace("getty@tty1", "")


@pytest.mark.parametrize("gpu", [True, False])
def test_without_a_graphics_driver_the_processor_draws(
    programs: Path, monkeypatch: pytest.MonkeyPatch, gpu: bool
) -> None:
    monkeypatch.setattr(systemd, "has_gpu", lambda: gpu)
    text = systemd.screen_text(getpass.getuser(), 8018)
    assert "--renderer-process-limit=1" in text
    assert ("--disable-gpu-compositing" in text) is not gpu


def test_a_driver_is_one_that_draws_for_programs(tmp_path: Path) -> None:
    assert not has_gpu(tmp_path / "none")
    (tmp_path / "card0").touch()
    assert not has_gpu(tmp_path)
    (tmp_path / "renderD128").touch()
    assert has_gpu(tmp_path)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_accepts_it(programs: Path, tmp_path: Path) -> None:
    unit = tmp_path / "xiaogao-screen.service"
    unit.write_text(systemd.screen_text(getpass.getuser(), 8018))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="no user"):
        systemd.screen_text("nobody-of-that-name", 8018)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="cage"):
        systemd.screen_text(getpass.getuser(), 8018)
