"""Coordinates as people type them, in the north and in the south; how each error ends a command."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest
import typer

from device.cli.arguments import coordinate, read_position, shielded
from device.cli.main import exit_code, main
from nav.errors import BadCoordinate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("60.1719,24.9414", (60.1719, 24.9414), id="plain"),
        pytest.param(" 60.17 , 24.94 ", (60.17, 24.94), id="spaces"),
        pytest.param("60.17，24.94", (60.17, 24.94), id="full-width comma"),
        pytest.param("-33.86,151.2", (-33.86, 151.2), id="south"),
        pytest.param("\N{MINUS SIGN}33.86,-70.5", (-33.86, -70.5), id="a typographer's minus"),
        pytest.param("+1,-.5", (1.0, -0.5), id="signs and no leading zero"),
        pytest.param("Station 5, 2", None, id="an address"),
        pytest.param("1,2,3", None, id="three numbers"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_coordinate_is_told_from_a_name(text: str, expected: tuple[float, float] | None) -> None:
    assert coordinate(text) == expected


@pytest.mark.parametrize("text", ["91,0", "-90.1,0", "0,180.5", "nan,0", "0,-inf", "1e3,0", "north", ""])
def test_an_option_that_holds_no_place_on_earth_is_refused(text: str) -> None:
    with pytest.raises(BadCoordinate, match=r"LAT,LON|on Earth"):
        read_position(text)


def test_only_coordinates_are_kept_from_being_options() -> None:
    given = ["route", "-33.86,151.2", "-o", "-3", "--at", "-33.8,151.2", "--alternatives=2", "-x,1"]
    assert shielded(given) == [
        "route",
        " -33.86,151.2",
        "-o",
        "-3",
        "--at",
        " -33.8,151.2",
        "--alternatives=2",
        "-x,1",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["route", "-33.86,151.2", "-33.87,151.21"], id="route"),
        pytest.param(["drive", "-33.86,151.2", "-33.87,151.21"], id="drive"),
        pytest.param(["find", "hotel", "--near", "-33.86,151.2"], id="find near"),
        pytest.param(["find", "hotel", "--along", "-33.86,151.2", "-33.87,-151.21"], id="find along"),
    ],
)
def test_the_south_needs_no_dashes(xiaogao: Callable[..., Any], arguments: list[str]) -> None:
    done = xiaogao(*arguments)
    assert done.code == 1, done.err
    assert "outside region 'helsinki'" in done.err


def test_an_answer_can_be_asked_for_in_the_south(xiaogao: Callable[..., Any]) -> None:
    done = xiaogao("ask", "--text", "hotels nearby", "--at", "-33.8,151.2", "--json")
    assert done.code == 1, done.err


def errors_of(package: str) -> list[type[Exception]]:
    found = vars(importlib.import_module(package)).values()
    return [kind for kind in found if inspect.isclass(kind) and issubclass(kind, Exception)]


@pytest.mark.parametrize("package", ["nav", "poi", "agent", "voice", "device", "device.position"])
def test_every_error_says_itself_how_a_command_ends(package: str) -> None:
    for kind in errors_of(f"{package}.errors"):
        assert kind.exit_code in {1, 2, 3}, kind  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(OSError("no"), 3, id="the computer refuses"),
        pytest.param(ModuleNotFoundError("no"), 3, id="a part is not installed"),
        pytest.param(ZeroDivisionError(), None, id="a defect"),
    ],
)
def test_errors_of_others_have_a_code_too(error: Exception, code: int | None) -> None:
    assert exit_code(error) == code


@pytest.mark.parametrize(
    "kind", [kind for p in ("nav", "voice", "device") for kind in errors_of(f"{p}.errors")]
)
def test_an_error_becomes_one_line_and_its_code(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_options: Any) -> None:
        raise kind("do this\n  instead", "second")

    monkeypatch.setattr(typer.main, "get_group", lambda _app: fails_with(fails))
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == kind.exit_code  # type: ignore[attr-defined]
    assert capsys.readouterr().err.count("\n") == 1


def fails_with(callback: Callable[..., None]) -> Any:
    one = typer.Typer()
    one.command()(lambda: callback())
    return _GET_COMMAND(one)


_GET_COMMAND = typer.main.get_command
