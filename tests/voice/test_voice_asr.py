"""Recognition: what was said comes back, and what was not said does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice import augment, wav_io
from voice.asr import Recognizer, Transcript, slower
from voice.asr_text import TextTidier, echoes, repeats_itself, says_twice, without_call
from voice.errors import VoiceMissing
from voice.vad import FRAME, FRAME_MS, SpeechDetector, spans


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param("......", [], id="silence"),
        pytest.param("..ssss..", [(2, 6)], id="one utterance"),
        pytest.param("ssss..ssss", [(0, 10)], id="a short pause is bridged"),
        pytest.param("ssss" + "." * 20 + "ssss", [(0, 4), (24, 28)], id="a long one is not"),
        pytest.param("..s.....", [], id="a click is nothing"),
    ],
)
def test_spans(script: str, expected: list[tuple[int, int]]) -> None:
    probabilities = np.array([0.9 if character == "s" else 0.05 for character in script], np.float32)
    found = spans(probabilities, pad_ms=0)
    assert [(span.start // FRAME, span.end // FRAME) for span in found] == expected
    assert FRAME_MS == 32


@pytest.mark.parametrize(
    ("written", "language", "tidied"),
    [
        ("前放300米右轉,進入中觀村東路", "zh", "前放300米右转，进入中观村东路"),
        ("重慶銀行在長江邊 朝陽門", "zh", "重庆银行在长江边，朝阳门"),
        ("３公里", "zh", "3公里"),
        ("5 km外", "zh", "5公里外"),
        ("  Take me  home. ", "en", "Take me home."),
        ("300 meters", "en", "300 metres"),
        ("大教堂\ufffd", "zh", "大教堂"),
    ],
)
def test_tidy(written: str, language: str, tidied: str) -> None:
    assert TextTidier().tidy(written, language) == tidied


@pytest.mark.parametrize(
    ("text", "sure", "invented"),
    [
        ("字幕由Amara.org社区提供", True, True),
        ("Thanks for watching!", True, True),
        ("请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", True, True),
        ("谢谢", False, True),
        ("谢谢", True, False),
        ("...", True, True),
        ("带我回家", False, False),
    ],
)
def test_inventions_are_known(text: str, sure: bool, invented: bool) -> None:
    assert TextTidier().is_invented(text, sure=sure) == invented


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        ("去去去去去去去去", True),
        ("我要去北京我要去北京我要去北京", True),
        ("小高小高，带我回家", False),
        ("no no no", False),
        ("", False),
    ],
)
def test_a_decoder_that_lost_its_place_is_noticed(text: str, loops: bool) -> None:
    assert repeats_itself(text) == loops


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("小高小高，带我去赫尔辛基大教堂，高小高，带我去赫尔辛基大教堂，高小高", True),
        ("Navigate to Dunbar Navigate to Dunbar", True),
        ("小高小高，带我去赫尔辛基大教堂", False),
        ("从清华大学东门到清华大学西门怎么走", False),
        ("Xiao Gao, how far is it to Helsinki Cathedral?", False),
        ("", False),
    ],
)
def test_a_sentence_that_is_read_twice_is_noticed(text: str, twice: bool) -> None:
    assert says_twice(text) == twice


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("待我去五道口", "带我去五道口"),
        ("刀航到北京大学", "导航到北京大学"),
        ("帮我找一家熟店", "帮我找一家书店"),
        ("待我去城府路", "带我去成府路"),
        ("带我去清华大学东门", "带我去清华大学东门"),
        ("今天天气不错", "今天天气不错"),
    ],
)
def test_sound_alikes_of_requests_and_of_expected_names_are_put_right(heard: str, meant: str) -> None:
    assert TextTidier().put_right(heard, ["成府路", "Main Street", "路"]) == meant


def test_hints_read_back_are_noticed() -> None:
    assert echoes("五道口，清华大学", ["清华大学", "五道口"])
    assert not echoes("带我去清华大学", ["清华大学", "五道口"])
    assert not echoes("清华大学", ["清华大学", "五道口"])


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("小高小高，带我回家", "带我回家"),
        ("小高，小高。附近有什么酒店？", "附近有什么酒店？"),
        ("Xiao Gao, take me home.", "take me home."),
        ("Hey Shao Gow take me home", "take me home"),
        ("带我回家", "带我回家"),
        ("小高小高", ""),
    ],
)
def test_the_call_is_cut_off(text: str, request_: str) -> None:
    assert without_call(text) == request_


@given(st.text(max_size=80), st.sampled_from(["zh", "en"]))
@settings(max_examples=200, deadline=None)
def test_tidying_twice_changes_nothing(text: str, language: str) -> None:
    tidier = TextTidier()
    once = tidier.tidy(text, language)
    assert tidier.tidy(once, language) == once


def test_a_transcript_crosses_a_process() -> None:
    transcript = Transcript(text="去", language="zh", confidence=0.5, alternatives=("到",), note="cut")
    assert Transcript.from_dict(transcript.to_dict()) == transcript


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceMissing, match="models pull"):
        Recognizer(tmp_path)


@pytest.mark.models
@pytest.mark.parametrize(
    ("sample", "language", "words"),
    [
        ("en_cathedral", "en", "take me to helsinki cathedral"),
        ("zh_cathedral", "zh", "大教堂"),
        ("zh_hotels", "zh", "附近有什么酒店"),
    ],
)
def test_the_samples(
    recognizer: Recognizer, samples_dir: Path, sample: str, language: str, words: str
) -> None:
    transcript = recognizer.transcribe(wav_io.read(samples_dir / f"{sample}.wav"))
    assert transcript.language == language
    assert words in transcript.text.lower()
    assert transcript.confidence > 0.5
    assert transcript.is_usual == (sample == "zh_hotels"), "names are usual only near the car"
    assert 0 < transcript.start_ms < transcript.end_ms


@pytest.mark.models
def test_a_hint_settles_a_name(recognizer: Recognizer, samples_dir: Path) -> None:
    samples = wav_io.read(samples_dir / "zh_cathedral.wav")
    transcript = recognizer.transcribe(samples, hints=["赫尔辛基大教堂", "中央火车站", "芬兰银行"])
    assert transcript.text.count("赫尔辛基大教堂") == 1
    assert transcript.is_usual


@pytest.mark.models
def test_what_is_read_twice_is_read_again_in_a_whole_window(
    recognizer: Recognizer, samples_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = recognizer._decode

    def loop(encoded: Any, *values: Any, beams: int) -> list[Any]:
        found = decode(encoded, *values, beams=beams)
        if encoded.shape[1] == 1_500:
            return found
        return [replace(reading, text=f"{reading.text}，{reading.text}") for reading in found]

    monkeypatch.setattr(recognizer, "_decode", loop)
    transcript = recognizer.transcribe(wav_io.read(samples_dir / "zh_hotels.wav"))
    assert transcript.text.count("酒店") == 1


@pytest.mark.models
def test_a_wider_search_that_says_it_twice_is_not_followed(
    recognizer: Recognizer, samples_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = recognizer._decode

    def loop(*values: Any, beams: int) -> list[Any]:
        found = decode(*values, beams=beams)
        if beams == 1:
            return [replace(reading, logprob=-0.5) for reading in found]
        return [replace(reading, text=f"{reading.text}，{reading.text}", logprob=-0.1) for reading in found]

    monkeypatch.setattr(recognizer, "_decode", loop)
    transcript = recognizer.transcribe(wav_io.read(samples_dir / "zh_cathedral.wav"))
    assert transcript.text.count("教堂") == 1


@pytest.mark.models
def test_what_is_unsure_is_heard_a_second_time_and_more_slowly(
    recognizer: Recognizer, samples_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []
    encode = recognizer._encode

    def note(clip: np.ndarray, seconds: float) -> object:
        heard.append(len(clip))
        return encode(clip, seconds)

    monkeypatch.setattr(recognizer, "_encode", note)
    clear = wav_io.read(samples_dir / "zh_hotels.wav")
    assert recognizer.transcribe(clear).is_usual
    assert len(heard) == 1, "a clear and usual request is heard once"
    heard.clear()
    unsure = wav_io.read(samples_dir / "en_cathedral.wav")
    noise = augment.noises([])["road"](len(unsure), np.random.default_rng(5))
    recognizer.transcribe(augment.mix(unsure, noise, 5))
    first, second = heard[:2]  # silence may be a third, to tell what it would write anyway
    assert 1.05 < second / first < 1.1


@pytest.mark.models
def test_a_sentence_is_weighed_by_the_mean_of_both_hearings(
    recognizer: Recognizer, samples_dir: Path
) -> None:
    clip = wav_io.read(samples_dir / "zh_hotels.wav")
    hearings = [np.asarray(recognizer._encode(sound, 8.0)) for sound in (clip, slower(clip))]
    texts = ["小高小高，附近有什么酒店", "附近有什么饭店", "带我去机场"]
    apart = [recognizer._probable(hearing, "zh", texts) for hearing in hearings]
    together = recognizer._probable(np.concatenate(hearings), "zh", texts)
    assert together == pytest.approx(np.mean(apart, axis=0), abs=0.3)
    assert together.argmax() == 0


@pytest.mark.models
@pytest.mark.parametrize("seconds", [0.0, 0.02, 3.0, 600.0])
def test_silence_gives_nothing(recognizer: Recognizer, seconds: float) -> None:
    transcript = recognizer.transcribe(np.zeros(int(seconds * 16_000), np.float32))
    assert (transcript.text, transcript.note) == ("", "silence")


@pytest.mark.models
@pytest.mark.parametrize("noise", ["white", "road", "fan", "music", "click"])
@pytest.mark.parametrize("level", [0.003, 0.3])
def test_noise_gives_nothing(recognizer: Recognizer, noise: str, level: float) -> None:
    rng = np.random.default_rng(3)
    length = 16_000 * 6
    if noise == "white":
        samples = rng.normal(0, 1, length)
    elif noise == "click":
        samples = np.zeros(length)
        samples[:: 16_000 // 3] = 10
    else:
        samples = augment.noises([])[noise](length, rng) * 10
    assert recognizer.transcribe((samples * level).astype(np.float32)).text == ""


@pytest.mark.models
def test_a_long_recording_is_cut_and_said_to_be(recognizer: Recognizer, samples_dir: Path) -> None:
    one = wav_io.read(samples_dir / "zh_hotels.wav")[:40_000]
    transcript = recognizer.transcribe(np.tile(one, 20))
    assert transcript.note in {"cut", "noise"}
    assert transcript.end_ms - transcript.start_ms <= 28_500


@pytest.mark.models
def test_the_stream_detector_agrees_with_the_whole(samples_dir: Path) -> None:
    samples = wav_io.read(samples_dir / "zh_hotels.wav")
    detector = SpeechDetector()
    whole = detector.probabilities(samples)
    frames = samples[: len(whole) * FRAME].reshape(-1, FRAME)
    assert np.allclose([detector.speech(frame) for frame in frames], whole, atol=1e-3)


@pytest.mark.models
@pytest.mark.parametrize("fault", ["clipped", "offset", "dropouts", "quiet"])
def test_faults_of_the_microphone(recognizer: Recognizer, samples_dir: Path, fault: str) -> None:
    samples = wav_io.read(samples_dir / "zh_hotels.wav")
    broken = {
        "clipped": np.clip(samples * 8, -0.5, 0.5),
        "offset": samples * 0.5 + 0.2,
        "dropouts": np.where((np.arange(len(samples)) // 160) % 40 == 0, 0, samples),
        "quiet": samples * 0.02,
    }[fault]
    assert "酒店" in recognizer.transcribe(broken.astype(np.float32)).text
