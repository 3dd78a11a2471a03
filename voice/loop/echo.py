"""Echo: take our own voice out of the microphone when what we play is known (WebRTC's canceller)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from voice.errors import VoiceMissing
from voice.wav_io import RATE_HZ, pcm16

Samples = npt.NDArray[np.float32]

BLOCK = RATE_HZ // 100
"""Samples that the canceller takes at once: 10 ms."""


class EchoCanceller:
    """WebRTC's acoustic echo canceller with its noise suppression left off.

    Parameters
    ----------
    delay_ms : int
        Time from handing sound to the loudspeaker to hearing it in the microphone.

    Raises
    ------
    VoiceMissing
        If the ``aec-audio-processing`` package is not installed or does not load here.
    """

    def __init__(self, *, delay_ms: int = 40) -> None:
        try:
            from aec_audio_processing import AudioProcessor
        except (ImportError, OSError) as error:
            raise VoiceMissing(
                f"echo cancelling is not available ({error}): install the 'echo' extra, or use a "
                "microphone source that cancels it"
            ) from error
        self._processor: Any = AudioProcessor(enable_aec=True, enable_ns=False, enable_agc=False)
        self._processor.set_stream_format(RATE_HZ, 1)
        self._processor.set_reverse_stream_format(RATE_HZ, 1)
        self._delay_ms = delay_ms
        self._near = np.zeros(0, np.float32)
        self._far = np.zeros(0, np.float32)

    def cancel(self, microphone: Samples, played: Samples) -> Samples:
        """Remove what was played from what was heard.

        Parameters
        ----------
        microphone : ndarray of float32, shape (n,)
            The next stretch of the microphone, 16 kHz mono.
        played : ndarray of float32, shape (n,)
            What the loudspeaker was given in the same stretch, zeros for silence.

        Returns
        -------
        ndarray of float32
            The microphone without the echo, in whole blocks of 10 ms; the rest comes with the next call.
        """
        self._near = np.concatenate([self._near, microphone])
        self._far = np.concatenate([self._far, played])
        count = min(len(self._near), len(self._far)) // BLOCK
        clean: list[Samples] = []
        for number in range(count):
            part = slice(number * BLOCK, (number + 1) * BLOCK)
            self._processor.set_stream_delay(self._delay_ms)
            self._processor.process_reverse_stream(pcm16(self._far[part]))
            data = self._processor.process_stream(pcm16(self._near[part]))
            clean.append(np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768.0))
        self._near, self._far = self._near[count * BLOCK :], self._far[count * BLOCK :]
        return np.concatenate(clean) if clean else np.zeros(0, np.float32)
