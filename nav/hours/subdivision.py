"""In which state of its country a place lies, where that decides about its public holidays."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

_E4 = 1e4
_NEAR_BORDER_DEG = 0.015
"""So near another state (about 1.5 km) the outlines are not exact enough to tell the two apart."""

_MOSTLY_ALIKE = frozenset(("FR",))
"""Countries of which only the states with holidays of their own have an outline."""


class _Outlines:
    """Outlines of states, by their codes."""

    def __init__(self) -> None:
        with files("nav").joinpath("data", "subdivisions.npz").open("rb") as file, np.load(file) as content:
            self.codes: list[str] = content["codes"].tolist()
            self._owner: NDArray[np.int16] = content["owner"]
            self._first: NDArray[np.int32] = content["first"]
            self._points: NDArray[np.float64] = content["steps"].T.cumsum(axis=0) / _E4
        starts = self._first[:-1]
        self._south_west = np.minimum.reduceat(self._points, starts)
        self._north_east = np.maximum.reduceat(self._points, starts)

    def holding(self, country: str, lat: float, lon: float) -> set[str]:
        """Return the codes of the states of a country that hold a point, or lie near it."""
        reach = _NEAR_BORDER_DEG
        point = np.array((lat, lon))
        near = np.all((self._south_west - reach <= point) & (point <= self._north_east + reach), axis=1)
        rings = [
            at for at in np.flatnonzero(near).tolist() if self.codes[self._owner[at]].startswith(country)
        ]
        wide = reach / max(0.1, math.cos(math.radians(lat)))
        around = [(lat + reach * y, lon + wide * x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
        return {code for spot in around for code in self._at(rings, *spot)}

    def _at(self, rings: list[int], lat: float, lon: float) -> set[str]:
        inside: dict[str, int] = {}
        for at in rings:
            ring = self._points[self._first[at] : self._first[at + 1]]
            code = self.codes[self._owner[at]]
            inside[code] = inside.get(code, 0) + _crossings(ring, lat, lon)
        return {code for code, count in inside.items() if count % 2}


def _crossings(ring: NDArray[Any], lat: float, lon: float) -> int:
    """Count the sides of a ring that lie east of a point at its latitude."""
    y, x = ring[:, 0], ring[:, 1]
    above = y > lat
    cut = above[:-1] != above[1:]
    y0, y1, x0, x1 = y[:-1][cut], y[1:][cut], x[:-1][cut], x[1:][cut]
    return int(np.count_nonzero(lon < (x1 - x0) * (lat - y0) / (y1 - y0) + x0))


@cache
def _outlines() -> _Outlines:
    return _Outlines()


def subdivision_at(country: str, lat: float, lon: float) -> str | None:
    """Return the state in which a place lies, as `holidays` calls it ("BW").

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 code.
    lat, lon
        WGS-84 degrees.

    Returns
    -------
    str or None
        "" where the holidays are those of the country; None where the state is not sure.
    """
    found = _outlines().holding(country, lat, lon)
    if not found and country in _MOSTLY_ALIKE:
        return ""
    return found.pop().removeprefix(f"{country}-") if len(found) == 1 else None
