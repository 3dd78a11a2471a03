"""The vehicle that drives: from the settings, with what a command or a request says laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from device.settings import VehicleSettings
from nav.law.vehicle import Vehicle

SIZES = ("height", "width", "length", "weight")
"""Names of the measures, as options of commands and requests."""
LOADS = ("hgv", "hazmat")


def vehicle_of(settings: VehicleSettings) -> Vehicle:
    """Return what usually drives."""
    return Vehicle(**settings.model_dump())


def with_measures(usual: Vehicle, said: Mapping[str, float | bool | None]) -> Vehicle:
    """Return a vehicle with other measures laid over its own.

    Parameters
    ----------
    usual : Vehicle
        What usually drives.
    said : Mapping
        Any of `SIZES` and `LOADS`; None says nothing.

    Raises
    ------
    BadRequest
        A measure is not possible.
    """
    fields = {"height": "height_m", "width": "width_m", "length": "length_m", "weight": "weight_t"}
    changes: dict[str, Any] = {fields.get(name, name): v for name, v in said.items() if v is not None}
    return replace(usual, **changes) if changes else usual
