"""Travel times between many points, equal to those of the single routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nav.graph import FloatArray, Int64Array
from nav.routing.leg import Place
from nav.routing.queries.sweeps import sweep
from nav.routing.ways import Ways
from nav.routing.weights.weights import Weights

_AT_ONCE = 2000
"""Pairs whose paths are held at a time: those of a million would take gigabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Times and lengths between sources and targets."""

    duration_s: FloatArray
    """(S, T) seconds, inf if unreachable."""
    distance_m: FloatArray | None
    """(S, T) metres, inf if unreachable; None if not asked for."""

    def fill(self, rows: Int64Array, columns: Int64Array, other: Table) -> None:
        """Take over from a table of some rows and columns what is unreachable in this one."""
        where = np.ix_(rows, columns)
        lost = np.isinf(self.duration_s[where])
        self.duration_s[where] = np.where(lost, other.duration_s, self.duration_s[where])
        if self.distance_m is not None and other.distance_m is not None:
            self.distance_m[where] = np.where(lost, other.distance_m, self.distance_m[where])


def travel_table(
    ways: Ways,
    sources: Sequence[Sequence[Place]],
    targets: Sequence[Sequence[Place]],
    weights: Weights,
    *,
    with_distance: bool = False,
) -> Table:
    """Return times (and lengths) between places.

    Sweeps tell the times of nearly all pairs; only the others need their path.

    Parameters
    ----------
    ways
        The ways of the profile.
    sources, targets
        Alternatives of beginning and ending, for each point.
    weights
        What to minimise.
    with_distance
        Whether lengths are wanted: then every pair needs its path.
    """
    duration = np.full((len(sources), len(targets)), np.inf)
    known = np.zeros(duration.shape, bool)
    if not with_distance:
        duration, known = _by_sweeps(ways, sources, targets, weights)
    pairs = np.argwhere(~known)
    distance = np.full(duration.shape, np.inf) if with_distance else None
    for first in range(0, len(pairs), _AT_ONCE):
        some = pairs[first : first + _AT_ONCE].tolist()
        paths = ways.legs.find_each(weights, [(sources[i], targets[j]) for i, j in some])
        for (i, j), path in zip(some, paths, strict=True):
            duration[i, j] = np.inf if path is None else path.time_ms.sum() / 1000.0
            if distance is not None and path is not None:
                distance[i, j] = ways.length_m(path)
    return Table(duration_s=duration, distance_m=distance)


def _by_sweeps(
    ways: Ways, sources: Sequence[Sequence[Place]], targets: Sequence[Sequence[Place]], weights: Weights
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the times that need no path, and which they are."""
    groups = [ways.legs.open_starts(weights, group) for group in sources]
    goals = [ways.legs.open_ends(weights, group) for group in targets]
    duration = np.full((len(groups), len(goals)), np.inf)
    known = np.ones(duration.shape, bool)
    rows, columns = ([i for i, group in enumerate(g) if group] for g in (groups, goals))
    if not rows or not columns:
        return duration, known
    found = sweep(ways, [p for g in groups for p in g], [p for g in goals for p in g], weights)
    first = [np.cumsum([0, *(len(g[i]) for i in at)])[:-1] for g, at in ((groups, rows), (goals, columns))]
    sizes = [[len(g[i]) for i in at] for g, at in ((groups, rows), (goals, columns))]

    def least(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.minimum.reduceat(np.minimum.reduceat(values, first[0], 0), first[1], 1))

    best = least(found.cost_ms)
    is_best = found.cost_ms == best.repeat(sizes[0], 0).repeat(sizes[1], 1)
    time = np.where(np.isnan(found.time_ms), -np.inf, found.time_ms)
    shortest = least(np.where(is_best, time, np.inf))
    # Equally cheap pairs of places may take different times: only the path tells which it is.
    told = np.isfinite(shortest) & (shortest == -least(np.where(is_best, -time, np.inf)))
    told |= np.isinf(best)
    told &= least(np.where(found.same_edge, 0.0, 1.0)) > 0
    block = np.ix_(rows, columns)
    known[block] = told
    duration[block] = np.where(np.isinf(best), np.inf, shortest / 1000.0)
    return duration, known
