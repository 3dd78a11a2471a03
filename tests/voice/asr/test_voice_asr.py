"""Recognition: what was said comes back, and what was not said does not."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voice import wav_io
from voice.asr.recognizer import Recognizer, Transcript, slower
from voice.asr.text import (
    TextTidier,
    _sounds,
    _toned,
    as_said,
    echoes,
    repeats_itself,
    says_twice,
    without_call,
)
from voice.asr.whisper import Whisper, frames_of
from voice.errors import VoiceMissing
from voice.loop.phrases import is_stop
from voice.loop.vad import FRAME, FRAME_MS, SpeechDetector, spans
from voice.train import augment


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
        ("限速60km/h", "zh", "限速60公里每小时"),
        ("60 km/h limit", "en", "60 kilometres an hour limit"),
        ("去三里屯，再去五道口和二里庄", "zh", "去三里屯，再去五道口和二里庄"),
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
        ("3夜眼镜重3夜眼镜重", True),
        ("慢一点，慢一点", False),
        ("Stop, stop.", False),
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


@pytest.mark.parametrize(
    "text",
    [
        "去小学", "去校门口", "去小吃街", "去肖家河", "我们去小区", "先去小王家再回家", "从我家到航天城",
        "明天九点到昆山", "要点东西吃", "会不会超时", "附近有一元店吗", "带我去百宜源商务会馆",
        "我要去怡园", "几场电影",
    ],
)  # fmt: skip
def test_parts_of_other_words_are_no_request(text: str) -> None:
    """取消 sounds like 去小 without tones, but 去小学 is no 取消学."""
    assert TextTidier().put_right(text) == text


_SYLLABLES = "校小晓肖消史馆园元院医怡宜酒九店点公工司思道航到岛去取行路学门口家河东清华大厦"


@given(
    name=st.text(_SYLLABLES, min_size=3, max_size=7),
    others=st.lists(st.text(_SYLLABLES, min_size=3, max_size=7), max_size=3),
)
@example(name="校史馆", others=[])
@example(name="成府路", others=["城府路"])
@example(name="拱石桥", others=[])
@settings(max_examples=300)
def test_a_name_that_is_written_right_stays(name: str, others: list[str]) -> None:
    tidier = TextTidier()
    assert tidier.put_right(f"去{name}", [name]) == f"去{name}"
    assert tidier.put_right(name, [name, *others]) == name, "also beside names that sound the same"


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("待我去公司", "带我去公司"),
        ("去消导航", "取消导航"),
        ("结束岛航", "结束导航"),
        ("找一下最近的公圆", "找一下最近的公园"),
        ("付近有什么久店", "附近有什么酒店"),
    ],
)
def test_a_word_that_is_written_right_does_not_keep_its_neighbours_wrong(heard: str, meant: str) -> None:
    assert TextTidier().put_right(heard) == meant


@cache
def _readings(character: str) -> frozenset[str]:
    """All that a character may sound like, without tones and retroflex."""
    from pypinyin import Style, pinyin

    (found,) = pinyin(character, style=Style.NORMAL, heteronym=True)
    return frozenset(reading[0] + reading[1:].removeprefix("h") for reading in found)


@pytest.mark.slow
def test_other_words_that_sound_like_words_of_requests_are_those_of_the_dictionary() -> None:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    dictionary = jieba.Tokenizer()
    dictionary.initialize()
    data = json.loads((Path(__file__).parents[3] / "voice/data/command_words.json").read_text("utf-8"))
    short = {_sounds(word): word for word in data["words"] if len(word) == 2}
    first, second = ({sounds[place] for sounds in short} for place in (0, 1))
    alike = {
        word
        for word, count in dictionary.FREQ.items()
        if len(word) == 2 and count >= 3
        if _readings(word[0]) & first and _readings(word[1]) & second
        if _toned(word) != _toned(short.get(_sounds(word), word))
    }
    assert set(data["others"]) == alike


_ENOUGH = (
    "停", "停停停", "停！停！", "停一停", "停一下", "停吧", "别说", "别说了", "请别讲了", "不要再说了",
    "别念了", "停止播报", "安静点", "安静一点", "闭嘴吧", "取消吧", "好了好了", "好了，别说了", "知道了",
    "stop", "Stop, stop!", "Stop, please.", "please stop", "Be quiet, please.",
    "Stop talking.", "Okay, that's enough.", "shut up", "never mind",
)  # fmt: skip


@pytest.mark.parametrize("text", _ENOUGH)
def test_a_wish_for_silence(text: str) -> None:
    assert is_stop(text)


@given(st.lists(st.sampled_from(_ENOUGH), min_size=1, max_size=4), st.sampled_from(["，", "", "！", ". "]))
@settings(max_examples=100)
def test_a_wish_for_silence_may_be_said_again_and_again(texts: list[str], pause: str) -> None:
    assert is_stop(pause.join(texts))
    assert not is_stop(pause.join([*texts, "导航"]))


def test_a_long_text_is_judged_at_once() -> None:
    assert not is_stop("okay stop please, 停停停，请别说了，" * 500 + "导航")


@pytest.mark.parametrize(
    "text",
    [
        "停止导航", "停止导航吧", "取消导航", "停车场", "停在门口", "别停", "不要停", "别走高速",
        "好了带我回家", "", "请", "cancel the navigation", "stop navigation", "stop the guidance",
        "stop at the bank", "please", "quieter please", "okay take me home", "停在", "不要", "声音小一点",
    ],
)  # fmt: skip
def test_more_than_a_wish_for_silence(text: str) -> None:
    assert not is_stop(text)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("世纪公园(三号门)", "世纪公园三号门"),
        ("带我去「东方商厦（嘉定店）」", "带我去「东方商厦嘉定店」"),
        ("Museum (North)", "Museum North"),
        ("到了吗？", "到了吗？"),
    ],
)
def test_signs_that_nobody_says(written: str, said: str) -> None:
    assert as_said(written) == said


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
        ("Hey, Xiao Gao, take me home.", "take me home."),
        ("Hey，小高。带我回家", "带我回家"),
        ("Xiao Gao带我回家", "带我回家"),
        ("小高小高，小高庄怎么走", "小高庄怎么走"),
        ("小高庄怎么走", "小高庄怎么走"),
        ("小高层小区在哪里", "小高层小区在哪里"),
        ("show galleries near me", "show galleries near me"),
        ("Show Gaudi museum", "Show Gaudi museum"),
        ("Hey, where is the bank?", "Hey, where is the bank?"),
        ("Shogal, Navigate to Helsinki University", "Navigate to Helsinki University"),
        ("Shau-gal, find a cafe nearby", "find a cafe nearby"),
        ("Showgirl Find a museum nearby", "Find a museum nearby"),
        ("Shall go. Where are we?", "Where are we?"),
        ("So go to the station", "So go to the station"),
        ("Chicago Pizza", "Chicago Pizza"),
        ("show go-kart tracks", "show go-kart tracks"),
        ("Should go home", "Should go home"),
        ("校稿校稿，带我去中关村", "带我去中关村"),
        ("小高小高:附近有没有图书馆", "附近有没有图书馆"),
        ("效果效果，我们要去清华大学", "我们要去清华大学"),
        ("校园在哪里", "校园在哪里"),
        ("小糕点店在哪里", "小糕点店在哪里"),
    ],
)
def test_the_call_is_cut_off(text: str, request_: str) -> None:
    assert without_call(text) == request_


@given(st.text(max_size=80), st.sampled_from(["zh", "en"]))
@settings(max_examples=200)
def test_tidying_twice_changes_nothing(text: str, language: str) -> None:
    tidier = TextTidier()
    once = tidier.tidy(text, language)
    assert tidier.tidy(once, language) == once


def test_a_transcript_crosses_a_process() -> None:
    transcript = Transcript(text="去", language="zh", confidence=0.5, alternatives=("到",), note="cut")
    assert Transcript.from_dict(transcript.to_dict()) == transcript


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceMissing, match="models pull"):
        Whisper(tmp_path)


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
    # 赫尔辛基 is written 赫尔新吉 where no names are given: that is rightly doubted.
    assert transcript.confidence > (0.5 if sample != "zh_cathedral" else 0.2)
    assert transcript.is_usual == (sample == "zh_hotels"), "names are usual only near the car"
    assert 0 < transcript.start_ms < transcript.end_ms


@pytest.mark.models
def test_a_call_that_is_spelled_oddly_makes_no_clear_request_doubtful(
    recognizer: Recognizer, samples_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words after the call are as clear as without it; five beams, and the word noise, are for others."""
    decode, beams_used = recognizer._read, []

    def doubtful(*values: Any, beams: int) -> list[Any]:
        beams_used.append(beams)
        found = decode(*values, beams=beams)
        return [replace(reading, logprob=reading.logprob - 0.4, no_speech=0.7) for reading in found]

    monkeypatch.setattr(recognizer, "_read", doubtful)
    samples = wav_io.read(samples_dir / "en_cathedral.wav")
    transcript = recognizer.transcribe(samples, hints=["Helsinki Cathedral"])
    assert "take me to helsinki cathedral" in transcript.text.lower()
    assert transcript.confidence > 0.8
    assert beams_used == [1]


