"""What a position receiver says: one fix."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One position as a receiver reported it, WGS-84."""

    lat: float
    """Latitude, degrees."""

    lon: float
    """Longitude, degrees."""

    time_s: float
    """When the position was true, seconds since 1970 (UTC) by the receiver's clock."""

    speed_mps: float | None = None
    """Speed over ground, metres per second; None if not reported."""

    heading_deg: float | None = None
    """Course over ground, degrees clockwise from north; None if not reported or standing."""

    accuracy_m: float | None = None
    """Estimated horizontal error (one sigma), metres; None if not reported."""
