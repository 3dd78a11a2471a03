"""The second stage's decision, fitted to how the training voices sound to the recogniser in noise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.wake import CHECK_S, CLASSES, evidence
from voice.wake_check import CallRecognizer
from voice.wake_corpus import Utterance
from voice.wake_scenes import Backdrop, stage

Samples = npt.NDArray[np.float32]

_SEED = 66
_LEVELS = (None, 10.0, 5.0, 5.0)
_NOISES = ("road", "fan", "babble", "music")
_EACH = {"positive": 30, "near_miss": 45, "other": 8}
"""Utterances of each kind in each language."""

_NEAR_MISSES_TAKEN = 0.12
"""Share of near-misses that the second stage alone may take for the call: the first passes one in six."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One utterance in a scene, as the second stage hears it."""

    kind: str
    """ "positive", "near_miss" or "other"."""

    language: str
    """ "zh" or "en"."""

    text: str
    """What was said."""

    level: float | None
    """Signal-to-noise ratio, decibels; None in a quiet place."""

    features: list[float]
    """`voice.wake.FEATURES`."""


def examples(
    recogniser: CallRecognizer,
    clips: Sequence[tuple[Utterance, Samples]],
    backdrop: Backdrop,
    cache: Path,
) -> Iterator[Example]:
    """Calls, near-misses and other speech of the training voices, up to a moment after their end.

    What the recogniser says of each is kept in `cache`.
    """
    cache.mkdir(parents=True, exist_ok=True)
    seen: dict[tuple[str, str], int] = {}
    for utterance, speech in clips:
        key = (utterance.kind, utterance.language)
        if seen.get(key, 0) >= _EACH[utterance.kind] or not len(speech):
            continue
        seen[key] = seen.get(key, 0) + 1
        rng = np.random.default_rng([_SEED, int(utterance.key[:12], 16)])
        level = _LEVELS[int(rng.integers(0, len(_LEVELS)))]
        noise = str(rng.choice(_NOISES))
        scene = stage(speech, backdrop, rng, snr_db=level, noise=noise, change_speaker=False)
        end = scene.end + int(rng.uniform(0.05, 0.35) * 16_000)
        kept = cache / f"{utterance.key}-{recogniser.phrases_key}.json"
        if not kept.is_file():
            weighed = recogniser.weigh_call(scene.samples[max(0, end - int(CHECK_S * 16_000)) : end])
            kept.write_text(json.dumps([round(value, 3) for value in weighed]), "utf-8")
        features = json.loads(kept.read_text("utf-8"))
        yield Example(
            kind=utterance.kind,
            language=utterance.language,
            text=utterance.text,
            level=level,
            features=features,
        )


def fit_check(found: Sequence[Example]) -> dict[str, Any]:
    """Weights and thresholds of the second stage, for the model's card.

    Either language's decision is fitted to its own calls against everything that is no call, and its
    threshold is the lowest at which near-misses are taken no more often than they may be.
    """
    from sklearn.linear_model import LogisticRegression

    weights: dict[str, list[float]] = {}
    threshold: dict[str, float] = {}
    for language in CLASSES[1:]:
        used = [e for e in found if e.kind != "positive" or e.language == language]
        rows = np.array([evidence(e.features) for e in used])
        wanted = np.array([e.kind == "positive" for e in used])
        model = LogisticRegression(C=1.0, max_iter=5_000).fit(rows, wanted)
        weights[language] = [*np.round(model.coef_[0], 4).tolist(), round(float(model.intercept_[0]), 4)]
        odds = rows @ np.array(weights[language][:-1]) + weights[language][-1]
        near = np.sort([o for o, e in zip(odds, used, strict=True) if e.kind == "near_miss"])[::-1]
        threshold[language] = round(float(near[int(_NEAR_MISSES_TAKEN * len(near))]) + 0.01, 3)
    return {"weights": weights, "threshold": threshold}
