"""Reminders besides the route: driving too fast, and driving too long."""

import math

from nav.guidance.events import GuideSettings
from nav.guidance.progress import Progress

_OVER_FOR_S = 4.0
_SILENT_S = 90.0
_REPEAT_REST_S = 1800.0
_MOVING_MPS = 1.0


class SpeedWatch:
    """Notices that a driver has been too fast for some seconds, and does not nag."""

    def __init__(self, settings: GuideSettings) -> None:
        self._on = settings.speeding
        self._tolerance_kph = settings.speeding_tolerance_kph
        self._over_since_s: float | None = None
        self._warned_s = -math.inf

    def shift(self, seconds: float) -> None:
        """Follow a clock that was set."""
        self._over_since_s = None
        self._warned_s += seconds

    def is_due(self, progress: Progress) -> bool:
        """Take the state of the drive and tell whether to warn now."""
        limit = progress.limit_kph
        if not self._on or limit is None or progress.speed_mps * 3.6 <= limit + self._tolerance_kph:
            self._over_since_s = None
            return False
        if self._over_since_s is None:
            self._over_since_s = progress.time_s
        if progress.time_s - self._over_since_s < _OVER_FOR_S:
            return False
        if progress.time_s - self._warned_s < _SILENT_S:
            return False
        self._warned_s = progress.time_s
        return True


class RestWatch:
    """Counts the time at the wheel and notices when a rest is due."""

    def __init__(self, settings: GuideSettings) -> None:
        self._on = settings.rest
        self._after_s = settings.rest_after_s
        self._rest_s = settings.rest_length_s
        self._standing_s = 0.0
        self._next_s = settings.rest_after_s
        self.driving_s = 0.0
        """Time at the wheel since the last rest, seconds."""

    def update(self, speed_mps: float, elapsed_s: float) -> float:
        """Take what the car did since the last update; return the time at the wheel in seconds."""
        self.driving_s += elapsed_s
        self._standing_s = 0.0 if speed_mps > _MOVING_MPS else self._standing_s + elapsed_s
        if self._standing_s >= self._rest_s:
            self.driving_s, self._next_s = 0.0, self._after_s
        return self.driving_s

    def is_due(self) -> bool:
        """Tell whether to remind now; the next reminder follows half an hour later."""
        if not self._on or self.driving_s < self._next_s:
            return False
        self._next_s += _REPEAT_REST_S
        return True
