"""When the sun rises and sets at a place, to about a minute.

The sunrise equation with the sun's position after Meeus, *Astronomical Algorithms*, chapters 15 and 25
(https://gml.noaa.gov/grad/solcalc/calcdetails.html).
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from nav.hours.times import Event

_ELEVATION_DEG: dict[Event, float] = {"dawn": -6.0, "sunrise": -0.833, "sunset": -0.833, "dusk": -6.0}
"""Of the sun's middle over the horizon: half its disc and the refraction; civil twilight."""


class SunAt:
    """The sun over a place on one day."""

    def __init__(self, day: date, lat: float, lon: float, zone: ZoneInfo) -> None:
        self._day, self._lat, self._lon, self._zone = day, lat, lon, zone

    def minute_of(self, event: Event) -> int | None:
        """Return the minute of the local day; None where the sun stays above or below all day."""
        noon = datetime(self._day.year, self._day.month, self._day.day, 12, tzinfo=UTC)
        noon -= timedelta(minutes=4 * self._lon)
        moment = noon
        for _ in range(3):
            declination, equation_min = _sun(moment)
            hour_angle = self._hour_angle(_ELEVATION_DEG[event], declination)
            if hour_angle is None:
                return None
            before = event in ("dawn", "sunrise")
            minutes = (-1 if before else 1) * 4 * hour_angle - equation_min
            moment = noon + timedelta(minutes=minutes)
        local = moment.astimezone(self._zone).replace(tzinfo=None)
        midnight = datetime(self._day.year, self._day.month, self._day.day)
        return int((local - midnight).total_seconds() // 60)

    def _hour_angle(self, elevation_deg: float, declination: float) -> float | None:
        """Return the degrees that the sun turns from noon until it stands so high."""
        lat = math.radians(self._lat)
        cosine = (math.sin(math.radians(elevation_deg)) - math.sin(lat) * math.sin(declination)) / (
            math.cos(lat) * math.cos(declination)
        )
        return math.degrees(math.acos(cosine)) if -1 <= cosine <= 1 else None


def _sun(moment: datetime) -> tuple[float, float]:
    """Return the sun's declination, radians, and the equation of time, minutes."""
    centuries = (moment - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() / 86400 / 36525
    longitude = math.radians(280.46646 + centuries * (36000.76983 + 0.0003032 * centuries))
    anomaly = math.radians(357.52911 + centuries * (35999.05029 - 0.0001537 * centuries))
    eccentricity = 0.016708634 - centuries * 0.000042037
    centre = (
        (1.914602 - 0.004817 * centuries) * math.sin(anomaly)
        + 0.019993 * math.sin(2 * anomaly)
        + 0.000289 * math.sin(3 * anomaly)
    )
    node = math.radians(125.04 - 1934.136 * centuries)
    apparent = longitude + math.radians(centre - 0.00569 - 0.00478 * math.sin(node))
    obliquity = math.radians(23.439291 - 0.0130042 * centuries + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(obliquity) * math.sin(apparent))
    half = math.tan(obliquity / 2) ** 2
    equation = (
        half * math.sin(2 * longitude)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * half * math.sin(anomaly) * math.cos(2 * longitude)
        - 0.5 * half**2 * math.sin(4 * longitude)
        - 1.25 * eccentricity**2 * math.sin(2 * anomaly)
    )
    return declination, 4 * math.degrees(equation)
