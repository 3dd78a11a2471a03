"""What the agent needs to know about the drive that is under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nav import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidanceState:
    """A snapshot of live guidance; the device fills it, every field may be unknown."""

    route: Route | None = None
    """The route that is driven."""

    offset_m: float = 0.0
    """Metres driven on it."""

    stops_left: tuple[tuple[float, float], ...] = ()
    """Points still to be reached, (lat, lon), the destination last."""

    remaining_m: float | None = None
    """Metres left to the destination."""

    remaining_s: float | None = None
    """Seconds left to the destination."""

    next_zh: str = ""
    """The next manoeuvre in Chinese words, distance included."""

    next_en: str = ""
    """The same in English."""

    road: str = ""
    """Name of the current road."""

    limit_kph: float | None = None
    """Speed limit here, km/h."""

    speed_kph: float | None = None
    """Own speed, km/h."""

    range_m: float | None = None
    """How far fuel or charge will last, metres."""

    driving_s: float = 0.0
    """Time at the wheel since the last rest, seconds."""

    next_distance_m: float | None = None
    """Metres to the next manoeuvre."""

    parked: bool = False
    """The car stands with the drive finished or not begun."""
