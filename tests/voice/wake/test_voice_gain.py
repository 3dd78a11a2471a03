"""The call is noticed from a quiet microphone and from one that is turned up until it clips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.store.models import ModelStore
from voice import wav_io
from voice.loop.ears import NeuralEars
from voice.loop.vad import FRAME, SpeechDetector
from voice.wake.detector import WakeDetector


@pytest.mark.models
@pytest.mark.parametrize("gain", [0.06, 0.25, 1.0, 4.0])
@pytest.mark.parametrize(("sample", "language"), [("zh_hotels", "zh"), ("en_cathedral", "en")])
def test_the_call_is_noticed_at_any_gain(sample: str, language: str, gain: float, samples_dir: Path) -> None:
    ears = NeuralEars(SpeechDetector(), WakeDetector.open(ModelStore().path("wake-features")))
    silence = np.zeros(16_000, np.float32)
    sound = np.concatenate([silence, wav_io.read(samples_dir / f"{sample}.wav"), silence])
    loud = np.clip(sound * gain, -1.0, 1.0).astype(np.float32)
    frames = [loud[start : start + FRAME] for start in range(0, len(loud) - FRAME + 1, FRAME)]
    calls = [heard.wake.language for frame in frames if (heard := ears.hear(frame, masked=False)).wake]
    assert calls[:1] == [language]
