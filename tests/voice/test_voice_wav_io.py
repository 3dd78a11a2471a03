"""Sound files: whatever a recorder writes is read, and what is no recording is refused in words."""

from __future__ import annotations

import contextlib
import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from voice import wav_io
from voice.errors import BadAudio

TONE_HZ = 440.0


def tone(rate_hz: int, seconds: float = 0.5, channels: int = 1) -> np.ndarray:
    wave = 0.5 * np.sin(2 * np.pi * TONE_HZ * np.arange(int(rate_hz * seconds)) / rate_hz)
    return np.repeat(wave[:, None], channels, axis=1)


def wav(samples: np.ndarray, rate_hz: int, subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, samples, rate_hz, subtype=subtype, format=kind)
    return stream.getvalue()


def pitch_hz(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * wav_io.RATE_HZ / len(samples))


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_rate_and_channel_count(rate_hz: int, channels: int) -> None:
    samples = wav_io.read(wav(tone(rate_hz, channels=channels), rate_hz))
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert len(samples) == pytest.approx(8_000, abs=40)
    assert pitch_hz(samples) == pytest.approx(TONE_HZ, abs=4)
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"]
)
def test_every_coding(subtype: str) -> None:
    samples = wav_io.read(wav(tone(16_000), 16_000, subtype))
    assert pitch_hz(samples) == pytest.approx(TONE_HZ, abs=4)


def test_a_recording_that_is_cut_off_gives_what_is_there() -> None:
    content = wav(tone(16_000, seconds=2.0), 16_000)
    assert 0.4 < len(wav_io.read(content[: len(content) // 2])) / 32_000 < 0.6


def test_an_offset_is_taken_out() -> None:
    samples = wav_io.read(wav(tone(16_000) * 0.5 + 0.3, 16_000))
    assert abs(float(samples.mean())) < 0.01


def test_what_is_not_a_number_becomes_silence() -> None:
    broken = tone(16_000)
    broken[100:200] = np.nan
    broken[300] = np.inf
    assert np.isfinite(wav_io.read(wav(broken, 16_000, "FLOAT"))).all()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"ID3\x03 this is an mp3", "not a WAV", id="other format"),
        pytest.param(b"RIFF\x24\x00\x00\x00WAVE", "damaged", id="header only"),
        pytest.param(b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00", "damaged", id="cut in the header"),
        pytest.param(wav(np.zeros((0, 1)), 16_000), "no sound", id="no samples"),
        pytest.param(
            wav(tone(16_000), 16_000).replace(struct.pack("<I", 16_000), struct.pack("<I", 1), 1),
            "sample rate",
            id="absurd rate",
        ),
    ],
)
def test_what_is_no_recording_is_refused_in_words(content: bytes, says: str) -> None:
    with pytest.raises(BadAudio, match=says):
        wav_io.read(content)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadAudio, match="no file"):
        wav_io.read(tmp_path / "none.wav")
    with pytest.raises(BadAudio, match="cannot be read"):
        wav_io.read(tmp_path)


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=300)
def test_any_bytes_are_read_or_refused(noise: bytes, headed: bool) -> None:
    content = wav(tone(8_000, 0.02), 8_000)
    with contextlib.suppress(BadAudio):
        assert np.isfinite(wav_io.read(content[:30] + noise if headed else noise)).all()


@pytest.mark.slow
@given(st.lists(st.floats(-2, 2, width=32), min_size=400, max_size=600))
@settings(max_examples=30)
def test_what_is_written_is_read_again(values: list[float]) -> None:
    samples = np.array(values, np.float32)
    content = io.BytesIO()
    soundfile.write(content, np.clip(samples, -1, 1), 16_000, subtype="PCM_16", format="WAV")
    expected = np.clip(samples, -1, 1)
    got = wav_io.read(content.getvalue())
    assert np.allclose(got - got.mean(), expected - expected.mean(), atol=2e-3)


def test_write_is_pcm16_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "new" / "reply.wav"
    wav_io.write(target, np.array([0.0, 2.0, -2.0, np.nan], np.float32), 24_000)
    info = soundfile.info(target)
    assert (info.samplerate, info.channels, info.subtype) == (24_000, 1, "PCM_16")
    assert [path.name for path in target.parent.iterdir()] == ["reply.wav"]
