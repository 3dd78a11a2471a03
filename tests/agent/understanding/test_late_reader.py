"""The learned reader is opened when a sentence needs it, once, and not before."""

from __future__ import annotations

import threading
import time
from typing import Any, cast

import pytest

from agent.understanding.late_reader import LateReader
from agent.understanding.learned.reader import Reader, Reading
from agent.understanding.understand import GUESS, Understander
from agent.understanding.utterance import MAX_CHARACTERS


class Opening:
    """Opens a reader that reads every sentence as a call for help, and counts how often it is asked to."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Reader:
        self.times += 1
        time.sleep(0.01)
        return cast("Reader", self)

    def read(self, *_: Any) -> Reading:
        return Reading(requests=({"kind": "help"},), confidence=1.0, left_over=(), why="")


@pytest.mark.parametrize(("text", "language"), [("stop", "en"), ("再说一遍", "zh"), ("!?", "en")])
def test_a_closed_list_and_noise_open_no_reader(text: str, language: str) -> None:
    opening = Opening()
    Understander(LateReader(opening)).understand(text, language=language)
    assert opening.times == 0


def test_the_first_free_sentence_opens_it_and_the_next_ones_share_it() -> None:
    opening = Opening()
    late = LateReader(opening)
    for understander in (Understander(late), Understander(late), Understander(late)):
        understood = understander.understand("show me what you are good for")
        assert (understood.tier, understood.confidence) == ("reader", 1.0)
    assert opening.times == 1


def test_two_threads_open_it_once() -> None:
    opening = Opening()
    late = LateReader(opening)
    threads = [threading.Thread(target=late.get) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opening.times == 1


def test_where_there_is_none_it_is_looked_for_once_and_the_lists_go_on() -> None:
    asked: list[int] = []

    def nothing() -> None:
        asked.append(1)

    understander = Understander(LateReader(nothing))
    for _ in range(2):
        understood = understander.understand("show me what you are good for")
        assert (understood.intents, understood.why) == ((), "no reader")
    assert understander.understand("stop").intents
    assert len(asked) == 1


@pytest.mark.parametrize("extra", [0, 1])
def test_a_sentence_whose_end_is_cut_off_is_at_most_a_guess(extra: int) -> None:
    text = "I have no idea at all ".ljust(MAX_CHARACTERS + extra, "x")
    understood = Understander(LateReader(Opening())).understand(text, language="en")
    assert (understood.confidence > GUESS) == (extra == 0)
