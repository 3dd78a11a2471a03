"""The wake word: the stream of scores, the second stage, and the features."""

from __future__ import annotations

import math
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
from voice.data_files import load_json
from voice.errors import VoiceFailed
from voice.train import augment
from voice.train import wake as train_wake
from voice.train.ambient import Ambience, embedded_minutes
from voice.train.corpus import Utterance, load_lines, plan
from voice.train.scenes import Backdrop
from voice.train.speakers import open_corpus
from voice.train.tuning import Example, _least, examples, fit_check, other_examples
from voice.train.wake import SEED, hard_negatives, tune
from voice.train.wake_head import export, fit
from voice.tts.espeak import EspeakVoice
from voice.wake.check import CallCheck
from voice.wake.detector import (
    CHECK_AFTER_MS,
    CHUNK_MS,
    FEATURES,
    CheckSettings,
    OnnxClassifier,
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


def test_the_packaged_model_has_a_second_stage() -> None:
    model, settings = packaged_model()
    assert model.stat().st_size <= 1_000_000
    assert settings.check is not None
    assert {len(row) for row in settings.check.weights.values()} == {len(FEATURES) + 3}


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
