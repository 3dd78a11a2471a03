"""The bench of place names that real people say: which utterances count, and what is found in them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.voice.real import CANDIDATES, Judge, Said, among, leaked, place_name, stretch
from voice.asr.recognizer import Transcript


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("人民公园", "人民公园"),
        ("如意海鲜大酒楼(城南店)", "如意海鲜大酒楼(城南店)"),
        ("记者昨天从安平市旅游局获悉", "安平市"),
        ("事故发生在青山区和平大街附近", "青山区和平大街"),
        ("他住在一个很大的小区", ""),
        ("中国房地产市场的未来", ""),
        ("越来越多的大城市", ""),
        ("想听歌曲海阔天空", ""),
        ("一三八零零", ""),
    ],
)
def test_which_words_name_a_place(words: str, name: str) -> None:
    assert place_name(words) == name


def _heard(words: str, name: str, text: str, *others: str) -> Counter[str]:
    judge = Judge([name, *others])
    said = Said(recording=Path("said.wav"), words=words, name=name)
    judge.add(said, Transcript(text=text, language="zh", confidence=0.5))
    return judge.counts


def test_a_name_is_written_or_found_by_its_sound() -> None:
    others = ("清华大学", "圆明园")
    right = _heard("绍兴饭店", "绍兴饭店", "绍兴饭店。", *others)
    assert (right["written"], right["found"], right["leaks"], right["wrong"]) == (1, 1, 0, 0)
    alike = _heard("绍兴饭店", "绍兴饭店", "少新饭店", *others)
    assert (alike["written"], alike["found"], alike["leaks"], alike["wrong"]) == (0, 1, 0, 2)
    lost = _heard("绍兴饭店", "绍兴饭店", "去圆明园", *others)
    assert (lost["written"], lost["found"], lost["leaks"]) == (0, 0, 1)


def test_in_a_sentence_the_stretch_that_sounds_like_it_is_looked_up() -> None:
    assert stretch("记者从力江市旅发委获悉", "丽江市") == "力江市"
    assert stretch("", "丽江市") == ""


def test_a_name_leaks_only_if_nobody_said_it() -> None:
    assert leaked("带我去圆明园", "带我去元明元", ["圆明园", "清华"]) == ["圆明园"]
    assert leaked("圆明园东门", "圆明园东门", ["圆明园"]) == []
    assert leaked("去赫尔辛基", "", ["赫爾辛基"]) == ["赫爾辛基"]


def test_names_that_were_said_stand_among_the_others() -> None:
    names = among(["绍兴饭店"], [f"第{number}站" for number in range(2 * CANDIDATES)])
    assert len(names) == CANDIDATES
    assert names.count("绍兴饭店") == 1
    assert names == among(["绍兴饭店"], [f"第{number}站" for number in range(2 * CANDIDATES)])
