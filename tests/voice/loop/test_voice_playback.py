"""What is said when: clauses in order, prompts first, nothing out of date, broken off and taken up again."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.loop.playback import Playback, Priority, Speech
from voice.tts.synthesizer import Clip


class Tape:
    """Notes what plays."""

    def __init__(self) -> None:
        self.played: list[str] = []

    def play(self, clip: Clip) -> None:
        self.played.append(clip.text)

    def stop(self) -> None:
        self.played.append("|")


def speech(words: str, *, prompt: bool = False, expires_ms: int | None = None) -> Speech:
    """A speech of one clip of 100 ms a character; ``+`` before a character makes it go on in the clause."""
    clips: list[Clip] = []
    for index, character in enumerate(words):
        if character == "+":
            continue
        goes_on = index > 0 and words[index - 1] == "+"
        samples = np.zeros(100, np.float32)
        clips.append(Clip(samples=samples, sample_rate_hz=1_000, text=character, voice="v", goes_on=goes_on))
    return Speech(
        text=words,
        language="zh",
        priority=Priority.PROMPT if prompt else Priority.ANSWER,
        clips=clips,
        complete=True,
        expires_ms=expires_ms,
    )


def perform(script: dict[int, Any], until_ms: int = 2_000) -> tuple[str, list[tuple[str, Any]]]:
    """Do what the script says at its times, in steps of 10 ms; returns what played and the events."""
    tape = Tape()
    events: list[tuple[str, Any]] = []
    playback = Playback(tape, lambda name, values: events.append((name, values.get("finished"))))
    for now in range(0, until_ms, 10):
        playback.tick(now)
        action = script.get(now)
        if isinstance(action, Speech):
            playback.say(action, now)
        elif action == "resume":
            playback.resume(now)
        elif action is not None:
            getattr(playback, action)()
    return "".join(tape.played), events


@pytest.mark.parametrize(
    ("script", "played"),
    [
        pytest.param({0: speech("abc")}, "abc", id="in order"),
        pytest.param({0: speech("abc"), 50: speech("xy")}, "abcxy", id="one after the other"),
        pytest.param({0: speech("abc"), 150: speech("P", prompt=True)}, "ab|Pbc", id="a prompt goes first"),
        pytest.param(
            {0: speech("PQ", prompt=True), 50: speech("R", prompt=True)},
            "PQR",
            id="prompts do not cut each other",
        ),
        pytest.param(
            {0: speech("PQR", prompt=True), 50: speech("S", prompt=True, expires_ms=200)},
            "PQR",
            id="a prompt that is out of date is dropped",
        ),
        pytest.param(
            {0: speech("abc"), 150: "interrupt", 600: "resume"}, "ab|bc", id="resumed from the clause"
        ),
        pytest.param(
            {0: speech("a+b+cd"), 250: "interrupt", 600: "resume"},
            "abc|abcd",
            id="resumed from its beginning",
        ),
        pytest.param({0: speech("abc"), 150: "drop_answers"}, "ab|", id="given up"),
        pytest.param(
            {0: speech("abc"), 150: "interrupt", 300: speech("P", prompt=True), 500: "resume"},
            "ab|Pbc",
            id="a prompt is said although an answer was broken off",
        ),
        pytest.param(
            {0: speech("abc"), 150: "interrupt", 300: speech("P", prompt=True, expires_ms=350)},
            "ab|P",
            id="it does not wait until its time is over",
        ),
        pytest.param(
            {0: speech("PQ", prompt=True, expires_ms=400), 150: "interrupt", 600: "resume"},
            "PQ|",
            id="a broken-off prompt that is out of date is not taken up again",
        ),
        pytest.param(
            {
                0: speech("PQ", prompt=True),
                50: speech("abc"),
                150: "interrupt",
                250: "give_up",
                300: "resume",
            },
            "PQ|abc",
            id="what was broken off is given up, what waited is said",
        ),
        pytest.param(
            {0: speech("abc"), 150: "interrupt", 200: speech("P", prompt=True), 400: "drop_answers"},
            "ab|P",
            id="the broken-off answer is given up",
        ),
    ],
)
def test_what_plays(script: dict[int, Any], played: str) -> None:
    assert perform(script)[0] == played


def test_the_stretches_of_a_clause_are_handed_over_without_a_gap() -> None:
    """What reaches the loudspeaker is whole although time passes in frames of 32 ms."""
    playback = Playback(player := Loudspeaker(), lambda *_: None)
    playback.say(speech("a+b+cd"), 0)
    for now in range(0, 2_000, 32):
        player.now_ms = now
        playback.tick(now)
    gaps = [start - end for (_, end), (start, _) in itertools.pairwise(player.spans)]
    assert gaps[:2] == [0, 0]
    assert 0 <= gaps[2] <= 32


class Loudspeaker:
    """Notes when each clip is heard: after the one before it."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.spans: list[tuple[float, float]] = []

    def play(self, clip: Clip) -> None:
        start = max(self.now_ms, self.spans[-1][1]) if self.spans else self.now_ms
        self.spans.append((start, start + clip.duration_s * 1000))

    def stop(self) -> None:
        raise AssertionError("nothing interrupts")


def test_every_start_has_an_end() -> None:
    _, events = perform(
        {0: speech("abc"), 150: speech("P", prompt=True), 700: speech("d"), 750: "drop_answers"}
    )
    assert [name for name, _ in events].count("speak_start") == 3
    assert [finished for name, finished in events if name == "speak_end"] == [True, True, False]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 150),
            st.sampled_from(["answer", "prompt", "interrupt", "resume", "drop_answers"]),
        ),
        max_size=12,
        unique_by=lambda item: item[0],
    )
)
@settings(max_examples=60)
def test_every_prompt_is_said_and_every_start_has_an_end(actions: list[tuple[int, str]]) -> None:
    script: dict[int, Any] = {1_900: "resume"}
    prompts = 0
    for at, action in actions:
        prompts += action == "prompt"
        script[at * 10] = {"answer": speech("ab"), "prompt": speech("P", prompt=True)}.get(action, action)
    played, events = perform(script, until_ms=6_000)
    names = [name for name, _ in events]
    assert played.replace("|", "").count("P") >= prompts
    assert names.count("speak_start") == names.count("speak_end")
