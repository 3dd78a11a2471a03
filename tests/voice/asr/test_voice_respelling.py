"""Mandarin in other characters of the same sound is written as it can be said."""

from __future__ import annotations

from functools import cache

import pytest

from voice.asr.biasing import Expectations
from voice.asr.respelling import Respeller
from voice.asr.sounds import speller

_NAMES = ("西苑", "清华附中", "上海人家(黄浦店)")


@cache
def _expectations() -> Expectations:
    return Expectations("zh")


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        pytest.param("离我最近的银行又躲院", "离我最近的银行有多远", id="in a strange voice"),
        pytest.param(
            "小高小高，帮我找一瞎清华副种", "小高小高，帮我找一下清华附中", id="behind the call, to a name"
        ),
        pytest.param("到清华副种，找个药店", "到清华附中找个药店", id="a longer name"),
        pytest.param("带我去西苑", "带我去西苑", id="what is right stays"),
        pytest.param("导航去Holiday Inn", "导航去Holiday Inn", id="other letters stay"),
    ],
)
def test_the_likeliest_writing(heard: str, said: str) -> None:
    (found,) = _expectations().respelled([heard], _NAMES)
    assert found.text == said
    assert found.cost == 0.0
    assert not found.listed


def test_what_sounds_otherwise_costs() -> None:
    respeller = Respeller(["附近的银行"] * 50, speller("zh"))
    assert respeller.respelled("附近的银行") == ("附近的银行", 0.0)
    text, apart = respeller.respelled("附近的营行")
    assert text == "附近的银行"
    assert 0 < apart < 0.1


def test_names_count_where_they_are_near() -> None:
    respeller = Respeller(["去#"] * 50, speller("zh"))
    assert respeller.respelled("去宜和原")[0] == "去宜和原"
    assert respeller.respelled("去宜和原", ["颐和园"])[0] == "去颐和园"
    assert respeller.respelled("去宜和原", ["五道口"])[0] == "去宜和原"


def test_english_has_no_other_characters() -> None:
    assert Expectations("en").respelled(["how fur is it"], ()) == []


def test_nothing_is_made_of_nothing() -> None:
    assert Respeller([], speller("zh")).respelled("") == ("", 0.0)


@pytest.mark.parametrize("kind", ["药店", "加油站", "停车场", "火车站", "充电站"])
def test_kinds_of_places_are_known(kind: str) -> None:
    (found,) = _expectations().respelled([f"去{kind}"], ())
    assert found.text == f"去{kind}"
