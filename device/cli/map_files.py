"""`xiaogao map build-many`, `export`, `import`, `update`: regions as files, which are carried to a car."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from device.cli.arguments import DaskOption, RetriesOption, WorkersOption
from device.cli.terminal import downloading, print_json, stdout, working

if TYPE_CHECKING:
    from device.cluster.build_many import RegionReport
    from device.store.pack_files import Carried

_JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
_FileArgument = Annotated[Path, typer.Argument(help="FILE.xgmap, as `xiaogao map export` writes it.")]
_UnsignedOption = Annotated[
    bool, typer.Option("--unsigned", help="Take a file that no key of [maps] trusted_keys has signed.")
]


def register(maps: typer.Typer) -> None:
    """Add the commands to the group `xiaogao map`."""
    maps.command("build-many")(build_many)
    maps.command("export")(export)
    maps.command("import")(import_file)
    maps.command("update")(update)


def build_many(
    regions: Annotated[
        Path, typer.Argument(metavar="LIST", help="A line a region: NAME FILE [tiles=no]; or TOML.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the files, NAME.xgmap each.")] = Path("packs"),
    dask: DaskOption = None,
    workers: WorkersOption = None,
    retries: RetriesOption = 2,
    sign: Annotated[
        Path | None, typer.Option(help="Ed25519 key of OpenSSH that signs; the workers read it.")
    ] = None,
    json: _JsonOption = False,
) -> None:
    """Build many regions at once, on this computer's cores or on a cluster of computers.

    Each is written to a file that `xiaogao map import` takes. A run that was broken off goes on where it was.
    Exit codes: 0 all built; 1 some failed; 2 the list is wrong; 3 no Dask, or no workers.

    Examples:

      xiaogao map build-many europe.txt --out packs

      xiaogao map build-many europe.toml --out /shared/packs --dask tcp://10.0.0.1:8786 --json
    """
    from device.cluster.build_many import as_json
    from device.cluster.build_many import build_many as build
    from device.cluster.dask_link import connected
    from device.cluster.region_list import read_list

    listed = read_list(regions.expanduser())
    key = sign.expanduser() if sign else None
    with working("building the regions") as tell, connected(dask, workers=workers) as client:
        reports = build(client, listed, out.expanduser(), key=key, retries=retries, tell=tell)
    if json:
        print_json(as_json(reports))
    else:
        _show(reports)
        stdout.print(f"the files are in {out.expanduser().resolve()}", soft_wrap=True)
    if any(report.error for report in reports):
        raise typer.Exit(1)


def _show(reports: Sequence[RegionReport]) -> None:
    from rich.table import Table

    table = Table("region", "seconds by stage", "tries", "memory, MB", "size, MB", "result")
    for report in reports:
        seconds = ", ".join(f"{stage} {took:.1f}" for stage, took in report.seconds.items())
        tries = str(max(report.tries.values(), default=0))
        size = f"{report.size / 1e6:.1f}" if report.size else "–"
        result = f"failed: {report.error}" if report.error else "built"
        table.add_row(report.region, seconds, tries, f"{report.peak_mb:.0f}", size, result)
    stdout.print(table)


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
