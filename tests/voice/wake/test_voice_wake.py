"""The wake word: the stream of scores, the second stage, and the features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voice import wav_io
from voice.asr.whisper import Whisper
from voice.train import augment
from voice.wake.check import CallCheck
from voice.wake.detector import (
    CHECK_AFTER_MS,
    CHUNK_MS,
    FEATURES,
    CheckSettings,
    WakeDetector,
    WakeHit,
    WakeSettings,
    is_call,
    packaged_model,
    smoothed,
)
from voice.wake.features import CHUNK, EMBEDDING, WINDOW, WakeFeatures, windows

SETTINGS = WakeSettings(candidate=0.6, sure=0.9, frames=3)


class DrawnFeatures:
    """Hands the chunk's first sample on as if it were the window, its second as if it were the joined one."""

    def reset(self) -> None:
        self.joins: list[str] = []

    def push(self, chunk: Any, *, attend: bool) -> Any:
        self.newest = chunk
        return chunk[:1] if attend else None

    def put_aside(self) -> None:
        self.joins.append("put aside")

    def hold(self) -> None:
        self.joins.append("held")

    def join(self) -> Any:
        self.joins.append("joined")
        return self.newest[1:2], (20, 30)


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


CHECK = CheckSettings(
    weights={"zh": (1.0, 0, 0, 0, 0, 0, 0, 0.5, -0.1, 5.0), "en": (0, 0, 0, 1.0, 0, 0, 0, -0.1, 0.5, 7.0)},
    threshold={"zh": 0.0, "en": 0.0},
)


def heard(call_zh: float, call_en: float) -> list[float]:
    """What the recogniser says of a sound, as far as the weights above look at it."""
    return [call_zh, -3.0, -3.0, call_en, -3.0, 0.5, 0.5]


@pytest.mark.parametrize(
    ("features", "scores", "expected"),
    [
        pytest.param(heard(-1, -20), (0.5, 0.1), True, id="the call in Mandarin"),
        pytest.param(heard(-20, -6), (0.5, 0.4), True, id="in English, whichever the first stage heard"),
        pytest.param(heard(-14, -14), (0.99, 0.0), False, id="something else, however sure the first stage"),
        pytest.param(heard(-6, -20), (0.5, 0.1), False, id="a doubtful call_check, a doubtful first stage"),
        pytest.param(heard(-6, -20), (0.95, 0.01), True, id="a doubtful call_check, a sure first stage"),
        pytest.param(heard(-6, -20), (0.01, 0.95), False, id="a first stage that is sure of the other"),
        pytest.param(None, (0.95, 0.0), True, id="no call_check, a sure first stage"),
        pytest.param(None, (0.7, 0.0), False, id="no call_check, a doubtful first stage"),
    ],
)
def test_the_second_stage(features: list[float] | None, scores: tuple[float, float], expected: bool) -> None:
    settings = replace(SETTINGS, check=CHECK)
    assert is_call(WakeHit(language="zh", scores=scores, end_ms=0), features, settings) == expected


def test_a_call_with_a_pause_has_to_be_surer() -> None:
    settings = replace(SETTINGS, check=replace(CHECK, threshold={"zh": 0.0, "en": 2.5}))
    features = heard(-14, -5)
    assert 0 < settings.check.margin(features, (0.0, 0.5)) < 0.3
    for left_out, expected in (((), True), (((1_000, 1_500),), False)):
        hit = WakeHit(language="en", scores=(0.0, 0.5), end_ms=3_000, left_out=left_out)
        assert is_call(hit, features, settings) == expected


def test_the_impossible_decides_no_more_than_the_very_unlikely() -> None:
    assert CHECK.margin(heard(-14, -14), (0.5, 0)) == CHECK.margin(heard(-200, -20), (0.5, 0))
    assert CHECK.margin(heard(-1, -1), (0.0, 0.0)) == CHECK.margin(heard(-1, -1), (1e-9, 0.0))


def test_a_call_that_gets_clearer_is_weighed_at_its_clearest() -> None:
    detector = WakeDetector(DrawnFeatures(), DrawnClassifier(), SETTINGS)  # type: ignore[arg-type]
    tenths = [0, 0, 7, 7, 7, 9, 9, 0, 0, 9, 9, 9]
    hits = [detector.push(np.full(CHUNK, tenth / 10, np.float32), speech=True) for tenth in tenths]
    (hit,) = [hit for hit in hits if hit is not None]
    assert hit.end_ms == 5 * CHUNK_MS
    assert hit.score == pytest.approx((0.7 + 0.9 + 0.9) / 3)


def test_the_packaged_model_has_a_second_stage() -> None:
    model, settings = packaged_model()
    assert model.stat().st_size <= 1_000_000
    assert settings.check is not None
    assert {len(row) for row in settings.check.weights.values()} == {len(FEATURES) + 3}


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.booleans()), max_size=120))
@example([(9, True, False)] * 4 + [(9, False, True)] + [(9, False, False)] * 8)  # masked right after a call
def test_calls_need_speech_no_mask_and_two_seconds_between(chunks: list[tuple[int, bool, bool]]) -> None:
    detector = WakeDetector(DrawnFeatures(), DrawnClassifier(), SETTINGS)  # type: ignore[arg-type]
    calls: list[int] = []
    for number, (tenths, speech, masked) in enumerate(chunks):
        hit = detector.push(np.full(CHUNK, tenths / 10, np.float32), speech=speech, masked=masked)
        if hit is None:
            continue
        assert not masked
        assert any(spoke for _, spoke, _ in chunks[max(0, number - 20) : number + 1])
        assert hit.end_ms == (number + 1) * CHUNK_MS
        assert 0.599 <= hit.score <= 1.0
        calls.append(hit.end_ms)
    assert all(later - earlier >= 2_000 for earlier, later in pairwise(calls))


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
    samples = wav_io.read(Path(__file__).parents[3] / "samples" / f"{sample}.wav")
    padded = np.concatenate([np.zeros(32_000, np.float32), samples])
    hits = [
        detector.push(padded[start : start + CHUNK], speech=True)
        for start in range(0, len(padded) - CHUNK, CHUNK)
    ]
    languages = [hit.language for hit in hits if hit]
    assert languages[:1] == [language]
    assert CHUNK_MS == 80


def called(model_dir: Callable[[str], Path], samples: Any) -> list[bool]:
    """Whether the second stage bears out each call that the first one notices in a recording."""
    detector = WakeDetector.open(model_dir("wake-features"))
    call_check = CallCheck(Whisper(model_dir("whisper-base"), cpu_threads=1))
    found = [
        detector.push(samples[start : start + CHUNK], speech=True)
        for start in range(0, len(samples) - CHUNK, CHUNK)
    ]
    verdicts = []
    for hit in filter(None, found):
        end = (hit.end_ms + CHECK_AFTER_MS) * 16
        features = call_check.weigh_call(samples[max(0, end - 32_000) : end])
        verdicts.append(is_call(hit, features, detector.settings))
    return verdicts


@pytest.mark.models
@pytest.mark.parametrize(("sample", "lead"), [("zh_cathedral", "lead_zh"), ("en_cathedral", "lead_en")])
def test_in_noise_too_the_call_leads_what_the_recogniser_would_write(
    model_dir: Callable[[str], Path], sample: str, lead: str
) -> None:
    call_check = CallCheck(Whisper(model_dir("whisper-base"), cpu_threads=1))
    speech = wav_io.read(Path(__file__).parents[3] / "samples" / f"{sample}.wav")
    noisy = augment.mix(speech, augment.road(len(speech), np.random.default_rng(3)), 5.0)
    call, rest = (
        dict(zip(FEATURES, call_check.weigh_call(part), strict=True))[lead]
        for part in (noisy[:20_000], noisy[-40_000:-8_000])
    )
    assert call > -1.5
    assert rest < -3.0


@pytest.mark.models
@pytest.mark.parametrize("noise", ["road", "fan", "music"])
def test_noise_does_not_wake_it(model_dir: Callable[[str], Path], noise: str) -> None:
    """The first stage may notice something (60 times an hour by design); the second denies it."""
    samples = augment.noises([])[noise](16_000 * 30, np.random.default_rng(5))
    verdicts = called(model_dir, samples)
    assert len(verdicts) <= 5
    assert not any(verdicts)


@pytest.mark.models
@pytest.mark.parametrize("sample", ["zh_cathedral", "zh_hotels", "en_cathedral"])
def test_the_second_stage_bears_out_the_calls_of_the_samples_only(
    model_dir: Callable[[str], Path], sample: str
) -> None:
    samples = wav_io.read(Path(__file__).parents[3] / "samples" / f"{sample}.wav")
    assert called(model_dir, np.concatenate([np.zeros(32_000, np.float32), samples])) == [True]
    call_check = CallCheck(Whisper(model_dir("whisper-base"), cpu_threads=1))
    check = packaged_model()[1].check
    assert check is not None
    silence, hiss = np.zeros(32_000), np.random.default_rng(1).normal(0, 0.1, 32_000)
    for sound in (samples[-32_000:], silence, hiss, np.zeros(0)):
        assert check.margin(call_check.weigh_call(np.asarray(sound, np.float32)), (0.5, 0.2)) < 0
