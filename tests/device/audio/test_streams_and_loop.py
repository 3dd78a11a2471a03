"""Opening sound devices takes long on some computers: the event loop turns meanwhile, one opens at a time."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from device.audio import streams
from device.audio.speaker import Speaker
from device.audio.streams import AudioMissing, Microphone, sound_system


class SlowSystem:
    """Opens a device only when it is let, and notes which thread did what, and what is still open."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.default = SimpleNamespace(device=(0, 0))
        self.threads: dict[str, threading.Thread] = {}
        self.open = 0
        self.asked, self.may_open = threading.Event(), threading.Event()
        self.rescanned = threading.Event()
        self.during_rescan: Any = lambda: None

    def query_devices(self) -> list[dict[str, Any]]:
        inputs = {"max_input_channels": 1, "max_output_channels": 1, "default_samplerate": 16_000.0}
        return [{"name": name, **inputs} for name in self.names]

    def InputStream(self, **_options: Any) -> Any:
        self.threads["open"] = threading.current_thread()
        self.asked.set()
        assert self.may_open.wait(30)
        self.open += 1
        return SimpleNamespace(start=lambda: None, active=True, abort=lambda: None, close=self._close)

    def _close(self) -> None:
        self.open -= 1

    def _initialize(self) -> None:
        self.threads["rescan"] = threading.current_thread()
        self.during_rescan()
        self.rescanned.set()


async def until(event: threading.Event) -> None:
    """Let the loop turn until something has happened in a thread."""
    async with asyncio.timeout(30):
        while not event.is_set():
            await asyncio.sleep(0)


def test_without_portaudio_nothing_is_started_to_look_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setattr(streams, "_LIBRARY", "libportaudio-that-is-not-there.so.2")
    monkeypatch.setattr(subprocess, "Popen", lambda *_args, **_options: pytest.fail("a program was started"))
    monkeypatch.delitem(sys.modules, "sounddevice")
    with pytest.raises(AudioMissing, match="libportaudio2"):
        sound_system()


def test_a_microphone_is_opened_beside_the_loop_and_given_back_when_nobody_waits_any_more() -> None:
    system = SlowSystem("mic")

    async def test() -> None:
        microphone = Microphone(problem=pytest.fail, recovered=pytest.fail, system=system)
        first = asyncio.ensure_future(anext(microphone.blocks()))
        await until(system.asked)
        first.cancel()
        await asyncio.wait({first})
        system.may_open.set()

    asyncio.run(test())
    assert system.threads["open"] is not threading.main_thread()
    assert system.open == 0


def test_portaudio_is_started_anew_beside_the_loop_while_the_speaker_keeps_off() -> None:
    system, free = SlowSystem(), []
    speaker = Speaker(problem=lambda _what: None, system=system)

    def another_thread_tries() -> None:
        def attempt() -> None:
            free.append(speaker.exclusive.acquire(blocking=False))

        attempting = threading.Thread(target=attempt)
        attempting.start()
        attempting.join()

    system.during_rescan = another_thread_tries

    async def test() -> None:
        microphone = Microphone(
            problem=lambda _what: None, recovered=pytest.fail, system=system, other=speaker
        )

        async def take() -> None:
            async for _block in microphone.blocks():
                pass

        taking = asyncio.ensure_future(take())
        await until(system.rescanned)
        taking.cancel()
        await asyncio.wait({taking})

    asyncio.run(test())
    assert system.threads["rescan"] is not threading.main_thread()
    assert free[0] is False
