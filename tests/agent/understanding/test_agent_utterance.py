"""What was heard, made ready for understanding, and which language it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.understanding.understand import Understander
from agent.understanding.utterance import MAX_CHARACTERS, clean, language_of


def test_long_and_odd_text_is_cut_and_cleaned() -> None:
    assert len(clean("去" * 5000)) <= MAX_CHARACTERS
    assert clean("\ud800带我去\u202e天坛\x00") == "带我去天坛"
    assert clean("帶我去圓明園") == "带我去圆明园"


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        ("小高小高，带我去清华大学东门", "带我去清华大学东门"),
        ("嘿小高 回家", "回家"),
        ("Hey Shao Gao, take me home", "take me home"),
        ("Xiao Gao", ""),
        ("小高庄怎么走", "小高庄怎么走"),
        ("chow down", "chow down"),
    ],
)
def test_the_call_is_taken_off(heard: str, kept: str) -> None:
    assert clean(heard) == kept


@pytest.mark.parametrize(
    ("text", "default", "language"),
    [
        ("去 Holiday Inn", "en", "zh"),
        ("导航到 Helsinki Cathedral 附近的酒店", "en", "zh"),
        ("navigate to 全聚德", "zh", "en"),
        ("find 清华大学", "zh", "en"),
        ("带我去天坛", "en", "zh"),
        ("take me to the museum", "zh", "en"),
        ("42", "zh", "zh"),
        ("", "en", "en"),
    ],
)
def test_the_frame_of_a_sentence_tells_its_language(text: str, default: str, language: str) -> None:
    assert language_of(text, default) == language


@given(st.text(max_size=80))
def test_anything_at_all_is_read_without_an_error(text: str) -> None:
    assert Understander().understand(text).language
