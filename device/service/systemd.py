"""The systemd unit: written, enabled, looked at and removed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

from device.errors import BadSettings, DeviceError, Missing
from device.hardware import Profile
from device.screen.browser_flags import browser_flags, has_gpu

UNIT = "xiaogao.service"
SCREEN_UNIT = "xiaogao-screen.service"
_LIMIT_S = 90.0
"""More than the unit's TimeoutStartSec: `systemctl restart` waits until the service is ready."""

_RUNS_THIS_COMPUTER = Path("/run/systemd/system")


def unit_text(profile: Profile, *, system: bool, program: Path | None = None) -> str:
    """Return the unit for the whole computer or for one user.

    Parameters
    ----------
    profile : Profile
        Hardware profile, for the memory and CPU limits.
    system : bool
        The system form has a user of its own and the whole sandbox; the user form what a user may ask for.
    program : Path, optional
        The `xiaogao` program; by default the one that runs now.
    """
    program = program or program_path()
    template = resources.files("device").joinpath("data/xiaogao.service.in").read_text(encoding="utf-8")
    mine, other = ("system: ", "user: ") if system else ("user: ", "system: ")
    lines = [line.removeprefix(mine) for line in template.splitlines() if not line.startswith(other)]
    in_a_home = program.is_relative_to("/home") or program.is_relative_to("/root")
    values = {
        "PROGRAM": _quoted(str(program)),
        "HOME": _own_home(),
        "MEMORY_MB": str(profile.memory_limit_mb),
        "MEMORY_HIGH_MB": str(profile.memory_limit_mb - profile.short_memory_mb // 3),
        "CPU_PERCENT": str(profile.cpu_quota_percent),
        "TASKS": str(256 + 4 * (os.cpu_count() or 1)),
        "PROTECT_HOME": "read-only" if in_a_home else "yes",
    }
    text = "\n".join(lines) + "\n"
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _own_home() -> str:
    """Return the line that names the user's `XIAOGAO_HOME`, where there is one."""
    moved = os.environ.get("XIAOGAO_HOME")
    return f'Environment="XIAOGAO_HOME={_quoted(str(Path(moved).expanduser().absolute()))}"' if moved else ""


def _quoted(text: str) -> str:
    """Return text as it stands between double quotes in a unit."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def program_path() -> Path:
    """Return the path of the installed `xiaogao` program."""
    beside = Path(sys.executable).with_name("xiaogao")
    return beside if beside.exists() else Path(shutil.which("xiaogao") or beside)


def unit_path(*, system: bool) -> Path:
    """Return where the unit file belongs."""
    if system:
        return Path("/etc/systemd/system") / UNIT
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return config / "systemd" / "user" / UNIT


def install(profile: Profile, *, system: bool) -> Path:
    """Write the unit, enable it and start it, or start it again as it is now.

    Raises
    ------
    DeviceError
        The unit cannot be written, or systemd refuses it.
    Missing
        There is no systemd.
    """
    _systemd_program("systemctl")
    path = unit_path(system=system)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(unit_text(profile, system=system), encoding="utf-8")
    except OSError as error:
        hint = "run it with sudo" if system else "check the rights"
        raise DeviceError(f"{path} cannot be written ({error.strerror}): {hint}") from None
    systemctl("daemon-reload", system=system)
    systemctl("enable", UNIT, system=system)
    systemctl("restart", UNIT, system=system)
    return path


def screen_text(user: str, port: int) -> str:
    """Return the unit that shows the page full screen.

    Parameters
    ----------
    user : str
        Whose session it is; it owns the display and sees nothing of the agent's files.
    port : int
        Where the page is served.

    Raises
    ------
    Missing
        cage or Chromium is not installed.
    BadSettings
        There is no such user.
    """
    import pwd

    try:
        pwd.getpwnam(user)
    except (KeyError, ValueError):
        make = "`sudo adduser --disabled-password screen` makes one"
        raise BadSettings(f"there is no user {user!r}: {make}") from None
    cage, browser = shutil.which("cage"), shutil.which("chromium") or shutil.which("chromium-browser")
    if cage is None or browser is None:
        raise Missing("the screen needs cage and Chromium: `sudo apt-get install cage chromium`")
    text = resources.files("device").joinpath("data/xiaogao-screen.service.in").read_text(encoding="utf-8")
    values = {"USER": user, "CAGE": _quoted(cage), "BROWSER": _quoted(browser), "PORT": str(port)}
    values["FLAGS"] = " ".join(browser_flags(gpu=has_gpu()))
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def install_screen(user: str, port: int) -> Path:
    """Write the unit of the screen for the whole computer, enable it and start it.

    Raises
    ------
    DeviceError
        The unit cannot be written, or systemd refuses it.
    Missing
        There is no systemd, no cage or no Chromium.
    """
    text = screen_text(user, port)
    _systemd_program("systemctl")
    path = unit_path(system=True).with_name(SCREEN_UNIT)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DeviceError(f"{path} cannot be written ({error.strerror}): run it with sudo") from None
    systemctl("daemon-reload", system=True)
    systemctl("enable", SCREEN_UNIT, system=True)
    systemctl("restart", SCREEN_UNIT, system=True)
    return path


def uninstall_screen() -> None:
    """Stop, disable and delete the unit of the screen, if it is there."""
    path = unit_path(system=True).with_name(SCREEN_UNIT)
    if path.exists():
        systemctl("disable", "--now", SCREEN_UNIT, system=True)
        path.unlink()


def uninstall(*, system: bool) -> Path:
    """Stop, disable and delete the unit."""
    path = unit_path(system=system)
    if not path.exists():
        raise Missing(f"{path} is not installed")
    if system:
        uninstall_screen()
    systemctl("disable", "--now", UNIT, system=system)
    path.unlink()
    systemctl("daemon-reload", system=system)
    return path


def systemctl(*arguments: str, system: bool) -> str:
    """Run systemctl and return what it prints.

    Raises
    ------
    Missing
        There is no systemd on this computer.
    DeviceError
        systemctl failed.
    """
    return _run("systemctl", *([] if system else ["--user"]), *arguments)


def logs(lines: int, *, system: bool) -> str:
    """Return the newest lines of the service's journal."""
    which = ["-u", UNIT] if system else ["--user-unit", UNIT]
    return _run("journalctl", "--no-pager", "-n", str(lines), *which)


def _run(program: str, *arguments: str) -> str:
    command = [_systemd_program(program), *arguments]
    said = f"{program} {' '.join(arguments)}"
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        raise DeviceError(f"{said}: no answer within {_LIMIT_S:.0f} s; look with `journalctl -e`") from None
    if done.returncode not in {0, 3}:  # 3: `status` of a unit that is not running
        raise DeviceError(f"{said}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def _systemd_program(name: str) -> str:
    found = shutil.which(name)
    if found is None or (name == "systemctl" and not _RUNS_THIS_COMPUTER.is_dir()):
        raise Missing("systemd does not run this computer: start `xiaogao run` from what does")
    return found
