"""What is added within the first second of an answer belongs to the request before it, or does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voice.asr.recognizer import Transcript
from voice.loop.endpoint import completeness
from voice.loop.together import corrected, left_open, read_together


def heard(text: str, *, is_usual: bool = False) -> Transcript:
    language = "en" if text[0].isascii() else "zh"
    return Transcript(text=text, language=language, confidence=0.8, is_usual=is_usual)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        pytest.param("附近有没有？", "加油站", "附近有没有加油站", id="the object"),
        pytest.param("带我去。", "圆明园", "带我去圆明园", id="the place"),
        pytest.param("去清华东门", "不对，去北大东门", "去清华东门，不对，去北大东门", id="correction"),
        pytest.param("找一家酒店。", "附近有停车场的", "找一家酒店，附近有停车场的", id="addition"),
        pytest.param("导航去颐和园", "先去加个油", "导航去颐和园，先去加个油", id="a stop before it"),
        pytest.param("Find a hotel.", "near the cathedral", "Find a hotel near the cathedral", id="where"),
        pytest.param("Take me to the", "railway station", "Take me to the railway station", id="after the"),
        pytest.param(
            "Drive to Main Street.", "No, to Park Street.", "Drive to Main Street, No, to Park Street.",
            id="English correction",
        ),
        pytest.param("还有多久到", "今天的股市", None, id="the radio"),
        pytest.param("去机场", "去火车站", None, id="another request"),
        pytest.param("带我去机场", "对", None, id="yes"),
        pytest.param("附近有什么酒店", "不对", None, id="no"),
        pytest.param("Find a hotel", "how long until we get there", None, id="another question"),
    ],
)  # fmt: skip
def test_two_pieces(first: str, second: str, together: str | None) -> None:
    joined = read_together(heard(first), heard(second))
    assert (joined.text if joined else None) == together


def test_a_usual_request_stands_alone_unless_the_first_lacks_something() -> None:
    assert read_together(heard("去机场"), heard("在哪里", is_usual=True)) is None
    assert read_together(heard("去东门"), heard("不对，去西门", is_usual=True)) is not None
    assert read_together(heard("我想去"), heard("加油站", is_usual=True)) is not None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("不对，去北大东门", "去北大东门"),
        ("等一下，不是，找药店", "找药店"),
        ("Sorry, I meant Senate Square", "Senate Square"),
        ("去北大东门", None),
        ("不对。", None),
        ("near the cathedral", None),
    ],
)
def test_what_a_correction_says(text: str, rest: str | None) -> None:
    found = corrected(heard(text))
    assert (found.text if found else None) == rest


def test_the_doubt_of_either_piece_is_the_doubt_of_both() -> None:
    first = Transcript(text="附近有没有", language="zh", confidence=0.3)
    joined = read_together(first, heard("加油站"))
    assert joined is not None
    assert joined.confidence == 0.3


@pytest.mark.parametrize(
    "text", ["附近有没有？", "带我去", "find a hotel near the", "Is there a", "给我找一家"]
)
def test_what_lacks_something_is_open(text: str) -> None:
    assert completeness(text) == "open"


@pytest.mark.parametrize("text", ["清华大学怎么去？", "还有多久到", "where is it?"])
def test_questions_are_not_open(text: str) -> None:
    assert completeness(text) != "open"


@pytest.mark.parametrize(
    ("text", "others", "apart", "begun"),
    [
        pytest.param("找一家能到底", ["找一家能到的"], [0.01], "找一家能到的", id="of the same sound"),
        pytest.param("找一家能到底", ["我想找一家"], [0.2], "", id="one that sounds otherwise"),
        pytest.param("找一家能到底", ["一", "二", "三", "找一家能到的"], [0.0] * 4, "", id="an unlikely one"),
        pytest.param("找一家餐厅", ["找一家餐厅的"], [0.0], "", id="whole as it was read"),
        pytest.param("带我去", [], [], "带我去", id="open as it was read"),
    ],
)
def test_what_may_have_been_half_of_a_request(
    text: str, others: list[str], apart: list[float], begun: str
) -> None:
    assert left_open(replace(heard(text), alternatives=tuple(others), apart=tuple(apart))) == begun


def test_the_rest_is_joined_to_the_reading_that_lacks_it() -> None:
    first = replace(heard("找一家能到底"), alternatives=("找一家能到的",), apart=(0.01,))
    joined = read_together(first, heard("银行", is_usual=True))
    assert joined is not None
    assert joined.text == "找一家能到的银行"
