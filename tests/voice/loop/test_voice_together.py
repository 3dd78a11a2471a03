"""What is added within the first second of an answer belongs to the request before it, or does not."""

from __future__ import annotations

import pytest

from voice.asr.recognizer import Transcript
from voice.loop.endpoint import completeness
from voice.loop.together import corrected, read_together


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
