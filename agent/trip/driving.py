"""Times and limits of a day on the road, as the planner keeps them and the verifier checks them."""

from __future__ import annotations

from datetime import time

REST_EVERY_S = 2 * 3600.0
"""Longest time at the wheel without a break."""

DRIVE_CAP_S = 6 * 3600.0
"""Longest driving time of a day."""

LUNCH = (time(11, 0), time(13, 0))
"""Earliest and latest arrival for lunch, so that it lies within 11 to 14 o'clock."""

DINNER = (time(17, 0), time(19, 0))
"""The same for dinner, within 17 to 20 o'clock."""

DAY_END = time(20, 30)
"""When the last visit of a day ends."""
