"""Times and limits of a day on the road, as the planner keeps them and the verifier checks them."""

from __future__ import annotations

from datetime import time, timedelta

REST_EVERY_S = 2 * 3600.0
"""Longest time at the wheel without a break."""

DRIVE_CAP_S = 6 * 3600.0
"""Longest driving time of a day."""

PARK_MIN = 3
"""To find a place for the car and get out, minutes."""

HIKE_BEFORE_HOUR, SHORT_HIKE_S = 12, 30 * 60.0
"""A hike longer than a short one begins before noon."""

LONGEST_WAIT_MIN = 30
"""Longer than this is no waiting but free time, which a plan has to show."""

REST_MIN, FUEL_MIN, CHARGE_MIN = 15, 10, 40
"""Length of a break on the road, of filling up and of charging, minutes."""

MEAL_OWED = timedelta(minutes=90)
"""A day that begins less than so long before it is too late for a meal may do without it."""

NAP_MIN = 75
"""How long one rests after lunch, if that was not said."""

NAP_DRIVE_S = 15 * 60.0
"""Farther than this nobody drives to the hotel for a rest after lunch, and back again."""

FREE_FROM_MIN = 60
"""From so long before dinner on one goes to the hotel first."""

DAY_TRIP_END = time(18, 30)
"""When a day without a night ends, if nothing was said."""

PART_SPANS = {
    "": (time(0), time.max),
    "morning": (time(0), time(12, 30)),
    "afternoon": (time(12, 30), time(18, 0)),
    "evening": (time(18, 0), time.max),
}
"""When a visit begins that is in a part of the day."""

EARLY_EVENING = time(17, 0)
"""From then on a sight that was wished for the evening may be seen, if not after dinner."""

NIGHT_FROM = time(18, 0)
"""Where one does not dine, one is free until then before one goes to the hotel."""

LATEST = time(22, 30)
"""No stop ends later."""

NEAR_CAR_M = 250.0
"""So near to the hotel the car may stay where it stands."""

AT_CAR_M = 30.0
"""So near to the car one is at it."""
