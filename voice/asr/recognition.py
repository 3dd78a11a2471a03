"""Recognition as its process offers it: one loaded Whisper, for what was said and for the call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voice.asr.recognizer import Recognizer
from voice.asr.whisper import Whisper
from voice.wake.check import CallCheck


class Recognition:
    """`Recognizer.transcribe` and `CallCheck.weigh_call`; parameters as of `Whisper`."""

    def __init__(self, model_dir: Path | str, **options: Any) -> None:
        whisper = Whisper(model_dir, **options)
        self.transcribe = Recognizer(whisper).transcribe
        self.weigh_call = CallCheck(whisper).weigh_call
