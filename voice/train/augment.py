"""Rooms, noises and speakers made from numbers: the same seed gives the same sound.

Used to train the wake word and to measure recognition; nothing here is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import signal

Samples = npt.NDArray[np.float32]
Generator = np.random.Generator

RATE_HZ = 16_000


def room(samples: Samples, rng: Generator, *, reverberation_s: float | None = None) -> Samples:
    """Speech as a microphone in a car or small room hears it: early reflections and a decaying tail."""
    decay_s = float(rng.uniform(0.05, 0.35)) if reverberation_s is None else reverberation_s
    length = int(decay_s * RATE_HZ)
    times = np.arange(length) / RATE_HZ
    tail = rng.normal(0, 1, length) * np.exp(-6.9 * times / decay_s)
    tail[: int(0.002 * RATE_HZ)] = 0
    for _ in range(4):
        tail[int(rng.uniform(0.001, 0.012) * RATE_HZ)] += rng.uniform(-3, 3)
    energy = float(np.sqrt(np.square(tail).sum())) or 1.0
    response = tail / energy * float(rng.uniform(0.15, 0.6))
    response[0] = 1.0
    return np.asarray(signal.fftconvolve(samples, response)[: len(samples)], np.float32)


def tune(samples: Samples, rng: Generator) -> Samples:
    """Another colour of microphone and mouth: a gentle random equaliser."""
    cutoff = float(rng.uniform(40, 250))
    high = signal.butter(1, cutoff, "high", fs=RATE_HZ, output="sos")
    low = signal.butter(1, float(rng.uniform(3_500, 7_800)), "low", fs=RATE_HZ, output="sos")
    return np.asarray(signal.sosfilt(np.vstack([high, low]), samples), np.float32)


def pace_and_pitch(samples: Samples, factor: float) -> Samples:
    """Play faster and higher (factor > 1), or slower and lower."""
    count = max(1, round(len(samples) / factor))
    return np.interp(np.linspace(0, len(samples) - 1, count), np.arange(len(samples)), samples).astype(
        np.float32
    )


def road(length: int, rng: Generator) -> Samples:
    """Tyres and wind: low rumble that swells, joints in the road, a hiss on top."""
    rumble = _band(rng.normal(0, 1, length), 25, 350)
    hiss = _band(rng.normal(0, 1, length), 400, 4_000)
    swell = 1 + 0.5 * _slow(length, rng, 0.3)
    noise = rumble * swell + float(rng.uniform(0.05, 0.25)) * hiss * (1 + 0.4 * _slow(length, rng, 0.8))
    for start in rng.integers(0, max(1, length), size=max(1, length // (RATE_HZ * 2))):
        bump = rng.normal(0, 1, 800) * np.exp(-np.arange(800) / 180)
        end = min(length, int(start) + 800)
        noise[int(start) : end] += 2.0 * bump[: end - int(start)]
    return _level(noise)


def fan(length: int, rng: Generator) -> Samples:
    """The heater: steady broad noise with the hum of a motor and its harmonics."""
    noise = _band(rng.normal(0, 1, length), 80, float(rng.uniform(1_500, 6_000)))
    base_hz = float(rng.uniform(60, 220))
    times = np.arange(length) / RATE_HZ
    wander = 1 + 0.003 * _slow(length, rng, 0.5)
    for harmonic in range(1, 7):
        phase = 2 * np.pi * base_hz * harmonic * np.cumsum(wander) / RATE_HZ if length else times
        noise = noise + 0.25 / harmonic * np.sin(phase + rng.uniform(0, 6.28))
    return _level(noise)


def music(length: int, rng: Generator) -> Samples:
    """A song without words: chords, a bass, a melody and drums in a random key and tempo."""
    beat = int(60 / float(rng.uniform(70, 150)) * RATE_HZ)
    scale = np.array([0, 2, 4, 5, 7, 9, 11]) if rng.random() < 0.6 else np.array([0, 2, 3, 5, 7, 8, 10])
    root = float(rng.uniform(45, 57))
    song = np.zeros(length + beat * 4, np.float64)
    bright = float(rng.uniform(0.3, 0.9))
    chord = 0
    for number, start in enumerate(range(0, length, beat)):
        if number % 4 == 0:
            chord = int(rng.integers(0, 7))
            for degree in (0, 2, 4):
                _note(song, start, beat * 4, root + 12 + scale[(chord + degree) % 7], 0.25, bright)
        _note(song, start, beat, root - 12 + scale[chord % 7], 0.5, 0.3)
        for half in range(2):
            if rng.random() < 0.7:
                pitch = root + 24 + scale[int(rng.integers(0, 7))]
                _note(song, start + half * beat // 2, beat // 2, pitch, 0.35, bright)
        _drum(song, start, rng, low=number % 2 == 0)
    return _level(song[:length])


def _note(
    song: npt.NDArray[np.float64], start: int, length: int, pitch: float, gain: float, bright: float
) -> None:
    times = np.arange(length) / RATE_HZ
    hertz = 440 * 2 ** ((pitch - 69) / 12)
    wave = sum(bright ** (h - 1) / h * np.sin(2 * np.pi * hertz * h * times) for h in range(1, 7))
    envelope = np.minimum(1, times / 0.01) * np.exp(-times * 2.5)
    end = min(len(song), start + length)
    song[start:end] += gain * (wave * envelope)[: end - start]


def _drum(song: npt.NDArray[np.float64], start: int, rng: Generator, *, low: bool) -> None:
    times = np.arange(2_400) / RATE_HZ
    if low:
        hit = 0.9 * np.sin(2 * np.pi * 60 * times * (1 + 2 * np.exp(-times * 40))) * np.exp(-times * 18)
    else:
        hit = 0.5 * rng.normal(0, 1, len(times)) * np.exp(-times * 30)
    end = min(len(song), start + len(hit))
    song[start:end] += hit[: end - start]


def babble(length: int, rng: Generator, voices: Sequence[Samples], *, speakers: int = 5) -> Samples:
    """Several people talking at once, from the given recordings."""
    mixed = np.zeros(length, np.float64)
    for _ in range(speakers):
        position = -int(rng.integers(0, RATE_HZ * 2))
        gain = float(rng.uniform(0.5, 1.0))
        while position < length:
            clip = voices[int(rng.integers(0, len(voices)))]
            if not len(clip):
                position += RATE_HZ
                continue
            level = float(np.sqrt(np.mean(np.square(clip)))) or 1.0
            first, last = max(0, position), min(length, position + len(clip))
            if last > first:
                mixed[first:last] += gain / level * clip[first - position : last - position]
            position += len(clip) + int(rng.integers(0, RATE_HZ // 2))
    return _level(mixed)


def mix(speech: Samples, noise: Samples, snr_db: float) -> Samples:
    """Speech in noise at a signal-to-noise ratio taken over the active speech.

    Parameters
    ----------
    speech, noise : ndarray of float32, shape (n,)
        Of the same length.
    snr_db : float
        Speech power over noise power, decibels.
    """
    active = speech[np.abs(speech) > 0.02 * (float(np.abs(speech).max(initial=0.0)) or 1.0)]
    if not len(active):
        return noise
    wanted = float(np.sqrt(np.mean(np.square(active)))) / 10 ** (snr_db / 20)
    level = float(np.sqrt(np.mean(np.square(noise)))) or 1.0
    total = speech + noise * np.float32(wanted / level)
    peak = float(np.abs(total).max(initial=0.0))
    return (total / np.float32(peak / 0.95) if peak > 0.95 else total).astype(np.float32)


def noises(voices: Sequence[Samples]) -> dict[str, Callable[[int, Generator], Samples]]:
    """The makers of noise by name: road, fan, music, and babble out of `voices`."""
    return {
        "road": road,
        "fan": fan,
        "music": music,
        "babble": lambda length, rng: babble(length, rng, voices),
    }


def _band(noise: npt.NDArray[np.float64], low_hz: float, high_hz: float) -> npt.NDArray[np.float64]:
    sos = signal.butter(2, [low_hz, high_hz], "band", fs=RATE_HZ, output="sos")
    band = signal.sosfilt(sos, noise)
    return np.asarray(band / (np.std(band) + 1e-9))


def _slow(length: int, rng: Generator, hertz: float) -> npt.NDArray[np.float64]:
    points = max(4, int(length / RATE_HZ * hertz * 2) + 4)
    return np.interp(np.linspace(0, points - 1, length), np.arange(points), rng.uniform(-1, 1, points))


def _level(noise: npt.NDArray[np.float64]) -> Samples:
    return (noise / (float(np.sqrt(np.mean(np.square(noise)))) + 1e-9) * 0.1).astype(np.float32)
