"""Piper voices. piper-tts is GPL-3.0: only the speech engine's own process imports this module."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.errors import VoiceFailed, VoiceMissing
from voice.onnx_session import open_session


def voice_language(model: Path) -> str:
    """Language of a Piper voice from its configuration, such as "en" or "zh"."""
    config = model.with_name(model.name + ".json")
    try:
        values: dict[str, Any] = json.loads(config.read_text("utf-8"))
    except (OSError, ValueError):
        return model.stem.split("_")[0]
    language = values.get("language") or {}
    family = language.get("family") or str(values.get("espeak", {}).get("voice", "")).split("-")[0]
    return "zh" if family in {"zh", "cmn"} else str(family)


class PiperVoiceEngine:
    """One loaded Piper voice.

    Parameters
    ----------
    model : Path
        ``NAME.onnx`` with ``NAME.onnx.json`` beside it.
    threads : int
        Threads inside one operator.
    """

    def __init__(self, model: Path, *, threads: int = 2) -> None:
        if not model.is_file() or not model.with_name(model.name + ".json").is_file():
            raise VoiceMissing(f"the voice {model} is missing: run 'xiaogao models pull'")
        try:
            from piper import PiperConfig, PiperVoice

            values = json.loads(model.with_name(model.name + ".json").read_text("utf-8"))
            session: Any = open_session(model, threads=threads, lean=True)
            self._voice: Any = PiperVoice(session=session, config=PiperConfig.from_dict(values))
        except Exception as error:
            raise VoiceMissing(
                f"the voice {model} does not load ({type(error).__name__}): run 'xiaogao models verify'"
            ) from error
        self.sample_rate_hz = int(self._voice.config.sample_rate)

    def speak(self, text: str, *, speed: float = 1.0) -> npt.NDArray[np.float32]:
        """Speech of one clause, float32 in [-1, 1] at `sample_rate_hz`."""
        from piper import SynthesisConfig

        config = SynthesisConfig(length_scale=1.0 / speed)
        try:
            chunks = [chunk.audio_float_array for chunk in self._voice.synthesize(text, config)]
        except Exception as error:
            raise VoiceFailed(f"Piper could not speak {text!r}: {error}") from error
        return np.concatenate(chunks).astype(np.float32) if chunks else np.zeros(0, np.float32)
