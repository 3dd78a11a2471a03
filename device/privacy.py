"""What leaves the computer on purpose (a bug report) and what can be erased."""

from __future__ import annotations

import json
import platform
import re
import shutil
import zipfile
from importlib import metadata
from pathlib import Path

from device.checkup import checks
from device.errors import DeviceError
from device.settings import commented_settings, load_settings
from nav.paths import cache_home, data_home

_COORDINATES = re.compile(r"-?\d{1,3}\.\d{3,}")
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
    home = str(Path.home())
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
        settings = _without_secrets(commented_settings(load_settings()))
    except DeviceError as error:
        settings = str(error)
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("versions.json", json.dumps(versions, indent=1))
            archive.writestr("doctor.txt", found.replace(home, "~"))
            archive.writestr("settings.toml", settings)
            archive.writestr("log.txt", _COORDINATES.sub("<number>", log.replace(home, "~")))
    except OSError as error:
        raise DeviceError(f"{target} cannot be written: {error}") from None


def _without_secrets(text: str) -> str:
    """Blank keys that are secrets, addresses or places."""
    return re.sub(
        r'^(token|language_model_url|source|kuksa|host) = "[^"]+"', r'\1 = "<left out>"', text, flags=re.M
    )


def forget() -> list[str]:
    """Erase what the agent remembers, the drive under way, cached speech and logs.

    Models, maps and settings stay.

    Returns
    -------
    list of str
        What was erased.
    """
    erased = []
    targets = [
        *data_home().glob("memory.sqlite*"),
        *data_home().glob("places.sqlite*"),
        *data_home().glob("*.damaged*"),
        *data_home().glob("drive.json*"),
        data_home() / "log",
        cache_home() / "speech",
        cache_home() / "wake",
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
