"""Noises that the voice is judged in; nothing that is trained or tuned hears them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import signal

Samples = npt.NDArray[np.float32]
Generator = np.random.Generator

_RATE_HZ = 16_000


def open_window(length: int, rng: Generator) -> Samples:
    """Wind through an open window: deep buffeting and gusts."""
    gusts = np.interp(
        np.linspace(0, 1, length),
        np.linspace(0, 1, max(4, length // 4_000)),
        rng.uniform(0.2, 1.0, max(4, length // 4_000)),
    )
    buffeting = 1 + 0.8 * np.sin(2 * np.pi * np.cumsum(rng.uniform(8, 22, length)) / _RATE_HZ)
    deep = _low(rng.normal(0, 1, length), 180)
    rush = _low(rng.normal(0, 1, length), 2_500)
    return _level((deep * buffeting + 0.35 * rush) * gusts**2)


def rain(length: int, rng: Generator) -> Samples:
    """Rain on the roof, and the wipers every other second."""
    drops = np.zeros(length)
    for start in rng.integers(0, max(1, length), size=length // 60):
        end = min(length, int(start) + 160)
        drops[int(start) : end] += (
            rng.uniform(0.1, 1.0) * np.exp(-np.arange(end - int(start)) / 25) * rng.normal(0, 1)
        )
    steady = rng.normal(0, 0.15, length)
    wiper = np.zeros(length)
    for start in range(int(rng.integers(0, _RATE_HZ)), length, 2 * _RATE_HZ):
        end = min(length, start + 6_000)
        wiper[start:end] = np.hanning(6_000)[: end - start] * rng.normal(0, 0.8, end - start)
    return _level(drops + steady + _low(wiper, 1_200))


def engine(length: int, rng: Generator) -> Samples:
    """A motor that changes its speed, with uneven strokes."""
    turns = np.interp(np.linspace(0, 1, length), np.linspace(0, 1, 6), rng.uniform(25, 90, 6))
    phase = 2 * np.pi * np.cumsum(turns) / _RATE_HZ
    sound = sum(
        rng.uniform(0.3, 1.0) / order * np.sin(order * phase / 2 + rng.uniform(0, 6))
        for order in range(1, 24)
    )
    return _level(
        np.asarray(sound) * (1 + 0.2 * _low(rng.normal(0, 1, length), 40))
        + 0.2 * _low(rng.normal(0, 1, length), 3_000)
    )


JUDGED = {"open window": open_window, "rain": rain, "engine": engine}
"""By name."""


def _low(noise: npt.NDArray[np.float64], hertz: float) -> npt.NDArray[np.float64]:
    filtered = signal.sosfilt(signal.butter(2, hertz, "low", fs=_RATE_HZ, output="sos"), noise)
    return np.asarray(filtered / (np.std(filtered) + 1e-9))


def _level(noise: npt.NDArray[np.float64]) -> Samples:
    return (noise / (float(np.sqrt(np.mean(np.square(noise)))) + 1e-9) * 0.1).astype(np.float32)
