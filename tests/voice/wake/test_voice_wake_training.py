"""How the wake word is learnt: classifier, second stage, thresholds, and the corpus that is spoken for it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voice import wav_io
from voice.data_files import load_json
from voice.errors import VoiceFailed
from voice.train import wake as train_wake
from voice.train.ambient import Ambience, embedded_minutes
from voice.train.corpus import Utterance, load_lines, plan
from voice.train.scenes import Backdrop
from voice.train.speakers import open_corpus
from voice.train.tuning import Example, _least, examples, fit_check, other_examples
from voice.train.wake import SEED, hard_negatives, tune
from voice.train.wake_head import export, fit
from voice.tts.espeak import EspeakVoice
from voice.wake.detector import (
    FEATURES,
    CheckSettings,
    OnnxClassifier,
)
from voice.wake.features import CHUNK, EMBEDDING, WINDOW, windows


@pytest.mark.slow
def test_a_trained_classifier_tells_apart_and_is_the_same_as_onnx(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 3, 2_000)
    data = rng.normal(0, 1, (2_000, WINDOW, EMBEDDING))
    data[:, :, :3] += 2 * np.eye(3)[labels][:, None]
    head = fit(data.astype(np.float16), labels, 1)
    scores = head.scores(data.astype(np.float16))
    assert np.mean(scores.argmax(axis=1) == labels) > 0.9
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-5)
    export(head, tmp_path / "wake.onnx")
    classifier = OnnxClassifier(tmp_path / "wake.onnx")
    heard = data[:20].astype(np.float16).astype(np.float32)
    np.testing.assert_allclose(classifier.scores(heard), scores[:20], atol=1e-4)


def told_apart(gap: float, seed: int = 4) -> list[Example]:
    """Examples in which calls are more probable to the recogniser than near-misses by so much."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(2_700):
        kind = ("positive", "near_miss", "other")[number % 3]
        language = ("zh", "en")[number % 2]
        features = list(rng.normal(-6, 2, len(FEATURES)))
        if kind == "positive":
            features[FEATURES.index(f"call_{language}")] += gap
        trained = number % 5 == 0
        found.append(
            Example(kind=kind, language=language, scores=(0.6, 0.3), features=features, trained=trained)
        )
    return found


def test_the_second_stage_takes_near_misses_as_seldom_as_it_may() -> None:
    met = told_apart(5.0)
    check = CheckSettings.from_card(fit_check(met, 6.0))
    taken = {
        kind: np.mean(
            [check.margin(e.features or [], e.scores) >= 0 for e in met if e.kind == kind and not e.trained]
        )
        for kind in ("positive", "near_miss")
    }
    assert taken["near_miss"] <= 0.015
    assert taken["positive"] > 0.5


def test_what_one_language_may_not_take_of_the_near_misses_the_other_may() -> None:
    """Other sound that is like an English call raises that threshold; Mandarin calls are heard the better."""
    met = told_apart(2.0)
    without = fit_check(met, 6.0)["threshold"]
    heard = [0.0 if name == "call_en" else -6.0 for name in FEATURES]
    ambient = Example(kind="ambient", language="", scores=(0.01, 0.99), features=heard)
    bound = fit_check([*met, ambient], 6.0)
    check = CheckSettings.from_card(bound)
    near = [
        check.margin(e.features or [], e.scores) >= 0 for e in met if e.kind == "near_miss" and not e.trained
    ]
    assert bound["threshold"]["en"] > without["en"]
    assert bound["threshold"]["zh"] < without["zh"]
    assert 0.005 < np.mean(near) <= 0.015


