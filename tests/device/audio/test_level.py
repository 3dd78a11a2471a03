"""The microphone's level: told to who looks, ten times a second at most."""

from __future__ import annotations

import numpy as np
import pytest

from device.audio.level import WATCHED_S, LevelMeter


class Minute:
    """A clock that is set."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def block(peak: float) -> np.ndarray:
    return np.array([0.0, -peak, peak / 2], np.float32)


def test_it_is_told_while_somebody_looks() -> None:
    told: list[float] = []
    clock = Minute()
    meter = LevelMeter(told.append, clock)
    assert not meter.hears
    meter.take(block(0.5))
    assert meter.hears
    assert told == [], "nobody looks"
    meter.watch()
    for number in range(int(1000 * (WATCHED_S + 2)) // 32):
        clock.now_s = number * 0.032
        meter.take(block(0.1 if number % 2 else 0.5))
    assert told == [pytest.approx(-6.0, abs=0.1)] * len(told), "the loudest of each stretch"
    assert WATCHED_S * 7 < len(told) <= WATCHED_S * 10 + 1
    clock.now_s += 5
    assert not meter.hears


@pytest.mark.parametrize(
    ("peak", "dbfs"), [(0.0, -90.0), (1.0, 0.0), (7.0, 0.0), (float("nan"), -90.0), (float("inf"), 0.0)]
)
def test_whatever_a_driver_hands_on(peak: float, dbfs: float) -> None:
    told: list[float] = []
    meter = LevelMeter(told.append, Minute())
    meter.watch()
    meter.take(np.zeros(0, np.float32))
    meter.take(np.full(3, peak, np.float32))
    assert told == [dbfs]
