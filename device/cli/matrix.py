"""`xiaogao matrix`: travel times from many points to many others, into a file."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from device.cli.arguments import (
    AvoidOption,
    DaskOption,
    Position,
    RegionOption,
    RetriesOption,
    WorkersOption,
    coordinate,
    region_around,
    wishes_of,
)
from device.cli.route import Profile
from device.cli.terminal import print_json, stdout, working
from nav.errors import BadCoordinate

if TYPE_CHECKING:
    from device.cluster.big_matrix import MatrixReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("matrix")(matrix)


def matrix(
    sources: Annotated[Path, typer.Argument(help="Text file, a LAT,LON on each line.")],
    targets: Annotated[
        Path | None, typer.Argument(help="The same for where to; by default the sources.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--output", "-o", help="NAME.npy, or a folder NAME.zarr that is written as Zarr.")
    ] = Path("matrix.npy"),
    profile: Annotated[Profile, typer.Option(help="What travels.")] = Profile.CAR,
    avoid: AvoidOption = None,
    depart: Annotated[
        datetime | None, typer.Option(help="Time of departure there, e.g. 2026-11-30T08:00; by default now.")
    ] = None,
    block: Annotated[int, typer.Option(min=1, max=2000, help="Rows and columns of a block.")] = 1000,
    dask: DaskOption = None,
    workers: WorkersOption = None,
    retries: RetriesOption = 2,
    region: RegionOption = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON object about what was done.")] = False,
) -> None:
    """Write the seconds from each source to each target; inf where no way leads.

    Blocks are written one by one: the same command again goes on where it was broken off. They are computed
    here, on a cluster of this computer's own (--workers), or on that of --dask.

    Examples:

      xiaogao matrix depots.txt homes.txt -o times.npy

      xiaogao matrix places.txt -o /shared/times.zarr --dask tcp://10.0.0.1:8786
    """
    from device.cluster.big_matrix import compute, departure, question_of
    from device.cluster.dask_link import connected
    from device.settings import load_settings
    from device.vehicle import vehicle_of
    from nav import Region

    starts = _points(sources)
    ends = _points(targets) if targets else starts
    opened = Region.open(region_around(region, ",".join(map(str, starts[0]))))
    question = question_of(
        opened,
        profile=profile.value,
        avoid=tuple(sorted(wishes_of(avoid))),
        depart=departure(out.expanduser(), depart),
        vehicle=vehicle_of(load_settings().vehicle),
    )
    with ExitStack() as stack:
        tell = stack.enter_context(working("computing the matrix"))
        client = stack.enter_context(connected(dask, workers=workers)) if dask or workers else None
        report = compute(
            question, starts, ends, out.expanduser(), side=block, client=client, retries=retries, tell=tell
        )
    if json:
        print_json(asdict(report))
    else:
        _show(report)


def _show(report: MatrixReport) -> None:
    rows, columns = report.shape
    stdout.print(
        f"{report.file}: {rows} × {columns}, {report.unreachable} pairs without a way, "
        f"{report.computed} of {report.blocks} blocks computed in {report.seconds:.1f} s",
        soft_wrap=True,
    )


def _points(file: Path) -> list[Position]:
    """Read a file of coordinates; empty lines and what follows a `#` are left out."""
    found: list[Position] = []
    for number, line in enumerate(file.expanduser().read_text(encoding="utf-8").splitlines(), 1):
        if not (text := line.split("#")[0].strip()):
            continue
        if (point := coordinate(text)) is None:
            raise BadCoordinate(f"{file}, line {number}: {text!r} is not a LAT,LON such as 60.1719,24.9414")
        found.append(point)
    if not found:
        raise BadCoordinate(f"{file} holds no coordinates: a line is LAT,LON")
    return found
