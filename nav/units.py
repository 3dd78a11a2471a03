"""In which units a country's drivers think: metres, or feet or yards and miles."""

from __future__ import annotations

from typing import Literal

Units = Literal["metric", "us", "uk"]
"""Kilometres and metres; miles and feet; miles and yards."""

_US = frozenset({"US", "AS", "BS", "BZ", "GU", "LR", "MP", "PR", "UM", "VI"})
_UK = frozenset(
    {
        "GB",
        "AG",
        "AI",
        "BB",
        "DM",
        "FK",
        "GD",
        "GG",
        "IM",
        "JE",
        "KN",
        "KY",
        "LC",
        "MS",
        "SH",
        "TC",
        "VC",
        "VG",
    }
)
_KPH_PER_MPH = 1.609344


def units_of(country: str) -> Units:
    """Return the units of a country's roads.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-2 code in capitals; empty if unknown.

    Returns
    -------
    Units
        Those on its distance and speed signs.
    """
    return "us" if country in _US else "uk" if country in _UK else "metric"


def speed_in(kph: float, units: Units) -> int:
    """Return a speed in km/h or, where roads are signed so, in miles an hour, as a whole number."""
    return int(kph + 0.5) if units == "metric" else int(kph / _KPH_PER_MPH + 0.5)
