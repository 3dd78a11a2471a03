"""Closures and live speeds: read from a JSON file, laid onto the edges, in force within a second.

The file is an object with a list ``changes``. Each change names edges by ``way`` (OSM way id, optionally with
``direction`` ``forward`` or ``backward``) or by ``line`` (two or more ``[lat, lon]`` points, matched to the
roads between them), and says ``"closed": true`` or ``"speed_kph": 35``. A change may carry ``from`` and
``until``, ISO 8601; outside that time it is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nav.errors import BadLiveData, NavError
from nav.routing.leg import LegPath
from nav.routing.search import INFINITE_MS
from nav.routing.ways import Ways

MAX_BYTES = 64 << 20
"""Larger files are refused."""


class Change(BaseModel):
    """One closure or live speed."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, populate_by_name=True)

    way: int | None = None
    direction: Literal["forward", "backward", "both"] = "both"
    line: list[tuple[float, float]] | None = Field(default=None, min_length=2, max_length=2000)
    closed: bool = False
    speed_kph: Annotated[float, Field(gt=0, le=200)] | None = None
    begins: datetime | None = Field(default=None, alias="from")
    until: datetime | None = None
    note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Change:
        if (self.way is None) == (self.line is None):
            raise ValueError("give either way or line")
        if self.closed == (self.speed_kph is not None):
            raise ValueError("give either closed: true or speed_kph")
        return self

    def holds(self, now: datetime) -> bool:
        """Tell whether the change is in force."""
        begins, until = (_comparable(t, now) for t in (self.begins, self.until))
        return (begins is None or begins <= now) and (until is None or now < until)


class LiveFile(BaseModel):
    """A file of changes."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    changes: list[Change] = Field(max_length=100_000)


def _comparable(time: datetime | None, now: datetime) -> datetime | None:
    """Give a time the zone of `now`, so that both can be compared."""
    if time is None or (time.tzinfo is None) == (now.tzinfo is None):
        return time
    return time.replace(tzinfo=now.tzinfo) if time.tzinfo is None else time.astimezone().replace(tzinfo=None)


def read_live(path: Path) -> LiveFile:
    """Read a file of closures and live speeds.

    Raises
    ------
    BadLiveData
        The file is missing, too large, or not of this form; the message names the change.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadLiveData(
                f"{path} is larger than {MAX_BYTES >> 20} MiB: leave out what does not matter here"
            )
        return LiveFile.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadLiveData(f"{path} cannot be read ({error.strerror}): check the path") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        raise BadLiveData(f"{path}: {where}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise BadLiveData(f"{path} is not JSON that can be read ({error})") from error


def live_times_ms(ways: Ways, changes: Sequence[Change], now: datetime) -> tuple[dict[int, int], list[str]]:
    """Return the time on each changed edge (`INFINITE_MS`: closed), and what fits no road."""
    times: dict[int, int] = {}
    warnings = []
    for number, change in enumerate(changes, 1):
        if not change.holds(now):
            continue
        edges = _edges_of(ways, change)
        if not len(edges):
            warnings.append(f"change {number} fits no road of this region and profile; it is passed over")
        for edge in edges:
            times[edge] = max(_time_ms(ways, edge, change), times.get(edge, 0))
    return times, warnings


def _time_ms(ways: Ways, edge: int, change: Change) -> int:
    if change.closed or change.speed_kph is None:
        return INFINITE_MS
    return max(round(float(ways.graph.edge_length_m[edge]) / change.speed_kph * 3600.0), 1)


def _edges_of(ways: Ways, change: Change) -> list[int]:
    return _edges_of_way(ways, change) if change.way is not None else _edges_of_line(ways, change)


def _edges_of_way(ways: Ways, change: Change) -> list[int]:
    graph = ways.graph
    named = np.flatnonzero(graph.way_osm_id == change.way)
    chosen = np.isin(graph.edge_way, named) & (ways.turns.edge_state >= 0)
    if change.direction != "both":
        chosen &= graph.edge_forward == (change.direction == "forward")
    return [int(edge) for edge in np.flatnonzero(chosen)]


def _edges_of_line(ways: Ways, change: Change) -> list[int]:
    """Find the edges that run along a line: the way a car takes over its points, where it keeps near them."""
    try:
        points = [(lat, lon) for lat, lon in change.line or ()]
        for point in points:
            ways.region.check_point(*point)
        weights = ways.metrics.without_live()
        snaps = [ways.snap(lat, lon, main_only=False) for lat, lon in points]
        paths: list[LegPath] = []
        starts = ways.starts(snaps[0])
        for snap in snaps[1:]:
            path = ways.legs.find(weights, starts, ways.ends(snap))
            if path is None:
                return []
            paths.append(path)
            starts = ways.onward(path.end)
    except NavError:
        return []
    edges = [int(edge) for path in paths for edge in path.edges]
    if change.direction == "both":
        state = ways.turns.edge_state
        edges += [int(e) for e in ways.graph.edge_reverse[edges] if state[e] >= 0]
    return edges
