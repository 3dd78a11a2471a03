"""The wake word: is the agent being called, in which language, and was it really so."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from voice.errors import VoiceMissing
from voice.onnx_session import open_session
from voice.wake.features import CHUNK, Stretch, WakeFeatures
from voice.wake.pause import PauseInCall, Step

Samples = npt.NDArray[np.float32]
Scores = tuple[float, ...]

CHUNK_MS = CHUNK // 16
"""Time between two decisions."""

CLASSES = ("none", "zh", "en")
"""What the classifier tells apart."""

REFRACTORY_MS = 2_000
"""After a call, the next one is not looked for during this time."""

CHECK_S = 2.0
"""Sound before the call was noticed that the second stage looks at, seconds."""

CHECK_AFTER_MS = 224
"""The first stage may be sure before the last syllable is over: the second looks at so much more."""

SCORE_AFTER_MS = 320
"""The first stage's scores may still grow for so long after the call was noticed."""

FEATURES = (
    "call_zh",
    "rival_zh",
    "half_zh",
    "call_en",
    "rival_en",
    "is_zh",
    "is_en",
    "lead_zh",
    "lead_en",
    "heard_zh",
    "heard_en",
)
"""What the recogniser says of it: how probable the call, its rivals and its half are, and either language,
how far the call leads what it would write itself, because in noise everything is improbable, and how far its
encoder heard a call rather than none (`voice.wake.hearing`).
The second stage decides on these and on the first stage's score of either language."""

_ATTEND_MS = 1_600
_AFTER_MASK_MS = 300
_LEAST_SCORE = 1e-3
_SURER = 0.3
"""Log-odds above the threshold of a call with a pause, of which the fit of the thresholds has none."""

_BREATH_MS = 60
"""What the second stage still hears of a pause, at either end: the recogniser is used to breaths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """When the second stage bears the first one out; the trained model's card gives the values."""

    weights: dict[str, tuple[float, ...]]
    """By decider (`voice.train.tuning.DECIDERS`): a weight for each of `FEATURES`, for the first
    stage's score of zh and of en, and a bias."""

    threshold: dict[str, float]
    """By decider: the log-odds from which it was the call."""

    @classmethod
    def from_card(cls, values: dict[str, Any]) -> CheckSettings:
        """Take the values from a model card."""
        return cls(
            weights={name: tuple(map(float, row)) for name, row in values["weights"].items()},
            threshold={name: float(value) for name, value in values["threshold"].items()},
        )

    def margin(self, features: Sequence[float], scores: Sequence[float]) -> float:
        """How far above its threshold the surest decider is, in log-odds; a call from 0 on."""
        row = np.append(evidence(features, scores), 1.0)
        return max(float(np.dot(row, self.weights[name])) - self.threshold[name] for name in self.weights)


def evidence(features: Sequence[float], scores: Sequence[float]) -> npt.NDArray[np.float64]:
    """`FEATURES` and the log-odds of the first stage's scores of zh and en.

    All are kept within bounds, so that nothing is decided by how impossible the impossible is.
    """
    sure = np.clip(np.asarray(scores, np.float64), _LEAST_SCORE, 1.0 - _LEAST_SCORE)
    bounded = np.clip(np.asarray(features, np.float64), -14.0, 14.0)
    return np.concatenate([bounded, np.log(sure / (1.0 - sure))])


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeSettings:
    """When the classifier's scores make a call; the trained model's card gives the values."""

    candidate: float
    """Smoothed score above which the second stage decides, 0 to 1."""

    sure: float
    """Smoothed score above which it is a call where the second stage cannot be asked, 0 to 1."""

    frames: int
    """Frames of 80 ms over which scores are averaged."""

    check: CheckSettings | None = None
    """How the second stage decides; None trusts the first."""

    @classmethod
    def from_card(cls, card: dict[str, Any]) -> WakeSettings:
        """Take the values from a model card."""
        values = card["decision"]
        return cls(
            candidate=float(values["candidate"]),
            sure=float(values["sure"]),
            frames=int(values["frames"]),
            check=CheckSettings.from_card(card["check"]) if "check" in card else None,
        )


