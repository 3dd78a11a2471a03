"""Sound files in and out: any WAV to 16 kHz mono float32, and 16-bit PCM back."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice.errors import BadAudio

RATE_HZ = 16_000
"""Sample rate of everything that is recognised."""

MAX_SECONDS = 1_800
"""Longest recording that is read; the rest of a longer one is left out."""

_MIN_RATE_HZ, _MAX_RATE_HZ = 4_000, 384_000
_WAV_NAMES = {b"RIFF", b"RIFX", b"RF64"}

Samples = npt.NDArray[np.float32]


def read(source: str | os.PathLike[str] | bytes) -> Samples:
    """Read a WAV of any sample rate, channel count and coding.

    Parameters
    ----------
    source : path or bytes
        The file, or its content.

    Returns
    -------
    ndarray of float32, shape (n,)
        Mono samples at 16 kHz in [-1, 1], mean removed when the recording has a clear offset.
        A recording that is cut off gives what is there.

    Raises
    ------
    BadAudio
        If it is not a WAV, holds no sound, or cannot be decoded. The message names the file.
    """
    name, content = _content(source)
    samples, rate_hz = _decode(content, name)
    finite = np.nan_to_num(samples, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
    mono = finite.mean(axis=1, dtype=np.float64).astype(np.float32)
    if len(mono) < 0.01 * rate_hz:
        raise BadAudio(f"{name} holds no sound: record at least a word")
    return to_16k(remove_offset(np.clip(mono, -1.0, 1.0)), rate_hz)


def _content(source: str | os.PathLike[str] | bytes) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return "the audio", source
    path = Path(source)
    try:
        return path.name, path.read_bytes()
    except FileNotFoundError:
        raise BadAudio(f"there is no file {path}: give the path of a WAV file") from None
    except OSError as error:
        raise BadAudio(f"{path} cannot be read: {error.strerror or error}") from error


def _decode(content: bytes, name: str) -> tuple[Samples, int]:
    import soundfile

    if not content:
        raise BadAudio(f"{name} is empty: record it again")
    if content[:4] not in _WAV_NAMES or content[8:12] != b"WAVE":
        raise BadAudio(f"{name} is not a WAV file: convert it, for instance to 16 kHz mono 16-bit")
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as sound:
            rate_hz = int(sound.samplerate)
            if not _MIN_RATE_HZ <= rate_hz <= _MAX_RATE_HZ:
                raise BadAudio(f"{name} claims a sample rate of {rate_hz} Hz: use 8 to 48 kHz")
            frames = min(sound.frames, MAX_SECONDS * rate_hz) if sound.frames >= 0 else 0
            samples = sound.read(frames=frames, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, ValueError, MemoryError) as error:
        reason = getattr(error, "error_string", "") or str(error)
        raise BadAudio(f"{name} is damaged or cut off ({reason.strip()}): record it again") from error
    return samples, rate_hz


def remove_offset(samples: Samples) -> Samples:
    """Take a constant offset (a cheap sound card's) out of a recording."""
    mean = float(samples.mean(dtype=np.float64))
    return samples if abs(mean) < 1e-3 else (samples - np.float32(mean)).astype(np.float32)


def to_16k(samples: Samples, rate_hz: int) -> Samples:
    """Resample mono samples from `rate_hz` to 16 kHz."""
    return resample(samples, rate_hz, RATE_HZ)


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Resample mono float32 samples (soxr, high quality)."""
    if from_hz == to_hz:
        return np.ascontiguousarray(samples, np.float32)
    import soxr

    return np.asarray(soxr.resample(samples, from_hz, to_hz), np.float32)


def pcm16(samples: Samples) -> bytes:
    """Samples in [-1, 1] as 16-bit little-endian PCM; louder ones are clipped."""
    clean = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
    return (np.clip(clean, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes()


def write(path: str | os.PathLike[str], samples: Samples, rate_hz: int = RATE_HZ) -> None:
    """Write mono samples as a 16-bit PCM WAV, beside its place first and then renamed.

    Parameters
    ----------
    path : path
        File to make; its folder is made too.
    samples : ndarray of float32, shape (n,)
        Mono samples in [-1, 1].
    rate_hz : int
        Their sample rate.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.part")
    with wave.open(str(unfinished), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate_hz)
        sound.writeframes(pcm16(samples))
    unfinished.replace(target)
