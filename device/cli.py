"""The command line: one program, `xiaogao`. Commands live in `device/commands_*.py`."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import typer

from device.errors import BadSettings, DeviceError, Missing

OK, IMPOSSIBLE, WRONG_USAGE, MISSING = 0, 1, 2, 3

_COMMANDS = (
    "ask",
    "listen",
    "route",
    "find",
    "agent",
    "drive",
    "map",
    "models",
    "serve",
    "service",
    "doctor",
)

app = typer.Typer(
    name="xiaogao",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="""Xiao Gao (小高): an offline, voice-first navigation agent for the car.

Examples:

  xiaogao ask --text "带我去赫尔辛基大教堂" --at 60.1719,24.9414

  xiaogao route "Rautatientori" "Helsinki Cathedral" --format png > route.png

  xiaogao find hotel --near 60.17,24.94
""",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; every expected error is one line on stderr and an exit code."""
    register_all()
    try:
        app(args=None if arguments is None else list(arguments), standalone_mode=True)
    except KeyboardInterrupt:
        _leave("stopped", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(OK)
    except Exception as error:
        code = exit_code(error)
        if code is None:
            raise
        _leave(str(error), code)


def register_all() -> None:
    """Add every command to the program, once."""
    if not app.registered_commands:
        for name in _COMMANDS:
            importlib.import_module(f"device.commands_{name}").register(app)


def exit_code(error: Exception) -> int | None:
    """Return the exit code of an expected error, `None` for a defect of the program."""
    from agent.errors import AgentError
    from nav import errors as nav_errors
    from poi.errors import BadFilter, BadPlaceFile, PlacesMissing, PlacesOutdated, PoiError
    from poi.errors import BadMapFile as BadPlacesExtract

    wrong = (
        nav_errors.BadCoordinate,
        nav_errors.BadRequest,
        nav_errors.BadName,
        nav_errors.BadMapFile,
        nav_errors.BadLiveData,
        BadSettings,
        BadFilter,
        BadPlaceFile,
        BadPlacesExtract,
    )
    missing = (
        nav_errors.RegionNotFound,
        nav_errors.RegionDamaged,
        nav_errors.RegionOutdated,
        PlacesMissing,
        PlacesOutdated,
        Missing,
    )
    if isinstance(error, wrong) or _is_bad_audio(error):
        return WRONG_USAGE
    if isinstance(error, (*missing, nav_errors.DownloadFailed, ModuleNotFoundError)):
        return MISSING
    if isinstance(error, nav_errors.NavError | PoiError | AgentError | DeviceError):
        return IMPOSSIBLE
    return MISSING if isinstance(error, OSError) else None


def _is_bad_audio(error: Exception) -> bool:
    return type(error).__name__ == "BadAudio"


def _leave(message: str, code: int) -> None:
    print(f"xiaogao: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
