"""The Kokoro-82M voice: Mandarin and English speech at 24 kHz from one ONNX model."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.data_files import load_json
from voice.errors import VoiceFailed, VoiceMissing
from voice.onnx_session import open_session
from voice.tts.kokoro_split import LAST_MARK, SplitKokoro, halves_of
from voice.tts.phonemes import Phonemizer

SAMPLE_RATE_HZ = 24_000
"""Rate of everything Kokoro says."""

REVISION = 3
"""Counted up when speech for training and tests is made otherwise, so that no kept speech is used on."""

_MAX_TOKENS = 500
_CUT_LIMIT_S = 300
_VOICE_SHAPE = (510, 256)
_LANGUAGE_OF_PREFIX = {"z": "zh", "a": "en", "b": "en"}


def voice_language(voice: str) -> str | None:
    """Language that a Kokoro voice name stands for: "zh", "en", or None for the others."""
    return _LANGUAGE_OF_PREFIX.get(voice[:1]) if len(voice) > 3 and voice[2] == "_" else None


class KokoroVoice:
    """A loaded Kokoro model and the style vectors beside it.

    Parameters
    ----------
    model : Path
        ``model.onnx``, int8 or fp32.
    voices : Path
        Folder of ``NAME.bin`` style files: float32, shape (510, 1, 256), the row is the token count.
    threads : int
        Threads of the inference.
    halves_dir : Path, optional
        Where the model is kept cut in two, for `stream`; without it speech is made clause by clause only.
    """

    def __init__(
        self, model: Path, voices: Path, *, threads: int = 2, halves_dir: Path | None = None
    ) -> None:
        self._voices_dir = voices
        self._styles: dict[str, npt.NDArray[np.float32]] = {}
        self._phonemizer = Phonemizer()
        self._symbols: dict[str, int] = load_json("kokoro_symbols.json")["symbols"]
        self._threads = threads
        self._split: SplitKokoro | None = None
        self._session: Any = None
        if halves_dir is not None and model.is_file():
            halves = halves_of(model, halves_dir)
            if all(half.is_file() for half in halves):
                self._split = SplitKokoro(halves, threads=threads)
                return
        self._session = open_session(model, threads=threads, lean=True)
        if halves_dir is not None:
            # Cutting takes seconds: the first replies come from the whole model meanwhile.
            threading.Thread(target=self._cut, args=(model, halves_dir), daemon=True).start()

    def _cut(self, model: Path, halves_dir: Path) -> None:
        # In a process of its own: what cutting takes (half a gigabyte) is given back only by one that ends.
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            command = [sys.executable, "-m", "voice.tts.kokoro_split", str(model), str(halves_dir)]
            subprocess.run(command, timeout=_CUT_LIMIT_S, check=False, stdin=subprocess.DEVNULL)
        halves = halves_of(model, halves_dir)
        if all(half.is_file() for half in halves):
            self._split = SplitKokoro(halves, threads=self._threads)
            self._session = None

    def voices(self) -> list[str]:
        """Names of the installed voices."""
        return sorted(path.stem for path in self._voices_dir.glob("*.bin"))

    def phonemes(self, text: str) -> str:
        """Phonemes that would be spoken for `text`."""
        return self._phonemizer(text)

    def speak(self, text: str, voice: str, *, speed: float = 1.0) -> npt.NDArray[np.float32]:
        """Speech of one clause.

        Parameters
        ----------
        text : str
            Normalised text, Chinese, English or both.
        voice : str
            Name of an installed voice, such as ``zf_xiaobei``, or two joined by "+" for the mean of both.
        speed : float
            1 is the voice's own pace; 0.5 to 2.

        Returns
        -------
        ndarray of float32, shape (n,)
            Samples at 24 kHz in [-1, 1]; empty if nothing in the text can be spoken.

        Raises
        ------
        VoiceMissing
            If the voice is not installed.
        VoiceFailed
            If the model gives an error.
        """
        return self.speak_phonemes(self._phonemizer(text), voice, speed=speed)

    def speak_phonemes(self, phonemes: str, voice: str, *, speed: float = 1.0) -> npt.NDArray[np.float32]:
        """Speech of a phoneme string; see `speak`."""
        pieces = [samples for samples, _ in self._stretches(phonemes, voice, speed)]
        return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)

    def stream(
        self, text: str, voice: str, *, speed: float = 1.0
    ) -> Iterator[tuple[npt.NDArray[np.float32], bool]]:
        """Speech of one sentence in stretches, without the silence around it; see `speak`.

        Yields
        ------
        (ndarray of float32, bool)
            Samples at 24 kHz, and whether a clause begins with them.
        """
        return self._stretches(self._phonemizer(text), voice, speed)

    def _stretches(
        self, phonemes: str, voice: str, speed: float
    ) -> Iterator[tuple[npt.NDArray[np.float32], bool]]:
        whole, halves = self._session, self._split
        for tokens, style in self._parts(phonemes, voice):
            if halves is None:
                yield _infer(whole, tokens, style, speed), True
                continue
            try:
                yield from halves.stretches(halves.predict(tokens, style, speed), voice)
            except Exception as error:
                raise VoiceFailed(f"Kokoro could not speak {phonemes!r}: {error}") from error

    def _parts(self, phonemes: str, voice: str) -> Iterator[tuple[list[int], npt.NDArray[np.float32]]]:
        """Tokens in portions that the model takes, each with the style row for its length."""
        styles = np.stack([self._style(name) for name in voice.split("+")])
        style: npt.NDArray[np.float32] = np.asarray(styles.mean(axis=0), np.float32)
        tokens = [self._symbols[symbol] for symbol in phonemes if symbol in self._symbols]
        for start in range(0, len(tokens), _MAX_TOKENS):
            portion = tokens[start : start + _MAX_TOKENS]
            if max(portion) > LAST_MARK:
                yield portion, style[len(portion)][None, :]

    def _style(self, voice: str) -> npt.NDArray[np.float32]:
        if voice not in self._styles:
            path = self._voices_dir / f"{voice}.bin"
            if "/" in voice or not path.is_file():
                known = ", ".join(self.voices()) or "none"
                raise VoiceMissing(f"voice {voice!r} is not installed; installed: {known}")
            values = np.fromfile(path, np.float32)
            if values.size != _VOICE_SHAPE[0] * _VOICE_SHAPE[1]:
                raise VoiceMissing(f"voice file {path} is damaged: run 'xiaogao models verify'")
            self._styles[voice] = values.reshape(_VOICE_SHAPE)
        return self._styles[voice]


def _infer(
    session: Any, tokens: list[int], style: npt.NDArray[np.float32], speed: float
) -> npt.NDArray[np.float32]:
    """Speech of a portion by the whole model."""
    try:
        (audio,) = session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": style,
                "speed": np.array([speed], np.float32),
            },
        )
    except Exception as error:
        raise VoiceFailed(f"Kokoro could not speak {len(tokens)} phonemes: {error}") from error
    return np.clip(np.asarray(audio, np.float32).reshape(-1), -1.0, 1.0)
