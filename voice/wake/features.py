"""Speech embeddings for the wake word: 96 numbers for every 80 ms, from shared pretrained models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice.onnx_session import open_session

Samples = npt.NDArray[np.float32]
Array = npt.NDArray[np.float32]

CHUNK = 1_280
"""Samples between two embeddings at 16 kHz (80 ms)."""

WINDOW = 16
"""Embeddings that the classifier sees (1.28 s, and 0.7 s more through the first one)."""

EMBEDDING = 96
_MEL_BINS, _MEL_FRAMES, _MEL_STEP = 32, 76, 8
_MEL_CONTEXT = 480
_HISTORY = _MEL_FRAMES + _MEL_STEP * (WINDOW - 1)


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
        self._mels = np.ones((_HISTORY, _MEL_BINS), np.float32)
        self._embeddings = np.zeros((WINDOW, EMBEDDING), np.float32)
        self._stale = WINDOW

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
        mels = self._spectrum(np.concatenate([self._tail, chunk]))[-_MEL_STEP:]
        self._tail = chunk[-_MEL_CONTEXT:]
        self._mels = np.concatenate([self._mels, mels])[-_HISTORY:]
        self._stale = min(WINDOW, self._stale + 1)
        if not attend:
            return None
        starts = [_HISTORY - _MEL_FRAMES - _MEL_STEP * back for back in reversed(range(self._stale))]
        fresh = self._embed(np.stack([self._mels[start : start + _MEL_FRAMES] for start in starts]))
        self._embeddings = np.concatenate([self._embeddings, fresh])[-WINDOW:]
        self._stale = 0
        return self._embeddings

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

    def windows_at(self, samples: Samples, wanted: npt.NDArray[np.int64], *, batch: int = 256) -> Array:
        """Some of the windows that `windows` would give for a recording, for less work.

        Parameters
        ----------
        samples : ndarray of float32, shape (n,)
            Samples in [-1, 1].
        wanted : ndarray of int64, shape (m,)
            Rows of `windows`.

        Returns
        -------
        ndarray of float32, shape (m, 16, 96)
        """
        rows = self.embeddings_for(samples, wanted, batch=batch)
        return np.asarray(rows[wanted[:, None] + np.arange(WINDOW)])

    def embeddings_for(self, samples: Samples, wanted: npt.NDArray[np.int64], *, batch: int = 256) -> Array:
        """Embeddings of a recording as far as some windows need them, zeros elsewhere; see `windows_at`."""
        view = self._mel_windows(samples)
        needed = np.unique(wanted[:, None] + np.arange(WINDOW))
        rows = np.zeros((len(view), EMBEDDING), np.float32)
        for start in range(0, len(needed), batch):
            part = needed[start : start + batch]
            rows[part] = self._embed(view[part])
        return rows

    def _mel_windows(self, samples: Samples) -> Array:
        """Spectra that the embeddings of a recording are made of, one for each chunk."""
        count = len(samples) // CHUNK
        padded = np.concatenate([np.zeros(_MEL_CONTEXT, np.float32), samples[: count * CHUNK]])
        lead = np.ones((_MEL_FRAMES - _MEL_STEP, _MEL_BINS), np.float32)
        mels = np.concatenate([lead, self._spectra(padded)]) if count else lead
        view = np.lib.stride_tricks.sliding_window_view(mels, _MEL_FRAMES, axis=0)[::_MEL_STEP]
        return np.asarray(view.transpose(0, 2, 1)[:count])

    def _spectra(self, padded: Samples) -> Array:
        """Spectrum chunk by chunk: its floor depends on the loudest sound of each call, so a whole
        recording must be cut as the stream is."""
        starts = range(0, len(padded) - CHUNK - _MEL_CONTEXT + 1, CHUNK)
        return np.concatenate(
            [self._spectrum(padded[start : start + CHUNK + _MEL_CONTEXT])[-_MEL_STEP:] for start in starts]
        )

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
