"""Recognition on trial that nobody waits for any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voice import wav_io
from voice.asr.recognizer import Recognizer
from voice.asr.whisper import Whisper


@pytest.mark.models
def test_what_nobody_waits_for_is_left_off(
    recognizer: Recognizer, whisper: Whisper, samples_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    write = whisper.write

    def note(*arguments: Any, beams: int) -> Any:
        read.append(beams)
        return write(*arguments, beams=beams)

    monkeypatch.setattr(whisper, "write", note)
    clip = wav_io.read(samples_dir / "zh_hotels.wav")
    assert recognizer.transcribe(clip, dropped=lambda: True).note == "dropped"
    assert read == []
    looks = iter([False, True])
    assert recognizer.transcribe(clip, dropped=lambda: next(looks)).text == ""
    assert read == [1]
