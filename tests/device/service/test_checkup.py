"""What settings name is checked alike by `config check`, `doctor` and the service that reads them again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from device.errors import BadSettings
from device.service.checkup import check_settings, checks
from device.service.service import Service
from device.settings import Settings, load_settings
from voice.asr import noise_adapter

MISTAKES = {
    "engines.profile": '[engines]\nprofile = "toaster"\n',
    "region.name": '[region]\nname = "atlantis"\n',
    "http.host": '[http]\nhost = "0.0.0.0"\n',
    "latitude": '[position]\nsource = "fixed:91,0"\n',
    "longitude": '[position]\nsource = "fixed: 60, 240"\n',
    "gpsd port": '[position]\nsource = "gpsd:localhost:99999"\n',
    "nmea port": '[position]\nsource = "nmea:10.0.0.2:-1"\n',
    "position.kuksa": '[position]\nkuksa = "localhost"\n',
    "kuksa port": '[position]\nkuksa = "localhost:0"\n',
}


@pytest.fixture
def write(own_home: Path) -> Callable[[str], Path]:
    """Write the settings of the copied home."""

    def put(text: str) -> Path:
        path = own_home / "data" / "settings.toml"
        path.write_text(text, "utf-8")
        return path

    return put


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_and_the_service_keeps_what_is_in_force(
    xiaogao: Callable[..., Any], write: Callable[[str], Path], mistake: str
) -> None:
    write(mistake)
    done = xiaogao("config", "check")
    assert done.code == 2
    key = mistake.split("[")[1].split("]")[0]
    assert done.err.startswith(f"xiaogao: {key}."), done.err
    found = {check["name"]: check for check in json.loads(xiaogao("doctor", "--json").out)["checks"]}
    assert found["settings"]["state"] == "missing"
    service = Service(Settings())
    service.reload()
    assert service.settings == Settings()
    assert any("settings: BadSettings" in error for error in service.health.errors)


def test_damaged_corrections_of_the_recogniser_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not any(check.name.startswith("recogniser") for check in checks())
    broken = tmp_path / "whisper_noise.npz"
    broken.write_bytes(b"PK half of it")
    monkeypatch.setattr(noise_adapter, "packaged", lambda: [broken])
    (found,) = (check for check in checks() if check.name.startswith("recogniser"))
    assert found.state == "missing"
    assert "whisper_noise.npz" in found.name
    assert "install xiaogao again" in found.detail


def test_good_settings_are_taken_up_with_their_profile(write: Callable[[str], Path]) -> None:
    write('[engines]\nprofile = "jetson-orin"\n[region]\nname = "helsinki"\n')
    service = Service(Settings())
    service.reload()
    assert service.settings.region.name == "helsinki"
    assert service.health.profile == "jetson-orin"


@pytest.mark.parametrize(
    "source", ["none", "gpsd", "gpsd:[::1]:2947", "gpsd:[::1]", "nmea:/dev/ttyUSB0", "fixed: -1.5, 24"]
)
def test_sources_that_may_work_are_good(home: Path, source: str) -> None:
    check_settings(Settings.model_validate({"position": {"source": source, "kuksa": "localhost:55555"}}))


def test_a_file_that_is_not_there_is_not_good(xiaogao: Callable[..., Any], own_home: Path) -> None:
    done = xiaogao("config", "check", own_home / "no.toml")
    assert done.code == 2
    assert "there is no such file" in done.err
    assert "defaults" in xiaogao("config", "check").out


def test_a_section_that_is_no_table_is_named_beside_an_override(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('region = "helsinki"\n', "utf-8")
    with pytest.raises(BadSettings, match=r"settings\.toml:1: region: "):
        load_settings(path, {"XIAOGAO_REGION_NAME": "helsinki"})


def test_a_file_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("a = " + "[" * 100_000, "utf-8")
    with pytest.raises(BadSettings, match="move it away"):
        load_settings(path, {})


@pytest.mark.parametrize(("compiled", "state"), [(True, "ok"), (False, "optional")])
def test_doctor_says_which_index_answers(
    compiled: bool, state: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nav.routing.cch.library.library", lambda: object() if compiled else None)
    (found,) = (check for check in checks() if check.name == "routing index")
    assert found.state == state
