"""How names sound: syllables, what is confused with what, and syllables out of letters."""

from __future__ import annotations

import pytest

from poi.names.pinyin import decode, encode, fold, other_sounds, segment, sound


def heard_alike(one: str, other: str) -> bool:
    return fold(sound(one)) == fold(sound(other))


@pytest.mark.parametrize(
    "syllable", ["zhong", "guan", "cun", "lv", "nve", "er", "a", "xiong", "shuang", "yuan"]
)
def test_syllables_survive_encoding(syllable: str) -> None:
    code = encode(syllable)
    assert len(code) == 1
    assert decode(code) == syllable


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("中", "宗", id="zh and z"),
        pytest.param("车", "册", id="ch and c"),
        pytest.param("山", "三", id="sh and s"),
        pytest.param("南", "兰", id="n and l"),
        pytest.param("封", "哼", id="f and h"),
        pytest.param("成", "陈", id="eng and en"),
        pytest.param("京", "金", id="ing and in"),
        pytest.param("清华", "青花", id="homophones"),
    ],
)
def test_confused_sounds_fold_together(one: str, other: str) -> None:
    assert heard_alike(one, other)


@pytest.mark.parametrize(("one", "other"), [("东", "西"), ("北", "南"), ("门", "梦幻"), ("大", "他")])
def test_other_sounds_stay_apart(one: str, other: str) -> None:
    assert not heard_alike(one, other)


def test_mixed_script_keeps_its_letters() -> None:
    sounded = sound("国贸cbd大厦")
    assert sounded[2:5] == "cbd"
    assert len(sounded) == 7


def test_polyphones_have_further_readings() -> None:
    text = "六安"
    assert encode("lu") + encode("an") in [sound(text), *other_sounds(text, sound(text))]
    assert encode("liu") + encode("an") in [sound(text), *other_sounds(text, sound(text))]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("zhongguancun", "zhong guan cun"), ("qinghuadaxue", "qing hua da xue"), ("lvyou", "lv you")],
)
def test_letters_fall_into_syllables(letters: str, expected: str) -> None:
    assert segment(letters)[0] == "".join(encode(s) for s in expected.split())


def test_ambiguous_letters_give_both_readings() -> None:
    readings = {tuple(decode(c) for c in reading) for reading in segment("xian")}
    assert readings == {("xian",), ("xi", "an")}


@pytest.mark.parametrize("letters", ["strasse", "x", "", "hotel", "q" * 500])
def test_what_is_no_pinyin(letters: str) -> None:
    assert segment(letters) == []
