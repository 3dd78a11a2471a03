"""The systemd unit: written, enabled, looked at and removed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

from device.errors import DeviceError, Missing
from device.hardware import Profile

UNIT = "xiaogao.service"
_LIMIT_S = 60.0


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
        "PROGRAM": str(program),
        "MEMORY_MB": str(profile.memory_limit_mb),
        "CPU_PERCENT": str(profile.cpu_quota_percent),
        "PROTECT_HOME": "read-only" if in_a_home else "yes",
    }
    text = "\n".join(lines) + "\n"
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


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
    """Write the unit, enable it and start it.

    Raises
    ------
    DeviceError
        The unit cannot be written, or systemd refuses it.
    Missing
        There is no systemd.
    """
    path = unit_path(system=system)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(unit_text(profile, system=system), encoding="utf-8")
    except OSError as error:
        hint = "run it with sudo" if system else "check the rights"
        raise DeviceError(f"{path} cannot be written ({error.strerror}): {hint}") from None
    systemctl("daemon-reload", system=system)
    systemctl("enable", "--now", UNIT, system=system)
    return path


def uninstall(*, system: bool) -> Path:
    """Stop, disable and delete the unit."""
    path = unit_path(system=system)
    if not path.exists():
        raise Missing(f"{path} is not installed")
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
    found = shutil.which(program)
    if found is None or (program == "systemctl" and not Path("/run/systemd/system").is_dir()):
        raise Missing("systemd does not run this computer: start `xiaogao run` from what does")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    if done.returncode not in {0, 3}:  # 3: `status` of a unit that is not running
        raise DeviceError(f"{program} {' '.join(arguments)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout
