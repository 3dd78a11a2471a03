"""The hearing of the wake word's second stage: the network, and how it is learnt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voice import wav_io
from voice.asr.whisper import Whisper
from voice.errors import VoiceMissing
from voice.train import augment
from voice.train.ambient import Ambience
from voice.train.corpus import Utterance
from voice.train.hearing import COPIES, Lecture, Lessons, learn, lessons, no_hearing, parts_of
from voice.wake.check import CallCheck
from voice.wake.detector import packaged_model
from voice.wake.hearing import likeness, load_hearing, log_odds, save_hearing

SAMPLES = Path(__file__).parents[3] / "samples"
FRAMES, WIDTH = 110, 512


def drawn(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (count, FRAMES, WIDTH)).astype(np.float16)


def test_the_three_probabilities_are_whole() -> None:
    encoded = drawn(5).astype(np.float32)
    params = {**parts_of(drawn(5)), **no_hearing(np.random.default_rng(2))}
    found = likeness(params, encoded)
    assert found.shape == (5, 3)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(log_odds(params, encoded), found[:, 1:] - found[:, :1], atol=1e-5)
    np.testing.assert_allclose(likeness(params, encoded[2:3]), found[2:3], atol=1e-4)


def test_a_network_is_kept_in_half_precision(tmp_path: Path) -> None:
    params = {**parts_of(drawn(5)), **no_hearing(np.random.default_rng(2))}
    save_hearing(tmp_path / "hearing.npz", params)
    again = load_hearing(tmp_path / "hearing.npz")
    assert set(again) == set(params)
    for name, value in params.items():
        np.testing.assert_allclose(again[name], value, rtol=2e-3, atol=1e-4)
    with pytest.raises(VoiceMissing):
        load_hearing(tmp_path / "none.npz")


@pytest.mark.slow
def test_what_sets_lessons_apart_is_learnt_wherever_it_is_heard() -> None:
    """One bump in the frames is a Mandarin call, the same bump backwards an English one."""
    pytest.importorskip("jax", reason="learning needs the train-noise extra")
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 3, 900)
    encoded = rng.normal(0, 1, (900, FRAMES, WIDTH))
    shape = np.repeat(np.eye(8)[:, :, None] * 6, 64, axis=2).reshape(8, -1)
    for row, label in enumerate(labels):
        place = int(rng.integers(0, FRAMES - 8))
        if label:
            encoded[row, place : place + 8] += shape if label == 1 else shape[::-1]
    weights = np.ones(len(labels), np.float32)
    taught = Lessons(encoded=encoded[:700].astype(np.float16), labels=labels[:700], weights=weights[:700])
    params = learn(taught, epochs=60)
    assert np.mean(likeness(params, encoded[700:].astype(np.float32)).argmax(axis=1) == labels[700:]) > 0.9


def test_the_packaged_network_is_small() -> None:
    packaged = Path(__file__).parents[3] / "voice" / "data" / "wake_xiaogao_hearing.npz"
    assert packaged.stat().st_size <= 500_000
    assert log_odds(load_hearing(), np.zeros((1, FRAMES, WIDTH))).max() < 0, "nothing is no call"


@pytest.mark.models
@pytest.mark.parametrize(("sample", "column"), [("zh_cathedral", 0), ("zh_hotels", 0), ("en_cathedral", 1)])
@pytest.mark.parametrize("snr_db", [None, 5.0])
def test_the_call_of_a_sample_is_heard_in_noise_too(
    model_dir: Callable[[str], Path], sample: str, column: int, snr_db: float | None
) -> None:
    call_check = CallCheck(Whisper(model_dir("whisper-base"), cpu_threads=1))
    speech = wav_io.read(SAMPLES / f"{sample}.wav")
    if snr_db is not None:
        speech = augment.mix(speech, augment.road(len(speech), np.random.default_rng(3)), snr_db)
    call = log_odds(load_hearing(), call_check.encode_call(speech[:22_000])[None])[0]
    rest = log_odds(load_hearing(), call_check.encode_call(speech[-40_000:-8_000])[None])[0]
    assert call[column] > 0
    assert call[column] > call[1 - column]
    assert rest.max() < 0


@pytest.mark.models
def test_lessons_are_cut_as_the_second_stage_would(model_dir: Callable[[str], Path]) -> None:
    speech = wav_io.read(SAMPLES / "zh_cathedral.wav")
    said = Utterance(
        kind="positive", split="train", language="zh", engine="kokoro", voice="zf_a", text="小高小高", speed=1
    )
    clips = [
        (said, speech[:16_000]),
        (replace(said, kind="near_miss", split="hear", engine="espeak"), speech[-24_000:-8_000]),
        (replace(said, kind="other", language="en"), speech[-24_000:-8_000]),
    ]
    lecture = Lecture(
        models=model_dir("whisper-base").parent,
        classifier=packaged_model()[0],
        sounds=Ambience(neural=[speech], sentences={"zh": ["今天天气不错"], "en": ["it was a long day"]}),
        clips=clips,
        minutes=1,
        minutes_seed=5,
    )
    given = lessons(lecture)
    calls = int((given.labels == 1).sum())
    assert 1 <= calls <= COPIES["positive"] + 2, "a call that is not whole in the cut is left out"
    others = given.weights[given.labels == 0]
    assert (others == 1.5).sum() == COPIES["near_miss"], "formant voices are not stretched"
    assert (others == 1.0).sum() >= COPIES["other"] + 2, "other speech, and two places of the minute"
    assert set(given.labels[:calls].tolist()) == {1}, "in the order of the clips"
    assert given.encoded.shape == (len(given.labels), FRAMES, WIDTH)
    again = lessons(lecture)
    np.testing.assert_array_equal(given.encoded, again.encoded)
