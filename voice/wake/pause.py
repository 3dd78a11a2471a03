"""A pause inside the call: 小高│0.6 s│小高 is said as one, so it is heard as one.

The first stage looks at little more than a second. While nobody speaks, a second history of features stands
still, so that what is said after the pause stands next to what was said before it. Only a short stretch of
speech that began in silence is joined to what follows: talk with breaths in it is nobody's call.
"""

from __future__ import annotations

from enum import Enum

MOST_QUIET = 11
"""Chunks of 80 ms that the pause may last, as the speech detector sees it."""

_KEPT_QUIET = 1
"""Chunks of the pause that are kept, as of a breath between two words."""

_LEAST_SAID, _MOST_SAID = 2, 11
"""Chunks of speech before the pause: half of a call, or its first word."""

_LEAST_ALONE = 4
"""Chunks without speech before those."""

_LEAST_AFTER, _MOST_AFTER = 4, 14
"""Chunks after the pause in which the call must end."""


class Step(Enum):
    """What is done with a chunk."""

    APART = "apart"
    """No pause is followed."""

    OPEN = "open"
    """A pause may have begun: the history up to here is put aside."""

    HELD = "held"
    """It is left out of that."""

    JOINED = "joined"
    """It is added to that."""

    HEARD = "heard"
    """It is added to that, and by now it may be the end of a call."""


class PauseInCall:
    """Follows who speaks, chunk by chunk, and says what belongs together."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._said = self._left = 0
        self._quiet = self._quiet_before = MOST_QUIET + 1
        self._followed = self._paused = False

    def push(self, speech: bool) -> Step:
        """Take the next chunk."""
        return self._speech() if speech else self._silence()

    def _speech(self) -> Step:
        pause, self._quiet = self._quiet, 0
        if pause > _KEPT_QUIET:
            self._said, self._quiet_before = 1, pause
        else:
            self._said += pause + 1
        return self._joined()

    def _silence(self) -> Step:
        self._quiet += 1
        if self._quiet == _KEPT_QUIET and not self._followed and self._is_half():
            self._followed, self._paused, self._left = True, False, _MOST_AFTER
            return Step.OPEN
        if self._quiet <= _KEPT_QUIET:
            return self._joined()
        self._followed = self._followed and self._quiet <= MOST_QUIET
        self._paused = self._followed
        return Step.HELD if self._followed else Step.APART

    def _joined(self) -> Step:
        self._left -= 1
        self._followed = self._followed and self._left >= 0 and self._paused
        if not self._followed:
            return Step.APART
        return Step.HEARD if self._left <= _MOST_AFTER - _LEAST_AFTER else Step.JOINED

    def _is_half(self) -> bool:
        return _LEAST_SAID <= self._said <= _MOST_SAID and self._quiet_before >= _LEAST_ALONE
