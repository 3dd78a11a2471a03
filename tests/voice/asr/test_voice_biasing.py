"""Sound-alikes: what was heard is compared with usual requests and near names, and the sound decides."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice import wav_io
from voice.asr.biasing import Expectations, Meant
from voice.asr.preference import preference
from voice.asr.recognizer import Recognizer
from voice.asr.text import bare_text
from voice.tts.synthesizer import Synthesizer

_NAMES = (
    "学研大厦",
    "清华大学",
    "清华大学医院",
    "成府路",
    "五道口",
    "文津国际酒店",
    "Hotel Kämp",
    "Kamppi",
    "Holiday Inn",
)


@cache
def _expectations(language: str) -> Expectations:
    return Expectations(language)


@pytest.mark.parametrize(
    ("heard", "language", "meant"),
    [
        pytest.param("刀横去学业大厦", "zh", "导航去学研大厦", id="command and name"),
        pytest.param("小高小高，待我去青花大学", "zh", "小高小高，带我去清华大学", id="the call stays"),
        pytest.param("关闭到行", "zh", "关闭导航", id="a whole request"),
        pytest.param("附近有没有兵管", "zh", "附近有没有宾馆", id="kind of place"),
        pytest.param(
            "我们先吃饭再去文津国计酒店好吗", "zh", "我们先吃饭再去文津国际酒店好吗", id="in other words"
        ),
        pytest.param("成府路怎么走", "zh", "成府路怎么走", id="right already"),
        pytest.param("directions to campi", "en", "directions to Kamppi", id="foreign name"),
        pytest.param(
            "what is the way to holiday in", "en", "what is the way to Holiday Inn", id="same sound"
        ),
        pytest.param(
            "point me at campi please", "en", "point me at Kamppi please", id="English, other words"
        ),
    ],
)
def test_the_nearest_by_sound_comes_first(heard: str, language: str, meant: str) -> None:
    found = _expectations(language).sentences([heard], _NAMES)
    assert found[0].text == meant


def test_a_name_of_the_other_script_is_among_few_although_it_is_farther_by_sound() -> None:
    heard = ["到航去哈利德印", "到航去哈里德宁", "到航去哈里德印"]
    found = _expectations("zh").sentences(heard, _NAMES, count=6)
    assert "导航去Holiday Inn" in [one.text for one in found]
    assert [one.cost for one in found] == sorted(one.cost for one in found)


def test_words_around_an_unknown_name_that_are_right_get_no_others() -> None:
    found = _expectations("en").sentences(["Take me to John Urankan."], _NAMES)
    assert not [one.text for one in found if one.text.startswith(("oh", "hmm"))]


def test_the_cost_of_another_sound_does_not_grow_with_the_letters_of_a_name() -> None:
    latin, han = (
        preference(
            Meant(text=f"导航去{name}", cost=0.15), -50.0, language="zh", text="导航去哈利德印", logprob=-0.6
        )
        for name in ("Holiday Inn", "哈里德宁")
    )
    assert latin == han


def test_a_name_in_pinyin_is_the_same_name() -> None:
    """The map writes 西苑 as Xiyuan too: in Mandarin it is no name of another language."""
    heard = ["怀访落少游源"]
    assert any("Xiyuan" in one.text for one in _expectations("zh").sentences(heard, ["Xiyuan"]))
    found = _expectations("zh").sentences(heard, ["西苑", "Xiyuan"])
    assert not any("Xiyuan" in one.text for one in found)


def test_words_are_found_across_the_borders_of_words() -> None:
    found = _expectations("en").sentences(["Anita Post Office"], _NAMES, count=6)
    assert "I need a post office" in [meant.text for meant in found]


def test_only_usual_wordings_are_usual() -> None:
    usual, other = (
        _expectations("zh").sentences([heard], _NAMES)[0]
        for heard in ("带我去清华大学", "不对我是说要去文津国计酒店")
    )
    assert usual.listed
    assert not other.listed


def test_another_reading_of_the_same_character_sounds_alike() -> None:
    """导航 is often written 到行, and 行 alone is read xing."""
    found = _expectations("zh").sentences(["到行去五道口"], _NAMES)
    assert found[0].text in {"导航去五道口", "导航到五道口"}
    assert found[0].cost <= 0.03


@pytest.mark.parametrize("heard", ["", "今天天气真好我们出去玩吧", "🙂"])
def test_other_talk_is_like_no_request(heard: str) -> None:
    """Words of requests are found in it; that it is one as a whole is never said."""
    found = _expectations("zh").sentences([heard], _NAMES)
    assert not any(meant.listed or meant.cost < 0.08 for meant in found)


@pytest.mark.parametrize("heard", ["给我收几个停车场。", "再给我收几个停车场"])
def test_signs_alone_make_no_other_sentence(heard: str) -> None:
    found = [bare_text(meant.text) for meant in _expectations("zh").sentences([heard], _NAMES)]
    assert bare_text(heard) not in found
    assert len(found) == len(set(found))


def test_a_short_word_is_not_put_into_a_longer_one() -> None:
    found = _expectations("zh").sentences(["带我去赫尔新疆大教堂"], ())
    assert not any("大家堂" in meant.text for meant in found)


def test_a_long_text_is_not_compared() -> None:
    assert _expectations("zh").sentences(["带我去清华大学" * 40], _NAMES) == []


@given(
    heard=st.lists(st.text(max_size=40), max_size=4),
    names=st.lists(st.text(max_size=12), max_size=8),
    language=st.sampled_from(["zh", "en"]),
)
@settings(max_examples=60, deadline=None)
def test_any_text_is_compared_without_harm(heard: list[str], names: list[str], language: str) -> None:
    found = _expectations(language).sentences(heard, names, count=5)
    assert len(found) <= 5
    assert all(0 <= meant.cost <= 1.01 for meant in found)
    assert [meant.cost for meant in found] == sorted(meant.cost for meant in found)


@pytest.mark.models
def test_a_near_name_is_written_as_the_map_writes_it(
    recognizer: Recognizer, synthesizer: Synthesizer
) -> None:
    clip = synthesizer.speak_clause("开车去学研大厦。", "zh", voice="zf_xiaoyi")
    samples = wav_io.to_16k(clip.samples, clip.sample_rate_hz)
    assert "学研大厦" in recognizer.transcribe(samples, hints=["成府路", "学研大厦", "清华大学"]).text


@pytest.mark.models
def test_a_name_that_is_not_near_is_not_replaced(recognizer: Recognizer, synthesizer: Synthesizer) -> None:
    clip = synthesizer.speak_clause("带我去北京大学。", "zh", voice="zm_yunjian")
    samples = wav_io.to_16k(clip.samples, clip.sample_rate_hz)
    assert "北京大学" in recognizer.transcribe(samples, hints=["成府路", "学研大厦", "中心大学"]).text
