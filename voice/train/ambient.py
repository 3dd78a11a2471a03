"""Hours of sound that is not a call: talk, radio, music, babble and road, made by the minute from a seed."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice.train import augment
from voice.train.corpus import trim_silence
from voice.tts.espeak import VARIANTS, EspeakVoice
from voice.wake.features import WakeFeatures
from voice.wav_io import to_16k

Samples = npt.NDArray[np.float32]

RATE_HZ = 16_000
MINUTE = 60 * RATE_HZ
KINDS = ("talk", "talk_in_noise", "radio_zh", "radio_en", "music", "babble", "road", "radio_mixed")
_LANGUAGES = {"zh": ("cmn", "yue"), "en": ("en-us", "en-gb-scotland", "en-029")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambience:
    """What an ambient stream is made of."""

    neural: Sequence[Samples]
    """Sentences by neural voices, clean."""

    sentences: dict[str, Sequence[str]]
    """Sentences for the formant voices, by language."""

    @property
    def key(self) -> str:
        """Names what the streams are made of, for what is kept of them."""
        lengths = [len(clip) for clip in self.neural]
        return hashlib.sha256(repr((lengths, self.sentences)).encode()).hexdigest()[:12]


def worker_count() -> int:
    """Processes that share the work of a recipe: one for each core, eight at most."""
    return max(1, min(8, os.cpu_count() or 1))


def minutes(
    ambience: Ambience, count: int, seed: int, *, espeak: EspeakVoice, first: int = 0, step: int = 1
) -> Iterator[tuple[str, Samples]]:
    """One minute after the other of other sound.

    Parameters
    ----------
    ambience : Ambience
        Sources of speech.
    count : int
        How many minutes.
    seed : int
        The same seed gives the same sound.
    espeak : EspeakVoice
        The formant voices; the library keeps state, so a process makes one and no more.
    first, step : int
        Every `step`-th minute from number `first` on, to share the work among processes.

    Yields
    ------
    kind : str
        One of `KINDS`.
    samples : ndarray of float32, shape (960000,)
        16 kHz mono.
    """
    for number in range(first, count, step):
        rng = np.random.default_rng([seed, number])
        kind = KINDS[number % len(KINDS)]
        samples = _make(kind, ambience, espeak, rng)
        level = 10 ** (float(rng.uniform(-36, -14)) / 20)
        rms = float(np.sqrt(np.mean(np.square(samples)))) or 1.0
        yield kind, np.clip(samples * np.float32(level / rms), -1, 1)


def minute(ambience: Ambience, number: int, seed: int, *, espeak: EspeakVoice) -> tuple[str, Samples]:
    """One minute of a stream, as `minutes` yields it."""
    return next(iter(minutes(ambience, number + 1, seed, espeak=espeak, first=number)))


def embedded_minutes(
    features: Path, ambience: Ambience, count: int, seed: int, cache: Path
) -> npt.NDArray[np.float16]:
    """Embeddings of `count` minutes of other sound, made on all cores and kept.

    Parameters
    ----------
    features : Path
        Folder of the embedding models.
    ambience, count, seed
        As in `minutes`.
    cache : Path
        Folder to keep them in.

    Returns
    -------
    ndarray of float16, shape (count, 750, 96)
    """
    folder = cache / "embedded"
    folder.mkdir(parents=True, exist_ok=True)
    workers = worker_count()
    files = [folder / f"{ambience.key}-{seed}-{number}.npy" for number in range(count)]
    jobs = [(features, ambience, seed, files[first::workers], first, workers) for first in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_embed_minutes, jobs))
    return np.stack([np.load(file) for file in files])


def _embed_minutes(job: tuple[Path, Ambience, int, list[Path], int, int]) -> None:
    folder, ambience, seed, files, first, step = job
    features = WakeFeatures(folder)
    with EspeakVoice() as espeak:
        for turn, file in enumerate(files):
            if file.is_file():
                continue
            samples = minute(ambience, first + turn * step, seed, espeak=espeak)[1]
            unfinished = file.with_suffix(".part")
            with unfinished.open("wb") as stream:
                np.save(stream, features.whole(samples).astype(np.float16))
            unfinished.replace(file)


def _make(kind: str, ambience: Ambience, espeak: EspeakVoice, rng: np.random.Generator) -> Samples:
    def neural() -> Samples:
        clip = ambience.neural[int(rng.integers(0, len(ambience.neural)))]
        return augment.pace_and_pitch(clip, float(rng.uniform(0.82, 1.22)))

    def formant(language: str) -> Samples:
        texts = ambience.sentences[language]
        base = str(rng.choice(_LANGUAGES[language]))
        text = texts[int(rng.integers(0, len(texts)))]
        variant = VARIANTS[int(rng.integers(0, len(VARIANTS)))]
        manner = {
            "words_per_minute": int(rng.integers(120, 230)),
            "pitch": int(rng.integers(20, 85)),
            "pitch_range": int(rng.integers(20, 90)),
        }
        samples = espeak.speak(text, f"{base}+{variant}", **manner)
        return trim_silence(to_16k(samples, espeak.rate_hz))

    def speech(make: Callable[[], Samples]) -> Samples:
        minute = _talk(make, rng)
        return augment.room(minute, rng) if rng.random() < 0.6 else minute

    if kind == "music":
        song = augment.music(MINUTE, rng)
        return augment.mix(speech(neural), song, -6) if rng.random() < 0.4 else song
    if kind == "babble":
        crowd = [neural() for _ in range(6)] + [formant(language) for language in ("zh", "en") * 3]
        return augment.babble(MINUTE, rng, crowd, speakers=int(rng.integers(2, 6)))
    if kind == "road":
        bed = augment.road(MINUTE, rng) + np.float32(0.5) * augment.fan(MINUTE, rng)
        return bed.astype(np.float32)
    if kind == "radio_zh":
        return speech(lambda: formant("zh"))
    if kind == "radio_en":
        return speech(lambda: formant("en"))
    if kind == "radio_mixed":
        song = augment.music(MINUTE, rng)
        return augment.mix(speech(lambda: formant("zh" if rng.random() < 0.5 else "en")), song, 5)
    if kind == "talk":
        return speech(neural)
    bed = augment.road(MINUTE, rng) if rng.random() < 0.5 else augment.fan(MINUTE, rng)
    return augment.mix(speech(neural), bed, float(rng.uniform(0, 20)))


def _talk(make: Callable[[], Samples], rng: np.random.Generator) -> Samples:
    """Sentence after sentence with breaths between, up to a minute."""
    minute = np.zeros(MINUTE, np.float32)
    position = int(rng.uniform(0, 1.5) * RATE_HZ)
    while position < MINUTE:
        clip = make()
        part = clip[: MINUTE - position]
        minute[position : position + len(part)] = part
        position += len(clip) + int(rng.uniform(0.1, 1.2) * RATE_HZ) + 1
    return minute
