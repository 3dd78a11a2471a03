"""Settings: every key commented, every mistake named with its key and line."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from device.errors import BadSettings
from device.hardware import Hardware, choose
from device.settings import PositionSettings, Settings, commented_settings, load_settings


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.toml", {}) == Settings()


def test_the_written_file_has_every_key_with_a_comment_and_means_the_defaults(tmp_path: Path) -> None:
    text = commented_settings()
    assert load_settings(written(tmp_path, text), {}) == Settings()
    lines = text.splitlines()
    keys = [number for number, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    assert len(keys) == sum(len(section) for section in tomllib.loads(text).values())
    assert all(lines[number - 1].startswith("# ") for number in keys)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "[speech]\n\nspeed = 9\n", r"settings\.toml:3: speech\.speed: .*less than or equal", id="range"
        ),
        pytest.param(
            "[speech]\nsped = 1\n", r"settings\.toml:2: speech\.sped: .*not permitted", id="unknown key"
        ),
        pytest.param(
            "[spech]\nspeed = 1\n", r"settings\.toml:1: spech: .*not permitted", id="unknown section"
        ),
        pytest.param("[http]\nport = 'x'\n", r"settings\.toml:2: http\.port: .*integer", id="wrong type"),
        pytest.param(
            "[position]\nsource = '60.1,24.9'\n", r"toml:2: position\.source: .*fixed:LAT,LON", id="no source"
        ),
        pytest.param("[http\n", r"line 1", id="no TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadSettings, match=message):
        load_settings(written(tmp_path, text), {})


def test_the_environment_comes_last(tmp_path: Path) -> None:
    path = written(tmp_path, "[speech]\nspeed = 0.8\n")
    settings = load_settings(path, {"XIAOGAO_SPEECH_SPEED": "1.2", "XIAOGAO_ROUTING_AVOID": "toll,ferry"})
    assert (settings.speech.speed, settings.routing.avoid) == (1.2, ["toll", "ferry"])
    with pytest.raises(BadSettings, match="XIAOGAO_SPEECH_SPEED"):
        load_settings(tmp_path / "none.toml", {"XIAOGAO_SPEECH_SPEED": "fast"})


@given(st.binary(max_size=80))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_settings_or_one_named_error(tmp_path: Path, noise: bytes) -> None:
    path = tmp_path / "noise.toml"
    path.write_bytes(noise)
    try:
        loaded = load_settings(path, {})
    except BadSettings as error:
        named = str(path) in str(error)
    else:
        named = isinstance(loaded, Settings)
    assert named


GB = 1 << 30


@pytest.mark.parametrize(
    ("hardware", "expected"),
    [
        pytest.param(("x86_64", 2, 16 * GB, ""), "x86-small", id="two cores"),
        pytest.param(("x86_64", 8, 16 * GB, ""), "x86-large", id="eight cores"),
        pytest.param(("aarch64", 4, 4 * GB, "Raspberry Pi 4 Model B"), "arm64-small", id="Raspberry Pi"),
        pytest.param(("aarch64", 6, 8 * GB, "NVIDIA Jetson Orin Nano"), "jetson-orin", id="Jetson"),
    ],
)
def test_the_profile_follows_the_hardware(hardware: tuple[str, int, int, str], expected: str) -> None:
    machine, cores, memory_bytes, board = hardware
    choice = choose(
        look=lambda: Hardware(machine=machine, cores=cores, memory_bytes=memory_bytes, board=board)
    )
    assert choice.name == expected
    assert machine in choice.why


def test_little_memory_leaves_the_language_model_out() -> None:
    small = Hardware(machine="aarch64", cores=4, memory_bytes=2 * GB, board="")
    assert choose(look=lambda: small).profile.language_model == "none"


def test_a_profile_set_by_hand_wins_and_a_wrong_one_is_named() -> None:
    assert choose("jetson-orin").name == "jetson-orin"
    with pytest.raises(BadSettings, match="x86-small"):
        choose("toaster")


@pytest.mark.parametrize(
    "source",
    [
        "none",
        "gpsd",
        "gpsd:localhost:2947",
        "nmea:/dev/ttyUSB0",
        "nmea:10.0.0.2:10110",
        "gpx:a.gpx",
        "fixed:-1.5, 24",
    ],
)
def test_position_sources_that_can_be_set(source: str) -> None:
    assert PositionSettings(source=source).source == source
