"""What a worker does of a list of regions: one stage of one region at a time, in a child of its own.

All stages of a region meet in one folder that every worker reaches (`device/store/stages.py`): what a worker
left unfinished is begun anew, and what is whole is not built again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device.errors import DeviceError
from device.store.pack_files import export_region
from device.store.region_builder import Cost, build_apart
from device.store.regions import check_pack
from device.store.stages import Stages, program_digest
from nav.packs.pack import sha256_of

BUILT = ("roads", "places", "tiles")
STAGES = ("extract", *BUILT, "pack")
"""In the order of their needs."""
_STORE, _FACTS = ".stages", "file.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One region to build."""

    name: str
    extract: str
    tiles: bool
    out: str
    """Folder of the results."""
    key: str | None
    """File of the key that signs."""

    @property
    def target(self) -> Path:
        """The file that is wanted."""
        return Path(self.out) / f"{self.name}.xgmap"

    @property
    def needed(self) -> tuple[str, ...]:
        """The stages that are built."""
        return BUILT if self.tiles else BUILT[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one stage of one region."""

    region: str
    stage: str
    extract_bytes: int = 0
    store: str = ""
    """Folder of the region's stages; `` if nothing can be built."""
    cost: Cost | None = None
    """What it took, now or before; None for what is no building."""
    tries: int = 0
    size: int = 0
    """Bytes of the pack file."""
    sha256: str = ""
    """Of the pack file."""
    error: str = ""
    """What no other try would mend; `` if nothing."""


def run_stage(job: Job, stage: str, program: str, *before: Outcome) -> Outcome:
    """Do one stage of a region, unless it is done already.

    Dask tries again after errors that are not expected, such as a disk that fails.

    Parameters
    ----------
    job
        The region.
    stage
        One of `STAGES`.
    program
        The digest of the program that asks.
    before
        What came of the stages that this one needs, that of the extract first.
    """
    if error := next((part.error for part in before if part.error), ""):
        return Outcome(region=job.name, stage=stage, error=error)
    try:
        if stage == STAGES[0]:
            return _look_at(job, program)
        stages = Stages(folder=Path(before[0].store))
        facts = _write_pack(job, stages) if stage == STAGES[-1] else _build(job, stages, stage)
    except Exception as error:
        if not isinstance(getattr(error, "exit_code", None), int):
            raise
        return Outcome(region=job.name, stage=stage, error=str(error))
    cost, tries = stages.cost(stage), stages.tries(stage)
    return Outcome(region=job.name, stage=stage, cost=cost, tries=tries, **facts)


def _look_at(job: Job, program: str) -> Outcome:
    """Read the extract once: nothing is taken over that another one, or another program, has built."""
    if program_digest() != program:
        raise DeviceError("a worker has another program, or other libraries, than yours: install the same")
    wanted = json.dumps([job.name, sha256_of(Path(job.extract)), job.tiles, job.key, program])
    folder = Path(job.out) / _STORE / f"{job.name}-{hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
    if (done := Stages(folder=folder).whole(STAGES[-1])) and not _is_there(job, done):
        shutil.rmtree(folder)
    size = Path(job.extract).stat().st_size
    return Outcome(region=job.name, stage=STAGES[0], extract_bytes=size, store=str(folder))


def _build(job: Job, stages: Stages, stage: str) -> dict[str, Any]:
    def make(target: Path) -> Cost:
        if stage == BUILT[-1]:
            stages.join(BUILT[:-1], target)
        return build_apart(stage, Path(job.extract), target, job.name, lambda _step: None)

    if not stages.whole(STAGES[-1]):
        stages.make(stage, make)
    return {}


def _write_pack(job: Job, stages: Stages) -> dict[str, Any]:
    """Join the stages, check the pack as its user will, and write its file."""

    def make(target: Path) -> Cost:
        began, began_cpu = time.monotonic(), time.thread_time()
        pack = target.with_name("joined")
        stages.join(job.needed, pack)
        check_pack(pack)
        key = Path(job.key) if job.key else None
        export_region(pack, job.target, key=key, tell=lambda _step, _done, _total: None)
        shutil.rmtree(pack)
        facts = {"size": job.target.stat().st_size, "sha256": sha256_of(job.target)}
        (target / _FACTS).write_text(json.dumps(facts), encoding="utf-8")
        cpu_s = round(time.thread_time() - began_cpu, 3)
        return Cost(seconds=round(time.monotonic() - began, 3), cpu_s=cpu_s, peak_mb=0.0)

    facts: dict[str, Any] = json.loads((stages.make(STAGES[-1], make) / _FACTS).read_text("utf-8"))
    stages.spend(BUILT)
    return facts


def _is_there(job: Job, done: Path) -> bool:
    """Tell whether the file of a region is still as it was written."""
    try:
        facts = json.loads((done / _FACTS).read_text("utf-8"))
        return bool(job.target.stat().st_size == facts["size"] and sha256_of(job.target) == facts["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
