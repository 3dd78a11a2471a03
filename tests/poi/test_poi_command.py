"""`xiaogao find` and `xiaogao places` as a person types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from device.cli import arguments
from device.cli import find as commands_find
from nav.errors import BadCoordinate, PointOutsideRegion
from poi import Places
from poi.errors import BadPlaceFile


class Opened:
    """Stands in for nav.Region."""

    path: Path

    @classmethod
    def open(cls, name: str) -> Opened:
        return cls()

    def check_point(self, lat: float, lon: float) -> None:
        if not 59 < lat < 61:
            raise PointOutsideRegion(f"{lat},{lon} lies outside region 'drawn'")


@pytest.fixture
def run(
    draw: Callable[..., Places], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> Callable[..., tuple[int, str, str]]:
    draw(
        "a  b    c\nd       e",
        {
            "a": {"tourism": "hotel", "name": "Hotelli Torni", "phone": "+358 9 1", "stars": "4"},
            "b": {"tourism": "hotel", "name": "Budget Inn", "addr:street": "Main", "addr:housenumber": "5"},
            "c": {"amenity": "place_of_worship", "name": "Tuomiokirkko"},
        },
        {"de": {"highway": "residential", "name": "Main"}},
    )
    Opened.path = tmp_path
    monkeypatch.setattr("nav.Region", Opened, raising=False)
    monkeypatch.setattr(arguments, "current_region", lambda asked, at=None: asked or "drawn")
    app = typer.Typer()
    commands_find.register(app)

    def call(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, list(arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return call


def test_find_by_kind(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("find", "酒店", "--near", "60.0,25.0")
    assert code == 0
    assert out.splitlines()[0].startswith(" 1. Hotelli Torni · Hotel")
    assert "+358 9 1" in out


def test_find_near_a_point_far_from_the_map(run: Callable[..., tuple[int, str, str]]) -> None:
    with pytest.raises(PointOutsideRegion, match="outside region"):
        run("find", "hotel", "--near", "40.0,116.3")


def test_find_near_a_named_place(run: Callable[..., tuple[int, str, str]]) -> None:
    _, out, _ = run("find", "hotel", "--near", "Tuomiokirkko", "--limit", "1")
    assert "Budget Inn" in out
    assert "Torni" not in out


def test_find_an_address(run: Callable[..., tuple[int, str, str]]) -> None:
    assert "Main 5" in run("find", "Main 5")[1]


def test_another_house_number_is_never_taken_in_silence(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("find", "Main 7")
    assert code == 0
    assert "Main 5" in out
    assert "nearest house number" in out
    _, _, err = run("find", "hotel", "--near", "Main 7")
    assert "'Main 7' is taken for Main 5 (nearest house number)" in err


def test_find_a_plus_code_and_coordinates(run: Callable[..., tuple[int, str, str]]) -> None:
    for words in ("9GG65WCR+2X", "latitude 60.17 longitude 24.94"):
        code, out, _ = run("find", words)
        assert code == 0
        assert "(60.17" in out


def test_find_as_json(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("find", "hotel", "--stars", "4", "--json")
    assert code == 0
    assert [p["name"] for p in json.loads(out)["places"]] == ["Hotelli Torni"]


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_nothing_found_is_code_1(run: Callable[..., tuple[int, str, str]], extra: list[str]) -> None:
    code, out, err = run("find", "xyzzyqqq", *extra)
    assert code == 1
    assert "nothing found" in err
    assert out in ("", '{"words": "xyzzyqqq", "places": []}\n')


def test_unknown_near_names_the_nearest(run: Callable[..., tuple[int, str, str]]) -> None:
    code, _, err = run("find", "hotel", "--near", "qqqqqqqq")
    assert code == 1
    assert "no place called" in err


def test_coordinate_off_the_earth(run: Callable[..., tuple[int, str, str]]) -> None:
    with pytest.raises(BadCoordinate):
        run("find", "hotel", "--near", "95,25")


@pytest.mark.parametrize("near", ["nan,nan", "inf,25", "60，1000"])
def test_no_coordinate_is_taken_for_a_name(run: Callable[..., tuple[int, str, str]], near: str) -> None:
    with pytest.raises(BadCoordinate, match="not on Earth"):
        run("find", "hotel", "--near", near)


def test_coordinates_with_a_chinese_comma(run: Callable[..., tuple[int, str, str]]) -> None:
    assert "Hotelli Torni" in run("find", "hotel", "--near", "60.0，25.0")[1]


@pytest.mark.parametrize(
    "options",
    [
        ["hotel", "--stars", "5"],
        ["hotel", "--brand", "Marriott"],
        ["hotel", "--wheelchair"],
        ["hotel", "--cuisine", "ethiopian"],
        ["Hotelli Torni", "--near", "60.0,25.01", "--within", "50"],
    ],
)
def test_what_no_place_meets_is_not_listed(
    run: Callable[..., tuple[int, str, str]], options: list[str]
) -> None:
    code, out, err = run("find", *options)
    assert (code, out) == (1, "")
    assert "nothing found" in err


@pytest.mark.parametrize("options", [["--near", "60,25", "--within", "-5"], ["--within", "500"]])
def test_within_takes_metres_from_somewhere(
    run: Callable[..., tuple[int, str, str]], options: list[str]
) -> None:
    code, out, err = run("find", "hotel", *options)
    assert (code, out) == (2, "")
    assert "--within" in err


def test_an_address_keeps_its_label(run: Callable[..., tuple[int, str, str]]) -> None:
    assert "Main 5 · address" in run("find", "Main 5")[1]


def test_help_shows_examples(run: Callable[..., tuple[int, str, str]]) -> None:
    assert "xiaogao find hotel --near" in run("find", "--help")[1]


def test_own_places(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("name,lat,lon\n老王的店,60.001,25.001\n", "utf-8")
    assert run("places", "import", str(file))[1] == "1 places imported\n"
    assert "老王的店" in run("places", "list")[1]
    assert json.loads(run("places", "list", "--json")[1])["features"][0]["properties"]["name"] == "老王的店"
    assert run("find", "hotel", "--near", "老汪的店")[0] == 0
    assert run("places", "remove", "user/1")[0] == 0
    assert run("places", "remove", "user/1")[0] == 1


def test_import_in_two_systems_at_once(run: Callable[..., tuple[int, str, str]]) -> None:
    assert run("places", "import", "x.csv", "--gcj02", "--bd09")[0] == 2


def test_import_of_nothing(run: Callable[..., tuple[int, str, str]]) -> None:
    with pytest.raises(BadPlaceFile):
        run("places", "import", "no_such_file.csv")
