"""The wake word: is the agent being called, in which language, and was it really so."""

from __future__ import annotations

import json
import re
from collections import deque
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from voice.errors import VoiceMissing
from voice.onnx_session import open_session
from voice.wake_features import CHUNK, WakeFeatures

Samples = npt.NDArray[np.float32]

CHUNK_MS = CHUNK // 16
"""Time between two decisions."""

CLASSES = ("none", "zh", "en")
"""What the classifier tells apart."""

REFRACTORY_MS = 2_000
"""After a call, the next one is not looked for during this time."""

_ATTEND_MS = 1_600


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeSettings:
    """When the classifier's scores make a call; the trained model's card gives the values."""

    candidate: float
    """Smoothed score above which the second stage decides, 0 to 1."""

    sure: float
    """Smoothed score above which an unclear second stage does not veto, 0 to 1."""

    frames: int
    """Frames of 80 ms over which scores are averaged."""

    @classmethod
    def from_card(cls, card: dict[str, Any]) -> WakeSettings:
        """Take the values from a model card."""
        values = card["decision"]
        return cls(
            candidate=float(values["candidate"]), sure=float(values["sure"]), frames=int(values["frames"])
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeHit:
    """A call as the classifier heard it, before the second stage."""

    language: str
    """Language of the phrase: "zh" or "en"."""

    score: float
    """Smoothed score, 0 to 1."""

    end_ms: int
    """When it was noticed, milliseconds since the stream opened."""


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
        self._now_ms = 0
        self._attend_until_ms = 0
        self._quiet_until_ms = 0

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
        attend = self._now_ms < self._attend_until_ms
        window = self._features.push(chunk, attend=attend)
        if window is None:
            self._recent.clear()
            return None
        self._recent.append(self._classifier.scores(window[None])[0])
        if masked:
            self._quiet_until_ms = self._now_ms + 300
        if self._now_ms < self._quiet_until_ms:
            return None
        mean = np.sum(self._recent, axis=0) / self.settings.frames
        best = int(mean[1:].argmax()) + 1
        if float(mean[1:].sum()) < self.settings.candidate:
            return None
        self._quiet_until_ms = self._now_ms + REFRACTORY_MS
        self._recent.clear()
        return WakeHit(language=CLASSES[best], score=float(mean[1:].sum()), end_ms=self._now_ms)


_SOUNDS_EN = (
    (r"[^a-z ]", ""),
    (r"\b(?:hey|hay|hi|a|okay|oh)\b", ""),
    (r"sch|sh|ch|zh|xi|x|z|c(?=[iey])|ts|tz|j", "S"),
    (r"s", "S"),
    (r"ck|qu|[gkcq]", "K"),
    (r"th|[dt]", "T"),
    (r"ow|ou|au|ao|aw|al|[aeiouwyh]", "A"),
    (r"l(?=A|$| )", "L"),
    (r" ", ""),
    (r"(.)\1+", r"\1"),
)


def sound_of_english(text: str) -> str:
    """A coarse code of how English letters sound, in which Xiao Gao, Shao Gow and Zio Gao are SAKA."""
    code = text.lower()
    for pattern, replacement in _SOUNDS_EN:
        code = re.sub(pattern, replacement, code)
    return code


def sound_of_mandarin(text: str) -> list[str]:
    """Toneless pinyin, syllable by syllable; zh, ch, sh are written z, c, s, as many speakers say them."""
    from pypinyin import lazy_pinyin

    syllables = lazy_pinyin(re.sub(r"[^\u4e00-\u9fff]", "", text))
    return [re.sub(r"^(zh|ch|sh)", lambda m: m[1][0], syllable) for syllable in syllables]


def _best_match(phrase: tuple[str, ...], syllables: list[str]) -> float:
    """Mean likeness of the phrase's syllables to the best stretch of as many syllables."""
    padded = ["", *syllables, *[""] * len(phrase)]
    return max(
        sum(_alike(want, got) for want, got in zip(phrase, padded[start:], strict=False)) / len(phrase)
        for start in range(len(syllables) + 1)
    )


def _alike(wanted: str, got: str) -> float:
    """1 for the same syllable, half and more for those that the recogniser writes for it in noise."""
    if wanted == got:
        return 1.0
    if wanted == "xiao":
        return 0.65 if got in {"jiao", "qiao", "sao", "xia", "xiang", "xie", "tiao"} else 0.0
    return 0.5 if got in {"kao", "hao", "dao", "bao", "gang", "ga", "guo", "tao", "ao"} else 0.0


def call_likeness(text: str, language: str) -> float:
    """How well what the recogniser read in the last two seconds fits the call.

    Parameters
    ----------
    text : str
        Recognised text.
    language : str
        Language of the phrase that the classifier heard.

    Returns
    -------
    float
        1 for the phrase itself, 0 for something clearly else.
    """
    from rapidfuzz.fuzz import partial_ratio

    if language == "zh":
        english = sound_of_english(text)
        written = 0.9 if "SAKASAKA" in english else 0.4 if "SAKA" in english else 0.0
        return max(written, _best_match(("xiao", "gao", "xiao", "gao"), sound_of_mandarin(text)))
    if re.search(r"[\u4e00-\u9fff]", text):
        return _best_match(("xiao", "gao"), sound_of_mandarin(text))
    code = sound_of_english(text)
    if "SAKA" in code:
        return 1.0
    return 0.9 * partial_ratio("SAKA", code) / 100.0 if len(code) >= 3 else 0.0


def is_call(hit: WakeHit, text: str, confidence: float, settings: WakeSettings) -> bool:
    """The second stage: whether the recognised audio bears the classifier out.

    Parameters
    ----------
    hit : WakeHit
        The first stage's.
    text : str
        What the recogniser read in the audio before the hit; may be empty.
    confidence : float
        The recogniser's, 0 to 1.
    settings : WakeSettings
        Of the model.
    """
    likeness = call_likeness(text, hit.language)
    if likeness >= 0.85:
        return True
    if hit.score >= settings.sure:
        # Noise blurs words: a sure first stage is only overruled by a sure recogniser.
        return likeness >= 0.6 or confidence < 0.5
    return likeness >= 0.7 and confidence < 0.8
