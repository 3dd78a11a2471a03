"""`xiaogao map export`, `import`, `update`: regions as files, built on a computer, carried to a car."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from device.cli.terminal import downloading, print_json, stdout

if TYPE_CHECKING:
    from device.store.pack_files import Carried

_JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
_FileArgument = Annotated[Path, typer.Argument(help="FILE.xgmap, as `xiaogao map export` writes it.")]
_UnsignedOption = Annotated[
    bool, typer.Option("--unsigned", help="Take a file that no key of [maps] trusted_keys has signed.")
]


def register(maps: typer.Typer) -> None:
    """Add the commands to the group `xiaogao map`."""
    maps.command("export")(export)
    maps.command("import")(import_file)
    maps.command("update")(update)


def export(
    name: Annotated[str, typer.Argument(help="Name of an installed region.")],
    file: Annotated[
        Path | None,
        typer.Argument(help="The file; by default NAME.xgmap, or NAME.update.xgmap, here."),
    ] = None,
    since: Annotated[
        Path | None, typer.Option(help="A file exported before: only what changed since is written.")
    ] = None,
    sign: Annotated[
        Path | None, typer.Option(help="Ed25519 key of OpenSSH (`ssh-keygen -t ed25519`) that signs.")
    ] = None,
    json: _JsonOption = False,
) -> None:
    """Write a region to one file to carry to a car; the same pack gives the same bytes.

    Examples:

      xiaogao map export helsinki --sign ~/.ssh/maps

      xiaogao map export helsinki helsinki-june.xgmap --since helsinki-may.xgmap --sign ~/.ssh/maps
    """
    from device.store.pack_files import export_region

    target = (file or Path(f"{name}.update.xgmap" if since else f"{name}.xgmap")).expanduser()
    with downloading(f"exporting {name}") as tell:
        done = export_region(
            name,
            target,
            since=since.expanduser() if since else None,
            key=sign.expanduser() if sign else None,
            tell=tell,
        )
    if json:
        print_json({**asdict(done), "file": str(target)})
        return
    signed = "signed" if done.signed_by else "not signed: `--sign KEY` signs it"
    stdout.print(f"{target}: {_shown(done)}, {signed}", soft_wrap=True)


def import_file(file: _FileArgument, unsigned: _UnsignedOption = False, json: _JsonOption = False) -> None:
    """Install the region of a file; what was installed under its name stays until the new one is whole.

    Examples:

      xiaogao map import helsinki.xgmap

      xiaogao map import helsinki.xgmap --unsigned
    """
    from device.store.pack_files import import_region

    with downloading(f"importing {file.name}") as tell:
        done = import_region(file.expanduser(), trusted=_trusted(), unsigned=unsigned, tell=tell)
    _tell_installed(done, json)


def update(
    name: Annotated[str, typer.Argument(help="Name of an installed region.")],
    file: _FileArgument,
    unsigned: _UnsignedOption = False,
    json: _JsonOption = False,
) -> None:
    """Bring a region to what a file holds: what changed since it was exported, or a whole pack.

    Examples:

      xiaogao map update helsinki helsinki-june.xgmap
    """
    from device.store.pack_files import update_region

    with downloading(f"updating {name}") as tell:
        done = update_region(name, file.expanduser(), trusted=_trusted(), unsigned=unsigned, tell=tell)
    _tell_installed(done, json)


def _trusted() -> Sequence[str]:
    from device.settings import load_settings

    return load_settings().maps.trusted_keys


def _tell_installed(done: Carried, json: bool) -> None:
    if json:
        print_json(asdict(done))
        return
    signed = f"signed by {done.signed_by}" if done.signed_by else "not signed by anybody who is trusted"
    stdout.print(f"region {done.region} is ready: {_shown(done)}, {signed}", soft_wrap=True)


def _shown(done: Carried) -> str:
    """Write what a file holds."""
    carried = f"{done.members} of {done.members_in_all} files of the pack"
    date = f", map data of {done.data_date}" if done.data_date else ""
    return f"{done.file_bytes / 1e6:.1f} MB, {carried}{date}"
