"""Voice activity: is someone speaking in this 32 ms frame, and where is speech in a recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice.errors import VoiceMissing
from voice.onnx_session import open_session

Samples = npt.NDArray[np.float32]

FRAME = 512
"""Samples in one frame at 16 kHz."""

FRAME_MS = 32
"""Length of one frame."""

_CONTEXT = 64
_STATE = (1, 1, 128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of speech."""

    start: int
    """First sample."""

    end: int
    """Sample after the last."""


def model_path() -> Path:
    """The Silero VAD model, which is installed with faster-whisper."""
    from importlib.util import find_spec

    spec = find_spec("faster_whisper")
    if spec is None or spec.origin is None:
        raise VoiceMissing("the speech detector is missing: install the 'voice' extra")
    return Path(spec.origin).parent / "assets" / "silero_vad_v6.onnx"


class SpeechDetector:
    """Silero VAD v6, frame by frame.

    Parameters
    ----------
    model : Path, optional
        The ONNX file; by default the one that faster-whisper brings.
    """

    def __init__(self, model: Path | None = None) -> None:
        self._session = open_session(model or model_path(), threads=1)
        self.reset()

    def reset(self) -> None:
        """Forget what was heard, as at the start of a stream."""
        self._h = np.zeros(_STATE, np.float32)
        self._c = np.zeros(_STATE, np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def speech(self, frame: Samples) -> float:
        """Probability of speech in the next frame of the stream.

        Parameters
        ----------
        frame : ndarray of float32, shape (512,)
            The next 32 ms at 16 kHz.
        """
        window = np.concatenate([self._context, frame])[None, :]
        output, self._h, self._c = self._session.run(None, {"input": window, "h": self._h, "c": self._c})
        self._context = frame[-_CONTEXT:]
        return float(output.reshape(-1)[0])

    def probabilities(self, samples: Samples) -> npt.NDArray[np.float32]:
        """Probability of speech for each whole frame of a recording, from a fresh start."""
        count = len(samples) // FRAME
        if count == 0:
            return np.zeros(0, np.float32)
        frames = samples[: count * FRAME].reshape(count, FRAME)
        before = np.zeros((count, _CONTEXT), np.float32)
        before[1:] = frames[:-1, -_CONTEXT:]
        state = np.zeros(_STATE, np.float32)
        output, _, _ = self._session.run(
            None, {"input": np.concatenate([before, frames], axis=1), "h": state, "c": state}
        )
        return np.asarray(output, np.float32).reshape(-1)


def spans(
    probabilities: npt.NDArray[np.float32],
    *,
    threshold: float = 0.5,
    min_speech_ms: int = 96,
    bridge_ms: int = 400,
    pad_ms: int = 200,
) -> list[Span]:
    """Stretches of speech in a row of frame probabilities.

    Parameters
    ----------
    probabilities : ndarray, shape (frames,)
        From `SpeechDetector.probabilities`.
    threshold : float
        Speech begins above it, and ends 0.15 below it.
    min_speech_ms : int
        Shorter sounds are clicks and coughs.
    bridge_ms : int
        Pauses up to this length belong to the speech around them.
    pad_ms : int
        Kept before and after each stretch.

    Returns
    -------
    list of Span
        In order, in samples, not overlapping.
    """
    raw: list[list[int]] = []
    talking = False
    for index, value in enumerate(probabilities):
        if value >= threshold or (talking and value >= threshold - 0.15):
            if talking or (raw and (index - raw[-1][1]) * FRAME_MS <= bridge_ms):
                raw[-1][1] = index + 1
            else:
                raw.append([index, index + 1])
            talking = True
        else:
            talking = False
    kept = [(start, end) for start, end in raw if (end - start) * FRAME_MS >= min_speech_ms]
    pad = pad_ms * 16
    total = len(probabilities) * FRAME
    result: list[Span] = []
    for start, end in kept:
        first, last = max(0, start * FRAME - pad), min(total, end * FRAME + pad)
        if result and first <= result[-1].end:
            result[-1] = Span(start=result[-1].start, end=last)
        else:
            result.append(Span(start=first, end=last))
    return result
