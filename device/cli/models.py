"""`xiaogao models`: the model store."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from device.cli.terminal import downloading, print_json, stderr, stdout
from device.errors import DeviceError, ModelDamaged
from device.store.models import ModelStore

_HELP = """Install, list and check models.

Example: xiaogao models list
"""

_READER = "e5-small"
"""Model that the learned reader is made of."""


def register(app: typer.Typer) -> None:
    """Add the command group."""
    models = typer.Typer(no_args_is_help=True, help=_HELP)
    models.command("pull")(pull)
    models.command("list")(list_models)
    models.command("verify")(verify)
    models.command("remove")(remove)
    app.add_typer(models, name="models")


def pull(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names; without any, all that are installed by default.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Base address that serves the files by name.")] = None,
) -> None:
    """Install models; a broken download goes on where it ended.

    Examples:

      xiaogao models pull

      xiaogao models pull whisper-small --url https://example.org/whisper-small
    """
    store = ModelStore()
    failed: list[DeviceError] = []
    for name in names or [state.name for state in store.states() if state.default]:
        try:
            with downloading(name) as progress:
                new = store.pull(name, url=url, progress=progress)
            stdout.print(f"{name}: {'installed' if new else 'already there'}")
            if name == _READER:
                _prepare_reader(store)
        except DeviceError as error:
            failed.append(error)
            stderr.print(f"xiaogao: {error}", soft_wrap=True)
    if failed:
        raise typer.Exit(3)


def _prepare_reader(store: ModelStore) -> None:
    """Convert the reader now: that takes seconds, which the first question would have to wait for."""
    from device.assistant.assistant import open_reader

    open_reader(lambda message: stderr.print(f"xiaogao: {message}", soft_wrap=True), store)


def list_models(json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Show what is installed and what could be.

    Example: xiaogao models list
    """
    from rich.table import Table

    states = ModelStore().states()
    if json:
        print_json({"models": [dataclasses.asdict(state) for state in states]})
        return
    table = Table("model", "what for", "MB", "licence", "installed")
    for state in states:
        size = f"{state.size_bytes / 1e6:.1f}" if state.size_bytes else "?"
        there = "yes" if state.installed else "no" if state.pinned else "no (not pinned)"
        table.add_row(state.name, state.use, size, state.licence, there)
    stdout.print(table)


def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Names; without any, all installed.")] = None,
) -> None:
    """Hash every installed file again; exit code 3 if one is damaged.

    Example: xiaogao models verify whisper-base
    """
    results = ModelStore().verify(names or ())
    for name, result in results.items():
        stdout.print(f"{name}: {result}", soft_wrap=True)
    bad = [name for name, result in results.items() if result != "ok"]
    if bad:
        raise ModelDamaged(f"run `xiaogao models pull {' '.join(bad)}`")


def remove(name: Annotated[str, typer.Argument(help="Name of the model.")]) -> None:
    """Delete a model from the disk.

    Example: xiaogao models remove qwen-coder-0.5b
    """
    ModelStore().remove(name)
    stdout.print(f"{name}: removed")
