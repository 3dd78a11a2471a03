"""Travel times from many points to many others, block by block, here or on a cluster."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from device.cluster.matrix_blocks import Blocks, kept
from device.errors import DeviceError
from nav.law.vehicle import Vehicle
from nav.region import Region
from nav.routing.router import Router, check_avoid

if TYPE_CHECKING:
    from distributed import Client

Point = tuple[float, float]
Progress = Callable[[str], None]
_ONE_FILE = ".npy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every block of a matrix is asked under."""

    pack: str
    """Folder of the region pack."""
    digest: str
    """Of its description: a worker has to have the same pack."""
    profile: str
    avoid: tuple[str, ...]
    depart: str
    """Time of departure, ISO 8601."""
    vehicle: Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixReport:
    """What was computed."""

    file: str
    shape: tuple[int, int]
    blocks: int
    computed: int
    """Blocks of this run; the others were there."""
    seconds: float
    unreachable: int
    """Pairs between which no way leads."""


def question_of(region: Region, **wishes: Any) -> Question:
    """Return the question that is put to a region.

    Raises
    ------
    nav.errors.BadRequest
        There is nothing of the kind to avoid.
    """
    check_avoid(wishes["avoid"])
    return Question(pack=str(region.path.resolve()), digest=_digest(region), **wishes)


def departure(out: Path, asked: datetime | None) -> str:
    """Return when the journeys of a matrix begin: as asked, as what is there already began, or now."""
    begun = kept(_folder(out)).get("depart")
    return asked.isoformat() if asked else str(begun or datetime.now().astimezone().isoformat())


def _folder(out: Path) -> Path:
    """Return where the blocks lie while they are written."""
    return out.with_name(f".{out.name}.blocks") if out.suffix == _ONE_FILE else out


def compute(
    question: Question,
    sources: Sequence[Point],
    targets: Sequence[Point],
    out: Path,
    *,
    side: int,
    client: Client | None,
    retries: int = 2,
    tell: Progress,
) -> MatrixReport:
    """Compute a matrix; blocks that an earlier run has written are not computed again.

    Parameters
    ----------
    question
        The region, and what is wanted of its routes.
    sources, targets
        (latitude, longitude) each.
    out
        `*.npy`: one array, seconds, to be mapped; anything else: a folder of Zarr.
    side
        Rows and columns of a block.
    client
        Of a cluster whose workers reach the pack and `out` by the same paths; None computes here.
    retries
        How often a block is tried again that ended by an error.
    tell
        Told how far it is.

    Raises
    ------
    OtherMatrix
        What is there is another matrix.
    DeviceError, nav.errors.NavError
        A block cannot be computed.
    """
    began = time.monotonic()
    out = out.resolve()
    blocks = _begin(question, sources, targets, out, side)
    keys = blocks.keys()
    left = [key for key in keys if not blocks.is_there(key)]
    slices = map(blocks.slices, left)
    parts = [(list(sources[rows]), list(targets[columns])) for rows, columns in slices]
    tasks = [(question, blocks, key, *part) for key, part in zip(left, parts, strict=True)]
    done = starmap(compute_block, tasks) if client is None else _spread(client, tasks, retries)
    for count, _ in enumerate(done, 1):
        rest = (time.monotonic() - began) / count * (len(left) - count)
        tell(f"{len(keys) - len(left) + count} of {len(keys)} blocks, about {rest:.0f} s remain")
    report = _report(blocks, out, len(left))
    if out.suffix == _ONE_FILE:
        blocks.join(out)
        blocks.remove()
    return replace(report, seconds=round(time.monotonic() - began, 3))


def _report(blocks: Blocks, out: Path, computed: int) -> MatrixReport:
    keys = blocks.keys()
    lost = sum(int(np.isinf(blocks.read(key)).sum()) for key in keys)
    return MatrixReport(
        file=str(out), shape=blocks.shape, blocks=len(keys), computed=computed, seconds=0.0, unreachable=lost
    )


def _begin(
    question: Question, sources: Sequence[Point], targets: Sequence[Point], out: Path, side: int
) -> Blocks:
    region = Region.open(Path(question.pack))
    for lat, lon in (*sources, *targets):
        region.check_point(lat, lon)
    points = hashlib.sha256(json.dumps([sources, targets]).encode()).hexdigest()
    what = {**asdict(question), "avoid": list(question.avoid), "points": points}
    del what["pack"]
    return Blocks.open(_folder(out), (len(sources), len(targets)), side, what)


def _spread(client: Client, tasks: Sequence[tuple[Any, ...]], retries: int) -> Iterator[None]:
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    futures = [client.submit(compute_block, *task, retries=retries, pure=False) for task in tasks]
    for future in as_completed(futures):
        try:
            yield future.result()
        except KilledWorker as error:
            raise DeviceError(f"workers die of a block ({error}): give them more memory") from None


def compute_block(
    question: Question,
    blocks: Blocks,
    key: tuple[int, int],
    sources: list[Point],
    targets: list[Point],
) -> None:
    """Compute and write one block, unless it is there."""
    if blocks.is_there(key):
        return
    router = _router(question)
    depart = datetime.fromisoformat(question.depart)
    blocks.write(key, router.matrix(sources, targets, avoid=question.avoid, depart=depart))


@lru_cache(maxsize=2)
def _router(question: Question) -> Router:
    """Open a region once for all blocks of a process."""
    region = Region.open(Path(question.pack))
    if _digest(region) != question.digest:
        raise DeviceError(f"the pack at {question.pack} is another one on this worker: install the same")
    router = Router(region, profile=question.profile, vehicle=question.vehicle)
    router.prepare(avoid=question.avoid, depart=datetime.fromisoformat(question.depart))
    return router


def _digest(region: Region) -> str:
    return hashlib.sha256(region.meta.to_json().encode()).hexdigest()
