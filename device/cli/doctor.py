"""`xiaogao doctor`, `bench` and `config`: what works here, how fast, and what is set."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from device.cli.terminal import print_fact, print_json, stdout
from device.errors import BadSettings, DeviceError, Missing
from device.settings import commented_settings, load_settings, settings_path
from device.store.whole_files import write_whole

_BENCHMARKS = ("routing", "places", "guidance", "agent", "trips", "voice", "device", "screen")
_LONG = ("soak", "scale", "attack")
_CONFIG_HELP = """Show, check or begin the settings.

Example: xiaogao config show
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("doctor")(doctor)
    app.command("bench")(bench)
    config = typer.Typer(no_args_is_help=True, help=_CONFIG_HELP)
    config.command("show")(config_show)
    config.command("check")(config_check)
    config.command("init")(config_init)
    app.add_typer(config, name="config")


def doctor(json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Check what works on this computer and say what to do about the rest.

    Exit code 3 when something that is needed is missing.

    Example: xiaogao doctor
    """
    from device.service.checkup import checks

    found = checks()
    if json:
        print_json({"checks": [{"name": c.name, "state": c.state, "detail": c.detail} for c in found]})
    else:
        colour = {"ok": "green", "missing": "red", "optional": "yellow"}
        for check in found:
            print_fact(check.state, f"{check.name}: {check.detail}", style=colour[check.state], width=9)
    if any(check.state == "missing" for check in found):
        raise typer.Exit(3)


def bench(
    name: Annotated[
        str, typer.Argument(help=f"One of {', '.join(_BENCHMARKS + _LONG)}, or all but the last three.")
    ] = "all",
    json: Annotated[bool, typer.Option("--json", help="The figures as one JSON object.")] = False,
) -> None:
    """Measure how fast and how right the parts are on this computer.

    Example: xiaogao bench routing
    """
    root = Path(__file__).parents[2]
    if not (root / "bench").is_dir():
        raise Missing("the benchmarks come with the source: clone the project and run it there")
    if name not in {"all", *_BENCHMARKS, *_LONG}:
        raise typer.BadParameter(f"there is no benchmark {name!r}, only {', '.join(_BENCHMARKS + _LONG)}")
    sys.path.insert(0, str(root))
    figures = {}
    # The tables are for people: beside JSON they go to stderr.
    console = Console(highlight=False, stderr=json)
    for each in _BENCHMARKS if name == "all" else (name,):
        figures[each] = importlib.import_module(f"bench.{each}").run(console)
    if json:
        print_json(figures)


def config_show() -> None:
    """Print the settings in force, the environment's included.

    Example: XIAOGAO_SPEECH_SPEED=1.2 xiaogao config show
    """
    sys.stdout.write(commented_settings(load_settings()))


def config_check(
    path: Annotated[Path | None, typer.Argument(help="Another file than the usual one.")] = None,
) -> None:
    """Check a settings file; a mistake is named with its key, and its line where that is known.

    Example: xiaogao config check
    """
    from device.service.checkup import check_settings

    if path is not None and not path.exists():
        raise BadSettings(f"{path}: there is no such file")
    check_settings(load_settings(path))
    path = path or settings_path()
    stdout.print(f"{path}: {'good' if path.exists() else 'no such file, the defaults hold'}", soft_wrap=True)


def config_init() -> None:
    """Write a settings file with every key and its comment, unless there is one.

    Example: xiaogao config init
    """
    path = settings_path()
    if path.exists():
        raise BadSettings(f"{path} exists already: edit it, or move it away first")
    try:
        write_whole(path, commented_settings().encode())
    except OSError as error:
        raise DeviceError(f"{path} cannot be written: {error}") from None
    stdout.print(f"wrote {path}", soft_wrap=True)