@pytest.mark.models
def test_a_hint_settles_a_name(recognizer: Recognizer, samples_dir: Path) -> None:
    samples = wav_io.read(samples_dir / "zh_cathedral.wav")
    transcript = recognizer.transcribe(samples, hints=["赫尔辛基大教堂", "中央火车站", "芬兰银行"])
    assert transcript.text.count("赫尔辛基大教堂") == 1
    assert transcript.is_usual


@pytest.mark.models
def test_what_is_read_twice_is_read_again_in_a_longer_window(
    recognizer: Recognizer, samples_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = recognizer._read

    def loop(encoded: Any, *values: Any, beams: int) -> list[Any]:
        found = decode(encoded, *values, beams=beams)
        if encoded.shape[1] >= 750:
            return found
        return [replace(reading, text=f"{reading.text}，{reading.text}") for reading in found]

    monkeypatch.setattr(recognizer, "_read", loop)
    transcript = recognizer.transcribe(wav_io.read(samples_dir / "zh_hotels.wav"))
    assert transcript.text.count("酒店") == 1


@pytest.mark.models
def test_a_wider_search_that_says_it_twice_is_not_followed(
    recognizer: Recognizer, samples_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = recognizer._read

    def loop(*values: Any, beams: int) -> list[Any]:
        found = decode(*values, beams=beams)
        if beams == 1:
            return [replace(reading, logprob=-0.5) for reading in found]
        return [replace(reading, text=f"{reading.text}，{reading.text}", logprob=-0.1) for reading in found]

    monkeypatch.setattr(recognizer, "_read", loop)
    transcript = recognizer.transcribe(wav_io.read(samples_dir / "zh_cathedral.wav"))
    assert transcript.text.count("教堂") == 1


@pytest.mark.models
def test_what_is_unsure_is_heard_a_second_time_and_more_slowly(
    recognizer: Recognizer, whisper: Whisper, samples_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []
    encode = whisper.encode

    def note(clip: np.ndarray, seconds: float) -> object:
        heard.append(len(clip))
        return encode(clip, seconds)

    monkeypatch.setattr(whisper, "encode", note)
    clear = wav_io.read(samples_dir / "zh_hotels.wav")
    assert recognizer.transcribe(clear).is_usual
    assert len(heard) == 1, "a clear and usual request is heard once"
    heard.clear()
    unsure = wav_io.read(samples_dir / "zh_cathedral.wav")
    noise = augment.noises([])["road"](len(unsure), np.random.default_rng(5))
    recognizer.transcribe(augment.mix(unsure, noise, 0))
    first, second = heard[:2]  # silence may be a third, to tell what it would write anyway
    assert 1.05 < second / first < 1.1


@pytest.mark.models
def test_a_sentence_is_weighed_by_the_mean_of_both_hearings(whisper: Whisper, samples_dir: Path) -> None:
    clip = wav_io.read(samples_dir / "zh_hotels.wav")
    hearings = [np.asarray(whisper.encode(sound, 8.0)) for sound in (clip, slower(clip))]
    texts = ["小高小高，附近有什么酒店", "附近有什么饭店", "带我去机场"]
    apart = [whisper.probable(hearing, "zh", texts) for hearing in hearings]
    together = whisper.probable(np.concatenate(hearings), "zh", texts)
    assert together == pytest.approx(np.mean(apart, axis=0), abs=0.3)
    assert together.argmax() == 0


@pytest.mark.models
@pytest.mark.parametrize(("sample", "language"), [("en_cathedral", "en"), ("zh_hotels", "zh")])
def test_what_it_wrote_itself_is_as_probable_when_it_is_weighed(
    whisper: Whisper, samples_dir: Path, sample: str, language: str
) -> None:
    clip = wav_io.read(samples_dir / f"{sample}.wav")
    (span,) = spans(SpeechDetector().probabilities(clip), pad_ms=250)
    clip = clip[span.start : span.end]
    encoded = whisper.encode(clip, 5.0)
    (written,) = whisper.write(encoded, language, (), 40, beams=1)
    sound = np.asarray(encoded)[:, : frames_of(len(clip))]
    (logs,) = whisper.token_logs(sound, language, [written.texts[0]])
    assert sum(logs) / (len(logs) + 1) == pytest.approx(written.logprob, abs=0.15)


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
