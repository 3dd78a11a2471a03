"""The systemd unit: accepted by systemd, and closed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from device.hardware import choose
from device.systemd import unit_text

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed"
)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    program = tmp_path / "xiaogao"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    path = tmp_path / "xiaogao.service"
    path.write_text(unit_text(choose("x86-small").profile, system=True, program=program))
    return path


def analyze(*arguments: str, runtime: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"XDG_RUNTIME_DIR": str(runtime), "PATH": "/usr/bin:/bin", "HOME": str(runtime)},
    )


@needs_systemd
def test_systemd_accepts_the_unit(unit: Path) -> None:
    done = analyze("verify", str(unit), runtime=unit.parent)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_the_exposure_is_low(unit: Path) -> None:
    done = analyze("security", "--offline=yes", "--no-pager", str(unit), runtime=unit.parent)
    exposure = re.search(r"exposure level .*: ([\d.]+)", done.stdout)
    assert exposure
    assert float(exposure[1]) <= 2.5


def test_the_user_form_asks_only_for_what_a_user_may_have(unit: Path) -> None:
    text = unit_text(choose("x86-small").profile, system=False, program=Path("/opt/xiaogao"))
    assert not re.search(r"^(DynamicUser|User|CapabilityBoundingSet|IPAddressDeny|system:|user:)", text, re.M)
    assert "WantedBy=default.target" in text
    assert "@" not in re.sub(r"@[a-z-]+", "", text), "every place-holder is filled"


def test_limits_follow_the_profile() -> None:
    profile = choose("jetson-orin").profile
    text = unit_text(profile, system=True, program=Path("/opt/xiaogao"))
    assert f"MemoryMax={profile.memory_limit_mb}M" in text
    assert f"CPUQuota={profile.cpu_quota_percent}%" in text
