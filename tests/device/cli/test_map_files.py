"""`xiaogao map export|import|update` on the command line: exit codes, one line of error, JSON, help."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from device.errors import BadSettings
from device.settings import load_settings
from nav import Region
from nav.packs.paths import regions_dir
from tests.archives import unpack
from tests.device.conftest import Run, in_this_process

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl maps"
KEPT = Path(__file__).parents[2] / "formats" / "pack-5.tar.gz"


@pytest.fixture
def program(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Run]:
    """The program in a home with one small region, in a folder of its own."""
    regions_dir().mkdir(parents=True)
    unpack(KEPT, regions_dir())
    (regions_dir() / "pack-5").rename(regions_dir() / Region.open("pack-5").name)
    (home / "here").mkdir()
    monkeypatch.chdir(home / "here")

    return in_this_process(capfd)


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1]


def test_a_region_goes_from_one_computer_to_another(
    program: Callable[..., Run], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (name,) = (path.name for path in regions_dir().iterdir())
    done = program("map", "export", name)
    assert (done.code, done.out.split(":")[0]) == (0, f"{name}.xgmap")
    assert "not signed: `--sign KEY` signs it" in done.out
    assert "writing poi.sqlite" in done.err
    facts = json.loads(program("map", "export", name, "--since", f"{name}.xgmap", "--json").out)
    assert (facts["file"], facts["members"], facts["signed_by"]) == (f"{name}.update.xgmap", 0, None)
    monkeypatch.setenv("XIAOGAO_HOME", str(home / "car"))
    refused = program("map", "import", f"{name}.xgmap")
    assert (refused.code, refused.out) == (1, "")
    assert (
        last_line(refused.err)
        == f"xiaogao: {name}.xgmap: nobody has signed it; --unsigned takes it nevertheless"
    )
    done = program("map", "import", f"{name}.xgmap", "--unsigned")
    assert done.code == 0
    assert done.out.startswith(f"region {name} is ready: ")
    assert program("map", "update", name, f"{name}.update.xgmap", "--unsigned").code == 0
    listed = json.loads(program("map", "list", "--json").out)
    assert [region["name"] for region in listed["regions"]] == [listed["current"]] == [name]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["export", "nowhere"], 3, "no region 'nowhere'"),
        (["export", "{name}", "map.zip"], 2, "map.zip is not written: a pack file is named NAME.xgmap"),
        (["export", "{name}", "none/map.xgmap"], 3, "there is no folder none"),
        (["export", "{name}", "--since", "none.xgmap"], 2, "there is no file none.xgmap"),
        (["export", "{name}", "--sign", "none"], 3, "none cannot sign"),
        (["import", "none.xgmap"], 2, "there is no file none.xgmap: check the path"),
        (
            ["import", "notes.txt", "--unsigned"],
            2,
            "notes.txt cannot be used, nothing was changed: it is cut",
        ),
        (["update", "nowhere", "notes.txt"], 3, "no region 'nowhere'"),
        (["update", "{name}", "notes.txt"], 2, "notes.txt cannot be used"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    program: Callable[..., Run], arguments: list[str], code: int, said: str
) -> None:
    (name,) = (path.name for path in regions_dir().iterdir())
    Path("notes.txt").write_text("hello")
    done = program("map", *(argument.format(name=name) for argument in arguments))
    assert (done.code, done.out) == (code, "")
    assert last_line(done.err).startswith("xiaogao: ")
    assert said in last_line(done.err)
    assert sorted(path.name for path in Path().iterdir()) == ["notes.txt"], "nothing half-written is left"


@pytest.mark.parametrize("command", ["export", "import", "update"])
def test_help_shows_how(program: Callable[..., Run], command: str) -> None:
    done = program("map", command, "--help")
    assert done.code == 0
    assert f"xiaogao map {command}" in done.out.split("Examples:")[1]


def test_trusted_keys_are_read_from_the_settings(home: Path) -> None:
    file = home / "settings.toml"
    file.write_text(f'[maps]\ntrusted_keys = ["{KEY}"]\n', "utf-8")
    assert load_settings(file, {}).maps.trusted_keys == [KEY]
    assert load_settings(file, {"XIAOGAO_MAPS_TRUSTED_KEYS": ""}).maps.trusted_keys == []
    for wrong in ("ssh-rsa AAAA me", KEY[:60], "", "maps.pub", KEY.replace("AAAAC3", "AAAAC!")):
        file.write_text(f'[maps]\ntrusted_keys = ["{wrong}"]\n', "utf-8")
        with pytest.raises(BadSettings, match=r"settings\.toml:2: maps\.trusted_keys: .*KEY\.pub"):
            load_settings(file, {})
