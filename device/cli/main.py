"""The command line: one program, `xiaogao`. Commands live in `device/cli/`."""

from __future__ import annotations

import importlib
import os
import sqlite3
import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Annotated

import typer
import typer.main
from typer.core import TyperGroup

from device.cli.arguments import shielded
from device.store.private import keep_private

OK, IMPOSSIBLE, MISSING, STOPPED = 0, 1, 3, 130

_COMMANDS = (
    "ask",
    "listen",
    "route",
    "matrix",
    "find",
    "agent",
    "explain",
    "drive",
    "map",
    "models",
    "serve",
    "screen",
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


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"xiaogao {version('xiaogao')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell the version.")
    ] = False,
) -> None: ...


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; every expected error is one line on stderr and an exit code."""
    keep_private()
    # No plugin of another package has a say in our models; to look for some, every installed package is read.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    given = shielded(sys.argv[1:] if arguments is None else arguments)
    command = _program(given)
    try:
        # Not `app()`: that prints wrong usage as a box of several lines, and takes `| head` for a failure.
        with command.make_context("xiaogao", given) as context:
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as done:
        sys.exit(done.exit_code)
    except KeyboardInterrupt:
        _leave("stopped", STOPPED)
    except typer.Abort:
        _leave("stopped, nothing was done", IMPOSSIBLE)
    except BrokenPipeError:
        # Who reads the output has enough of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except Exception as error:
        code = exit_code(error)
        if code is None:
            raise
        _leave(_in_words(error), code)
    sys.exit(OK)


def _program(given: Sequence[str]) -> TyperGroup:
    """Return the program with the command that was asked for; whatever else is asked needs them all."""
    name = given[0] if given else ""
    if name in _COMMANDS:
        _register(name)
        program = typer.main.get_group(app)
        if name in program.commands:
            return program
    register_all()
    return typer.main.get_group(app)


def register_all() -> None:
    """Add every command to the program, once."""
    for name in _COMMANDS:
        _register(name)


@cache
def _register(name: str) -> None:
    importlib.import_module(f"device.cli.{name}").register(app)


def exit_code(error: Exception) -> int | None:
    """Return the exit code of an expected error, `None` for a defect of the program."""
    code = getattr(error, "exit_code", None)
    if isinstance(code, int):
        return code
    return MISSING if isinstance(error, OSError | sqlite3.Error | ModuleNotFoundError) else None


def _is_usage(error: Exception) -> bool:
    """Tell whether the command line itself is wrong; the class has no public name."""
    return isinstance(error, typer.BadParameter.__mro__[1])


def _in_words(error: Exception) -> str:
    """Return what an expected error says, and what to do where it does not tell itself."""
    if isinstance(error, sqlite3.Error):
        return f"a database cannot be used ({error}): `xiaogao doctor` names what is damaged"
    if not _is_usage(error):
        return str(error)
    message, context = error.format_message(), error.ctx  # type: ignore[attr-defined]
    asks = f"`{context.command_path if context else 'xiaogao'} --help` shows how"
    return f"{message.rstrip('.')}: {asks}" if message else ""


def _leave(message: str, code: int) -> None:
    """End with a line on stderr; a command that was shown its help needs none."""
    if message:
        print(f"xiaogao: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
