"""The second stage's decision, fitted to how voices that a first stage never heard sound to it and to the
recogniser."""

from __future__ import annotations

import json
import math
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
Odds = npt.NDArray[np.float64]

_SEED = 66
_LEVELS = (None, 10.0, 5.0, 5.0)
_NOISES = ("road", "fan", "babble", "music")
_COPIES = {"positive": 1, "near_miss": 1, "other": 2}
"""Scenes of each utterance."""

_NEAR_MISSES_TAKEN = 0.02
"""Share of the near-misses of the training, the hardest that were found, that both stages may take."""

_FALSE_CALLS_PER_HOUR = 0.1
"""Of other sound, that both stages may take."""

_TAIL = 20
"""Other sounds, the likest to a call, from which it is told how often one would be taken for it."""

_SIGNS = {"zh": (1, -1, 1, 1, -1, 1, -1, 1, 1, 1, -1), "en": (1, -1, 1, 1, -1, -1, 1, 1, 1, -1, 1)}
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


def fit_check(found: Sequence[Example], hours: float) -> dict[str, Any]:
    """Weights and thresholds of the second stage, for the model's card.

    Either language's decision is fitted to its own calls against everything that is no call. The thresholds
    are the lowest at which both together take near-misses, and other sound, no more often than they may.

    Parameters
    ----------
    found : sequence of Example
        What the second stage met.
    hours : float
        Of other sound in which the "ambient" examples were met.
    """
    weights: dict[str, list[float]] = {}
    near: dict[str, Odds] = {}
    ambient: dict[str, Odds] = {}
    for language in CLASSES[1:]:
        used = [e for e in found if e.features and (e.kind != "positive" or e.language == language)]
        rows = np.array([evidence(e.features or (), e.scores) for e in used])
        wanted = np.array([e.kind == "positive" for e in used])
        weights[language] = np.round(_logistic(rows, wanted, _SIGNS[language]), 4).tolist()
        odds = rows @ np.array(weights[language][:-1]) + weights[language][-1]
        near[language], ambient[language] = (
            odds[[e.kind == kind for e in used]] for kind in ("near_miss", "ambient")
        )
    may = int(_NEAR_MISSES_TAKEN * sum(e.kind == "near_miss" for e in found))
    least = {name: _least(odds, hours) for name, odds in ambient.items()}
    return {"weights": weights, "threshold": _thresholds(near, least, may)}


def _least(ambient: Odds, hours: float) -> float:
    """Log-odds that other sound reaches seldom enough: never in these hours, nor as its tail goes on.

    The tail is taken as exponential (peaks over threshold: Coles, An Introduction to Statistical Modeling of
    Extreme Values, 2001, chapter 4): the highest of some hours says little of the next ones.
    """
    highest = np.sort(ambient)[::-1]
    count = min(_TAIL, len(highest) - 1)
    if count < 1:
        return float(highest[0]) if len(highest) else -math.inf
    start = float(highest[count])
    scale = float(highest[:count].mean()) - start
    seldom = start + scale * math.log(count / hours / (_FALSE_CALLS_PER_HOUR / 2))
    return max(float(highest[0]), seldom)


def _thresholds(near: dict[str, Odds], least: dict[str, float], may: int) -> dict[str, float]:
    """Log-odds from which it was a call, so that no more than `may` near-misses are taken in all.

    Parameters
    ----------
    near : dict of ndarray
        By language of the decision: log-odds of the same near-misses.
    least : dict of float
        By language: no threshold is lower.
    may : int
        How many near-misses may be taken.
    """
    for each in range(may, -1, -1):
        threshold = {
            name: round(max(float(np.sort(odds)[::-1][min(each, len(odds) - 1)]), least[name]) + 0.01, 3)
            for name, odds in near.items()
        }
        if np.any([near[name] >= threshold[name] for name in near], axis=0).sum() <= may:
            break
    return threshold


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
