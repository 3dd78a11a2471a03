"""Names are compared in one form, whatever the script, width, case or accent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poi.addresses.house_number import plain_number
from poi.text import MAX_QUERY_CHARS, canonical, clean


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Café  Ekberg", "cafe ekberg", id="accents, case and blanks"),
        pytest.param("圓明園", "圆明园", id="traditional characters"),
        pytest.param("赫爾辛基座堂", "赫尔辛基座堂", id="traditional name of the map"),
        pytest.param("36号楼", "三十六号楼", id="digits and numerals"),
        pytest.param("101路", "一百零一路", id="hundreds"),
        pytest.param("幺零一路", "101路", id="one as it is read on the radio"),
        pytest.param("ＣＢＤ", "cbd", id="full width"),
        pytest.param("L'Obac", "lobac", id="apostrophe"),
        pytest.param("Sant Julià de Lòria", "sant julia de loria", id="Catalan"),
        pytest.param("Øresund", "oresund", id="letters that do not decompose"),
        pytest.param("一品三笑(五道口店)", "一品三笑五道口店", id="brackets"),
    ],
)
def test_same_name(one: str, other: str) -> None:
    assert canonical(one) == canonical(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("十里河", "一里河"), ("东门", "西门"), ("5th", "6th"), ("五道口", "无道口")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@settings(max_examples=150)
@given(st.text(max_size=60))
def test_canonical_is_stable(text: str) -> None:
    once = canonical(clean(text))
    assert canonical(once) == once


@settings(max_examples=100)
@given(st.text(max_size=2000))
def test_clean_text_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= MAX_QUERY_CHARS
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "number"), [("28號", "28"), ("12 A", "12a"), ("一百零五号", "105"), ("３", "3")]
)
def test_house_number_has_one_form(text: str, number: str) -> None:
    assert plain_number(text) == number
