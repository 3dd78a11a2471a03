"""Learn the hearing of the wake word's second stage (`voice.wake.hearing`): a step of `voice.train.wake`.

Calls, near-misses and other speech by the training voices are put into rooms and noise, and cut as the
second stage would cut them. The input is what the encoder of the recogniser, corrected for noise, makes of
them; which call it was is what is learnt.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr.whisper import Whisper
from voice.train.ambient import Ambience, minute, worker_count
from voice.train.augment import pace_and_pitch
from voice.train.corpus import Utterance
from voice.train.scenes import LABELS, Backdrop, stage
from voice.train.tuning import looked_at_until, noticed
from voice.tts.espeak import EspeakVoice
from voice.wake.check import CallCheck
from voice.wake.detector import CHECK_S, OnnxClassifier, smoothed
from voice.wake.features import WakeFeatures, windows
from voice.wake.hearing import STRIDES, Params, likeness

Samples = npt.NDArray[np.float32]
Encoded = npt.NDArray[np.float16]

SEED = 123
COPIES = {"positive": 4, "near_miss": 4, "other": 6}
"""Scenes that each utterance is put into."""

_STRETCHED = 2
"""More scenes of what neural voices say in Mandarin, played slower or faster: there are six of them only."""

_NOISES = ("road", "fan", "babble", "music")
_CLEAN_SHARE = 0.15
_CANDIDATE, _AMBIENT_CANDIDATE = 0.05, 0.02
"""Scores of the first stage at which the second would be asked, lower than in use: there is more to learn."""

_AMBIENT_EACH = 12
"""Of what the first stage notices in a minute of other sound, so many are learnt from."""

_ANYWHERE = 2
"""Places of each minute that are learnt from whatever is there."""

_CALL_WITHIN_S = (-0.05, 0.8)
"""A call is learnt where it ended so long before the cut, seconds."""

_NEAR_MISS_WEIGHT = 1.5
_RATE_HZ = 16_000

EPOCHS = 14
"""Times that everything is gone through."""

_PARTS, _WIDTH, _LOOKS = 128, 64, 2
_TAPS = {"near": 3, "far": 5, "wide": 5, "deep": 5}
_BATCH, _RATE, _DROPPED, _BLUR = 128, 1.5e-3, 0.15, 0.15
_SHIFT, _GAP = 4, 12
"""Frames of 20 ms by which an example is moved at most, and that are struck out of it."""

_SURE = 0.96
"""Probability that is asked for the right answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What is learnt from."""

    encoded: Encoded
    """The encoder's output, shape (n, 110, 512)."""

    labels: npt.NDArray[np.int64]
    """0 none, 1 zh, 2 en; shape (n,)."""

    weights: npt.NDArray[np.float32]
    """How much each counts, shape (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lecture:
    """Where lessons come from; the same for every process."""

    models: Path
    """The model store's folder."""

    classifier: Path
    """The first stage."""

    sounds: Ambience
    """Other speech, for backdrops and for minutes of other sound."""

    clips: Sequence[tuple[Utterance, Samples]]
    """What the training voices say."""

    minutes: int
    """Of other sound."""

    minutes_seed: int
    """Of the minutes."""


class _Listener:
    """First stage and encoder of one process, and what they made."""

    def __init__(self, lecture: Lecture) -> None:
        self._call_check = CallCheck(Whisper(lecture.models / "whisper-base", cpu_threads=1))
        self._features = WakeFeatures(lecture.models / "wake-features")
        self._classifier = OnnxClassifier(lecture.classifier)
        self.encoded: list[Encoded] = []
        self.labels: list[int] = []
        self.weights: list[float] = []
        self.numbers: list[int] = []
        self.number = 0
        """Of the clip or minute that is heard; minutes follow the clips."""

    def ends(self, samples: Samples, candidate: float) -> list[int]:
        """Where the second stage would cut, for everything that the first one notices."""
        mean = smoothed(self._classifier.scores(windows(self._features.whole(samples))), 3)
        found = noticed(mean[:, 1:].sum(axis=1), candidate)
        return [looked_at_until(row) for row in found]

    def take(self, samples: Samples, end: int, label: int, weight: float) -> None:
        clip = samples[max(0, end - int(CHECK_S * _RATE_HZ)) : end]
        self.encoded.append(self._call_check.encode_call(clip).astype(np.float16))
        self.labels.append(label)
        self.weights.append(weight)
        self.numbers.append(self.number)