def test_native_mandarin_is_judged_by_the_words_as_well() -> None:
    """What the training's own voices say does not teach trust in a hearing that knows them."""
    rng = np.random.default_rng(2)
    met = []
    for number, told in enumerate(told_apart(0.0)):
        features = list(told.features or [])
        if told.kind == "positive" and told.trained:
            features[FEATURES.index("heard_zh")] += 9
            features[FEATURES.index("is_zh")] += 6
        elif told.kind == "positive":
            features[FEATURES.index(f"heard_{told.language}")] += 9
        met.append(replace(told, features=features, scores=(float(rng.uniform()), number % 2 / 3)))
    check = fit_check(met, 6.0)
    heard, native = FEATURES.index("heard_zh"), FEATURES.index("is_zh")
    assert check["weights"]["zh_words"][heard] == 0
    assert check["weights"]["zh_words"][native] > 0.3
    assert check["weights"]["zh"][heard] > 0.3
    assert set(check["threshold"]) == {"zh", "zh_words", "en"}


def test_the_second_stage_meets_every_clip_clean_and_in_noise() -> None:
    class Weighing:
        def weigh_call(self, samples: Any) -> list[float]:
            assert len(samples) == 32_000
            return [float(np.abs(samples).max())] * len(FEATURES)

    rng = np.random.default_rng(1)
    near = Utterance(
        kind="near_miss", split="tune", language="zh", engine="kokoro", voice="x", text="小狗", speed=1
    )
    clips = [
        (replace(near, kind="positive", split="train"), rng.normal(0, 0.1, 16_000).astype(np.float32)),
        (near, np.zeros(0, np.float32)),
        (near, rng.normal(0, 0.1, 4_000).astype(np.float32)),
        (replace(near, split="train"), rng.normal(0, 0.1, 4_000).astype(np.float32)),
    ]

    def scores(samples: Any) -> Any:
        rows = np.zeros((len(samples) // CHUNK - WINDOW + 1, 3), np.float32)
        if len(samples) > 16_000 * 4:  # only the longer clip is noticed
            rows[15:20, 1] = 0.9
        return rows

    def meet(**share: int) -> list[Example]:
        backdrop = Backdrop(voices=[clips[0][1]])
        return list(examples(Weighing(), clips, backdrop, scores, 0.3, **share))  # type: ignore[arg-type]

    found = meet()
    assert [(e.kind, e.trained, e.features is None) for e in found] == [
        *[("positive", True, False)] * 3,
        *[("near_miss", False, True)] * 3,
        *[("near_miss", True, True)] * 3,
    ]
    assert [e.scores for e in found[:3]] == [(pytest.approx(0.9), 0.0)] * 3
    assert len({e.features[0] for e in found[:3] if e.features}) == 3, "clean, at 10 and at 5 dB"
    assert meet(first=0, step=2) + meet(first=1, step=2) == found, "every other clip, then the rest"


@pytest.mark.parametrize("scale", [0.3, 1.0])
def test_the_tail_of_other_sound_tells_how_far_the_threshold_must_be(scale: float) -> None:
    """Of n an hour, an exponential tail leaves n exp(-t / scale) above t; 0.05 an hour may be left."""
    odds = np.random.default_rng(8).exponential(scale, 6_000)
    assert _least(odds[:600], 6.0) == pytest.approx(scale * math.log(100 / 0.05), rel=0.2)
    assert _least(odds, 60.0) == odds.max(), "what was met is never taken"
    assert _least(odds[:1], 6.0) == odds[0]
    assert _least(odds[:0], 6.0) == -math.inf


def test_no_other_sound_that_was_met_is_taken_for_a_call() -> None:
    met = told_apart(5.0)
    calls = [e for e in met if e.kind == "positive"][:5]
    ambient = [replace(e, kind="ambient", language="") for e in calls]
    check = CheckSettings.from_card(fit_check(met + ambient, 6.0))
    assert all(check.margin(e.features or [], e.scores) < 0 for e in ambient)


def test_the_weights_of_the_second_stage_keep_their_signs() -> None:
    """What speaks for a call when it is improbable would take any noise for one."""
    check = CheckSettings.from_card(fit_check(told_apart(-3.0), 6.0))
    assert check.weights["zh"][FEATURES.index("call_zh")] >= 0
    assert check.weights["en"][FEATURES.index("call_en")] >= 0


class FirstNumber:
    """In the place of a trained classifier: the first number of a window's last row is the score of zh."""

    def scores(self, window: Any) -> Any:
        zh = np.clip(np.asarray(window, np.float32)[:, -1, 0], 0, 1)
        return np.stack([1 - zh, zh, np.zeros_like(zh)], axis=1)


def quiet_minutes(count: int, **peaks: float) -> Any:
    """Embedded minutes without likeness to a call, but for runs of five at m<minute>_<chunk>."""
    embedded = np.zeros((count, 750, EMBEDDING), np.float16)
    for name, likeness in peaks.items():
        number, chunk = (int(part) for part in name[1:].split("_"))
        embedded[number, chunk : chunk + 5, 0] = likeness
    return embedded


def test_the_likeliest_windows_of_other_sound_are_learnt_from() -> None:
    mined = hard_negatives(FirstNumber(), quiet_minutes(3, m1_400=0.9, m2_100=0.5))  # type: ignore[arg-type]
    assert mined.shape[1:] == (WINDOW, EMBEDDING)
    assert sorted(np.round(mined[mined[:, -1, 0] > 0.02][:, -1, 0].astype(float), 1)) == [0.5] * 5 + [0.9] * 5
    assert len(mined) <= 3 * 10 + 10


def test_the_threshold_lets_no_more_candidates_pass_than_wanted() -> None:
    peaks = {f"m0_{100 + 40 * k}": 0.3 for k in range(10)} | {"m1_300": 0.7}
    decision = tune(FirstNumber(), quiet_minutes(2, **peaks))  # type: ignore[arg-type]
    assert 0.3 <= decision["candidate"] <= 0.34
    assert decision["sure"] >= 0.7


def test_what_the_first_stage_notices_in_other_sound_is_put_to_the_second() -> None:
    class Weighing:
        def weigh_call(self, samples: Any) -> list[float]:
            return [float(samples[-1])] * len(FEATURES)

    streams = [windows(minute) for minute in quiet_minutes(2, m1_400=0.8)]
    asked: list[int] = []

    def sound(number: int) -> Any:
        asked.append(number)
        return np.arange(960_000, dtype=np.float32)

    scores = (FirstNumber().scores(stream) for stream in streams)
    (example,) = other_examples(Weighing(), scores, sound, 0.3)  # type: ignore[arg-type]
    assert asked == [1]
    assert example.kind == "ambient"
    assert example.scores == pytest.approx((0.8, 0.0), abs=0.01)
    # Noticed at the second of the five chunks, and weighed 224 ms later.
    assert example.features is not None
    assert example.features[0] == pytest.approx(402 * CHUNK + 224 * 16, abs=CHUNK)


def test_other_sound_is_named_by_what_it_is_made_of() -> None:
    one = Ambience(neural=[np.zeros(100, np.float32)], sentences={"zh": ["去"], "en": ["go"]})
    assert one.key == replace(one).key
    assert one.key != replace(one, neural=[np.zeros(101, np.float32)]).key
    assert one.key != replace(one, sentences={"zh": ["来"], "en": ["go"]}).key


@pytest.mark.models
def test_other_sound_is_embedded_once(model_dir: Callable[[str], Path], tmp_path: Path) -> None:
    voice = wav_io.read(Path(__file__).parents[3] / "samples" / "zh_cathedral.wav")
    ambience = Ambience(neural=[voice], sentences={"zh": ["今天天气不错"], "en": ["it was a long day"]})
    features = model_dir("wake-features")
    first = embedded_minutes(features, ambience, 2, 5, tmp_path)
    assert first.shape == (2, 750, EMBEDDING)
    times = {file: file.stat().st_mtime_ns for file in (tmp_path / "embedded").iterdir()}
    again = embedded_minutes(features, ambience, 2, 5, tmp_path)
    assert np.array_equal(first, again)
    assert times == {file: file.stat().st_mtime_ns for file in (tmp_path / "embedded").iterdir()}


def test_a_recipe_that_lacks_something_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.json").write_text('{"kept_voices": []}', "utf-8")
    folders = ["--models", str(tmp_path), "--cache", str(tmp_path)]
    monkeypatch.setattr("sys.argv", ["train_wake", *folders, "--recipe", str(tmp_path / "mine.json")])
    with pytest.raises(SystemExit):
        train_wake.main()
    assert "mine.json lacks en, near_misses" in capsys.readouterr().err


def test_no_near_miss_of_the_test_is_trained_on() -> None:
    recipe = load_json("wake_recipe.json")
    for language in ("zh", "en"):
        trained = {*recipe["near_misses"][language], *recipe["near_misses_named"][language]}
        tuned = set(recipe["near_misses_tune"][language])
        assert not tuned & trained
        assert not (trained | tuned) & set(recipe["near_misses_test"][language])


def test_the_kept_voices_speak_in_the_test_only() -> None:
    recipe = load_json("wake_recipe.json")
    voices = ["zf_xiaobei", "zm_yunxi", "af_bella", "am_adam", "ff_siwis", *recipe["kept_voices"]]
    utterances = plan(recipe, voices)
    kept = set(recipe["kept_voices"])
    assert {bool(kept & set(u.voice.split("+"))) for u in utterances if u.split != "test"} == {False}
    assert {u.voice for u in utterances if u.split == "test"} == kept
    assert {u.voice for u in utterances if u.split == "tune"} == set(recipe["tuning_voices"])
    assert not {u.voice for u in utterances if u.split == "train"} & set(recipe["tuning_voices"])
    assert {u.engine for u in utterances if u.split == "hear"} == {"espeak"}
    assert [u.key for u in plan(recipe, voices)] == [u.key for u in utterances]


def test_formant_voices_outlive_languages_in_turn_and_a_dead_child() -> None:
    with EspeakVoice() as espeak:
        lengths = [
            len(espeak.speak(text, f"{base}+m{number}"))
            for number in (1, 2, 3)
            for base, text in (("cmn", "小高你好"), ("yue", "小高你好"), ("en-us", "how now"))
        ]
        for child in espeak._children.values():
            child.kill()
            child.wait()
        again = len(espeak.speak("小高你好", "cmn+m1"))
        with pytest.raises(VoiceFailed):
            espeak.speak("x", "no-such-voice")
    assert all(length > 4_000 for length in lengths)
    assert again == lengths[0]


@pytest.mark.models
def test_every_kind_of_utterance_of_the_recipe_can_be_spoken(
    model_dir: Callable[[str], Path], tmp_path: Path
) -> None:
    models = model_dir("kokoro").parent
    voices = sorted(path.stem for path in model_dir("kokoro-voices").glob("*.bin"))
    planned = plan(load_json("wake_recipe.json"), voices, SEED)
    kinds = {(u.engine, bool(u.tail)): u for u in planned}
    assert ("kokoro_phonemes", True) in kinds
    corpus = open_corpus(models, tmp_path, threads=2)
    for utterance in kinds.values():
        assert len(corpus.get(utterance)) > 0.3 * 16_000, utterance


@pytest.mark.models
def test_piper_speaks_the_recipe_alike_in_whatever_order(
    model_dir: Callable[[str], Path], tmp_path: Path
) -> None:
    models = model_dir("piper-en-joe").parent
    texts = load_lines("other_speech.json")["en_train"][:2]
    utterances = [
        Utterance(
            kind="other",
            split="train",
            language="en",
            engine="piper",
            voice="en_US-joe-medium",
            text=text,
            speed=1.0,
        )
        for text in texts
    ]
    first, second = open_corpus(models, tmp_path / "first"), open_corpus(models, tmp_path / "second")
    spoken = [first.get(utterance) for utterance in utterances]
    again = [second.get(utterance) for utterance in reversed(utterances)]
    for one, other in zip(spoken, reversed(again), strict=True):
        assert len(one) > 8_000
        assert np.array_equal(one, other)
