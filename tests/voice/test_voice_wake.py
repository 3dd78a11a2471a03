"""The wake word: the stream of scores, the second stage, and the features."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voice import augment, wav_io
from voice.wake import CHUNK_MS, WakeDetector, WakeHit, WakeSettings, call_likeness, is_call, smoothed
from voice.wake_features import CHUNK, EMBEDDING, WINDOW, WakeFeatures, windows

SETTINGS = WakeSettings(candidate=0.6, sure=0.9, frames=3)


class DrawnFeatures:
    """Hands the chunk's first sample on as if it were the window."""

    def reset(self) -> None:
        pass

    def push(self, chunk: Any, *, attend: bool) -> Any:
        return chunk[:1] if attend else None


class DrawnClassifier:
    """A positive sample is the score of zh, a negative one that of en."""

    def scores(self, window: Any) -> Any:
        value = float(window.reshape(-1)[0])
        zh, en = max(0.0, value), max(0.0, -value)
        return np.array([[1 - zh - en, zh, en]], np.float32)


def detect(drawing: str, *, speech: bool = True, masked: str = "") -> list[tuple[int, str]]:
    """Digits are tenths of the zh score, letters a-i of the en score, a chunk each."""
    detector = WakeDetector(DrawnFeatures(), DrawnClassifier(), SETTINGS)  # type: ignore[arg-type]
    found = []
    for number, character in enumerate(drawing):
        value = int(character) / 10 if character.isdigit() else -(ord(character) - 96) / 10
        hit = detector.push(
            np.full(CHUNK, value, np.float32),
            speech=speech,
            masked=number < len(masked) and masked[number] == "m",
        )
        if hit:
            found.append((number, hit.language))
    return found


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param("0000000", [], id="nothing"),
        pytest.param("0090000", [], id="one frame is not enough"),
        pytest.param("0099900", [(4, "zh")], id="several frames are"),
        pytest.param("00iii00", [(4, "en")], id="in English"),
        pytest.param("00" + "9" * 20, [(4, "zh")], id="once during the refractory time"),
        pytest.param("00999" + "0" * 26 + "999", [(4, "zh"), (33, "zh")], id="again after it"),
    ],
)
def test_decision(drawing: str, expected: list[tuple[int, str]]) -> None:
    assert detect(drawing) == expected


def test_without_speech_nothing_is_looked_at() -> None:
    assert detect("009999", speech=False) == []


def test_our_own_voice_does_not_call() -> None:
    assert detect("00999990000", masked="mmmmmmm") == []


def test_smoothing_is_what_the_detector_does() -> None:
    scores = np.zeros((5, 3), np.float32)
    scores[2:, 1] = 0.9
    assert smoothed(scores, 3)[:, 1].tolist() == pytest.approx([0, 0, 0.3, 0.6, 0.9])


@pytest.mark.parametrize(
    ("text", "language", "at_least", "at_most"),
    [
        ("小高小高", "zh", 0.99, 1.0),
        ("小高小高，带我回家", "zh", 0.99, 1.0),
        ("消高,小膏", "zh", 0.99, 1.0),
        ("小狗小狗", "zh", 0.0, 0.6),
        ("小高", "zh", 0.0, 0.6),
        ("小搞小高", "zh", 0.85, 1.0),
        ("今天天气不错", "zh", 0.0, 0.6),
        ("", "zh", 0.0, 0.0),
        ("Xiao Gao", "en", 0.99, 1.0),
        ("Hey, Shao Gow.", "en", 0.99, 1.0),
        ("Zio Gao, take me home", "en", 0.99, 1.0),
        ("The weather is nice", "en", 0.0, 0.7),
        ("", "en", 0.0, 0.0),
    ],
)
def test_likeness(text: str, language: str, at_least: float, at_most: float) -> None:
    assert at_least <= call_likeness(text, language) <= at_most


def test_the_second_stage_overrules_a_doubtful_first_and_yields_to_a_sure_one_in_noise() -> None:
    doubtful = WakeHit(language="zh", score=0.7, end_ms=0)
    sure = WakeHit(language="zh", score=0.95, end_ms=0)
    assert is_call(doubtful, "小高小高", 0.9, SETTINGS)
    assert not is_call(doubtful, "今天天气不错", 0.9, SETTINGS)
    assert not is_call(doubtful, "", 0.0, SETTINGS)
    assert is_call(sure, "", 0.0, SETTINGS)
    assert not is_call(sure, "今天天气不错啊", 0.9, SETTINGS)


@pytest.mark.models
def test_a_stream_gives_the_same_features_as_a_recording(model_dir: Callable[[str], Path]) -> None:
    features = WakeFeatures(model_dir("wake-features"))
    samples = augment.music(CHUNK * 30, np.random.default_rng(1))
    whole = windows(features.whole(samples))
    features.reset()
    for number in range(30):
        # Attending only at the end must make up for everything that was passed over.
        stream = features.push(samples[number * CHUNK : (number + 1) * CHUNK], attend=number == 29)
    assert stream is not None
    assert whole.shape[1:] == (WINDOW, EMBEDDING)
    assert np.allclose(stream, whole[-1], atol=1e-4)


@pytest.mark.models
@pytest.mark.parametrize(
    ("sample", "language"), [("zh_cathedral", "zh"), ("zh_hotels", "zh"), ("en_cathedral", "en")]
)
def test_the_samples_wake_it(model_dir: Callable[[str], Path], sample: str, language: str) -> None:
    detector = WakeDetector.open(model_dir("wake-features"))
    samples = wav_io.read(Path(__file__).parents[2] / "samples" / f"{sample}.wav")
    padded = np.concatenate([np.zeros(32_000, np.float32), samples])
    hits = [
        detector.push(padded[start : start + CHUNK], speech=True)
        for start in range(0, len(padded) - CHUNK, CHUNK)
    ]
    languages = [hit.language for hit in hits if hit]
    assert languages[:1] == [language]
    assert CHUNK_MS == 80


@pytest.mark.models
@pytest.mark.parametrize("noise", ["road", "fan", "music"])
def test_noise_does_not_wake_it(model_dir: Callable[[str], Path], noise: str) -> None:
    detector = WakeDetector.open(model_dir("wake-features"))
    samples = augment.noises([])[noise](16_000 * 30, np.random.default_rng(5))
    hits = [
        detector.push(samples[start : start + CHUNK], speech=True)
        for start in range(0, len(samples) - CHUNK, CHUNK)
    ]
    assert not any(hits)
