"""What leaves the computer on purpose (a bug report) and what can be erased."""

from __future__ import annotations

import contextlib
import json
import platform
import re
import shutil
import zipfile
from importlib import metadata
from pathlib import Path

from device.errors import DeviceError
from device.service.checkup import checks
from device.service.control import OF_THE_COMPUTER
from device.service.instance import AlreadyRunning, only_instance, run_dir
from device.settings import Settings, commented_settings, load_settings
from device.store.private import DataInUse, data_alone
from nav.packs.paths import cache_home, data_home

_COORDINATES = re.compile(r"-?\d{1,3}\.\d{3,}")
_SPOKEN = re.compile(r"\b(prompt:|heard '|heard \"|answered ').*")
_STATE_OF_THE_COMPUTER = Path("/var/lib/xiaogao")
_LEFT_OUT = "<left out>"
_PERSONAL = {
    "http": ("token", "host"),
    "engines": ("language_model_url",),
    "position": ("source", "kuksa"),
    "audio": ("duck_command", "unduck_command"),
}
_LIBRARIES = (
    "numpy",
    "faster-whisper",
    "ctranslate2",
    "onnxruntime",
    "llama-cpp-python",
    "routingkit-cch",
    "osmium",
)


def write_report(target: Path, log: str) -> None:
    """Pack versions, checks, settings and the log for a bug report, with personal data left out.

    Parameters
    ----------
    target : Path
        The ZIP file to write.
    log : str
        Newest lines of the service's log.

    Raises
    ------
    DeviceError
        The file cannot be written.
    """
    versions = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
    }
    for name in ("xiaogao", *_LIBRARIES):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    found = "\n".join(f"{check.state:9} {check.name}: {check.detail}" for check in checks())
    try:
        loaded = load_settings()
        settings, secrets = commented_settings(_without_secrets(loaded)), _secrets(loaded)
    except DeviceError as error:
        settings, secrets = str(error), []

    def cleaned(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, _LEFT_OUT)
        return text.replace(str(Path.home()), "~")

    said = _SPOKEN.sub(rf"\1 {_LEFT_OUT}", _COORDINATES.sub("<number>", log))
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("versions.json", json.dumps(versions, indent=1))
            archive.writestr("doctor.txt", cleaned(found))
            archive.writestr("settings.toml", cleaned(settings))
            archive.writestr("log.txt", cleaned(said))
    except OSError as error:
        raise DeviceError(f"{target} cannot be written: {error}") from None


def _without_secrets(settings: Settings) -> Settings:
    """Blank what is a secret, an address, a place or a command of one's own; what is not set stays so."""
    usual = Settings()
    changed = {}
    for section, keys in _PERSONAL.items():
        values, before = getattr(settings, section), getattr(usual, section)
        blanked = {
            key: [_LEFT_OUT] if isinstance(getattr(values, key), list) else _LEFT_OUT
            for key in keys
            if getattr(values, key) != getattr(before, key)
        }
        changed[section] = values.model_copy(update=blanked)
    return settings.model_copy(update=changed)


def _secrets(settings: Settings) -> list[str]:
    """Return the personal values themselves, for the texts that might quote them, the longest first."""
    usual = Settings()
    found = set()
    for section, keys in _PERSONAL.items():
        for key in keys:
            value = getattr(getattr(settings, section), key)
            if isinstance(value, str) and len(value) > 4 and value != getattr(getattr(usual, section), key):
                found.add(value)
    return sorted(found, key=len, reverse=True)


def forget() -> list[str]:
    """Erase what the agent remembers, the drive under way and cached speech.

    Models, maps and settings stay, and the log, which is systemd's.

    Returns
    -------
    list of str
        What was erased.

    Raises
    ------
    DeviceError
        The service runs: it would go on with what is erased, and write it anew.
    """
    with contextlib.ExitStack() as locks:
        try:
            for folder in _lock_folders():
                locks.enter_context(only_instance(folder))
            locks.enter_context(data_alone())
        except (AlreadyRunning, DataInUse) as error:
            raise DeviceError(f"end the service first, then forget: {error}") from None
        return _erase()


def _lock_folders() -> set[Path]:
    """Return where a service that uses this data holds its lock; the computer's has another folder."""
    folders = {run_dir()}
    its = data_home().resolve().is_relative_to(_STATE_OF_THE_COMPUTER.resolve())
    if its and OF_THE_COMPUTER.parent.is_dir():
        folders.add(OF_THE_COMPUTER.parent)
    return folders


def _erase() -> list[str]:
    erased = []
    targets = [
        *data_home().glob("memory.sqlite*"),
        *data_home().glob("places.sqlite*"),
        *data_home().glob("*.damaged*"),
        *data_home().glob("drive.json*"),
        *data_home().glob(".drive.json-*"),
        cache_home() / "speech",
    ]
    for target in targets:
        if target.is_dir():
            shutil.rmtree(target)
        elif target.exists():
            target.unlink()
        else:
            continue
        erased.append(target.name)
    return erased
