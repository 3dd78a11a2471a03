"""The constants of the cost model, read from `data/costs.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from nav.graph import FloatArray, RoadClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Constants by profile and name; units are in the names."""

    values: Mapping[str, Mapping[str, Any]]

    def number(self, profile: str, name: str) -> float:
        """Return one constant of a profile."""
        return float(self.values[profile][name])

    def car(self, name: str) -> float:
        """Return one constant of the car profile."""
        return self.number("car", name)

    def optional(self, profile: str, name: str) -> float:
        """Return one constant of a profile, 0 if it has none of this name."""
        return float(self.values[profile].get(name, 0.0))

    def table(self, profile: str, name: str) -> Mapping[str, float]:
        """Return a table of constants, key → number."""
        found: Mapping[str, float] = self.values[profile].get(name, {})
        return found

    def by_class(self, profile: str, name: str, *, default: float = 0.0) -> FloatArray:
        """Return a table of constants as an array indexed by `RoadClass`."""
        table = self.table(profile, name)
        other = table.get("other", default)
        return np.array([float(table.get(road.name.lower(), other)) for road in RoadClass])

    def slowed_by_class(self, country: str) -> FloatArray:
        """Return how many times longer a drive in town takes than on free roads, indexed by `RoadClass`."""
        table = self.values["slowed_in_town"].get(country, {})
        return np.array([float(table.get(road.name.lower(), 1.0)) for road in RoadClass])

    @property
    def ferry_kph(self) -> float:
        """Speed of a ship of which nothing is tagged."""
        return self.number("ferry", "kph")

    def limits_of(self, country: str) -> tuple[float, float, float, float]:
        """Return the legal limits (urban, rural, motorway, living street) of a country, km/h."""
        urban, rural, motorway, living = self.values["limits"].get(country, self.values["limits"]["default"])
        return float(urban), float(rural), float(motorway), float(living)


@cache
def load_costs() -> Costs:
    """Read the constants that ship with the package (once)."""
    text = files("nav").joinpath("data", "costs.toml").read_text(encoding="utf-8")
    return Costs(values=tomllib.loads(text))
