"""The way nearest to a point, for what in an extract does not say which street it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from poi.areas.outline import Ring
from poi.build.extract import RawStreet

_REACH_DEG = 0.002
"""Ways farther away than about 200 m are not looked at."""

_STEP_DEG = 0.0003
_AROUND = tuple((i, j) for i in (-1, 0, 1) for j in (-1, 0, 1))


class NearestWay:
    """Finds the nearest of some ways.

    Parameters
    ----------
    ways
        Ways that a point may belong to.
    points
        The points that will be asked about: only what lies round them is kept.
    """

    def __init__(self, ways: Sequence[RawStreet], points: Iterable[tuple[float, float]]) -> None:
        self._ways = ways
        wanted = {(row + i, column + j) for row, column in (_cell(*p) for p in points) for i, j in _AROUND}
        self._cells: dict[tuple[int, int], list[tuple[float, float, int]]] = {}
        for number, way in enumerate(ways) if wanted else ():
            for lat, lon in _dense(way.points).tolist():
                key = _cell(lat, lon)
                if key in wanted:
                    self._cells.setdefault(key, []).append((lat, lon, number))

    def of(self, lat: float, lon: float) -> RawStreet | None:
        """Return the way nearest to a point, None if none is near."""
        row, column = _cell(lat, lon)
        near = [p for i, j in _AROUND for p in self._cells.get((row + i, column + j), ())]
        if not near:
            return None
        points = np.array(near)
        off = np.hypot(points[:, 0] - lat, (points[:, 1] - lon) * np.cos(np.radians(lat)))
        nearest = int(off.argmin())
        return self._ways[int(points[nearest, 2])] if off[nearest] <= _REACH_DEG else None


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return int(np.floor(lat / _REACH_DEG)), int(np.floor(lon / (2 * _REACH_DEG)))


def _dense(points: Ring) -> Ring:
    """Return points of a line at most about 30 m apart."""
    steps = np.ceil(np.abs(np.diff(points, axis=0)).max(axis=1) / _STEP_DEG).astype(int).clip(1, 2000)
    parts = [
        a + (b - a) * np.linspace(0, 1, count, endpoint=False)[:, None]
        for a, b, count in zip(points, points[1:], steps.tolist(), strict=False)
    ]
    return np.concatenate([*parts, points[-1:]])
