"""The second stage's decision, fitted to how voices that no training heard alone sound to both stages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.train.corpus import Utterance
from voice.train.scenes import Backdrop, stage
from voice.wake.check import CallCheck
from voice.wake.detector import (
    CHECK_AFTER_MS,
    CHECK_S,
    CHUNK_MS,
    FEATURES,
    REFRACTORY_MS,
    SCORE_AFTER_MS,
    evidence,
    smoothed,
)
from voice.wake.features import WINDOW

Samples = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]
Odds = npt.NDArray[np.float64]

_SEED = 99
_LEVELS = (None, 10.0, 5.0)
_NOISES = ("road", "fan", "babble", "music")

_NEAR_MISSES_TAKEN = 0.015
"""Share of the near-misses by the tuning voices that both stages may take."""

_FALSE_CALLS_PER_HOUR = 0.1
"""Of other sound, that both stages may take."""

_TAIL = 20
"""Other sounds, the likest to a call, from which it is told how often one would be taken for it."""

_SIGNS = {
    "zh": (1, -1, 1, 1, -1, 1, -1, 1, 1, 1, 1, 1, -1),
    "en": (1, -1, 1, 1, -1, -1, 1, 1, 1, 1, 1, -1, 1),
}
"""Whether each of `FEATURES`, and the first stage's scores, may speak for a call or against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """One of the sums that may each take a sound for the call."""

    language: str
    """Of the calls that it is fitted to."""

    trained: bool = False
    """Whether these calls are by voices that the training heard."""

    hears: bool = True
    """Whether it goes by the hearing too, which knows the voices of its training better than others."""


DECIDERS = {
    "zh": Decider(language="zh"),
    "zh_words": Decider(language="zh", trained=True, hears=False),
    "en": Decider(language="en"),
}
"""By name. The tuning voices speak a foreign Mandarin; native Mandarin is judged by the words as well."""

_HEARD = [FEATURES.index("heard_zh"), FEATURES.index("heard_en")]


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
    """`voice.wake.detector.FEATURES`; None if the first stage did not notice it."""

    trained: bool = False
    """Whether the training heard the voice."""


def noticed(likeness: Scores, threshold: float) -> Iterator[int]:
    """Rows at which the first stage notices a call, with the refractory time between them."""
    quiet_until = 0
    for index in np.flatnonzero(likeness >= threshold):
        if index >= quiet_until:
            yield int(index)
            quiet_until = int(index) + REFRACTORY_MS // CHUNK_MS


def looked_at_until(row: int) -> int:
    """Sample up to which the second stage looks at what the first one noticed in this row."""
    return ((row + WINDOW) * CHUNK_MS + CHECK_AFTER_MS) * 16


def examples(
    call_check: CallCheck,
    clips: Sequence[tuple[Utterance, Samples]],
    backdrop: Backdrop,
    scores: Callable[[Samples], Scores],
    candidate: float,
    *,
    first: int = 0,
    step: int = 1,
) -> Iterator[Example]:
    """Calls and near-misses of the tuning voices, clean and in noise, when the second stage is asked.

    Parameters
    ----------
    call_check : CallCheck
        What the second stage asks.
    clips : sequence of (Utterance, samples)
        What is said.
    backdrop : Backdrop
        Other speech, for the noise.
    scores : callable
        The first stage's class scores of a scene, a row for each 80 ms from the first whole window on.
    candidate : float
        The first stage's threshold.
    first, step : int
        Every `step`-th clip from number `first` on, to share the work among processes.
    """
    for number in range(first, len(clips), step):
        utterance, speech = clips[number]
        for level in _LEVELS if len(speech) else ():
            rng = np.random.default_rng([_SEED, number, int(level or _SEED)])
            noise = _NOISES[number % len(_NOISES)]
            scene = stage(speech, backdrop, rng, snr_db=level, noise=noise, change_speaker=False)
            mean = smoothed(scores(scene.samples), 3)[:, 1:]
            found = list(noticed(mean.sum(axis=1), candidate))
            for row in found:
                end = looked_at_until(row)
                yield Example(
                    kind=utterance.kind,
                    language=utterance.language,
                    trained=utterance.split == "train",
                    scores=_highest(mean, row),
                    features=call_check.weigh_call(scene.samples[max(0, end - int(CHECK_S * 16_000)) : end]),
                )
            if not found:
                yield Example(
                    kind=utterance.kind, language=utterance.language, trained=utterance.split == "train"
                )


def other_examples(
    call_check: CallCheck,
    streams: Iterable[Scores],
    minute: Callable[[int], Samples],
    candidate: float,
) -> Iterator[Example]:
    """What the first stage notices in minutes of other sound.

    Parameters
    ----------
    call_check, candidate
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
            end = looked_at_until(first)
            yield Example(
                kind="ambient",
                language="",
                scores=_highest(mean, first),
                features=call_check.weigh_call(samples[max(0, end - int(CHECK_S * 16_000)) : end]),
            )


def _highest(mean: Scores, first: int) -> tuple[float, ...]:
    """Highest score of either language from the moment the call is noticed; see `WakeHit`."""
    return tuple(map(float, mean[first : first + 1 + SCORE_AFTER_MS // CHUNK_MS].max(axis=0)))


def fit_check(found: Sequence[Example], hours: float) -> dict[str, Any]:
    """Weights and thresholds of the second stage, for the model's card.

    Each of `DECIDERS` is fitted to its own calls against everything that is no call. The thresholds are the
    lowest at which all together take near-misses by unheard voices, and other sound, no more often than they
    may.

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
    for name, decider in DECIDERS.items():
        used = [e for e in found if e.features and _concerns(decider, e)]
        rows = np.array([evidence(e.features or (), e.scores) for e in used])
        if not decider.hears:
            rows[:, _HEARD] = 0
        wanted = np.array([e.kind == "positive" for e in used])
        weights[name] = np.round(_logistic(rows, wanted, _SIGNS[decider.language]), 4).tolist()
        odds = rows @ np.array(weights[name][:-1]) + weights[name][-1]
        near[name] = odds[[e.kind == "near_miss" and not e.trained for e in used]]
        ambient[name] = odds[[e.kind == "ambient" for e in used]]
    may = int(_NEAR_MISSES_TAKEN * sum(e.kind == "near_miss" and not e.trained for e in found))
    least = {name: _least(odds, hours) for name, odds in ambient.items()}
    return {"weights": weights, "threshold": _thresholds(near, least, may)}


def _concerns(decider: Decider, example: Example) -> bool:
    if example.kind == "positive":
        return example.language == decider.language and example.trained == decider.trained
    return decider.trained or not example.trained


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
        By decider: log-odds of the same near-misses.
    least : dict of float
        By decider: no threshold is lower.
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
