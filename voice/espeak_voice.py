"""Formant speech by espeak-ng, hundreds of times faster than life: mass-produced other speech for training.

espeak-ng is GPL-3.0. It is used by the training and benchmark scripts only, never by the agent.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.errors import VoiceFailed

_SYNCHRONOUS = 2
_CHARS_UTF8 = 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

VARIANTS = (
    *(f"m{n}" for n in range(1, 9)),
    *(f"f{n}" for n in range(1, 6)),
    "Alex", "Andy", "Annie", "Denis", "Diogo", "Gene", "Jacky", "Lee", "Mario", "Michael",
    "Steph", "Storm", "belinda", "david", "ed", "edward", "linda", "max", "michel", "norbert", "rob",
    "robert",
)  # fmt: skip
"""Voice variants of espeak-ng that sound like different speakers."""


class EspeakVoice:
    """One espeak-ng library; it keeps state of its own, so make one a process."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate_hz = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0))
        if self.rate_hz <= 0:
            raise VoiceFailed("espeak-ng did not start: reinstall espeakng-loader")
        self._blocks: list[npt.NDArray[np.int16]] = []
        self._callback = _Callback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def speak(
        self, text: str, voice: str, *, words_per_minute: int = 170, pitch: int = 50, pitch_range: int = 50
    ) -> npt.NDArray[np.float32]:
        """Speech of `text` by `voice` (such as ``cmn+f2``), float32 at `rate_hz`."""
        self._blocks.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise VoiceFailed(f"espeak-ng has no voice {voice!r}")
        for parameter, value in ((_RATE, words_per_minute), (_PITCH, pitch), (_RANGE, pitch_range)):
            self._library.espeak_SetParameter(parameter, value, 0)
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 0, 0, _CHARS_UTF8, None, None)
        self._library.espeak_Synchronize()
        if not self._blocks:
            return np.zeros(0, np.float32)
        return (np.concatenate(self._blocks) / 32768.0).astype(np.float32)
