"""The settings: one commented TOML file, with `XIAOGAO_<SECTION>_<KEY>` laid over it."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from device.errors import BadSettings
from device.store.signatures import public_key
from nav.packs.paths import data_home


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class RegionSettings(_Section):
    """Where the car drives."""

    name: str = Field(
        "", description="Region pack to use; empty takes the one chosen with `xiaogao map use`."
    )


def _public_keys(value: list[str]) -> list[str]:
    for line in value:
        try:
            public_key(line)
        except ValueError as error:
            raise PydanticCustomError("public_key", "{reason}", {"reason": str(error)}) from None
    return value


class MapsSettings(_Section):
    """Whose maps are taken."""

    trusted_keys: Annotated[list[str], AfterValidator(_public_keys)] = Field(
        [],
        description="Public keys (ssh-ed25519 AAAA… comment) of those whose map files are imported.",
    )


class RoutingSettings(_Section):
    """How routes are chosen."""

    profile: Literal["car", "bike", "foot"] = Field("car", description="Who travels: car, bike or foot.")
    avoid: list[Literal["toll", "motorway", "ferry", "unpaved"]] = Field(
        [], description="What every route avoids where it can: toll, motorway, ferry, unpaved."
    )
    live_file: str = Field(
        "", description="JSON file of closures and live speeds, read again when it changes."
    )


class VehicleSettings(_Section):
    """What drives; the defaults are a passenger car's."""

    height_m: float = Field(1.75, ge=0.5, le=6.0, description="Height with roof box, metres.")
    width_m: float = Field(1.9, ge=0.5, le=5.0, description="Width, metres.")
    length_m: float = Field(4.8, ge=1.0, le=60.0, description="Length with trailer, metres.")
    weight_t: float = Field(2.0, ge=0.1, le=200.0, description="Weight with load, tonnes.")
    hgv: bool = Field(False, description="Goods vehicle, for which lorry signs hold; over 3.5 t always.")
    hazmat: bool = Field(False, description="Carries dangerous goods.")


class SpeechSettings(_Section):
    """How the agent speaks."""

    language: Literal["auto", "zh", "en"] = Field(
        "auto", description="auto answers in the driver's language."
    )
    voice_zh: str = Field(
        "", description="Mandarin voice, see `xiaogao voices list`; empty takes the best one."
    )
    voice_en: str = Field("", description="English voice; empty takes the best installed one.")
    speed: float = Field(1.0, ge=0.5, le=2.0, description="Speaking speed, 1.0 is natural.")
    volume: float = Field(1.0, ge=0.0, le=1.0, description="Loudness, 0 is silent.")
    style: Literal["brief", "normal", "chatty"] = Field("normal", description="How much the agent says.")


class ListeningSettings(_Section):
    """How the agent listens."""

    microphone: str = Field(
        "", description="Name (or part of it) of the input device; empty takes the default."
    )
    speaker: str = Field(
        "", description="Name (or part of it) of the output device; empty takes the default."
    )
    follow_up_s: float = Field(6.0, ge=0.0, le=30.0, description="Seconds to listen on after an answer.")
    echo_cancelled: bool = Field(
        False, description="Whether the input device already cancels the car's own sound."
    )


class AudioSettings(_Section):
    """What else plays in the car."""

    duck_command: list[str] = Field(
        [], description="Program with its arguments that lowers the music before the agent speaks; no shell."
    )
    unduck_command: list[str] = Field(
        [], description="Program with its arguments that brings the music back afterwards."
    )


class EngineSettings(_Section):
    """Which models run. Empty takes what the hardware profile says."""

    profile: str = Field(
        "auto", description="Hardware profile: auto, jetson-orin, arm64-small, x86-small, x86-large."
    )
    speech_recognition: str = Field("", description="Model of the store for speech recognition.")
    language_model: str = Field(
        "", description="Model of the store for language; `none` answers by rules alone."
    )
    language_model_url: str = Field(
        "", description="OpenAI-compatible endpoint to ask first, with the local one behind."
    )
    language_model_name: str = Field("", description="Model name to ask that endpoint for.")
    language_model_limit_s: float = Field(
        4.0, ge=0.2, le=60.0, description="Seconds the language model may take."
    )


class GuidanceSettings(_Section):
    """What is said while driving."""

    units: Literal["auto", "metric", "us", "uk"] = Field(
        "auto",
        description="auto (those of the country), metric, us (feet and miles) or uk (yards and miles).",
    )
    speeding: bool = Field(True, description="Say when the limit is passed.")
    rest_reminder: bool = Field(True, description="Propose a rest after two hours.")
    suggestions: bool = Field(
        False, description="Let the agent propose things by itself (usual trips, fuel, parking)."
    )


def _position_source(value: str) -> str:
    if re.fullmatch(r"none|gpsd(:.+)?|(nmea|gpx):.+|fixed: *-?\d+(\.\d+)? *, *-?\d+(\.\d+)? *", value):
        return value
    raise PydanticCustomError("position_source", "it begins with none, gpsd, nmea:, gpx: or fixed:LAT,LON")


