"""gpsd's JSON reports to fixes (protocol 3, https://gpsd.gitlab.io/gpsd/gpsd_json.html)."""

import json
import math
from datetime import UTC, datetime
from typing import Any

from device.position.faults import Faults
from nav.guidance.fix import Fix

WATCH = b'?WATCH={"enable":true,"json":true}\n'
"""What a client sends to have the reports."""


class GpsdDecoder:
    """Turns the lines of a gpsd session into fixes; a bad line is counted, never raised."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def feed(self, line: bytes) -> Fix | None:
        """Take one line.

        Parameters
        ----------
        line : bytes
            A JSON object; those that are not position reports (TPV) are passed over.

        Returns
        -------
        Fix or None
            A fix if the line is a report with a position of at least two dimensions.
        """
        if not line.strip():
            return None
        try:
            report = json.loads(line)
        except (ValueError, RecursionError):
            self._faults.note("bad_sentence", repr(line[:60]))
            return None
        if not isinstance(report, dict):
            self._faults.note("bad_sentence", repr(line[:60]))
            return None
        if report.get("class") != "TPV":
            return None
        try:
            return self._position(report)
        except (ValueError, TypeError, OverflowError) as error:
            self._faults.note("bad_sentence", str(error))
            return None

    def _position(self, report: dict[str, Any]) -> Fix | None:
        if int(report.get("mode", 0)) < 2 or "lat" not in report or "lon" not in report:
            self._faults.note("no_position", "TPV without a valid position")
            return None
        return Fix(
            lat=float(report["lat"]),
            lon=float(report["lon"]),
            time_s=_time_s(report.get("time")),
            speed_mps=_optional(report.get("speed")),
            heading_deg=_optional(report.get("track")),
            accuracy_m=_accuracy_m(report),
        )


def _accuracy_m(report: dict[str, Any]) -> float | None:
    # "eph" and "epx"/"epy" are 95 % bounds, two sigma.
    both = _optional(report.get("eph"))
    if both is not None:
        return both / 2
    east, north = _optional(report.get("epx")), _optional(report.get("epy"))
    return None if east is None or north is None else math.hypot(east, north) / 2


def _optional(value: Any) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _time_s(value: Any) -> float:
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, str):
        raise ValueError(f"TPV with the time {value!r}")
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
