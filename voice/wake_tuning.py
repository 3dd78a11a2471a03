"""The second stage's decision, fitted to how voices that a first stage never heard sound to it and to the
recogniser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.wake import (
    CHECK_AFTER_MS,
    CHECK_S,
    CHUNK_MS,
    CLASSES,
    REFRACTORY_MS,
    SCORE_AFTER_MS,
    evidence,
    smoothed,
)
from voice.wake_check import CallRecognizer
from voice.wake_corpus import Utterance
from voice.wake_features import WINDOW
from voice.wake_scenes import Backdrop, stage

Samples = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]

_SEED = 66
_LEVELS = (None, 10.0, 5.0, 5.0)
_NOISES = ("road", "fan", "babble", "music")
_COPIES = {"positive": 1, "near_miss": 2, "other": 2}
"""Scenes of each utterance."""

_NEAR_MISSES_TAKEN = 0.02
"""Share of the near-misses of the training, the hardest that were found, that both stages may take."""


_SIGNS = {"zh": (1, -1, 1, 1, -1, 1, -1, 1, -1), "en": (1, -1, 1, 1, -1, -1, 1, -1, 1)}
"""Whether each of `FEATURES`, and the first stage's scores, may speak for a call or against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One utterance in a scene, as the second stage meets it."""

    kind: str
    """ "positive", "near_miss" or "other", of a voice; "ambient" from minutes of other sound."""

    language: str
    """ "zh" or "en"."""

    scores: tuple[float, ...] = (0.0, 0.0)
    """The first stage's, of zh and en."""

    features: list[float] | None = None
    """`voice.wake.FEATURES`; None if the first stage did not notice it."""


def noticed(likeness: Scores, threshold: float) -> Iterator[int]:
    """Rows at which the first stage notices a call, with the refractory time between them."""
    quiet_until = 0
    for index in np.flatnonzero(likeness >= threshold):
        if index >= quiet_until:
            yield int(index)
            quiet_until = int(index) + REFRACTORY_MS // CHUNK_MS


def examples(
    recogniser: CallRecognizer,
    clips: Sequence[tuple[Utterance, Samples]],
    backdrop: Backdrop,
    scores: Callable[[Utterance, Samples], Scores],
    candidate: float,
    cache: Path,
) -> Iterator[Example]:
    """Calls, near-misses and other speech of the training voices, at the moment the second stage is asked.

    Parameters
    ----------
    recogniser : CallRecognizer
        What the second stage asks; its answers are kept in `cache`.
    clips : sequence of (Utterance, samples)
        What is said.
    backdrop : Backdrop
        Other speech, for the noise.
    scores : callable
        Class scores of a scene, a row for each 80 ms from the first whole window on, by a first stage that
        never heard the utterance's voice.
    candidate : float
        The first stage's threshold.
    cache : Path
        Folder for what the recogniser said.
    """
    cache.mkdir(parents=True, exist_ok=True)
    for utterance, speech in clips:
        for copy in range(_COPIES[utterance.kind] if len(speech) else 0):
            rng = np.random.default_rng([_SEED, copy, int(utterance.key[:12], 16)])
            level = _LEVELS[int(rng.integers(0, len(_LEVELS)))]
            noise = str(rng.choice(_NOISES))
            scene = stage(speech, backdrop, rng, snr_db=level, noise=noise, change_speaker=copy > 0)
            mean = smoothed(scores(utterance, scene.samples), 3)[:, 1:]
            first = next(noticed(mean.sum(axis=1), candidate), None)
            if first is None:
                yield Example(kind=utterance.kind, language=utterance.language)
                continue
            end = (first + WINDOW) * CHUNK_MS * 16 + CHECK_AFTER_MS * 16
            kept = cache / f"{utterance.key}-{copy}-{end}-{recogniser.key}.json"
            if not kept.is_file():
                weighed = recogniser.weigh_call(scene.samples[max(0, end - int(CHECK_S * 16_000)) : end])
                kept.write_text(json.dumps([round(value, 3) for value in weighed]), "utf-8")
            yield Example(
                kind=utterance.kind,
                language=utterance.language,
                scores=_highest(mean, first),
                features=json.loads(kept.read_text("utf-8")),
            )


