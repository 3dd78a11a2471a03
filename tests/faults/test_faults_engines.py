"""Each engine killed and stopped at each stage: idle, while it loads, in the middle of a request."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent.errors import AgentError
from device.assistant.assistant import Assistant
from device.engine.engines import RemoteEngine
from device.engine.keeper import EngineKeeper
from device.errors import DeviceError
from device.hardware import choose
from device.settings import PrivacySettings, Settings
from tests.faults.fault_table import FaultTable
from voice import wav_io

pytestmark = pytest.mark.models
SAMPLE = Path(__file__).parents[2] / "samples" / "zh_hotels.wav"
STATION = (60.1719, 24.9414)
TALK = "前方三百米右转，进入长安街。请注意限速六十公里。"
UNCLEAR = " ".join(["well the kids in the back get restless and we could all use something sweet"] * 12)
"""Longer than the reader reads to its end, so that the language model is asked."""
LIMIT_S = 90.0
FAULTS = {"killed": signal.SIGKILL, "hangs": signal.SIGSTOP}
HEARD = {
    ("asr", "idle"): "nothing",
    ("asr", "loading"): "nothing",
    ("asr", "mid-request"): "the answer, a little later: the words are heard once more",
    ("tts", "idle"): "nothing",
    ("tts", "loading"): "nothing",
    ("tts", "mid-request"): "a pause, then the clause from its beginning",
    ("llm", "idle"): "nothing",
    ("llm", "loading"): "nothing",
    ("llm", "mid-request"): "an answer by the rules alone",
}
NAMES = {"asr": "recognition", "tts": "speech", "llm": "language model"}


@dataclass
class Kept:
    """An assistant whose engines are kept as the service keeps them."""

    assistant: Assistant
    log: list[str] = field(default_factory=list)
    memory_bytes: int = 8 << 30
    """What the keeper reads as the memory that may still be taken."""
    weighed: int = 0
    """How often it has read it."""

    def available(self) -> int:
        """Give the reading."""
        self.weighed += 1
        return self.memory_bytes

    def engine(self, name: str) -> RemoteEngine:
        engines = self.assistant.engines
        found = {"asr": engines.recogniser, "tts": engines.synthesizer, "llm": engines.language_model}[name]
        assert found is not None
        return found

    def use(self, name: str) -> None:
        """Make a request that needs the engine; it fails if the engine does not work."""
        if name == "asr":
            turn = self.assistant.hear(wav_io.read(SAMPLE), STATION)
            assert "酒店" in turn.answer.heard
        elif name == "tts":
            text = TALK + f"第{time.monotonic_ns() % 997}次。"
            said = dict.fromkeys(clip.text for clip in self.assistant.speak(text, "zh"))
            assert "".join(said) == text, "no sentence is left out, however many pieces each comes in"
        else:
            model = self.assistant.engines.language_model
            assert model is not None
            assert model.complete("A car is", max_tokens=4)

    def wait(self, good: Callable[[], bool]) -> None:
        started = time.monotonic()
        while not good():
            assert time.monotonic() - started < LIMIT_S, self.log
            time.sleep(0.01)

    def works(self, name: str) -> None:
        """Wait until a request succeeds in a process that was not there before."""
        started = time.monotonic()
        while True:
            try:
                self.use(name)
                return
            except (DeviceError, AgentError) as error:
                self.log.append(f"(a request: {error})")
                assert time.monotonic() - started < LIMIT_S, self.log
                time.sleep(0.05)


@pytest.fixture(scope="module")
def kept(prepared_home: Path) -> Iterator[Kept]:
    """One assistant for all the tests here, with every engine loaded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAOGAO_HOME", str(prepared_home))
        found = Kept(Assistant(Settings(privacy=PrivacySettings(memory=False)), region="helsinki"))
        keeper = EngineKeeper(
            found.assistant,
            choose("x86-small").profile,
            failed=lambda name, error: found.log.append(f"{name}: {type(error).__name__}: {error}"),
            tell=found.log.append,
            available=found.available,
        )
        loop = asyncio.new_event_loop()
        task = loop.create_task(keeper.run())

        def run() -> None:
            try:
                loop.run_until_complete(task)
            except asyncio.CancelledError:
                loop.run_until_complete(loop.shutdown_default_executor())

        thread = threading.Thread(target=run)
        thread.start()
        try:
            for name in ("asr", "tts", "llm"):
                found.works(name)
            yield found
        finally:
            loop.call_soon_threadsafe(task.cancel)
            thread.join()
            found.assistant.close()
            loop.close()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("stage", ["idle", "loading", "mid-request"])
@pytest.mark.parametrize("name", ["asr", "tts", "llm"])
def test_an_engine_comes_back(kept: Kept, fault_table: FaultTable, name: str, stage: str, fault: str) -> None:
    process = kept.engine(name).process
    process._deaths.clear()  # each case begins as on a good day
    kept.log.clear()
    heard: list[Any] = []
    if stage == "loading":
        process.stop()
        kept.wait(lambda: process.pid is not None)
        assert not process.ready
    else:
        kept.works(name)
    if stage == "mid-request":
        calls = process.health.calls
        request = threading.Thread(target=lambda: heard.append(in_flight(kept, name)))
        request.start()
        kept.wait(lambda: process.health.calls > calls and process.pid is not None)
    pid = process.pid
    assert pid is not None
    os.kill(pid, FAULTS[fault])
    started = time.monotonic()
    kept.wait(lambda: process.ready and process.pid != pid)
    well_again_s = time.monotonic() - started
    if stage == "mid-request":
        request.join()
        assert heard == [True], "what was asked is answered all the same"
    kept.works(name)
    assert not Path(f"/proc/{pid}").exists(), "no dead or stopped process stays behind"
    fault_table.add(
        f"{NAMES[name]} {fault}, {stage}",
        heard=HEARD[name, stage],
        logged=next((line for line in kept.log if line.startswith("engine ")), ""),
        well_again_s=well_again_s,
    )


def in_flight(kept: Kept, name: str) -> bool:
    """Make the request over which the engine fails, as a driver would; tell whether it was answered."""
    if name == "asr":
        return "酒店" in kept.assistant.hear(wav_io.read(SAMPLE), STATION).answer.heard
    if name == "tts":
        kept.use("tts")
        return True
    return bool(kept.assistant.read(UNCLEAR, STATION).answer.reply)


def test_an_engine_that_memory_does_not_hold_is_left_out_and_taken_back(kept: Kept) -> None:
    """Weighed with injected readings; `test_memory_gets_short` does it with a real limit."""
    process = kept.engine("llm").process
    kept.wait(lambda: process.ready)
    kept.log.clear()
    kept.memory_bytes = 200 << 20
    kept.wait(lambda: process.pid is None)
    assert kept.assistant.read(UNCLEAR, STATION).answer.understood_by != "llm"
    assert kept.engine("asr").process.ready
    kept.memory_bytes = 700 << 20
    weighed = kept.weighed
    kept.wait(lambda: kept.weighed > weighed + 1)  # the first of them has had its effect by then
    assert kept.engine("llm").left_out, "not taken back before there is plenty"
    kept.memory_bytes = 2 << 30
    kept.wait(lambda: process.ready)
    kept.works("llm")
    assert sum("memory" in line for line in kept.log) == 2, kept.log
