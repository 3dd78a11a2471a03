"""The engines, opened once for all model tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from voice.asr.recognizer import Recognizer
from voice.asr.whisper import Whisper
from voice.tts.kokoro_split import split
from voice.tts.synthesizer import Synthesizer


@pytest.fixture(scope="session")
def whisper(model_dir: Callable[[str], Path]) -> Whisper:
    """Whisper base."""
    return Whisper(model_dir("whisper-base"), cpu_threads=2)


@pytest.fixture(scope="session")
def recognizer(whisper: Whisper) -> Recognizer:
    """What it hears."""
    return Recognizer(whisper)


@pytest.fixture(scope="session")
def plain_whisper(model_dir: Callable[[str], Path]) -> Whisper:
    """Whisper base as published, without our corrections for noise."""
    return Whisper(model_dir("whisper-base"), cpu_threads=2, corrected=False)


@pytest.fixture(scope="session")
def plain_recognizer(plain_whisper: Whisper) -> Recognizer:
    """What that one hears."""
    return Recognizer(plain_whisper)


@pytest.fixture(scope="session")
def synthesizer(model_dir: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Synthesizer:
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
