"""From sound to frames with meaning: how likely is speech, was the name called."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from voice.loop.vad import FRAME, FRAME_MS, SpeechDetector
from voice.wake.detector import WakeDetector, WakeHit
from voice.wake.features import CHUNK

Samples = npt.NDArray[np.float32]

_SPEECH = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One frame of 32 ms, judged."""

    speech: float
    """Probability of speech, 0 to 1."""

    wake: WakeHit | None = None
    """The call, if it was noticed in this frame."""


class Ears(Protocol):
    """What judges frames."""

    def hear(self, frame: Samples, *, masked: bool) -> Heard:
        """Judge the next 512 samples; `masked` while our own voice may be in them."""
        ...

    def reset(self) -> None:
        """Forget the stream."""
        ...


class NeuralEars:
    """Silero for speech and the wake detector for the call.

    Parameters
    ----------
    speech : SpeechDetector
    wake : WakeDetector, optional
        Without one nobody can call, which suits push-to-talk.
    """

    def __init__(self, speech: SpeechDetector, wake: WakeDetector | None) -> None:
        self._speech, self._wake = speech, wake
        self.wake_settings = wake.settings if wake is not None else None
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._speech.reset()
        if self._wake is not None:
            self._wake.reset()
        self._rest = np.zeros(0, np.float32)
        self._talking = False

    def hear(self, frame: Samples, *, masked: bool) -> Heard:
        """See `Ears.hear`."""
        probability = self._speech.speech(frame)
        self._talking = self._talking or probability >= _SPEECH
        hit = None
        self._rest = np.concatenate([self._rest, frame])
        if self._wake is not None and len(self._rest) >= CHUNK:
            chunk, self._rest = self._rest[:CHUNK], self._rest[CHUNK:]
            hit = self._wake.push(chunk, speech=self._talking, masked=masked)
            self._talking = probability >= _SPEECH
        return Heard(speech=probability, wake=hit)


class Recorder:
    """The last half minute of the stream, to be cut out by time.

    Parameters
    ----------
    keep_ms : int
        How far back it reaches.
    """

    def __init__(self, keep_ms: int = 30_000) -> None:
        self._frames: deque[Samples] = deque(maxlen=keep_ms // FRAME_MS)
        self.now_ms = 0

    def add(self, frame: Samples) -> None:
        """Take the next 512 samples."""
        self._frames.append(frame)
        self.now_ms += FRAME_MS

    def blank(self) -> None:
        """Replace the newest frame by silence."""
        self._frames[-1] = np.zeros_like(self._frames[-1])

    def cut(self, start_ms: int, end_ms: int | None = None) -> Samples:
        """Samples between two times of the stream, as far as they are still kept."""
        oldest_ms = self.now_ms - len(self._frames) * FRAME_MS
        first = max(0, (start_ms - oldest_ms) // FRAME_MS)
        last = len(self._frames)
        if end_ms is not None:
            last = min(last, -(-(end_ms - oldest_ms) // FRAME_MS))
        chosen = [self._frames[index] for index in range(first, max(first, last))]
        return np.concatenate(chosen) if chosen else np.zeros(0, np.float32)


def frames(samples: Samples, rest: Samples) -> tuple[list[Samples], Samples]:
    """Cut sound into frames of 512 samples; returns them and what is left over."""
    joined = np.concatenate([rest, samples]) if len(rest) else samples
    count = len(joined) // FRAME
    return [joined[index * FRAME : (index + 1) * FRAME] for index in range(count)], joined[count * FRAME :]
