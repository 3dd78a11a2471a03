"""How loud the microphone is, for whoever looks: nothing is worked out while nobody does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

WATCHED_S = 4.0
"""Who looks on says so more often than this."""

_APART_S = 0.1
_ALIVE_S = 1.0
_LOWEST_DBFS = -90.0


class LevelMeter:
    """Tells the loudest sample of each tenth of a second, in dB below full scale.

    Parameters
    ----------
    told : callable
        Takes a level, ten times a second at most.
    clock : callable
        Monotonic seconds.
    """

    def __init__(self, told: Callable[[float], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._told = told
        self._clock = clock
        self._until_s = self._heard_s = self._told_s = -math.inf
        self._peak = 0.0

    @property
    def hears(self) -> bool:
        """Whether sound comes from a microphone now."""
        return self._clock() - self._heard_s < _ALIVE_S

    def watch(self) -> None:
        """Somebody looks on, for some seconds from now."""
        self._until_s = self._clock() + WATCHED_S

    def take(self, sound: Samples) -> None:
        """Take a block of the microphone."""
        now = self._heard_s = self._clock()
        if now > self._until_s or not len(sound):
            return
        self._peak = max(self._peak, float(np.abs(sound).max()))
        if now - self._told_s < _APART_S:
            return
        peak, self._peak, self._told_s = self._peak, 0.0, now
        loud = peak > 10 ** (_LOWEST_DBFS / 20)  # what is no number is not loud
        self._told(round(20 * math.log10(min(peak, 1.0)), 1) if loud else _LOWEST_DBFS)