@dataclass(slots=True, kw_only=True)
class WakeHit:
    """A call as the classifier heard it, before the second stage."""

    language: str
    """Language of the phrase: "zh" or "en"."""

    scores: tuple[float, ...]
    """Highest smoothed score of zh and of en, 0 to 1; they may still grow for `SCORE_AFTER_MS`."""

    end_ms: int
    """When it was noticed, milliseconds since the stream opened."""

    left_out: tuple[Stretch, ...] = ()
    """Pauses inside it that it was noticed without, first and last millisecond of each in the stream."""

    def looked_at(self) -> list[Stretch]:
        """Stretches of the stream that the second stage looks at together, in milliseconds, in order."""
        found: list[Stretch] = []
        end, wanted = self.end_ms + CHECK_AFTER_MS, int(CHECK_S * 1000)
        for start, stop in (*reversed(self.left_out), (0, 0)):
            begin = max(stop, end - wanted)
            found.append((begin, end))
            wanted -= end - begin
            if wanted <= 0 or begin != stop:
                break
            end = start
        return found[::-1]

    @property
    def score(self) -> float:
        """How much it is like a call of either language, 0 to 1."""
        return min(1.0, sum(self.scores))


class Classifier(Protocol):
    """What scores a window of embeddings."""

    def scores(self, window: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Probability of each of `CLASSES` for windows of shape (n, 16, 96); shape (n, 3)."""
        ...


class OnnxClassifier:
    """The trained classifier.

    Parameters
    ----------
    model : Path
        ONNX file with one input of shape (n, 16, 96) and one output of shape (n, 3).
    """

    def __init__(self, model: Path) -> None:
        self._session = open_session(model)
        self._input = self._session.get_inputs()[0].name

    def scores(self, window: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """See `Classifier.scores`."""
        (output,) = self._session.run(None, {self._input: np.ascontiguousarray(window, np.float32)})
        scored: npt.NDArray[np.float32] = np.asarray(output, np.float32)
        return scored


def packaged_model() -> tuple[Path, WakeSettings]:
    """The committed model for 小高小高 and "Xiao Gao", with the decision values of its card."""
    folder = Path(str(resources.files("voice").joinpath("data")))
    model, card = folder / "wake_xiaogao.onnx", folder / "wake_xiaogao.json"
    if not model.is_file() or not card.is_file():
        raise VoiceMissing("the wake-word model is missing: install the package again")
    return model, WakeSettings.from_card(json.loads(card.read_text("utf-8")))


def smoothed(scores: npt.NDArray[np.float32], frames: int) -> npt.NDArray[np.float32]:
    """Mean over the last `frames` rows of class scores; fewer at the start."""
    total = np.cumsum(np.concatenate([np.zeros((1, scores.shape[1]), np.float64), scores]), axis=0)
    count = np.minimum(np.arange(1, len(scores) + 1), frames)
    first = np.arange(1, len(scores) + 1) - count
    mean: npt.NDArray[np.float32] = ((total[1:] - total[first]) / frames).astype(np.float32)
    return mean


class WakeDetector:
    """Listens to a stream for the call.

    Parameters
    ----------
    features : WakeFeatures
        The shared embedding models.
    classifier : Classifier
        The trained head.
    settings : WakeSettings
        From the model's card.
    """

    def __init__(self, features: WakeFeatures, classifier: Classifier, settings: WakeSettings) -> None:
        self._features, self._classifier, self.settings = features, classifier, settings
        self._recent: deque[npt.NDArray[np.float32]] = deque(maxlen=settings.frames)
        self._recent_joined: deque[npt.NDArray[np.float32]] = deque(maxlen=settings.frames)
        self._pauses = PauseInCall()
        self.reset()

    @classmethod
    def open(cls, features_dir: Path) -> WakeDetector:
        """A detector with the committed model and the features of the model store."""
        model, settings = packaged_model()
        return cls(WakeFeatures(features_dir), OnnxClassifier(model), settings)

    def reset(self) -> None:
        """Forget the stream."""
        self._features.reset()
        self._recent.clear()
        self._recent_joined.clear()
        self._pauses.reset()
        self._now_ms = 0
        self._attend_until_ms = 0
        self._masked_until_ms = self._joined_until_ms = 0
        self._left_out: list[Stretch] = []
        self._hit: WakeHit | None = None

    def push(self, chunk: Samples, *, speech: bool, masked: bool = False) -> WakeHit | None:
        """Take the next 80 ms.

        Parameters
        ----------
        chunk : ndarray of float32, shape (1280,)
            Samples at 16 kHz in [-1, 1].
        speech : bool
            Whether the speech detector heard something in it.
        masked : bool
            Whether our own voice plays: no call is taken then.

        Returns
        -------
        WakeHit or None
        """
        self._now_ms += CHUNK_MS
        if speech:
            self._attend_until_ms = self._now_ms + _ATTEND_MS
        if masked:
            self._masked_until_ms = self._now_ms + _AFTER_MASK_MS
        window = self._features.push(chunk, attend=self._now_ms < self._attend_until_ms)
        step = self._pauses.push(speech)
        if window is None:
            self._recent.clear()
            return None
        scores = self._mean(self._recent, window)
        joined = self._join(step)
        if joined is not None and sum(joined) > sum(scores):
            return self._notice(joined, tuple(self._left_out))
        return self._notice(scores, ())

    def _join(self, step: Step) -> Scores | None:
        """Follow a pause; scores of what is said after it with what was said before."""
        if step == Step.APART:
            return None
        if step == Step.HELD:
            self._features.hold()
            return None
        scores: Scores | None = None
        if step == Step.OPEN:
            self._features.put_aside()
            self._recent_joined.clear()
            self._left_out = []
        else:
            window, (before_ms, after_ms) = self._features.join()
            begun_ms = self._now_ms - CHUNK_MS
            if begun_ms > self._joined_until_ms:
                start, end = self._joined_until_ms - before_ms, begun_ms + after_ms
                self._left_out.append((start + _BREATH_MS, max(start + _BREATH_MS, end - _BREATH_MS)))
            scores = self._mean(self._recent_joined, window)
            scores = scores if step == Step.HEARD else None
        self._joined_until_ms = self._now_ms
        return scores

    def _mean(self, recent: deque[npt.NDArray[np.float32]], window: npt.NDArray[np.float32]) -> Scores:
        recent.append(self._classifier.scores(window[None])[0])
        mean = np.sum(recent, axis=0) / self.settings.frames
        return tuple(float(value) for value in mean[1:])

    def _notice(self, scores: Scores, left_out: tuple[Stretch, ...]) -> WakeHit | None:
        before = self._hit
        if before is not None and self._now_ms <= before.end_ms + SCORE_AFTER_MS:
            before.scores = tuple(map(max, before.scores, scores))
        quiet_until_ms = self._masked_until_ms
        if before is not None and not (left_out and before.end_ms <= left_out[-1][1]):
            quiet_until_ms = max(quiet_until_ms, before.end_ms + REFRACTORY_MS)
        if self._now_ms < quiet_until_ms or sum(scores) < self.settings.candidate:
            return None
        language = CLASSES[int(np.argmax(scores)) + 1]
        self._hit = WakeHit(language=language, scores=scores, end_ms=self._now_ms, left_out=left_out)
        return self._hit


def is_call(hit: WakeHit, features: Sequence[float] | None, settings: WakeSettings) -> bool:
    """The second stage: whether the recogniser bears the classifier out.

    Parameters
    ----------
    hit : WakeHit
        The first stage's.
    features : sequence of float, optional
        `FEATURES` of the sound before the hit; None if the recogniser could not be asked.
    settings : WakeSettings
        Of the model.
    """
    if settings.check is None:
        return True
    if features is None:
        return hit.score >= settings.sure
    return settings.check.margin(features, hit.scores) >= (_SURER if hit.left_out else 0.0)
