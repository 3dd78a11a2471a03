"""At which times of a day a rule holds: minutes from its midnight, also by the sun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Event = Literal["dawn", "sunrise", "sunset", "dusk"]

DAY_MIN = 24 * 60
"""Minutes of a day."""

_USUAL_MIN: dict[Event, int] = {"dawn": 330, "sunrise": 360, "sunset": 1080, "dusk": 1110}
"""When the sun's events are taken to be where only their order counts."""

_LATE_MIN, _NIGHT_MIN = 17 * 60, 22 * 60


class Sun(Protocol):
    """The sun over one place on one day."""

    def minute_of(self, event: Event) -> int | None:
        """Return the minute of the day; None where the sun does not do that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A time of day, or one of the sun's."""

    minute: int = 0
    """Minutes from midnight, up to 48 hours; with an event what is added to it."""
    event: Event | None = None

    def usual(self) -> int:
        """Return about when it is."""
        return self.minute + (_USUAL_MIN[self.event] if self.event else 0)

    def on(self, sun: Sun) -> int | None:
        """Return the minute of a day; None where the sun does not do that."""
        if self.event is None:
            return self.minute
        at = sun.minute_of(self.event)
        return None if at is None else at + self.minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Minutes of a day, from its midnight; those over 24 hours lie in the next."""

    begin: int
    end: int
    is_known: bool = True
    """Whether the state is told, or the end is only guessed at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From one time to another; into the next day where the last does not come after the first."""

    begin: Time
    end: Time | None
    """None for an open end without any."""
    is_open_end: bool = False

    def stretches(self, today: Sun, tomorrow: Sun) -> list[Stretch]:
        """Return the minutes that it takes on a day."""
        begin = self.begin.on(today)
        if self.end is None:
            if begin is None:
                return [Stretch(begin=0, end=DAY_MIN, is_known=False)]
            return [Stretch(begin=begin, end=self._guessed_end(self.begin.usual()), is_known=False)]
        is_fixed = self.begin.event is None and self.end.event is None
        wraps = self.end.usual() < self.begin.usual() + is_fixed
        sun = tomorrow if wraps else today
        end = self.end.on(sun)
        if begin is None or end is None:
            return [Stretch(begin=0, end=2 * DAY_MIN if wraps else DAY_MIN, is_known=False)]
        end += DAY_MIN if wraps else 0
        found = [Stretch(begin=begin, end=end)] if end > begin else []
        if self.is_open_end:
            usual = self.end.usual() + (DAY_MIN if wraps else 0)
            found.append(Stretch(begin=end, end=max(end, self._guessed_end(usual)), is_known=False))
        return found

    @staticmethod
    def _guessed_end(begin: int) -> int:
        """Return until when it may be open at most: as opening_hours.js guesses, ten hours for an evening."""
        if begin < _LATE_MIN:
            return DAY_MIN
        return min(begin + (8 if begin >= _NIGHT_MIN else 10) * 60, 2 * DAY_MIN)
