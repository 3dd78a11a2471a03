"""What the sound check says about what it recorded."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from agent.understanding.closed import match
from agent.understanding.labels import State
from device.assistant.assistant import Assistant
from device.assistant.conversation import Conversation
from device.audio.sound_check import SoundCheck, report, tone
from device.settings import PrivacySettings, Settings

QUIET = np.random.default_rng(1).normal(0, 0.002, 4_800).astype(np.float32)
ROAD = np.random.default_rng(2).normal(0, 0.05, 12_000).astype(np.float32)


def recorded(part: float, over: np.ndarray = QUIET) -> np.ndarray:
    """Return a recording of the tone at a part of its strength, late and over noise."""
    played = np.concatenate([np.zeros(1_600, np.float32), part * tone().samples])
    return played + np.resize(over, len(played))


@pytest.mark.parametrize(
    ("before", "during", "devices", "said"),
    [
        pytest.param(QUIET, recorded(0.3), ("USB: x (hw)", "HDA"), "HDA. The microphone is USB.", id="named"),
        pytest.param(ROAD[:4_800], recorded(0.5, ROAD), ("mic", "HDA"), "I heard", id="on the road"),
        pytest.param(QUIET, recorded(0.0), ("mic", "HDA"), "did not hear", id="speaker off"),
        pytest.param(0 * QUIET, 0 * QUIET, ("mic", "HDA"), "muted", id="muted"),
        pytest.param(QUIET, QUIET, ("mic", ""), "No speaker was found. The", id="no speaker"),
        pytest.param(QUIET[:0], QUIET[:0], ("", "HDA"), "No microphone was found", id="no microphone"),
        pytest.param(QUIET[:0], QUIET[:0], ("", ""), "no microphone and no speaker", id="nothing"),
    ],
)  # fmt: skip
def test_report(before: np.ndarray, during: np.ndarray, devices: tuple[str, str], said: str) -> None:
    microphone, speaker = devices
    words = report(
        before, during, microphone=microphone, speaker=speaker, echo_cancelled=False, language="en"
    )
    assert said in words


def test_an_echo_canceller_takes_the_tone_out() -> None:
    words = report(QUIET, QUIET, microphone="car_ec", speaker="HDA", echo_cancelled=True, language="zh")
    assert "回声消除" in words


class LateSpeaker:
    """A speaker whose sound comes back into the microphone after a while."""

    device = "Bluetooth"

    def __init__(self, late_s: float) -> None:
        self.late_s, self.tap = late_s, None

    def play(self, clip: object) -> None:
        asyncio.get_running_loop().call_later(self.late_s, lambda: self.tap and self.tap(recorded(0.3)))


@pytest.mark.slow
@pytest.mark.parametrize(("late_s", "said"), [(0.1, "I heard"), (1.2, "I heard"), (9.0, "did not hear")])
def test_a_speaker_may_be_late(late_s: float, said: str) -> None:
    device = LateSpeaker(late_s)

    async def ask() -> str:
        loop = asyncio.get_running_loop()
        loop.call_later(0.1, lambda: device.tap(QUIET))
        return await SoundCheck(device, device)("en")

    assert said in asyncio.run(ask())
    assert device.tap is None


@pytest.mark.parametrize("text", ["测试一下声音", "测试声音", "声音测试", "检查一下麦克风"])
def test_it_is_asked_for_in_mandarin(text: str) -> None:
    assert match(text, "zh", State()) == [{"kind": "volume", "change": "test"}]


@pytest.mark.parametrize("text", ["test the sound", "sound check", "check the microphone"])
def test_it_is_asked_for_in_english(text: str) -> None:
    assert match(text, "en", State()) == [{"kind": "volume", "change": "test"}]


def test_the_answer_is_what_was_found(helsinki_home: Path) -> None:
    assistant = Assistant(Settings(privacy=PrivacySettings(memory=False)), region="helsinki")
    conversation = Conversation(assistant, lambda: None)

    async def found(language: str) -> str:
        return f"found in {language}"

    async def ask() -> tuple[str, str]:
        without = await conversation.read("测试一下声音")
        conversation.sound_check = found
        return without.answer.reply, (await conversation.read("test the sound")).answer.reply

    assert asyncio.run(ask()) == ("这里没有接麦克风和扬声器。", "found in en")
    assistant.close()
