"""The call in the loop: what the second stage looks at, and half of a call that was noticed first."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from tests.voice.loop.listening import CODES, PAUSE, ScriptedEngines, SlowEngines, names, run, run_live
from voice.wake.detector import CheckSettings, WakeSettings

CHECK = CheckSettings(weights={"zh": (1.0, 0.0, 0.0, 0.0)}, threshold={"zh": 0.0})
WAKE = WakeSettings(candidate=0.5, sure=0.95, frames=3, check=CHECK)

FRAMES_WEIGHED = 9


class Weighing(SlowEngines):
    """Says of each call what the script says, and notes the sound."""

    def __init__(self, heard: list[str], verdicts: list[float]) -> None:
        super().__init__(heard, [0] * 9)
        self.verdicts, self.sounds = verdicts, []

    async def weigh_call(self, samples: Any) -> list[float] | None:
        self.sounds.append(samples)
        verdict = self.verdicts[min(len(self.sounds), len(self.verdicts)) - 1]
        for _ in range(FRAMES_WEIGHED):
            await asyncio.sleep(0)
        return [verdict]


def test_the_second_stage_hears_both_halves_without_the_pause() -> None:
    engines = Weighing([""], [1.0])
    run("." * 20 + "sss" + "......" + "ssH" + "." * 30, engines, wake=WAKE, finish=False)
    (sound,) = engines.sounds
    codes = np.round(sound, 1)
    assert np.sum(codes == CODES["s"]) == 5 * 3 * 512, "both halves"
    first, last = np.flatnonzero(codes == CODES["s"])[[0, -1]]
    quiet_ms = np.sum(codes[first:last] == CODES["."]) / 16
    assert quiet_ms <= 6 * 96 - (PAUSE[1] - PAUSE[0]) + 64, "a breath between them"


def test_sound_is_kept_from_before_a_call_with_a_pause() -> None:
    lengths = []
    for call in "WH":
        engines = ScriptedEngines(["带我回家"])
        run("." * 40 + call + ".sssss" + "." * 40, engines)
        lengths.append(engines.lengths_ms[-1])
    assert abs(lengths[1] - lengths[0] - (PAUSE[1] - PAUSE[0])) <= 64


@pytest.mark.parametrize(
    ("verdicts", "rejected"),
    [
        pytest.param([-1.0, 1.0], False, id="the whole is a call"),
        pytest.param([1.0, -1.0], False, id="it was one before, and what follows belongs to the request"),
        pytest.param([-1.0, -1.0], True, id="neither"),
    ],
)
def test_half_a_call_that_was_noticed_first_does_not_decide(verdicts: list[float], rejected: bool) -> None:
    engines = Weighing([""], verdicts)
    events, _ = run_live("." * 10 + "W..sH" + "." * 90, engines, wake=WAKE)
    assert ("wake_rejected" in names(events)) == rejected
