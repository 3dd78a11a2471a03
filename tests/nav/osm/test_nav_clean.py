"""Tag values are cleaned once, when the map is read."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nav.osm.clean import LONGEST_NAME, clean_tags, clean_value


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        pytest.param("Main\nStreet\r\n5", "Main Street 5", id="line breaks"),
        pytest.param("bell\x07 and \x1b[31mred", "bell and [31mred", id="control signs"),
        pytest.param("\u202eabc\u202c \u200fd", "abc d", id="writing direction"),
        pytest.param("Pizza 🍕 Joe ❤️", "Pizza Joe", id="pictures"),
        pytest.param("Z\u0335\u0321\u0328\u0301a", "Z\u0335\u0321a", id="stacked marks"),
        pytest.param("مطعم", "مطعم", id="Arabic stays"),
        pytest.param("昆山市", "昆山市", id="Chinese stays"),
        pytest.param(
            '<b>Tom & "Jerry"</b>', '<b>Tom & "Jerry"</b>', id="markup is text: each format escapes it"
        ),
    ],
)
def test_a_value_on_one_clean_line(value: str, cleaned: str) -> None:
    assert clean_value(value) == cleaned


def test_a_name_without_a_letter_or_digit_is_none() -> None:
    assert clean_tags({"name": "🍕🍕", "brand": "***", "amenity": "cafe"}) == {"amenity": "cafe"}


def test_a_long_name_is_cut_at_a_blank() -> None:
    name = clean_tags({"name": "word " * 25_000})["name"]
    assert len(name) <= LONGEST_NAME
    assert name.endswith("word")


@given(st.text(max_size=2_000))
def test_nothing_unclean_is_left(value: str) -> None:
    name = clean_tags({"name": value}).get("name", "")
    assert len(name) <= LONGEST_NAME
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for c in name)
    assert clean_tags({"name": name}).get("name", "") == name
