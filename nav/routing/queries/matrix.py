"""Travel times between many points, equal to those of the single routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nav.graph import FloatArray, Int64Array
from nav.routing.leg import Place
from nav.routing.search import INFINITE_MS, Seed
from nav.routing.ways import Ways
from nav.routing.weights.weights import Weights


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

    Two sweeps per source give the costs with and without what only steers the choice. Where both agree, the
    cost is the time; only the other pairs need their path.

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
    pairs = np.argwhere(~known).tolist()
    paths = ways.legs.find_each(weights, [(sources[i], targets[j]) for i, j in pairs])
    distance = np.full(duration.shape, np.inf) if with_distance else None
    for (i, j), path in zip(pairs, paths, strict=True):
        duration[i, j] = np.inf if path is None else path.time_ms.sum() / 1000.0
        if distance is not None and path is not None:
            distance[i, j] = ways.length_m(path)
    return Table(duration_s=duration, distance_m=distance)


def _by_sweeps(
    ways: Ways, sources: Sequence[Sequence[Place]], targets: Sequence[Sequence[Place]], weights: Weights
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the times that need no path, and which they are."""
    plain = ways.metrics.of_time(weights)
    from_places = [(i, place) for i, group in enumerate(sources) for place in group]
    to_places = [
        (j, place)
        for j, group in enumerate(targets)
        for place in group
        if weights.edge_ms[place.edge] < INFINITE_MS
    ]
    duration = np.full((len(sources), len(targets)), np.inf)
    known = np.ones(duration.shape, bool)
    cost = _costs(ways, from_places, to_places, weights)
    time = _costs(ways, from_places, to_places, plain)
    penalty = np.array([p.penalty_ms for _, p in from_places])[:, None] + np.array(
        [p.penalty_ms for _, p in to_places]
    )
    total = cost + penalty
    steering = cost != time
    same = np.array([p.edge for _, p in from_places])[:, None] == np.array([p.edge for _, p in to_places])
    total[same] = np.inf
    first_row = np.searchsorted([i for i, _ in from_places], np.arange(len(sources) + 1))
    first_column = np.searchsorted([j for j, _ in to_places], np.arange(len(targets) + 1))
    for i in range(len(sources)):
        rows = slice(first_row[i], first_row[i + 1])
        for j in range(len(targets)):
            block = rows, slice(first_column[j], first_column[j + 1])
            known[i, j] = not same[block].any()
            if total[block].size:
                at = int(total[block].argmin())
                if total[block].flat[at] < np.inf:
                    duration[i, j] = np.nan if steering[block].flat[at] else time[block].flat[at] / 1000.0
    known &= ~np.isnan(duration)
    return duration, known


def _costs(
    ways: Ways, from_places: list[tuple[int, Place]], to_places: list[tuple[int, Place]], weights: Weights
) -> FloatArray:
    """Return milliseconds from each place to each place, dislike of the places themselves left out."""
    legs, edge_state = ways.legs, ways.turns.edge_state
    seeds: list[list[Seed]] = [
        [(int(edge_state[place.edge]), legs.remaining_ms(weights, place))] for _, place in from_places
    ]
    columns = [(c, state) for c, (_, place) in enumerate(to_places) for state in legs.states_of(place.edge)]
    table = ways.engine.many(weights, seeds, [state for _, state in columns])
    result = np.full((len(from_places), len(to_places)), np.inf)
    for position, (c, _) in enumerate(columns):
        np.minimum(result[:, c], table[:, position], out=result[:, c])
    saved = [round((1.0 - place.fraction) * int(weights.edge_ms[place.edge])) for _, place in to_places]
    return np.asarray(result - np.array(saved, np.float64))
