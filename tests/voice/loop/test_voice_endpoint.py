"""When has the speaker finished."""

from __future__ import annotations

import pytest

from voice.loop.endpoint import Endpointer, EndpointSettings, completeness, in_one
from voice.loop.vad import FRAME_MS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("带我去", "open"),
        ("带我去。", "open"),
        ("附近有", "open"),
        ("take me to", "open"),
        (in_one("could we go too."), "open"),
        ("Take me to the.", "open"),
        ("", "open"),
        ("从这里到", "open"),
        ("我几点要到", "open"),
        ("这周围哪里有？", "open"),
        ("would there be some?", "open"),
        ("where is it from?", "whole"),
        ("带我回家", "whole"),
        ("还有多久到", "whole"),
        ("几点能到", "whole"),
        ("什么时候到", "whole"),
        ("附近有什么酒店?", "whole"),
        ("还有多久", "whole"),
        ("take me home", "whole"),
        ("where is the nearest hotel?", "whole"),
        ("带我去清华大学东门", "whole"),
        ("带我去五道口", "unknown"),
        ("navigate to Senate Square", "whole"),
        ("navigate to Oodi", "unknown"),
    ],
)
def test_completeness(text: str, expected: str) -> None:
    assert completeness(text) == expected


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("I could do with A. Pharmacy round here", "I could do with a Pharmacy round here"),
        ("take me to the... National Theatre", "take me to the National Theatre"),
        ("find a bar. The best one", "find a bar. The best one"),
        ("带我去。圆明园", "带我去。圆明园"),
        ("We would like to go too.", "We would like to go to"),
        ("let us drive too... Oodi", "let us drive to Oodi"),
        ("that is way too far", "that is way too far"),
        ("find a cafe too.", "find a cafe too."),
    ],
)
def test_a_mark_behind_a_word_that_ends_nothing_is_only_a_pause(text: str, joined: str) -> None:
    assert in_one(text) == joined


@pytest.mark.parametrize(
    ("probabilities", "pauses"),
    [
        pytest.param([0.1, 0.1, 0.1], True, id="silent at once"),
        pytest.param([0.4, 0.4, 0.4], False, id="the end of a word may still sound"),
        pytest.param([0.4] * 6, True, id="it does not go on"),
        pytest.param([0.4, 0.3, 0.1], True, id="it fades"),
        pytest.param([0.1, 0.1], False, id="too short"),
        pytest.param([0.1, 0.1, 0.9, 0.1, 0.1], False, id="speech goes on"),
    ],
)
def test_a_pause_is_worth_recognising_as_soon_as_it_is_silent(
    probabilities: list[float], pauses: bool
) -> None:
    endpointer = Endpointer()
    endpointer.begin(0)
    for number, probability in enumerate([*[0.9] * 10, *probabilities], start=1):
        endpointer.frame(probability, number * FRAME_MS)
    assert endpointer.pauses(probabilities[-1], number * FRAME_MS) == pauses


def test_nobody_pauses_who_has_not_spoken() -> None:
    endpointer = Endpointer()
    endpointer.begin(0)
    endpointer.frame(0.0, 20 * FRAME_MS)
    assert not endpointer.pauses(0.0, 20 * FRAME_MS)


def follow(
    drawing: str,
    *,
    partial: str | None = None,
    is_usual: bool = False,
    endpointer: Endpointer | None = None,
) -> tuple[str, int]:
    """Play ``s`` and ``.`` frames; returns why the utterance ended and the silence waited for."""
    endpointer = endpointer or Endpointer()
    now = 0
    endpointer.begin(now)
    for character in drawing:
        now += FRAME_MS
        endpointer.frame(0.9 if character == "s" else 0.0, now)
        if partial is not None and character == "." and endpointer.silence_ms(now) == 8 * FRAME_MS:
            endpointer.partial(partial, is_usual=is_usual)
        why = endpointer.ended(now)
        if why:
            return why, endpointer.silence_ms(now)
    return "", 0


def test_patience_depends_on_what_was_said() -> None:
    waited = [follow("s" * 20 + "." * 90, partial=text)[1] for text in ("回家吧", "五道口", "带我去")]
    assert waited == sorted(waited)
    assert waited[0] < 550
    assert waited[2] >= 1_400


def test_a_usual_request_is_whole_even_if_it_might_go_on() -> None:
    for text in ("带我去五道口", "Take me to Ateneum"):
        waited = [follow("s" * 20 + "." * 90, partial=text, is_usual=usual)[1] for usual in (True, False)]
        assert waited[0] < 550 < waited[1]


def test_what_is_whole_and_sure_ends_at_once() -> None:
    settings = EndpointSettings()
    for text, sure, waits_ms in (
        ("回家吧", True, settings.sure_ms),
        ("回家吧", False, settings.whole_ms),
        ("带我去", True, settings.open_ms),
        ("take me to the", True, settings.open_ms),
    ):
        endpointer = Endpointer(settings)
        for number in range(20):
            endpointer.frame(0.9, (number + 1) * FRAME_MS)
        endpointer.partial(text, is_sure=sure)
        assert endpointer.patience_ms == waits_ms
    assert 240 <= settings.sure_ms <= 300


def test_a_cough_is_no_speech() -> None:
    assert follow("." * 10 + "sss" + "." * 170) == ("nothing", 144 * FRAME_MS)


def test_the_cap() -> None:
    why, _ = follow("s" * 600)
    assert why == "cap"


def test_a_slow_speaker_gets_more_time() -> None:
    endpointer = Endpointer(EndpointSettings())
    hasty = follow("s" * 20 + "." * 90, endpointer=endpointer)[1]
    for _ in range(3):
        follow("s" * 20 + "." * 21 + "s" * 20 + "." * 90, endpointer=endpointer)
    patient = follow("s" * 20 + "." * 90, endpointer=endpointer)[1]
    assert patient > hasty
    assert patient <= EndpointSettings().open_ms + FRAME_MS


def test_one_hesitation_is_no_habit_and_a_habit_ends() -> None:
    endpointer = Endpointer()
    hasty = follow("s" * 20 + "." * 90, endpointer=endpointer)[1]
    follow("s" * 20 + "." * 36 + "s" * 20 + "." * 90, partial="带我去", endpointer=endpointer)
    assert [follow("s" * 20 + "." * 90, endpointer=endpointer)[1] for _ in range(6)] == [hasty] * 6
    for _ in range(20):
        follow("s" * 20 + "." * 21 + "s" * 20 + "." * 90, endpointer=endpointer)
    waited = [follow("s" * 20 + "." * 90, endpointer=endpointer)[1] for _ in range(5)]
    assert waited[0] > hasty
    assert waited[-1] == hasty
    assert waited == sorted(waited, reverse=True)


def test_the_end_of_the_call_is_no_command() -> None:
    endpointer = Endpointer()
    endpointer.begin(0, after_call=True)
    started = [endpointer.frame(0.9, (number + 1) * FRAME_MS) for number in range(10)]
    assert not any(started)
