"""Build many regions on a cluster, one task a region and stage, each into the file that a car takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.cluster.region_list import ListedRegion
from device.cluster.region_tasks import STAGES, Job, Outcome, run_stage
from device.store.region_builder import duration_text
from device.store.stages import program_digest
from nav.packs.pack_file import SUFFIX

if TYPE_CHECKING:
    from distributed import Client, Future

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionReport:
    """What came of one region."""

    region: str
    file: str
    """The pack file; `` if there is none."""
    size: int
    """Its bytes."""
    sha256: str
    seconds: dict[str, float]
    """What each stage took, in this run or one before that was broken off."""
    peak_mb: float
    """Most memory of one process that built."""
    tries: dict[str, int]
    """How often each stage was begun."""
    error: str
    """Why there is no file; `` if there is one."""


@dataclass(slots=True)
class _Remaining:
    """How long the rest takes: each stage by the bytes of its extract, as those took that are done."""

    sizes: dict[str, int]
    """Bytes of the extract of each region."""
    pending: set[tuple[str, str]]
    workers: int
    _took_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _of_bytes: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def take(self, outcome: Outcome) -> None:
        self.pending.discard((outcome.region, outcome.stage))
        if outcome.cost is not None:
            self._took_s[outcome.stage] += outcome.cost.seconds
            self._of_bytes[outcome.stage] += self.sizes[outcome.region]

    def seconds(self) -> float | None:
        """Return the seconds that are left, None as long as nothing tells."""
        rates = {stage: self._took_s[stage] / of for stage, of in self._of_bytes.items() if of}
        if not rates:
            return None
        usual = sum(rates.values()) / len(rates)
        building = [(region, stage) for region, stage in self.pending if stage != STAGES[0]]
        return sum(rates.get(stage, usual) * self.sizes[region] for region, stage in building) / self.workers


def build_many(
    client: Client,
    regions: Sequence[ListedRegion],
    out: Path,
    *,
    key: Path | None = None,
    retries: int = 2,
    tell: Progress,
) -> list[RegionReport]:
    """Build the pack files of regions; what an earlier run has finished is taken over.

    Parameters
    ----------
    client
        Of a cluster whose workers reach the extracts and `out` by the same paths.
    regions
        What to build.
    out
        Folder of the files, `NAME.xgmap` each; `.stages` in it holds what is not finished.
    key
        The Ed25519 key of OpenSSH that signs; the workers read it.
    retries
        How often a stage is tried again that ended by an unexpected error. Dask itself begins the stages of
        a worker that is lost anew on another one.
    tell
        Told how far it is.

    Returns
    -------
    list of RegionReport
        In the order of the regions.
    """
    out.mkdir(parents=True, exist_ok=True)
    sign = str(key.resolve()) if key else None
    jobs = [
        Job(name=r.name, extract=str(r.file), tiles=r.tiles, out=str(out.resolve()), key=sign)
        for r in regions
    ]
    futures: dict[Future, tuple[Job, str]] = {}
    for job in jobs:
        futures |= {future: (job, stage) for stage, future in _submit(client, job, retries).items()}
    threads = sum(client.nthreads().values())
    sizes = {job.name: Path(job.extract).stat().st_size for job in jobs}
    remaining = _Remaining(sizes, {(job.name, stage) for job, stage in futures.values()}, max(threads, 1))
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in _completed(futures):
        outcomes[outcome.region].append(outcome)
        remaining.take(outcome)
        tell(_how_far(outcome, len(futures), remaining))
    return [_report(job, outcomes[job.name]) for job in jobs]


def _submit(client: Client, job: Job, retries: int) -> dict[str, Future]:
    """Hand in the stages of a region; each waits for those that it needs."""
    tasks: dict[str, Future] = {}
    for stage in (STAGES[0], *job.needed, STAGES[-1]):
        # Tiles are drawn of places and within the bounds of the roads.
        needs = list(tasks.values()) if stage in STAGES[3:] else list(tasks.values())[:1]
        tasks[stage] = client.submit(
            run_stage, job, stage, program_digest(), *needs, retries=retries, pure=False
        )
    return tasks


def _completed(futures: dict[Future, tuple[Job, str]]) -> Iterator[Outcome]:
    from distributed import as_completed

    for future in as_completed(list(futures)):
        job, stage = futures[future]
        error = future.exception()
        if error is None:
            yield future.result()
        else:
            yield Outcome(region=job.name, stage=stage, error=f"{type(error).__name__}: {error}")


def _how_far(last: Outcome, total: int, remaining: _Remaining) -> str:
    left = len(remaining.pending)
    seconds = remaining.seconds()
    time = "" if seconds is None or not left else f", about {duration_text(seconds)}"
    failed = ", failed" if last.error else ""
    return f"{total - left} of {total} stages ({last.region}: {last.stage}{failed}), {left} remain{time}"


def _report(job: Job, outcomes: Sequence[Outcome]) -> RegionReport:
    by_stage = sorted(outcomes, key=lambda outcome: STAGES.index(outcome.stage))
    costs = {outcome.stage: outcome.cost for outcome in by_stage if outcome.cost is not None}
    last = by_stage[-1]
    error = next((outcome.error for outcome in by_stage if outcome.error), "")
    return RegionReport(
        region=job.name,
        file="" if error else str(Path(job.out) / f"{job.name}{SUFFIX}"),
        size=last.size,
        sha256=last.sha256,
        seconds={stage: cost.seconds for stage, cost in costs.items()},
        peak_mb=max((cost.peak_mb for cost in costs.values()), default=0.0),
        tries={outcome.stage: outcome.tries for outcome in by_stage if outcome.tries},
        error=error,
    )


def as_json(reports: Sequence[RegionReport]) -> dict[str, Any]:
    """Return the reports as one object, with what they come to."""
    return {
        "regions": [asdict(report) for report in reports],
        "built": sum(not report.error for report in reports),
        "failed": sum(bool(report.error) for report in reports),
        "seconds": round(sum(sum(report.seconds.values()) for report in reports), 3),
        "size": sum(report.size for report in reports),
    }
