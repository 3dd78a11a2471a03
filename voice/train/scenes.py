"""Scenes for the wake word: clean utterances put into rooms, noise and other talk, labelled by the frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice.train import augment
from voice.train.corpus import Utterance
from voice.wake.features import CHUNK, EMBEDDING, WINDOW, WakeFeatures, windows

Samples = npt.NDArray[np.float32]
Array = npt.NDArray[np.float32]

RATE_HZ = 16_000
_LEAD_S = 2.1
_HIT_BEFORE_S, _HIT_AFTER_S = 0.04, 0.29
_UNSURE_BEFORE_S, _UNSURE_AFTER_S = 0.17, 0.9
LABELS = {"none": 0, "zh": 1, "en": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Audio with one utterance in it."""

    samples: Samples
    """Mono at 16 kHz."""

    start: int
    """First sample of the utterance."""

    end: int
    """Sample after its last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdrop:
    """What else may be heard in a scene."""

    voices: Sequence[Samples]
    """Other speech, clean."""


def stage(
    speech: Samples,
    backdrop: Backdrop,
    rng: np.random.Generator,
    *,
    snr_db: float | None,
    noise: str = "road",
    follow: Samples | None = None,
    change_speaker: bool = True,
) -> Scene:
    """Put an utterance into a scene.

    Parameters
    ----------
    speech : ndarray
        Clean utterance without silence around it.
    backdrop : Backdrop
        Other speech, for babble and for talk just before.
    rng : Generator
        Decides everything that is random.
    snr_db : float, optional
        Signal-to-noise ratio; None for a quiet place.
    noise : str
        "road", "fan", "music" or "babble".
    follow : ndarray, optional
        Speech that comes after a short breath.
    change_speaker : bool
        Whether to vary pace, pitch, microphone and room.
    """
    if change_speaker:
        speech = augment.pace_and_pitch(speech, float(rng.uniform(0.87, 1.16)))
        if rng.random() < 0.7:
            speech = augment.tune(speech, rng)
        if rng.random() < 0.6:
            speech = augment.room(speech, rng)
    lead = np.zeros(int((_LEAD_S + rng.uniform(0.0, 0.3)) * RATE_HZ), np.float32)
    if change_speaker and rng.random() < 0.25 and len(backdrop.voices):
        talk = backdrop.voices[int(rng.integers(0, len(backdrop.voices)))][-len(lead) :]
        gap = int(rng.uniform(0.05, 0.5) * RATE_HZ)
        lead[max(0, len(lead) - gap - len(talk)) : len(lead) - gap] = talk[: len(lead) - gap]
    after = np.zeros(int(1.1 * RATE_HZ), np.float32)
    if follow is not None:
        begin = int(rng.uniform(0.0, 0.3) * RATE_HZ)
        part = follow[: len(after) - begin]
        after[begin : begin + len(part)] = part
    samples = np.concatenate([lead, speech, after])
    gain = 10 ** (float(rng.uniform(-38, -12)) / 20) / (float(np.sqrt(np.mean(speech**2))) + 1e-6)
    if snr_db is None:
        floor = rng.normal(0, 1, len(samples)).astype(np.float32) * np.float32(
            10 ** (rng.uniform(-80, -55) / 20)
        )
        samples = samples * np.float32(gain) + floor
    else:
        bed = augment.noises(backdrop.voices)[noise](len(samples), rng)
        samples = augment.mix(samples, bed, snr_db) * np.float32(gain)
    return Scene(
        samples=np.clip(samples, -1, 1).astype(np.float32), start=len(lead), end=len(lead) + len(speech)
    )


def scene_windows(
    features: WakeFeatures,
    scene: Scene,
    language: str | None,
    rng: np.random.Generator,
    *,
    negatives: int,
) -> tuple[Array, npt.NDArray[np.int64]]:
    """Labelled windows of a scene.

    Parameters
    ----------
    features : WakeFeatures
        The embedding models.
    scene : Scene
        What is heard.
    language : str, optional
        Language of the wake phrase spoken in it; None if it is something else.
    rng : Generator
        Chooses the negatives.
    negatives : int
        How many windows of class "none" to take.

    Returns
    -------
    windows : ndarray of float32, shape (n, 16, 96)
    labels : ndarray of int64, shape (n,)
        0 none, 1 zh, 2 en.
    """
    view = windows(features.whole(scene.samples))
    ends = (np.arange(len(view)) + WINDOW) * CHUNK
    if language is None:
        eligible = np.flatnonzero(ends > scene.start)
        chosen = rng.permutation(eligible)[:negatives]
        return view[chosen], np.zeros(len(chosen), np.int64)
    after = (ends - scene.end) / RATE_HZ
    hit = np.flatnonzero((after >= -_HIT_BEFORE_S) & (after <= _HIT_AFTER_S))
    begun = np.flatnonzero((ends > scene.start + 0.1 * RATE_HZ) & (after < -_UNSURE_BEFORE_S))
    away = np.flatnonzero((ends <= scene.start) | (after > _UNSURE_AFTER_S))
    misses = np.concatenate([rng.permutation(begun)[: negatives - 1], rng.permutation(away)[:1]])
    chosen = np.concatenate([hit, misses]).astype(np.int64)
    labels = np.concatenate([np.full(len(hit), LABELS[language]), np.zeros(len(misses))]).astype(np.int64)
    return view[chosen], labels


def training_windows(
    features: WakeFeatures,
    clips: Sequence[tuple[Utterance, Samples]],
    backdrop: Backdrop,
    seed: int,
    *,
    copies: dict[str, int],
    first: int = 0,
    step: int = 1,
) -> tuple[Array, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Windows of every `step`-th clip from `first` on, each in several scenes, as float16 to save memory.

    Returns
    -------
    windows : ndarray of float16, shape (n, 16, 96)
    labels : ndarray of int64, shape (n,)
        0 none, 1 zh, 2 en.
    owners : ndarray of int64, shape (n,)
        Number of the clip that each window is taken from.
    """
    all_windows: list[npt.NDArray[np.float16]] = []
    all_labels: list[npt.NDArray[np.int64]] = []
    owners: list[int] = []
    for number in range(first, len(clips), step):
        utterance, speech = clips[number]
        if not len(speech):
            continue
        for copy in range(copies[utterance.kind]):
            rng = np.random.default_rng([seed, number, copy])
            noise = str(rng.choice(["road", "fan", "music", "babble"]))
            snr_db = None if rng.random() < 0.25 else float(rng.uniform(0, 22))
            follow = None
            if rng.random() < 0.5:
                follow = backdrop.voices[int(rng.integers(0, len(backdrop.voices)))]
            scene = stage(speech, backdrop, rng, snr_db=snr_db, noise=noise, follow=follow)
            positive = utterance.language if utterance.kind == "positive" else None
            view, labels = scene_windows(features, scene, positive, rng, negatives=4 if positive else 8)
            all_windows.append(view.astype(np.float16))
            all_labels.append(labels)
            owners += [number] * len(labels)
    if not all_windows:
        return np.zeros((0, WINDOW, EMBEDDING), np.float16), np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(all_windows), np.concatenate(all_labels), np.array(owners, np.int64)
