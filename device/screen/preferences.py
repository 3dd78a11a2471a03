"""Settings that the screen may change: written into the settings file, which keeps its comments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from device.errors import BadSettings
from device.settings import Settings, commented_settings, load_settings, settings_path
from device.store.whole_files import write_whole
from nav.packs.paths import data_home

CHANGEABLE = (
    "speech.language",
    "speech.voice_zh",
    "speech.voice_en",
    "speech.volume",
    "speech.style",
    "guidance.units",
    "guidance.speeding",
    "guidance.rest_reminder",
    "routing.avoid",
    "screen.theme",
)
"""Keys that a touch may change; what could open the car to others is not among them."""


def is_greeted() -> bool:
    """Tell whether the first-run guide was read; the kiosk's browser keeps nothing over its end."""
    return _greeted().exists()


def greeted() -> None:
    """Keep that the guide was read.

    Raises
    ------
    BadSettings
        It cannot be written.
    """
    try:
        _greeted().touch(mode=0o600)
    except OSError as error:
        raise BadSettings(f"{_greeted()}: {error.strerror}") from None


def _greeted() -> Path:
    return data_home() / "screen-greeted"


def shown(settings: Settings) -> dict[str, Any]:
    """Return the values of the changeable settings by key."""
    found = {}
    for key in CHANGEABLE:
        section, name = key.split(".")
        found[key] = getattr(getattr(settings, section), name)
    return found


def change(key: str, value: object, path: Path | None = None) -> Settings:
    """Write one setting and return all of them.

    Parameters
    ----------
    key : str
        One of `CHANGEABLE`.
    value : object
        What it is to be, as in the file.
    path : Path, optional
        The settings file; by default that of the user.

    Raises
    ------
    BadSettings
        The key may not be changed here, the value is out of range, or the file cannot be written; nothing was
        changed.
    """
    import tomlkit

    if key not in CHANGEABLE:
        raise BadSettings(f"{key[:40]} cannot be changed on the screen")
    path = path or settings_path()
    try:
        before = path.read_text("utf-8") if path.exists() else commented_settings()
        document = tomlkit.parse(before)
        section, name = key.split(".")
        table: Any = document.setdefault(section, tomlkit.table())
        table[name] = value
        text = tomlkit.dumps(document)
        _check(text)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, text.encode())
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BadSettings(f"{key}: it was not changed ({error})") from None
    return load_settings(path)


def _check(text: str) -> None:
    import tomllib

    Settings.model_validate(tomllib.loads(text))
