"""The assistant on real engines: a killed or missing one costs a request at most, never the one after it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from device.assistant.assistant import Assistant
from device.engine.engines import RemoteEngine
from device.settings import Settings
from device.store.models import ModelStore
from voice import wav_io

pytestmark = pytest.mark.models

STATION = (60.1719, 24.9414)
SAMPLE = wav_io.read(Path(__file__).parents[3] / "samples" / "zh_hotels.wav")


@pytest.fixture
def assistant(helsinki_home: Path, model_dir: Callable[[str], Path]) -> Iterator[Assistant]:
    for name in ("whisper-base", "piper-en-joe"):
        model_dir(name)
    made = Assistant(Settings(), region="helsinki")
    yield made
    made.close()


def kill_soon(engine: RemoteEngine) -> None:
    """Kill the engine's process as soon as it works on a call."""

    def kill() -> None:
        calls = engine.process.health.calls
        while engine.process.health.calls == calls:
            time.sleep(0.002)
        time.sleep(0.05)
        if pid := engine.process.pid:
            os.kill(pid, signal.SIGKILL)

    threading.Thread(target=kill, daemon=True).start()


def test_recognition_killed_in_the_middle_hears_the_words_once_more(assistant: Assistant) -> None:
    assert "酒店" in assistant.hear(SAMPLE, STATION).answer.heard
    kill_soon(assistant.engines.recogniser)
    turn = assistant.hear(SAMPLE, STATION)
    assert "酒店" in turn.answer.heard
    assert len(turn.answer.places) >= 3


def test_speech_killed_in_the_middle_goes_on_from_the_clause_that_broke_off(
    assistant: Assistant, tmp_path: Path
) -> None:
    turn = assistant.read("find a hotel", STATION)
    assistant.say(turn, tmp_path / "whole.wav")
    turn.answer = assistant.read("where is the cathedral", STATION).answer
    kill_soon(assistant.engines.synthesizer)
    assistant.say(turn, tmp_path / "broken.wav")
    assert turn.warnings == []
    assert turn.audio
    assert len(wav_io.read(turn.audio)) > 16_000


@pytest.mark.parametrize(("profile", "loads"), [("x86-large", True), ("arm64-small", False)])
def test_voices_are_loaded_beforehand_where_engines_stay_loaded(
    profile: str, loads: bool, helsinki_home: Path, model_dir: Callable[[str], Path], tmp_path: Path
) -> None:
    for name in ("piper-en-joe", "kokoro", "kokoro-voices"):
        model_dir(name)
    settings = Settings.model_validate(
        {"engines": {"profile": profile}, "speech": {"voice_zh": "zm_yunjian"}}
    )
    assistant = Assistant(settings, region="helsinki")
    engine = assistant.engines.synthesizer
    assert "load" not in engine.process.spec.options, "a single question loads only the voice that it needs"
    engine.warm()
    wanted = {"zh": "zm_yunjian", "en": None} if loads else None
    assert engine.process.spec.options.get("load") == wanted
    assert list(engine.speak("Hello there.", "en"))
    assistant.close()


def test_without_any_voice_the_answer_is_text_with_the_reason(helsinki_home: Path, tmp_path: Path) -> None:
    assistant = Assistant(Settings(), region="helsinki", store=ModelStore(tmp_path / "empty"))
    turn = assistant.read("附近有什么酒店", STATION)
    assistant.say(turn, tmp_path / "reply.wav")
    assistant.close()
    assert len(turn.answer.places) >= 3
    assert turn.audio is None
    assert "xiaogao models pull" in turn.warnings[0]


def test_without_the_language_model_what_the_rules_do_not_know_still_gets_an_answer(
    helsinki_home: Path, tmp_path: Path
) -> None:
    assistant = Assistant(Settings(), region="helsinki", store=ModelStore(tmp_path / "empty"))
    turn = assistant.read("the quick brown fox ponders the meaning of asphalt", STATION)
    assistant.close()
    assert turn.answer.reply
    assert turn.answer.understood_by in {"list", "reader"}
    assert turn.answer.route is None
