"""The loudspeaker: plays what is said, and survives being unplugged."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np

from device.audio.streams import Samples, StreamResampler, close_stream, find_device, sound_system
from voice.tts.synthesizer import Clip
from voice.wav_io import RATE_HZ, resample

_STALL_S = 1.0
_CARDS = Path("/proc/asound/cards")


def sound_cards() -> str:
    """Return the kernel's list of sound cards; something else than empty where it gives none."""
    try:
        return _CARDS.read_text()
    except OSError:
        return "none"


class Speaker:
    """Plays clips one at a time; without a device it keeps the time and stays silent.

    Parameters
    ----------
    name : str
        Part of the device's name; empty takes the default.
    problem, recovered : callable
        Told once in words when nothing can be heard, and the same words when it can again.
    duck : callable, optional
        Called with True when we begin to speak and with False when we end, to lower the music; also from
        PortAudio's thread, so it must not wait.
    system : optional
        PortAudio's binding; a test passes its own.
    """

    def __init__(
        self,
        name: str = "",
        *,
        problem: Callable[[str], None],
        recovered: Callable[[str], None] = lambda _what: None,
        duck: Callable[[bool], None] | None = None,
        system: Any | None = None,
    ) -> None:
        self._name, self._system, self._duck = name, system, duck
        self._problem, self._recovered = problem, recovered
        self._lock = threading.Lock()
        self.exclusive = threading.RLock()
        self._pending = np.zeros(0, np.float32)
        self._stream: Any = None
        self._rate_hz = 0
        self._filled_s = 0.0
        self._lost_with = ""
        """The sound cards that were there when the device was found missing."""
        self.device = ""
        """Name of the device in use; empty while there is none."""
        self._told = ""
        self._played: deque[Samples] = deque(maxlen=200)
        self._reference = np.zeros(0, np.float32)
        self._resampler: StreamResampler | None = None

    def play(self, clip: Clip) -> None:
        """Play a clip after what is still playing."""
        if not self._open():
            return
        samples = resample(clip.samples, clip.sample_rate_hz, self._rate_hz)
        with self._lock:
            self._pending = np.concatenate([self._pending, samples])
        if self._duck:
            self._duck(True)

    def stop(self) -> None:
        """Fall silent at once."""
        with self._lock:
            self._pending = self._pending[:0]
        if self._duck:
            self._duck(False)

    def played(self, count: int) -> Samples:
        """What was handed to the device since the last call, at 16 kHz, as `count` samples.

        Silence stands where nothing was played; it is the reference of an echo canceller.
        """
        while self._played:
            block = self._played.popleft()
            if self._resampler is not None:
                self._reference = np.concatenate([self._reference, self._resampler.push(block)])
        # What is far ahead of the microphone would spoil the canceller's estimate of the delay.
        self._reference = self._reference[-(count + RATE_HZ // 4) :]
        taken, self._reference = self._reference[:count], self._reference[count:]
        return np.pad(taken, (0, count - len(taken)))

    def close(self) -> None:
        """Give the device back."""
        with self.exclusive:
            if self._stream is not None:
                close_stream(self._stream)
            self._stream = None
            self.device = ""

    def _open(self) -> bool:
        with self.exclusive:
            return self._opened()

    def _opened(self) -> bool:
        if self._stream is not None:
            # A device that was pulled out may call itself active and take nothing more.
            if self._stream.active and time.monotonic() - self._filled_s < _STALL_S:
                return True
            self.close()
        try:
            system = self._system or sound_system()
            device = find_device(self._name, output=True, system=system)
            self._rate_hz = device.rate_hz
            self._resampler = StreamResampler(device.rate_hz, RATE_HZ)
            self._stream = system.OutputStream(
                device=device.index,
                channels=1,
                samplerate=device.rate_hz,
                dtype="float32",
                callback=self._fill,
            )
            self._filled_s = time.monotonic()
            self._stream.start()
        except Exception as error:
            self.close()
            self._lost_with = self._lost_with or sound_cards()
            if not self._told:
                self._told = f"nothing can be heard: {error}"
                self._problem(self._told)
            return False
        if self._told:
            self._recovered(self._told)
        self._told = ""
        self._lost_with = ""
        self.device = device.name
        return True

    def wants_rescan(self) -> bool:
        """Whether the device is missing and the sound cards have changed since it was looked for."""
        return self._lost_with not in {"", sound_cards()}

    def release(self) -> bool:
        """Close the stream for PortAudio to be started anew; False while something is being played."""
        if self._stream is not None and len(self._pending) and time.monotonic() - self._filled_s < _STALL_S:
            return False
        self.close()
        self._lost_with = ""
        return True

    def _fill(self, out: Any, count: int, _time: Any, _status: Any) -> None:
        with self._lock:
            part, self._pending = self._pending[:count], self._pending[count:]
            ended = bool(len(part)) and not len(self._pending)
        self._filled_s = time.monotonic()
        if ended and self._duck:
            self._duck(False)
        out[:] = 0
        out[: len(part), 0] = part
        self._played.append(np.array(out[:, 0], np.float32))


async def without_echo(sound: AsyncIterator[Samples], speaker: Speaker) -> AsyncIterator[Samples]:
    """The microphone's blocks without what the speaker plays.

    Raises
    ------
    voice.errors.VoiceMissing
        If no echo canceller is installed.
    """
    from voice.loop.echo import EchoCanceller

    canceller = EchoCanceller()
    async for block in sound:
        clean = canceller.cancel(block, speaker.played(len(block)))
        if len(clean):
            yield clean
