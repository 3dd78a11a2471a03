"""Sound devices that are missing, vanish, come back, run at other rates or overdrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from device.audio.speaker import Speaker
from device.audio.streams import (
    AudioMissing,
    Microphone,
    StreamResampler,
    devices,
    find_device,
    recording,
)
from voice.tts.synthesizer import Clip


class DrawnSystem:
    """A sound system with the devices it is told; input streams give a constant and can be made to die."""

    def __init__(self, *names: str, rate_hz: int = 48_000, level: float = 0.1, offset: float = 0.0) -> None:
        self.names, self.rate_hz, self.level = list(names), rate_hz, level
        self.offset = offset
        self.default = SimpleNamespace(device=(0, 0))
        self.opened: list[Any] = []
        self.rescans = 0
        self.blocks = 60
        self.spoil: Callable[[int, Any], None] = lambda number, block: None
        self.gap: Callable[[int], bool] = lambda number: False

    def query_devices(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "max_input_channels": 2,
                "max_output_channels": 2,
                "default_samplerate": float(self.rate_hz),
            }
            for name in self.names
        ]

    def _initialize(self) -> None:
        self.rescans += 1

    def InputStream(self, **options: Any) -> Any:
        stream = DrawnStream(self, options)
        self.opened.append(stream)
        return stream

    OutputStream = InputStream


class DrawnStream:
    """Calls back at once with a few blocks; dies after them if the system has no device any more."""

    def __init__(self, system: DrawnSystem, options: dict[str, Any]) -> None:
        self.system, self.options = system, options
        self.active = True

    def start(self) -> None:
        if "blocksize" in self.options:
            wave = self.system.level * np.sin(np.arange(self.options["blocksize"]) / 9) + self.system.offset
            for number in range(self.system.blocks):
                block = np.repeat(wave[:, None], 2, axis=1).astype(np.float32)
                self.system.spoil(number, block)
                status = SimpleNamespace(input_overflow=self.system.gap(number))
                self.options["callback"](block, len(block), None, status)

    def abort(self) -> None:
        self.active = False

    def close(self) -> None:
        self.active = False


def hear(system: DrawnSystem, blocks: int, change: Any = None) -> tuple[list[Any], list[str], list[str]]:
    """Take some blocks from a microphone; returns them, its problems, and what was well again."""
    problems: list[str] = []
    well: list[str] = []

    async def take() -> list[Any]:
        microphone = Microphone(problem=problems.append, recovered=well.append, system=system)
        taken: list[Any] = []
        async for block in microphone.blocks():
            taken.append(block)
            if change is not None:
                change(len(taken))
            if len(taken) >= blocks:
                return taken
        return taken

    return asyncio.run(take()), problems, well


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
def test_any_rate_becomes_16_khz(rate_hz: int) -> None:
    taken, problems, _ = hear(DrawnSystem("mic", rate_hz=rate_hz), 50)
    total = sum(len(block) for block in taken)
    assert total == pytest.approx(50 * 512, rel=0.1)
    assert problems == []


@pytest.mark.slow
def test_no_microphone_is_said_once_and_the_stream_goes_on_in_silence() -> None:
    taken, problems, _ = hear(DrawnSystem(), 40)
    assert len(problems) == 1
    assert "microphone" in problems[0]
    assert not np.concatenate(taken).any()


@pytest.mark.slow
def test_a_microphone_that_vanishes_and_comes_back() -> None:
    system = DrawnSystem("mic")

    def change(count: int) -> None:
        if count == 10:
            system.names.clear()
            system.opened[0].active = False
        if count == 30:
            system.names.append("mic")

    taken, problems, well = hear(system, 60, change)
    assert len(problems) == 1
    assert well == problems
    assert system.rescans >= 1
    assert np.abs(taken[-1]).max() > 0 or len(system.opened) == 2


def test_an_offset_is_taken_out() -> None:
    taken, _, _ = hear(DrawnSystem("mic", offset=0.3), 50)
    assert abs(float(np.concatenate(taken[20:]).mean())) < 0.01


def test_an_overdriven_microphone_is_reported() -> None:
    _, problems, _ = hear(DrawnSystem("mic", level=1.0), 58)
    assert len(problems) == 1
    assert "overdriven" in problems[0]


def test_an_overdriven_microphone_that_is_turned_down_is_well_again() -> None:
    def turned_down_after_60(number: int, block: Any) -> None:
        if number >= 60:
            block *= 0.1

    system = DrawnSystem("mic", level=1.0)
    system.blocks, system.spoil = 200, turned_down_after_60
    _, problems, well = hear(system, 199)
    assert problems == well
    assert len(problems) == 1


def test_what_was_overdriven_for_long_is_well_again_soon() -> None:
    def turned_down_after_180(number: int, block: Any) -> None:
        if number >= 180:
            block *= 0.1

    system = DrawnSystem("mic", level=1.0)
    system.blocks, system.spoil = 300, turned_down_after_180
    _, problems, well = hear(system, 299)
    assert problems == well
    assert len(problems) == 1


def test_gaps_in_the_sound_are_reported_when_they_come_often_and_once() -> None:
    def gaps(*numbers: int) -> tuple[list[str], list[str]]:
        system = DrawnSystem("mic")
        system.blocks, system.gap = 300, lambda number: number in numbers
        taken, problems, well = hear(system, 299)
        assert len(taken) == 299
        return problems, well

    assert gaps(20, 250) == ([], [])
    problems, well = gaps(20, 21, 22, 23, 24, 25)
    assert len(problems) == 1
    assert "gets lost" in problems[0]
    assert well == []


@pytest.mark.slow
def test_gaps_that_ended_with_another_device_are_told_to_be_well() -> None:
    system = DrawnSystem("mic")
    system.blocks, system.gap = 300, lambda number: number in {5, 6, 7, 8}

    def replaced(count: int) -> None:
        if count % 299 == 0:
            system.gap = lambda number: False
            system.opened[-1].active = False

    _, problems, well = hear(system, 1_000, replaced)
    assert [problem for problem in problems if "gets lost" in problem] == [problems[0]]
    assert well.count(problems[0]) == 1


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_one_broken_sample_does_not_deafen_the_microphone(value: float) -> None:
    def spoil(number: int, block: Any) -> None:
        if number == 5:
            block[3] = value

    system = DrawnSystem("mic", rate_hz=16_000)
    system.spoil = spoil
    taken, _, _ = hear(system, 55)
    assert all(np.isfinite(block).all() for block in taken)
    assert np.abs(taken[-1]).max() == pytest.approx(0.1, rel=0.1)


def test_a_device_is_found_by_part_of_its_name() -> None:
    system = DrawnSystem("HDA Intel", "USB Car Microphone")
    assert find_device("car mic", system=system).index == 1
    assert find_device("", system=system).index == 0
    assert len(devices(system)) == 2
    with pytest.raises(AudioMissing, match="HDA Intel, USB Car Microphone"):
        find_device("bluetooth", system=system)


def clip() -> Clip:
    return Clip(samples=np.full(24_000, 0.5, np.float32), sample_rate_hz=24_000, text="a", voice="v")


def test_a_speaker_plays_stops_and_tells_what_it_played() -> None:
    system = DrawnSystem("speaker")
    ducked: list[bool] = []
    speaker = Speaker(problem=pytest.fail, duck=ducked.append, system=system)
    speaker.play(clip())
    out = np.zeros((4_800, 1), np.float32)
    fill = system.opened[0].options["callback"]
    fill(out, 4_800, None, None)
    assert out.mean() == pytest.approx(0.5, abs=0.05)
    assert speaker.played(1_600).mean() > 0.2
    speaker.stop()
    fill(out, 4_800, None, None)
    assert not out.any()
    assert ducked == [True, False]


def test_clips_follow_each_other_on_the_device_without_loss() -> None:
    """However the device asks for blocks, and although the next clip comes before the last one has ended."""
    system = DrawnSystem("speaker", rate_hz=16_000)
    speaker = Speaker(problem=pytest.fail, system=system)
    ramp = np.linspace(0.1, 0.9, 4_000, dtype=np.float32)
    for part in np.split(ramp, [1_000, 1_700, 2_900]):
        speaker.play(Clip(samples=part, sample_rate_hz=16_000, text="a", voice="v"))
    heard = np.zeros((0, 1), np.float32)
    while len(heard) < 5_000:
        block = np.zeros((320, 1), np.float32)
        system.opened[0].options["callback"](block, 320, None, None)
        heard = np.concatenate([heard, block])
    np.testing.assert_array_equal(heard[: len(ramp), 0], ramp)
    assert not heard[len(ramp) :].any()


def test_without_a_speaker_it_is_said_once_and_again_when_it_is_back() -> None:
    problems: list[str] = []
    well: list[str] = []
    system = DrawnSystem()
    speaker = Speaker(problem=problems.append, recovered=well.append, system=system)
    for there in (False, False, True, True, False):
        system.names = ["speaker"] if there else []
        speaker.play(clip())
        speaker.stop()
        if not there:
            speaker.close()
    assert len(problems) == 1
    assert well == problems
    speaker.close()
    speaker.play(clip())
    assert len(problems) == 2


def test_resampling_block_by_block_makes_no_clicks() -> None:
    wave = np.sin(2 * np.pi * 300 * np.arange(44_100) / 44_100).astype(np.float32)
    resampler = StreamResampler(44_100, 16_000)
    out = np.concatenate([resampler.push(wave[start : start + 1_411]) for start in range(0, 44_100, 1_411)])
    assert np.abs(np.diff(out[500:])).max() < 2 * np.pi * 300 / 16_000 * 1.1


def test_a_recording_comes_in_whole_blocks() -> None:
    async def take() -> list[int]:
        return [len(block) async for block in recording(np.ones(1_300, np.float32))]

    assert asyncio.run(take()) == [512, 512, 512]
