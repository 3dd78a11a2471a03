"""The plausibility watch: only fixes that can be true reach guidance."""

import math
from dataclasses import replace

from device.position.faults import Faults
from nav.guidance.fix import Fix

_MAX_SPEED_MPS = 90.0
_JUMPS_BELIEVED = 3
_BACKWARDS_BELIEVED = 5
_FROZEN_FIXES = 3
_STANDING_MPS = 1.0
_MOVING_MPS = 2.5
_METRES_PER_DEGREE = 111_195.0


class FixWatch:
    """Passes on plausible fixes, and drops and counts the others.

    A jump or a step back in time is believed once the receiver has insisted on it for a few fixes: it has
    found itself again, or its clock was set.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._last: Fix | None = None
        self._jumps: list[Fix] = []
        self._backwards = 0
        self._same = 0

    def check(self, fix: Fix) -> Fix | None:
        """Judge one fix.

        Parameters
        ----------
        fix : Fix
            As decoded from the receiver.

        Returns
        -------
        Fix or None
            The fix, its heading removed while standing; None if it is not to be used.
        """
        if not _in_range(fix):
            self._faults.note("out_of_range", f"{fix.lat}, {fix.lon}")
            return None
        last = self._last
        if last is not None and (self._time_is_wrong(last, fix) or self._is_frozen(last, fix)):
            return None
        if last is not None and self._is_jump(last, fix):
            return None
        self._last = fix
        standing = fix.speed_mps is not None and fix.speed_mps < _STANDING_MPS
        return replace(fix, heading_deg=None) if standing and fix.heading_deg is not None else fix

    def _time_is_wrong(self, last: Fix, fix: Fix) -> bool:
        if fix.time_s > last.time_s:
            self._backwards = 0
            return False
        if fix.time_s == last.time_s and (fix.lat, fix.lon) == (last.lat, last.lon):
            return True
        self._backwards += 1
        self._faults.note("time_backwards", f"{fix.time_s - last.time_s:+.1f} s")
        if self._backwards < _BACKWARDS_BELIEVED:
            return True
        self._backwards = 0
        return False

    def _is_frozen(self, last: Fix, fix: Fix) -> bool:
        same = fix.lat == last.lat and fix.lon == last.lon
        self._same = self._same + 1 if same and (fix.speed_mps or 0.0) > _MOVING_MPS else 0
        if self._same < _FROZEN_FIXES:
            return False
        self._faults.note("frozen", f"{fix.speed_mps:.0f} m/s at one point")
        return True

    def _is_jump(self, last: Fix, fix: Fix) -> bool:
        if _plausible_step(last, fix):
            self._jumps.clear()
            return False
        self._faults.note("jump", f"{_distance_m(last, fix):.0f} m in {fix.time_s - last.time_s:.1f} s")
        if self._jumps and not _plausible_step(self._jumps[-1], fix):
            self._jumps.clear()
        self._jumps.append(fix)
        if len(self._jumps) < _JUMPS_BELIEVED:
            return True
        self._jumps.clear()
        return False


def _in_range(fix: Fix) -> bool:
    numbers = (fix.lat, fix.lon, fix.time_s)
    if not all(math.isfinite(value) for value in numbers):
        return False
    # Receivers without a position like to report the point 0, 0.
    return abs(fix.lat) <= 90 and abs(fix.lon) <= 180 and (abs(fix.lat) > 1e-6 or abs(fix.lon) > 1e-6)


def _plausible_step(before: Fix, after: Fix) -> bool:
    slack_m = 30.0 + 2 * max(before.accuracy_m or 5.0, after.accuracy_m or 5.0)
    return _distance_m(before, after) <= slack_m + _MAX_SPEED_MPS * max(0.0, after.time_s - before.time_s)


def _distance_m(a: Fix, b: Fix) -> float:
    north = (b.lat - a.lat) * _METRES_PER_DEGREE
    east = (b.lon - a.lon) * _METRES_PER_DEGREE * math.cos(math.radians((a.lat + b.lat) / 2))
    return math.hypot(north, east)