def lessons(lecture: Lecture) -> Lessons:
    """All lessons, made on all cores.

    Parameters
    ----------
    lecture : Lecture
        Where they come from.
    """
    workers = worker_count()
    jobs = [(lecture, number, workers) for number in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        parts = list(pool.map(_part, jobs))
    encoded, labels, weights, numbers = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.argsort(numbers, kind="stable")  # the same however many cores there are
    return Lessons(encoded=encoded[order], labels=labels[order], weights=weights[order])


def _part(job: tuple[Lecture, int, int]) -> tuple[npt.NDArray[Any], ...]:
    lecture, first, step = job
    listener = _Listener(lecture)
    voices = lecture.sounds.neural
    for number in range(first, len(lecture.clips), step):
        listener.number = number
        utterance, speech = lecture.clips[number]
        copies = COPIES[utterance.kind]
        few_voices = utterance.language == "zh" and utterance.kind != "other" and utterance.split == "train"
        for copy in range(copies + _STRETCHED * few_voices if len(speech) else 0):
            rng = np.random.default_rng([SEED, number, copy])
            said = speech if copy < copies else pace_and_pitch(speech, float(rng.uniform(0.85, 1.2)))
            _scene(listener, utterance, said, voices, rng, change_speaker=copy > 0)
    with EspeakVoice() as espeak:
        for number in range(first, lecture.minutes, step):
            listener.number = len(lecture.clips) + number
            samples = minute(lecture.sounds, number, lecture.minutes_seed, espeak=espeak)[1]
            for end in listener.ends(samples, _AMBIENT_CANDIDATE)[:_AMBIENT_EACH]:
                listener.take(samples, end, LABELS["none"], 1.0)
            for each in range(_ANYWHERE):
                rng = np.random.default_rng([number, each])
                end = int(rng.integers(int(2.5 * _RATE_HZ), len(samples)))
                listener.take(samples, end, LABELS["none"], 1.0)
    return (
        np.stack(listener.encoded),
        np.array(listener.labels, np.int64),
        np.array(listener.weights, np.float32),
        np.array(listener.numbers, np.int64),
    )


def _scene(
    listener: _Listener,
    utterance: Utterance,
    speech: Samples,
    voices: Sequence[Samples],
    rng: np.random.Generator,
    *,
    change_speaker: bool,
) -> None:
    snr_db = None if rng.random() < _CLEAN_SHARE else float(rng.uniform(0, 20))
    noise = str(rng.choice(_NOISES))
    follow = voices[int(rng.integers(0, len(voices)))] if rng.random() < 0.3 else None
    scene = stage(
        speech,
        Backdrop(voices=voices),
        rng,
        snr_db=snr_db,
        noise=noise,
        change_speaker=change_speaker,
        follow=follow,
    )
    ends = listener.ends(scene.samples, _CANDIDATE)
    if ends:
        end = ends[0] + int(rng.uniform(-0.08, 0.08) * _RATE_HZ)
    else:
        end = scene.end + int(rng.uniform(-0.1, 0.4) * _RATE_HZ)
    if utterance.kind != "positive":
        weight = _NEAR_MISS_WEIGHT if utterance.kind == "near_miss" else 1.0
        listener.take(scene.samples, end, LABELS["none"], weight)
    elif _CALL_WITHIN_S[0] < (end - scene.end) / _RATE_HZ < _CALL_WITHIN_S[1]:
        listener.take(scene.samples, end, LABELS[utterance.language], 1.0)


def parts_of(encoded: Encoded) -> Params:
    """The mean of the encoder's numbers and the directions in which they differ most, half whitened."""
    chosen = np.random.default_rng(SEED).permutation(len(encoded))[:1_500]
    rows = encoded[chosen].astype(np.float32).reshape(-1, encoded.shape[-1])
    mean = rows.mean(axis=0)
    spread, directions = np.linalg.eigh(np.cov((rows - mean).T))
    width = np.sqrt(spread[::-1][:_PARTS])
    parts = directions[:, ::-1][:, :_PARTS] / np.sqrt(width * width.mean())
    return {"mean": mean, "parts": parts.astype(np.float32)}


def no_hearing(rng: np.random.Generator) -> Params:
    """Weights before anything is learnt."""
    shapes = {name: (taps, _PARTS if name == "near" else _WIDTH, _WIDTH) for name, taps in _TAPS.items()}
    params: Params = {
        f"{name}:weight": rng.normal(0, np.sqrt(2 / (shape[0] * shape[1])), shape)
        for name, shape in shapes.items()
    }
    params |= {f"{name}:bias": np.zeros(_WIDTH) for name in STRIDES}
    params["look"] = rng.normal(0, 0.1, (_WIDTH, _LOOKS))
    params["verdict"] = rng.normal(0, 0.05, (_WIDTH * (_LOOKS + 1), len(LABELS)))
    params["verdict:bias"] = np.zeros(len(LABELS))
    return {name: np.asarray(value, np.float32) for name, value in params.items()}


def learn(given: Lessons, *, epochs: int = EPOCHS, seed: int = SEED) -> Params:
    """Fit the network with Adam and a falling rate.

    Parameters
    ----------
    given : Lessons
        What is learnt from.
    epochs : int
        Times that everything is gone through.
    seed : int
        Of the first weights, the order and what is struck out.

    Returns
    -------
    dict
        Weights for `voice.wake.hearing.likeness`.
    """
    import jax
    import jax.numpy as jnp

    fixed = parts_of(given.encoded)
    seen = _in_parts(given.encoded, fixed)
    rng = np.random.default_rng(seed)
    found: Params = {name: jnp.asarray(value) for name, value in no_hearing(rng).items()}
    first = {name: jnp.zeros_like(value) for name, value in found.items()}
    second = first
    batches = len(seen) // _BATCH
    step = jax.jit(_step_of(seed))
    for number in range(1, batches * epochs + 1):
        turn = (number - 1) % batches
        if turn == 0:
            order = rng.permutation(len(seen))
        chosen = order[turn * _BATCH : (turn + 1) * _BATCH]
        batch = (_disturbed(seen[chosen], rng), given.labels[chosen], given.weights[chosen])
        rate = _RATE * min(number / 200, 0.5 * (1 + np.cos(np.pi * number / (batches * epochs))))
        found, first, second = step(found, first, second, batch, rate, number)
    return {**fixed, **{name: np.asarray(value) for name, value in found.items()}}


def _step_of(seed: int) -> Callable[..., Any]:
    """One step of Adam: the weights, and the means of their slopes and of the squares of these."""
    import jax
    import jax.numpy as jnp

    flat = {"mean": jnp.zeros(_PARTS), "parts": jnp.eye(_PARTS)}

    def loss(params: Params, x: Any, wanted: Any, weights: Any, key: Any) -> Any:
        def thin(name: str, made: Any) -> Any:
            chosen = jax.random.fold_in(key, list(STRIDES).index(name))
            kept = jax.random.bernoulli(chosen, 1 - _DROPPED, (made.shape[0], 1, made.shape[2]))
            return made * kept / (1 - _DROPPED)

        said = likeness({**flat, **params}, x, using=jnp, thin=thin)
        aim = jax.nn.one_hot(wanted, len(LABELS)) * _SURE + (1 - _SURE) / len(LABELS)
        return -(weights * (aim * said).sum(axis=-1)).sum() / weights.sum()

    def step(found: Params, first: Params, second: Params, batch: Any, rate: Any, number: Any) -> Any:
        slopes = jax.grad(loss)(found, *batch, jax.random.fold_in(jax.random.PRNGKey(seed), number))
        first = {name: 0.9 * first[name] + 0.1 * slopes[name] for name in found}
        second = {name: 0.99 * second[name] + 0.01 * slopes[name] ** 2 for name in found}
        moved = {
            name: (first[name] / (1 - 0.9**number)) / (jnp.sqrt(second[name] / (1 - 0.99**number)) + 1e-8)
            for name in found
        }
        return (
            {name: found[name] - rate * (moved[name] + 0.01 * found[name]) for name in found},
            first,
            second,
        )

    return step


def _in_parts(encoded: Encoded, fixed: Params) -> Samples:
    blocks = (encoded[start : start + 500] for start in range(0, len(encoded), 500))
    return np.concatenate([(block.astype(np.float32) - fixed["mean"]) @ fixed["parts"] for block in blocks])


def _disturbed(x: Samples, rng: np.random.Generator) -> Samples:
    """Examples blurred, moved a little in time, and with a gap."""
    made = x + rng.normal(0, _BLUR, x.shape).astype(np.float32)
    for row in made:
        row[:] = np.roll(row, int(rng.integers(-_SHIFT, _SHIFT + 1)), axis=0)
        begin = int(rng.integers(0, len(row)))
        row[begin : begin + int(rng.integers(0, _GAP))] = 0
    return made
