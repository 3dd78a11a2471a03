"""The engines, opened once for all model tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from voice.asr import Recognizer
from voice.kokoro_split import split
from voice.tts import Synthesizer


@pytest.fixture(scope="session")
def recognizer(model_dir: Callable[[str], Path]) -> Recognizer:
    """Whisper base."""
    return Recognizer(model_dir("whisper-base"), cpu_threads=2)


@pytest.fixture(scope="session")
def plain_recognizer(model_dir: Callable[[str], Path]) -> Recognizer:
    """The same as published, without our corrections for noise."""
    return Recognizer(model_dir("whisper-base"), cpu_threads=2, corrected=False)


@pytest.fixture(scope="session")
def mouth(model_dir: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Synthesizer:
    """Kokoro, its model already cut in two, and Piper."""
    folder = tmp_path_factory.mktemp("speech")
    split(model_dir("kokoro") / "model.onnx", folder / "models")
    return Synthesizer(
        model_dir("kokoro") / "model.onnx",
        model_dir("kokoro-voices"),
        sorted(model_dir("piper-en-joe").glob("*.onnx")),
        cache_dir=folder,
    )


@pytest.fixture
def samples_dir() -> Path:
    """The spoken samples of the repository."""
    return Path(__file__).parents[2] / "samples"
