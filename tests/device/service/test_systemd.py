"""The systemd unit: accepted by systemd, closed, within limits; installed, looked at and removed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from device.hardware import choose
from device.service import systemd
from device.service.systemd import unit_text
from tests.device.conftest import Run

SMALL = choose("x86-small").profile
LOADED_MB = 1800
"""What the service takes with everything loaded, after hours of prompts."""

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed"
)


@pytest.fixture(params=["system", "user"])
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Write either form, for a program whose path has all that a unit gives a meaning."""
    program = tmp_path / "a 100% good place" / "xiaogao"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    path = tmp_path / request.param / "xiaogao.service"
    path.parent.mkdir()
    path.write_text(unit_text(SMALL, system=request.param == "system", program=program))
    return path


def analyze(*arguments: str | Path, unit: Path) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze on a unit, as its form wants it."""
    return subprocess.run(
        ["systemd-analyze", f"--{unit.parent.name}", *arguments, unit],
        capture_output=True,
        text=True,
        check=False,
        env={"XDG_RUNTIME_DIR": str(unit.parent), "PATH": "/usr/bin:/bin", "HOME": str(unit.parent)},
    )


@needs_systemd
def test_systemd_accepts_the_unit(unit: Path) -> None:
    done = analyze("verify", unit=unit)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("unit", ["system"], indirect=True)
def test_the_exposure_is_low(unit: Path) -> None:
    done = analyze("security", "--offline=yes", "--no-pager", unit=unit)
    exposure = re.search(r"exposure level .*: ([\d.]+)", done.stdout)
    assert exposure
    assert float(exposure[1]) <= 2.5


def test_the_user_form_asks_only_for_what_a_user_may_have() -> None:
    text = unit_text(SMALL, system=False, program=Path("/opt/xiaogao"))
    assert not re.search(r"^(DynamicUser|User|CapabilityBoundingSet|IPAddressDeny|system:|user:)", text, re.M)
    assert "WantedBy=default.target" in text
    assert "@" not in re.sub(r"@[a-z-]+", "", text), "every place-holder is filled"


def test_the_user_form_uses_the_folders_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XIAOGAO_HOME", raising=False)
    text = unit_text(SMALL, system=False, program=Path("/opt/xiaogao"))
    assert "XIAOGAO_HOME" not in text
    assert "RuntimeDirectory" not in text, "`xiaogao status` of the user looks in the data folder"
    monkeypatch.setenv("XIAOGAO_HOME", "/srv/my maps")
    text = unit_text(SMALL, system=False, program=Path("/opt/xiaogao"))
    assert 'Environment="XIAOGAO_HOME=/srv/my maps"' in text
    assert "/srv/my maps" not in unit_text(SMALL, system=True, program=Path("/opt/xiaogao"))


@pytest.mark.parametrize("system", [True, False], ids=["system", "user"])
@pytest.mark.parametrize("name", ["jetson-orin", "arm64-small", "x86-small", "x86-large"])
def test_limits_hold_a_healthy_service_and_the_kernels_brake_comes_last(name: str, system: bool) -> None:
    profile = choose(name).profile
    text = unit_text(profile, system=system, program=Path("/opt/xiaogao"))
    limits = dict(re.findall(r"^(Memory\w+|CPU\w+|TasksMax|OOMPolicy)=(\w+)%?$", text, re.M))
    most_mb, high_mb = (int(limits[key].removesuffix("M")) for key in ("MemoryMax", "MemoryHigh"))
    assert most_mb == profile.memory_limit_mb
    assert LOADED_MB * 1.2 < high_mb < most_mb
    left_mb = most_mb - high_mb
    assert left_mb < profile.short_memory_mb / 2, "the service lets engines go before it is slowed down"
    assert int(limits["CPUQuota"]) == profile.cpu_quota_percent >= 100 * profile.speech_threads
    assert int(limits["TasksMax"]) >= 256
    assert limits["OOMPolicy"] == "continue", "an engine that is killed does not end the service"


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Put a systemctl and a journalctl on the PATH that note how they are called; return their notes."""
    notes, programs = tmp_path / "notes", tmp_path / "programs"
    programs.mkdir()
    notes.touch()
    for name in ("systemctl", "journalctl"):
        program = programs / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> "{notes}"\necho "{name} says"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(systemd, "_RUNS_THIS_COMPUTER", tmp_path)

    def take() -> list[str]:
        lines = notes.read_text().splitlines()
        notes.write_text("")
        return lines

    return take


def test_the_users_service_is_installed_looked_at_and_removed(
    xiaogao: Callable[..., Run], called: Callable[[], list[str]], tmp_path: Path
) -> None:
    path = tmp_path / "config" / "systemd" / "user" / "xiaogao.service"
    done = xiaogao("service", "install")
    assert (done.code, done.out) == (0, f"installed {path}; `xiaogao service status` shows it\n")
    assert called() == [
        "systemctl --user daemon-reload",
        "systemctl --user enable xiaogao.service",
        "systemctl --user restart xiaogao.service",
    ]
    assert path.read_text() == unit_text(choose().profile, system=False)
    assert xiaogao("service", "status").out == "systemctl says\n"
    assert xiaogao("service", "logs", "--lines", "7").out == "journalctl says\n"
    assert called() == [
        "systemctl --user status --no-pager xiaogao.service",
        "journalctl --no-pager -n 7 --user-unit xiaogao.service",
    ]
    assert xiaogao("service", "uninstall").out == f"removed {path}\n"
    assert called() == [
        "systemctl --user disable --now xiaogao.service",
        "systemctl --user daemon-reload",
    ]
    assert not path.exists()
    again = xiaogao("service", "uninstall")
    assert again.code == 3
    assert f"{path} is not installed" in again.err


def test_without_systemd_nothing_is_written(
    xiaogao: Callable[..., Run],
    called: Callable[[], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(systemd, "_RUNS_THIS_COMPUTER", tmp_path / "nowhere")
    done = xiaogao("service", "install")
    assert done.code == 3
    assert "start `xiaogao run` from what does" in done.err
    assert not (tmp_path / "config").exists()
    assert called() == []


def test_what_systemd_says_against_it_is_passed_on(
    xiaogao: Callable[..., Run], called: Callable[[], list[str]], tmp_path: Path
) -> None:
    (tmp_path / "programs" / "systemctl").write_text(
        "#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n"
    )
    done = xiaogao("service", "install")
    assert done.code != 0
    assert "Failed to connect to bus" in done.err
    assert called() == []
