"""Where the car is: gpsd, NMEA 0183, recorded tracks, a simulated drive, or a fixed point.

`open_source` makes the source that was asked for. Its ``fixes()`` yields ``Fix | None``: a fix that has
passed the plausibility watch, or None for about a second without one. ``source.faults`` counts the faults.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.position.faults import Faults
    from device.position.source import PositionSource, open_source
    from nav.guidance.fix import Fix

__all__ = ["Faults", "Fix", "PositionSource", "open_source"]

_HOME = {
    "Faults": "device.position.faults",
    "Fix": "nav.guidance.fix",
    "PositionSource": "device.position.source",
    "open_source": "device.position.source",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'device.position' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
