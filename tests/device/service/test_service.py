"""The service without a map says so, once, in the language of the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from device.errors import DeviceError
from device.service.service import Service
from device.settings import Settings, SpeechSettings
from voice.tts.synthesizer import Clip


class Voice:
    """Speaks clips of silence, or fails; it is one of the engines, and all of them."""

    def __init__(self, *, fails: bool = False) -> None:
        self.synthesizer = self
        self.fails, self.stopped = fails, 0

    def speak(self, text: str, language: str) -> Iterator[Clip]:
        if self.fails:
            raise DeviceError("no voice is installed")
        yield Clip(samples=np.zeros(80, np.float32), sample_rate_hz=8000, text=text, voice=language)

    def close(self) -> None:
        self.stopped += 1


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the loudspeaker plays, with its language."""
    found: list[tuple[str, str]] = []

    def speaker(_name: str, *, problem: Any) -> Any:
        return SimpleNamespace(play=lambda c: found.append((c.text, c.voice)), close=lambda: None)

    monkeypatch.setattr("device.audio.speaker.Speaker", speaker)
    return found


def listen_without_a_map(voice: Voice, language: str, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Run the part that listens twice, as after a change of the settings."""
    monkeypatch.setattr("device.engine.engines.make_engines", lambda _settings: voice)
    service = Service(Settings(speech=SpeechSettings.model_validate({"language": language})))

    async def run() -> None:
        for _ in range(2):
            runtime = service.make_runtime()
            await runtime.open()
            await runtime.listen()
            await runtime.close()

    asyncio.run(run())
    return service


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("auto", ("没有可用的地图，请先安装地图。", "zh")),
        ("en", ("There is no map that I can use. Please install one.", "en")),
    ],
)
def test_that_there_is_no_map_is_said_once(
    home: Path,
    heard: list[tuple[str, str]],
    language: str,
    said: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    voice = Voice()
    service = listen_without_a_map(voice, language, monkeypatch)
    assert heard == [said]
    assert voice.stopped == 1, "the engines are let go"
    assert service.health.listening == "off: no region"


def test_without_a_voice_it_is_only_noted(
    home: Path, heard: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = listen_without_a_map(Voice(fails=True), "zh", monkeypatch)
    assert heard == []
    assert any("no voice is installed" in error for error in service.health.errors)