def other_examples(
    recogniser: CallRecognizer,
    streams: Iterable[Scores],
    minute: Callable[[int], Samples],
    candidate: float,
) -> Iterator[Example]:
    """What the first stage notices in minutes of other sound.

    Parameters
    ----------
    recogniser, candidate
        As in `examples`.
    streams : iterable of ndarray
        Class scores of each minute.
    minute : callable
        Gives the sound of a minute by its number.
    """
    for number, scores in enumerate(streams):
        mean = smoothed(scores, 3)[:, 1:]
        found = list(noticed(mean.sum(axis=1), candidate))
        samples = minute(number) if found else np.zeros(0, np.float32)
        for first in found:
            end = (first + WINDOW) * CHUNK_MS * 16 + CHECK_AFTER_MS * 16
            yield Example(
                kind="ambient",
                language="",
                scores=_highest(mean, first),
                features=recogniser.weigh_call(samples[max(0, end - int(CHECK_S * 16_000)) : end]),
            )


def _highest(mean: Scores, first: int) -> tuple[float, ...]:
    """Highest score of either language from the moment the call is noticed; see `voice.wake.WakeHit`."""
    return tuple(map(float, mean[first : first + 1 + SCORE_AFTER_MS // CHUNK_MS].max(axis=0)))


def fit_check(found: Sequence[Example]) -> dict[str, Any]:
    """Weights and thresholds of the second stage, for the model's card.

    Either language's decision is fitted to its own calls against everything that is no call, and its
    threshold is the lowest at which near-misses are taken no more often than they may be, and no other sound.
    """
    weights: dict[str, list[float]] = {}
    threshold: dict[str, float] = {}
    near_misses = sum(example.kind == "near_miss" for example in found)
    for language in CLASSES[1:]:
        used = [
            (example, evidence(example.features, example.scores))
            for example in found
            if example.features is not None and (example.kind != "positive" or example.language == language)
        ]
        rows = np.array([row for _, row in used])
        wanted = np.array([example.kind == "positive" for example, _ in used])
        fitted = _logistic(rows, wanted, _SIGNS[language])
        weights[language] = np.round(fitted, 4).tolist()
        odds = rows @ np.array(weights[language][:-1]) + weights[language][-1]
        near = np.sort([o for o, (e, _) in zip(odds, used, strict=True) if e.kind == "near_miss"])[::-1]
        # Both languages' decisions are asked, so each may take half of what may be taken.
        may = int(_NEAR_MISSES_TAKEN / 2 * near_misses)
        ambient = [o for o, (e, _) in zip(odds, used, strict=True) if e.kind == "ambient"]
        threshold[language] = round(max([float(near[min(may, len(near) - 1)]), *ambient]) + 0.01, 3)
    return {"weights": weights, "threshold": threshold}


def _logistic(
    rows: npt.NDArray[np.float64], wanted: npt.NDArray[np.bool_], signs: Sequence[int]
) -> npt.NDArray[np.float64]:
    """Logistic regression whose weights keep their signs; they and the bias."""
    from scipy.optimize import minimize

    inputs = np.hstack([rows, np.ones((len(rows), 1))])
    sign = np.where(wanted, 1.0, -1.0)

    def loss(values: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        margin = sign * (inputs @ values)
        slope = -sign / (1.0 + np.exp(np.clip(margin, -500, 500)))
        held = np.append(values[:-1], 0.0)
        return float(np.logaddexp(0, -margin).sum() + 0.5 * held @ held), inputs.T @ slope + held

    bounds = [{1: (0.0, None), -1: (None, 0.0)}[each] for each in signs] + [(None, None)]
    found = minimize(loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x, np.float64)
