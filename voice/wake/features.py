"""Speech embeddings for the wake word: 96 numbers for every 80 ms, from shared pretrained models."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice.onnx_session import open_session

Samples = npt.NDArray[np.float32]
Array = npt.NDArray[np.float32]
Stretch = tuple[int, int]

CHUNK = 1_280
"""Samples between two embeddings at 16 kHz (80 ms)."""

WINDOW = 16
"""Embeddings that the classifier sees (1.28 s, and 0.7 s more through the first one)."""

EMBEDDING = 96
_MEL_BINS, _MEL_FRAMES, _MEL_STEP = 32, 76, 8
_MEL_CONTEXT = 480
_HISTORY = _MEL_FRAMES + _MEL_STEP * (WINDOW - 1)
_FRAME_MS = 10
_QUIET_SHARE = 0.5
"""What is so much louder than a pause, on the way to the loudest speech before it, is speech."""


class _History:
    """The spectra and embeddings that the newest window is made of."""

    def __init__(self) -> None:
        self.mels = np.ones((_HISTORY, _MEL_BINS), np.float32)
        self.embeddings = np.zeros((WINDOW, EMBEDDING), np.float32)
        self.stale = WINDOW

    def add(self, mels: Array) -> None:
        """Take the spectra of a chunk; its embedding is made when a window is wanted."""
        self.mels = np.concatenate([self.mels, mels])[-_HISTORY:]
        self.stale = min(WINDOW, self.stale + 1)

    def window(self, embed: Callable[[Array], Array]) -> Array:
        """The newest window, shape (16, 96)."""
        newest = len(self.mels) - _MEL_FRAMES
        starts = [newest - _MEL_STEP * back for back in reversed(range(self.stale))]
        if starts:
            fresh = embed(np.stack([self.mels[start : start + _MEL_FRAMES] for start in starts]))
            self.embeddings = np.concatenate([self.embeddings, fresh])[-WINDOW:]
        self.stale = 0
        return self.embeddings


class WakeFeatures:
    """Mel spectrum and embedding models, fed with a stream or with a whole recording.

    Parameters
    ----------
    folder : Path
        Holds ``melspectrogram.onnx`` and ``embedding_model.onnx``.
    """

    def __init__(self, folder: Path) -> None:
        self._mel = open_session(folder / "melspectrogram.onnx")
        self._embedding = open_session(folder / "embedding_model.onnx")
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._tail = np.zeros(_MEL_CONTEXT, np.float32)
        self._stream = _History()
        self._joined = _History()
        self._pause: list[Array] = []
        self._newest = np.ones((_MEL_STEP, _MEL_BINS), np.float32)

    def push(self, chunk: Samples, *, attend: bool) -> Array | None:
        """Take the next 80 ms of the stream.

        Parameters
        ----------
        chunk : ndarray of float32, shape (1280,)
            Samples in [-1, 1].
        attend : bool
            Whether someone may be speaking. Otherwise only the spectrum is kept, and the embeddings are
            made up for when it matters again.

        Returns
        -------
        ndarray of float32, shape (16, 96), or None
            The newest window, or None when not attending.
        """
        self._newest = self._spectrum(np.concatenate([self._tail, chunk]))[-_MEL_STEP:]
        self._tail = chunk[-_MEL_CONTEXT:]
        self._stream.add(self._newest)
        return self._stream.window(self._embed) if attend else None

    def put_aside(self) -> None:
        """Keep the stream as it is up to here, to join a later chunk to it; see `voice.wake.pause`."""
        self._joined = copy(self._stream)
        self._pause = [self._newest]

    def hold(self) -> None:
        """Leave the newest chunk out of it."""
        self._pause.append(self._newest)

    def join(self) -> tuple[Array, Stretch]:
        """Join the newest chunk to what was put aside.

        After chunks that were left out, the silence at both sides of the joint goes too.

        Returns
        -------
        window : ndarray of float32, shape (16, 96)
            The newest window of that.
        trimmed : (int, int)
            Milliseconds of silence that were taken off what was there, and off the chunk.
        """
        mels, before, after = self._newest, 0, 0
        if self._pause:
            quiet = float(np.median(np.concatenate(self._pause).mean(axis=1)))
            loud = self._joined.mels[-_MEL_FRAMES:].mean(axis=1)
            threshold = quiet + _QUIET_SHARE * (float(loud.max()) - quiet)
            before, after = (_quiet_frames(row, threshold) for row in (loud[::-1], mels.mean(axis=1)))
            self._joined.mels = self._joined.mels[: len(self._joined.mels) - before]
            mels, self._pause = mels[after:], []
        self._joined.add(mels)
        return self._joined.window(self._embed), (before * _FRAME_MS, after * _FRAME_MS)

    def whole(self, samples: Samples, *, batch: int = 256) -> Array:
        """Embeddings of a whole recording.

        Returns
        -------
        ndarray of float32, shape (n, 96)
            Row i ends at sample ``(i + 1) * 1280`` of the recording, as in the stream.
        """
        view = self._mel_windows(samples)
        rows = [self._embed(view[start : start + batch]) for start in range(0, len(view), batch)]
        return np.concatenate(rows) if rows else np.zeros((0, EMBEDDING), np.float32)

    def spectra(self, samples: Samples) -> Array:
        """Spectra of a recording, shape (chunks, 8, 32).

        The floor of a spectrum depends on the loudest sound of each call, so a whole recording is cut as the
        stream is.
        """
        count = len(samples) // CHUNK
        padded = np.concatenate([np.zeros(_MEL_CONTEXT, np.float32), samples[: count * CHUNK]])
        starts = range(0, count * CHUNK, CHUNK)
        made = [self._spectrum(padded[start : start + CHUNK + _MEL_CONTEXT])[-_MEL_STEP:] for start in starts]
        return np.stack(made) if made else np.zeros((0, _MEL_STEP, _MEL_BINS), np.float32)

    def _mel_windows(self, samples: Samples) -> Array:
        """Spectra that the embeddings of a recording are made of, one for each chunk."""
        spectra = self.spectra(samples)
        lead = np.ones((_MEL_FRAMES - _MEL_STEP, _MEL_BINS), np.float32)
        mels = np.concatenate([lead, spectra.reshape(-1, _MEL_BINS)])
        view = np.lib.stride_tricks.sliding_window_view(mels, _MEL_FRAMES, axis=0)[::_MEL_STEP]
        return np.asarray(view.transpose(0, 2, 1)[: len(spectra)])

    def _spectrum(self, samples: Samples) -> Array:
        (mels,) = self._mel.run(None, {"input": (samples * np.float32(32767.0))[None, :]})
        return np.asarray(mels, np.float32).reshape(-1, _MEL_BINS) / np.float32(10.0) + np.float32(2.0)

    def _embed(self, windows: Array) -> Array:
        (rows,) = self._embedding.run(None, {"input_1": np.ascontiguousarray(windows)[..., None]})
        return np.asarray(rows, np.float32).reshape(-1, EMBEDDING)


def windows(embeddings: Array) -> Array:
    """All windows of a recording's embeddings, shape (n - 15, 16, 96); row i ends with embedding i + 15."""
    if len(embeddings) < WINDOW:
        return np.zeros((0, WINDOW, EMBEDDING), np.float32)
    view = np.lib.stride_tricks.sliding_window_view(embeddings, WINDOW, axis=0)
    return np.asarray(view.transpose(0, 2, 1))


def _quiet_frames(loudness: Array, threshold: float) -> int:
    """How many frames at the start are quiet."""
    loud = np.flatnonzero(loudness >= threshold)
    return int(loud[0]) if len(loud) else len(loudness)