class PositionSettings(_Section):
    """Where the position comes from."""

    source: Annotated[str, AfterValidator(_position_source)] = Field(
        "none",
        description="none, gpsd[:HOST:PORT], nmea:DEVICE, nmea:HOST:PORT, gpx:FILE or fixed:LAT,LON.",
    )
    kuksa: str = Field(
        "", description="HOST:PORT of a KUKSA databroker for speed, fuel and charge; empty for none."
    )


class HttpSettings(_Section):
    """The HTTP interface."""

    enabled: bool = Field(False, description="Serve the routing API, health and metrics.")
    port: int = Field(8017, ge=1024, le=65535, description="Port on 127.0.0.1.")
    token: str = Field(
        "", description="When set, every request must carry it and other addresses may be bound."
    )
    host: str = Field("127.0.0.1", description="Address to bind; other than loopback only with a token.")


class ScreenSettings(_Section):
    """The page on the car's screen."""

    enabled: bool = Field(False, description="Serve the page for the car's screen.")
    port: int = Field(8018, ge=1024, le=65535, description="Port on 127.0.0.1.")
    host: str = Field(
        "127.0.0.1", description="Address to bind; another one is for phones, which need the pairing code."
    )
    theme: Literal["auto", "day", "night"] = Field(
        "auto", description="auto is dark from sunset to sunrise, day and night are kept."
    )


class PrivacySettings(_Section):
    """What is kept."""

    log_speech: bool = Field(False, description="Write what was said into the log.")
    memory: bool = Field(True, description="Remember places and habits (`xiaogao memory list` shows them).")


class Settings(_Section):
    """All settings."""

    region: RegionSettings = RegionSettings()
    maps: MapsSettings = MapsSettings()
    routing: RoutingSettings = RoutingSettings()
    vehicle: VehicleSettings = VehicleSettings()
    speech: SpeechSettings = SpeechSettings()
    listening: ListeningSettings = ListeningSettings()
    audio: AudioSettings = AudioSettings()
    engines: EngineSettings = EngineSettings()
    guidance: GuidanceSettings = GuidanceSettings()
    position: PositionSettings = PositionSettings()
    http: HttpSettings = HttpSettings()
    screen: ScreenSettings = ScreenSettings()
    privacy: PrivacySettings = PrivacySettings()


def settings_path() -> Path:
    """Return where the settings are: `$XIAOGAO_SETTINGS`, or `settings.toml` in the data folder."""
    return Path(os.environ.get("XIAOGAO_SETTINGS") or data_home() / "settings.toml")


def load_settings(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings file, lay the environment over it, and check every value.

    Parameters
    ----------
    path : Path, optional
        The file; a missing one gives the defaults.
    environment : Mapping
        Where overrides such as `XIAOGAO_SPEECH_SPEED=1.2` are taken from; lists are separated by commas.

    Raises
    ------
    BadSettings
        The file is no TOML, a key is unknown or a value is out of range; the message names key and line.
    """
    path = path or settings_path()
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        values: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise BadSettings(
            f"{path}: {error}; mend it, or move it away: `xiaogao config init` writes a good one"
        ) from None
    for section, key, value in _overrides(environment):
        # A section that is no table is refused below.
        if isinstance(keys := values.setdefault(section, {}), dict):
            keys[key] = value
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        keys = [str(key) for key in first["loc"][:2]]
        line = _line_of(text, keys)
        where = f"{path}:{line}" if line else f"{path} or XIAOGAO_{'_'.join(keys).upper()}"
        raise BadSettings(f"{where}: {'.'.join(keys)}: {first['msg']}") from None


def _overrides(environment: Mapping[str, str]) -> list[tuple[str, str, Any]]:
    found = []
    for section, field in Settings.model_fields.items():
        for key, about in field.default.__class__.model_fields.items():
            text = environment.get(f"XIAOGAO_{section}_{key}".upper())
            if text is not None:
                is_list = isinstance(about.default, list)
                found.append((section, key, [part for part in text.split(",") if part] if is_list else text))
    return found


def _line_of(text: str, keys: list[str]) -> int | None:
    """Return the line on which a key stands (or its section, for a key that is not there)."""
    section = ""
    section_line = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([\w-]+)\s*\]", line):
            section = header[1]
            section_line = number if section == keys[0] else section_line
            continue
        name = re.match(r"\s*([\w-]+)\s*=", line)
        if name and ([section, name[1]] == keys[:2] or (not section and name[1] == keys[0])):
            return number
    return section_line


def commented_settings(settings: Settings | None = None) -> str:
    """Return the whole settings file as text, each key with its comment."""
    settings = settings or Settings()
    lines = [
        "# Settings of Xiao Gao. Every key can also be set by the environment: XIAOGAO_<SECTION>_<KEY>.",
        "",
    ]
    for section in Settings.model_fields:
        values = getattr(settings, section)
        lines += [f"# {(values.__class__.__doc__ or '').strip()}", f"[{section}]"]
        for key, about in values.__class__.model_fields.items():
            lines += [f"# {about.description}", f"{key} = {_toml(getattr(values, key))}"]
        lines.append("")
    return "\n".join(lines)


def _toml(value: Annotated[object, "str, bool, number or list of str"]) -> str:
    return json.dumps(value, ensure_ascii=False)
