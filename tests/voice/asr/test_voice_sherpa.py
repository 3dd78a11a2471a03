"""Other engines: the path from a folder to a transcript, with tiny models that write one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.voice.asr import toy_sherpa
from voice import wav_io
from voice.asr.confidence import decide
from voice.asr.recognition import Recognition
from voice.asr.sherpa import SherpaRecognizer, sherpa_files
from voice.errors import VoiceMissing

Toy = Callable[[Path, str], Path]


@pytest.fixture
def speech(samples_dir: Path) -> np.ndarray:
    pytest.importorskip("sherpa_onnx", reason="needs the extra 'sherpa'")
    return wav_io.read(samples_dir / "zh_hotels.wav")


@pytest.mark.parametrize("toy", [toy_sherpa.sense_voice, toy_sherpa.paraformer])
def test_what_the_model_writes_is_put_right_by_sound(toy: Toy, tmp_path: Path, speech: np.ndarray) -> None:
    heard = Recognition(toy(tmp_path / "model", "带我去青花大学"), cpu_threads=1).transcribe(
        speech, hints=["清华大学", "学研大厦"]
    )
    assert (heard.text, heard.language, heard.is_usual) == ("带我去清华大学", "zh", True)
    assert decide(heard.confidence, "zh") == "carry_out"
    assert "带我去青花大学" in heard.alternatives
    assert 0 < heard.start_ms < heard.end_ms


def test_what_the_data_cannot_say_is_asked_about(tmp_path: Path, speech: np.ndarray) -> None:
    engine = SherpaRecognizer(toy_sherpa.sense_voice(tmp_path / "model", "这个天气可真是不错"), cpu_threads=1)
    heard = engine.transcribe(speech)
    assert heard.text == "这个天气可真是不错"
    assert decide(heard.confidence, "zh") == "ask"
    assert engine.weigh_call(speech) is None


def test_silence_and_noise_of_any_kind_are_no_words(tmp_path: Path, speech: np.ndarray) -> None:
    engine = SherpaRecognizer(toy_sherpa.sense_voice(tmp_path / "model", "去"), cpu_threads=1)
    for sound in (np.zeros(0), np.zeros(16_000), np.full(16_000, np.nan)):
        assert engine.transcribe(sound.astype(np.float32)).note == "silence"


def test_a_folder_tells_which_model_it_holds(tmp_path: Path) -> None:
    assert sherpa_files(tmp_path) is None
    kinds = {
        "sense_voice": toy_sherpa.sense_voice(tmp_path / "one", "去"),
        "paraformer": toy_sherpa.paraformer(tmp_path / "two", "去"),
    }
    zipformer = tmp_path / "three"
    zipformer.mkdir()
    for name in ("tokens.txt", "encoder.onnx", "encoder.int8.onnx", "decoder.onnx", "joiner.onnx"):
        (zipformer / name).write_bytes(b"12" if name == "encoder.onnx" else b"1")
    for kind, folder in {**kinds, "zipformer": zipformer}.items():
        found = sherpa_files(folder)
        assert found is not None
        assert found.kind == kind
    assert sherpa_files(zipformer).model.name == "encoder.int8.onnx"  # type: ignore[union-attr]


@pytest.mark.parametrize("broken", ["nothing", "bytes"])
def test_a_broken_model_is_an_error_in_one_line(broken: str, tmp_path: Path) -> None:
    folder = toy_sherpa.sense_voice(tmp_path / "model", "去")
    (folder / "model.onnx").write_bytes(b"" if broken == "nothing" else b"\x00\x01" * 400)
    with pytest.raises(VoiceMissing, match="xiaogao"):
        SherpaRecognizer(folder)
