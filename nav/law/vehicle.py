"""What drives: the size and kind of a motor vehicle, for limits and bans that concern some of them only."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nav.errors import BadRequest

HEAVY_T = 3.5
"""Heavier vehicles count as `hgv`, whatever they carry."""
_RANGES = {"height_m": (0.5, 6.0), "width_m": (0.5, 5.0), "length_m": (1.0, 60.0), "weight_t": (0.1, 200.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A motor vehicle; a passenger car if nothing is said."""

    height_m: float = 1.75
    width_m: float = 1.9
    length_m: float = 4.8
    weight_t: float = 2.0
    """Actual weight, tonnes."""
    hgv: bool = False
    """A goods vehicle for which `hgv` signs hold; any vehicle over 3.5 t is one too."""
    hazmat: bool = False
    """Carries dangerous goods."""

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise BadRequest(f"{name} {value} is not possible: give {low} to {high}")

    @property
    def is_heavy(self) -> bool:
        """Whether signs for heavy goods vehicles hold."""
        return self.hgv or self.weight_t > HEAVY_T

    def size(self, dimension: str) -> float:
        """Return a measure by its name in tags: height, width, length (metres), weight, axleload (tonnes)."""
        match dimension:
            case "height":
                return self.height_m
            case "width":
                return self.width_m
            case "length":
                return self.length_m
            case "axleload":
                return self.weight_t / 2
        return self.weight_t


PASSENGER_CAR = Vehicle()
"""What drives where nothing is said."""
