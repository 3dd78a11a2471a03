"""Recorded drives: GeoLife tables and GPX tracks, cut into pieces that are cars on the roads of one map.

The recordings are for measuring only and lie outside the project. GeoLife: Zheng, Xie, Ma, "GeoLife: a
collaborative social networking service among user, location and trajectory" (2010).
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from nav.graph import FloatArray
from nav.guidance.fix import Fix
from nav.guidance.matching_roads import between_m

TRACES = "XIAOGAO_TRACES"
"""Environment variable that names a file or a folder of recordings."""

LONGEST_GAP_S = 30.0
LONGEST_STAND_S = 240.0
_STAND_M = 25.0
_FASTEST_MPS = 45.0
_SHORTEST_M = 800.0
_FEWEST_FIXES = 30
_CAR_MODES = frozenset({"car", "taxi"})
# What has no label is a car if it goes as fast as only a motor goes, and not as evenly as a train.
_MOTOR_MPS, _MOTOR_SHARE = 8.5, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One recording, or a piece of one."""

    name: str
    """Whose it is and which, the same for all pieces of one recording."""
    is_labelled: bool
    """Whether the traveller said that this was a car."""
    fixes: tuple[Fix, ...]
    """Bare positions: no speed, no heading, no accuracy."""

    @property
    def driven_m(self) -> float:
        """Length of the line through the positions, metres."""
        return sum(between_m(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(self.fixes))

    @property
    def duration_s(self) -> float:
        """Time from the first to the last position, seconds."""
        return self.fixes[-1].time_s - self.fixes[0].time_s


def read_traces(path: Path) -> Iterator[Trace]:
    """Yield the recordings of a file, or of all files of a folder.

    Parameters
    ----------
    path
        GPX, or a table with a heading (``.csv``, ``.txt``, also gzipped): ``lat,lng,datetime,uid`` and, where
        they are known, ``mode`` (only "car" and "taxi" are taken) and ``trip``; times in UTC.
    """
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        name = file.name.removesuffix(".gz")
        if name.endswith((".csv", ".txt")):
            yield from _tables(file)
        elif name.endswith(".gpx"):
            from device.position.gpx import gpx_fixes

            bare = tuple(Fix(lat=f.lat, lon=f.lon, time_s=f.time_s) for f in gpx_fixes(file))
            yield Trace(name=file.stem, is_labelled=False, fixes=bare)


def _tables(file: Path) -> Iterator[Trace]:
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    found: dict[tuple[str, bool], list[Fix]] = {}
    for row in csv.DictReader(io.StringIO(raw.decode("utf-8"))):
        mode = row.get("mode", "")
        if mode and mode not in _CAR_MODES:
            continue
        when = datetime.fromisoformat(row["datetime"]).replace(tzinfo=UTC).timestamp()
        key = (row.get("trip") or f"{row['uid']} {row['datetime'][:10]}", bool(mode))
        found.setdefault(key, []).append(Fix(lat=float(row["lat"]), lon=float(row["lng"]), time_s=when))
    for (name, is_labelled), fixes in found.items():
        fixes.sort(key=lambda fix: fix.time_s)
        yield Trace(name=name, is_labelled=is_labelled, fixes=tuple(fixes))


def drives_in(traces: Iterable[Trace], bbox: tuple[float, float, float, float]) -> Iterator[Trace]:
    """Yield the pieces of recordings that are drives inside a box (south, west, north, east).

    A piece ends where the box does, at a silence of more than 30 s and at a stand of more than 240 s (parked,
    or waiting for somebody); positions to which no car can have come are left out.
    """
    for trace in traces:
        for piece in _pieces(trace.fixes, bbox):
            for part in _between_stands(piece):
                found = Trace(name=trace.name, is_labelled=trace.is_labelled, fixes=tuple(part))
                if len(part) >= _FEWEST_FIXES and found.driven_m >= _SHORTEST_M and _is_car(found):
                    yield found


def _pieces(fixes: Iterable[Fix], bbox: tuple[float, float, float, float]) -> Iterator[list[Fix]]:
    south, west, north, east = bbox
    piece: list[Fix] = []
    for fix in fixes:
        inside = south <= fix.lat <= north and west <= fix.lon <= east
        if piece:
            last = piece[-1]
            elapsed_s = fix.time_s - last.time_s
            if elapsed_s <= 0:
                continue
            jumped = between_m(last.lat, last.lon, fix.lat, fix.lon) > _FASTEST_MPS * elapsed_s
            if inside and jumped and elapsed_s <= LONGEST_GAP_S:
                continue
            if not inside or elapsed_s > LONGEST_GAP_S:
                yield piece
                piece = []
        if inside:
            piece.append(fix)
    if piece:
        yield piece


def _between_stands(piece: list[Fix]) -> Iterator[list[Fix]]:
    """Divide a piece where the car stood for long; the stand belongs to neither part."""
    first = begin = 0
    for k, fix in enumerate(piece):
        anchor = piece[begin]
        if between_m(anchor.lat, anchor.lon, fix.lat, fix.lon) > _STAND_M:
            if piece[k - 1].time_s - anchor.time_s > LONGEST_STAND_S:
                yield piece[first : begin + 1]
                first = k - 1
            begin = k
    if piece[-1].time_s - piece[begin].time_s > LONGEST_STAND_S:
        yield piece[first : begin + 1]
    else:
        yield piece[first:]


def speeds_mps(fixes: tuple[Fix, ...], *, over_s: float = 15.0) -> FloatArray:
    """Return the mean speed over the seconds after each position, metres a second."""
    time = np.array([fix.time_s for fix in fixes])
    steps = [between_m(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(fixes)]
    along = np.concatenate(([0.0], np.cumsum(steps)))
    until = np.minimum(np.searchsorted(time, time + over_s), len(time) - 1)
    elapsed = time[until] - time
    whole = elapsed >= over_s
    return np.asarray((along[until] - along)[whole] / elapsed[whole])


def _is_car(trace: Trace) -> bool:
    if trace.is_labelled:
        return True
    speed = speeds_mps(trace.fixes)
    return bool(len(speed) and (speed > _MOTOR_MPS).mean() > _MOTOR_SHARE)
