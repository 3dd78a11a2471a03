"""Speech: what is written is said, the first sound comes early, and what was said is kept."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from voice import wav_io
from voice.asr.recognizer import Recognizer
from voice.asr.text import bare_text
from voice.errors import VoiceMissing
from voice.tts.kokoro import KokoroVoice
from voice.tts.kokoro_split import split
from voice.tts.phonemes import Phonemizer, script_runs
from voice.tts.synthesizer import ClipCache, Synthesizer


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    """Its dictionary loads once for all tests."""
    return Phonemizer()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "pinyin"),
    [
        ("重庆", "chong2 qing4"),
        ("银行", "yin2 hang2"),
        ("长江", "chang2 jiang1"),
        ("朝阳门", "chao2 yang2 men2"),
        ("厦门", "xia4 men2"),
        ("六安", "lu4 an1"),
        ("大厦", "da4 sha4"),
        ("步行", "bu4 xing2"),
        ("重新规划", "chong2 xin1 gui1 hua4"),
        ("首都机场", "shou3 du1 ji1 chang3"),
        ("还有", "hai2 you3"),
        ("中国人民银行", "zhong1 guo2 ren2 min2 yin2 hang2"),
        ("新建行政中心", "xin1 jian4 xing2 zheng4 zhong1 xin1"),
        ("施工行驶缓慢", "shi1 gong1 xing2 shi3 huan3 man4"),
        ("校长安排", "xiao4 zhang3 an1 pai2"),
        ("觉得走高速", "jue2 de5 zou3 gao1 su4"),
        ("还得走三公里", "hai2 dei3 zou3 san1 gong1 li3"),
        ("屋顶天台", "wu1 ding3 tian1 tai2"),
        ("今天台北", "jin1 tian1 tai2 bei3"),
        ("清华园支行", "qing1 hua2 yuan2 zhi1 hang2"),
        ("闵行区", "min3 hang2 qu1"),
        ("漯河", "luo4 he2"),
        ("长垣", "chang2 yuan2"),
        ("郫都", "pi2 du1"),
        ("两公里长的隧道", "liang3 gong1 li3 chang2 de5 sui4 dao4"),
        ("两公里长江大桥", "liang3 gong1 li3 chang2 jiang1 da4 qiao2"),
    ],
)
def test_polyphones(phonemizer: Phonemizer, word: str, pinyin: str) -> None:
    syllables = [syllable for part in phonemizer.pinyin(word) for syllable in part]
    assert " ".join(syllables) == pinyin


def test_every_reading_of_ours_is_read_so_in_a_sentence(phonemizer: Phonemizer) -> None:
    """Words are found by cutting the sentence; each of ours must be one, or be in one."""
    for word, syllables in phonemizer._readings.items():
        said = [syllable for part in phonemizer.pinyin(f"去{word}吧") for syllable in part]
        assert said[1:-1] == syllables, word


def test_scripts_are_split() -> None:
    runs = script_runs("左转，进入KFC旁边的Main Street。")
    assert [(run.text, run.language) for run in runs if run.language] == [
        ("左转", "zh"),
        ("进入", "zh"),
        ("KFC", "en"),
        ("旁边的", "zh"),
        ("Main Street。", "en"),
    ]


@pytest.mark.slow
def test_each_script_has_its_own_phonemes() -> None:
    phonemes = Phonemizer()("去Main Street")
    assert phonemes.startswith("ʨʰy↘")
    assert "stɹˈit" in phonemes
    assert not re.search(r"[\u4e00-\u9fffA-H]", phonemes.replace("A", ""))


def test_the_cache_is_bounded_in_memory_and_on_disk(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path, memory_bytes=8_000, disk_bytes=6_000)
    for number in range(10):
        cache.put(str(number), np.full(1_000, 0.5, np.float32))
    assert sum(path.stat().st_size for path in tmp_path.glob("*.npy")) <= 6_000
    assert cache.get("0") is None
    kept = cache.get("9")
    assert kept is not None
    assert np.allclose(kept, 0.5, atol=1e-3)


@pytest.mark.parametrize("change", ["cut", "silence", "other bytes", "empty"])
def test_a_broken_cache_file_is_no_error(tmp_path: Path, change: str) -> None:
    """A power cut may leave the right size with silence in it, which would be played for ever."""
    sound = np.linspace(-0.5, 0.5, 1_000, dtype=np.float32)
    ClipCache(tmp_path).put("a", sound)
    kept = ClipCache(tmp_path).get("a")
    assert kept is not None
    assert np.allclose(kept, sound, atol=1e-3)
    (path,) = tmp_path.glob("*.npy")
    content = path.read_bytes()
    broken = {
        "cut": content[:-700],
        "silence": content[:-700] + bytes(700),
        "other bytes": b"broken",
        "empty": b"",
    }
    path.write_bytes(broken[change])
    assert ClipCache(tmp_path).get("a") is None


def test_without_models_it_says_what_to_do() -> None:
    with pytest.raises(VoiceMissing, match="models pull"):
        list(Synthesizer().speak("你好", "zh"))


@pytest.mark.models
def test_voices_that_are_loaded_beforehand_do_not_wait_for_their_first_sentence(
    synthesizer: Synthesizer, model_dir: Callable[[str], Path], tmp_path: Path
) -> None:
    list(synthesizer.speak("好的，出发。", "zh"))
    kokoro = (model_dir("kokoro") / "model.onnx", model_dir("kokoro-voices"))
    piper = sorted(model_dir("piper-en-joe").glob("*.onnx"))
    late = Synthesizer(*kokoro, piper, cache_dir=synthesizer._cache._folder)
    list(late.speak("好的，出发。", "zh"))
    assert late._kokoro is None, "what was said before needs no voice"
    ready = Synthesizer(*kokoro, piper, cache_dir=synthesizer._cache._folder, load={"zh": None, "en": None})
    for thread in threading.enumerate():
        if thread.name == "load voices":
            thread.join(60)
    assert ready._kokoro is not None
    assert list(ready._piper) == [piper[0].stem]


@pytest.mark.models
def test_a_cached_phrase_is_spoken_while_a_voice_still_loads(
    synthesizer: Synthesizer, model_dir: Callable[[str], Path]
) -> None:
    list(synthesizer.speak("我在。", "zh"))
    busy = Synthesizer(
        model_dir("kokoro") / "model.onnx", model_dir("kokoro-voices"), cache_dir=synthesizer._cache._folder
    )
    with busy._kokoro_loads, ThreadPoolExecutor(1) as pool:
        clips = pool.submit(lambda: list(busy.speak("我在。", "zh"))).result(timeout=60)
    assert len(clips) == 1


def test_a_voice_that_cannot_be_loaded_beforehand_is_missed_when_it_speaks(tmp_path: Path) -> None:
    synthesizer = Synthesizer(tmp_path / "model.onnx", tmp_path, load={"zh": None, "en": None})
    with pytest.raises(VoiceMissing):
        list(synthesizer.speak("你好", "zh"))


def assert_comes_back(
    synthesizer: Synthesizer, judge: Recognizer, text: str, language: str, parts: list[str]
) -> None:
    """Speak a text; the judge has to hear these parts of it, in any characters of their sound."""
    from voice.tts import normalise

    clips = list(synthesizer.speak(text, language))
    speech = wav_io.to_16k(np.concatenate([clip.samples for clip in clips]), clips[0].sample_rate_hz)
    heard = judge.transcribe(speech, language=language).text

    def sounds(written: str, *, all_readings: bool) -> list[set[str]]:
        """How each character may sound: the recogniser chooses other characters, some of several readings."""
        from pypinyin import Style, pinyin

        bare = bare_text(normalise.spoken(written, language))
        readings = pinyin(bare, style=Style.NORMAL, heteronym=all_readings, errors=list)
        return [set(one) for one in readings]

    said = sounds(heard, all_readings=True)
    for part in parts:
        wanted = sounds(part, all_readings=False)
        starts = range(len(said) - len(wanted) + 1)
        assert any(all(w & s for w, s in zip(wanted, said[at:], strict=False)) for at in starts), (
            part,
            heard,
        )


@pytest.mark.models
@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("前方300米右转，进入长安街。", "zh", ["300米", "长安街"]),
        ("附近有3家酒店，最近的是长城饭店。", "zh", ["酒店", "饭店"]),
        ("全程12.5公里，大约20分钟。", "zh", ["12.5公里", "20分钟"]),
        ("In 300 metres, turn right onto Main Street.", "en", ["300 metres", "Main Street"]),
    ],
)
def test_a_round_trip(
    synthesizer: Synthesizer, recognizer: Recognizer, text: str, language: str, parts: list[str]
) -> None:
    assert_comes_back(synthesizer, recognizer, text, language, parts)


@pytest.mark.models
def test_fifty_is_spoken_clearly(synthesizer: Synthesizer, plain_recognizer: Recognizer) -> None:
    """To the published recogniser: with our corrections for noise it hears fifteen at times."""
    text = "I found 3 hotels. The nearest is 450 m away."
    assert_comes_back(synthesizer, plain_recognizer, text, "en", ["hotels", "450 metres"])


@pytest.mark.models
def test_a_sentence_comes_in_stretches_and_a_second_time_from_the_cache(synthesizer: Synthesizer) -> None:
    text = "前方五百米左转，然后沿着中关村东路一直往前走，到第三个红绿灯右转。"
    first = list(synthesizer.speak(text, "zh"))
    again = list(synthesizer.speak(text, "zh"))
    assert [clip.text for clip in again] == list(dict.fromkeys(clip.text for clip in first))
    assert not first[0].goes_on
    assert sum(clip.duration_s for clip in again) == pytest.approx(sum(c.duration_s for c in first), abs=0.01)
    assert first[0].duration_s < 1.5


@pytest.mark.models
def test_stretches_say_what_the_whole_sentence_says(
    model_dir: Callable[[str], Path], recognizer: Recognizer, tmp_path: Path
) -> None:
    model, voices = model_dir("kokoro") / "model.onnx", model_dir("kokoro-voices")
    text, voice = "前方三百米右转，进入中关村东路，然后靠左行驶。", "zm_yunjian"
    whole = KokoroVoice(model, voices).speak(text, voice)
    assert split(model, tmp_path) is not None
    cut = KokoroVoice(model, voices, halves_dir=tmp_path)
    cut.speak("附近有三家酒店。", voice)
    pieces = list(cut.stream(text, voice))
    assert len(pieces) > 3
    assert len(pieces[0][0]) < 0.6 * 24_000
    assert [starts for _, starts in pieces].count(True) >= 2
    joined = np.concatenate([samples for samples, _ in pieces])
    assert 0.75 * len(whole) < len(joined) <= len(whole)
    heard = recognizer.transcribe(wav_io.to_16k(joined, 24_000), language="zh").text
    assert "右转" in heard
    assert "靠左" in heard


@pytest.mark.models
def test_speed_volume_and_voice(synthesizer: Synthesizer) -> None:
    def length(**options: float | str) -> float:
        return synthesizer.speak_clause("前方路口右转。", "zh", **options).duration_s  # type: ignore[arg-type]

    assert length(speed=1.5) < length() < length(speed=0.8)
    assert not synthesizer.speak_clause("前方路口右转。", "zh", volume=0.0).samples.any()
    assert synthesizer.speak_clause("前方路口右转。", "zh", voice="zm_yunxi").voice == "zm_yunxi"
    with pytest.raises(VoiceMissing, match="nobody"):
        synthesizer.speak_clause("你好", "zh", voice="nobody")


@pytest.mark.models
def test_an_english_voice_hands_chinese_text_to_one_that_can(synthesizer: Synthesizer) -> None:
    assert synthesizer.choose_voice("Turn left.", "en") == "en_US-joe-medium"
    assert synthesizer.choose_voice("Go to 五道口.", "en").startswith("af_")
    assert synthesizer.choose_voice("你好", "zh", "en_US-joe-medium").startswith("z")


@pytest.mark.models
def test_foreign_names_in_a_mandarin_sentence_are_clear(
    synthesizer: Synthesizer, recognizer: Recognizer
) -> None:
    clips = list(synthesizer.speak("最近的是Original Sokos Hotel，两百米。", "zh"))
    assert clips[0].voice == "zm_yunjian+am_michael+am_michael"
    audio = np.concatenate([clip.samples for clip in clips])
    heard = recognizer.transcribe(wav_io.to_16k(audio, clips[0].sample_rate_hz), language="zh").text
    assert "hotel" in heard.lower()
    assert "200" in heard or "两百" in heard


@pytest.mark.models
@pytest.mark.parametrize("text", ["", "   ", "……", "🙂", "###"])
def test_nothing_to_say_is_silence(synthesizer: Synthesizer, text: str) -> None:
    assert sum(len(clip.samples) for clip in synthesizer.speak(text, "zh")) == 0


@pytest.mark.models
def test_loudness_is_even(synthesizer: Synthesizer) -> None:
    for text, language in (("附近有三家酒店。", "zh"), ("I found three hotels.", "en")):
        samples = synthesizer.speak_clause(text, language).samples
        speech = samples[np.abs(samples) > 0.01]
        assert 0.05 < float(np.sqrt(np.mean(speech**2))) < 0.2
        assert np.abs(samples).max() < 1.0
