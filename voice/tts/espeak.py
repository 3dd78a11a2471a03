"""Formant speech by espeak-ng, hundreds of times faster than life: mass-produced other speech for training.

espeak-ng is GPL-3.0. It is used by the training and benchmark scripts only, never by the agent.

The library corrupts its memory when one process goes from one language to another, and dies some dozens of
sentences later. So each language has a process of its own, which is started again if it dies all the same.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import struct
import subprocess
import sys
from types import TracebackType
from typing import IO, Any

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


_HEAD = struct.Struct("<ii")
_TRIES = 2


class EspeakVoice:
    """Formant voices, each language in a child process; close it, or use it in a ``with``."""

    def __init__(self) -> None:
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self.rate_hz = 22_050

    def __enter__(self) -> EspeakVoice:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child processes."""
        for child in self._children.values():
            _end(child)
        self._children.clear()

    def __del__(self) -> None:
        self.close()

    def speak(
        self, text: str, voice: str, *, words_per_minute: int = 170, pitch: int = 50, pitch_range: int = 50
    ) -> npt.NDArray[np.float32]:
        """Speech of `text` by `voice` (such as ``cmn+f2``), float32 at `rate_hz`.

        Empty if the library dies of this sentence twice.

        Raises
        ------
        VoiceFailed
            If there is no such voice.
        """
        order = {
            "text": text,
            "voice": voice,
            "words_per_minute": words_per_minute,
            "pitch": pitch,
            "pitch_range": pitch_range,
        }
        base = voice.partition("+")[0]
        for _ in range(_TRIES):
            reply = self._ask(base, order)
            if reply is not None:
                self.rate_hz, samples = reply
                if self.rate_hz <= 0:
                    raise VoiceFailed(f"espeak-ng has no voice {voice!r}, or does not start")
                return samples
            _end(self._children.pop(base))
        return np.zeros(0, np.float32)

    def _ask(self, base: str, order: dict[str, Any]) -> tuple[int, npt.NDArray[np.float32]] | None:
        """Rate and samples, or None if the child died of it."""
        if base not in self._children:
            self._children[base] = subprocess.Popen(
                [sys.executable, "-m", "voice.tts.espeak"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        child = self._children[base]
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps(order).encode() + b"\n")
            child.stdin.flush()
        except OSError:
            return None
        head = child.stdout.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return None
        rate_hz, count = _HEAD.unpack(head)
        data = child.stdout.read(2 * count)
        if len(data) < 2 * count:
            return None
        return rate_hz, (np.frombuffer(data, np.int16) / 32768.0).astype(np.float32)


def _end(child: subprocess.Popen[bytes]) -> None:
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    child.kill()
    child.wait()


class _Library:
    """The library itself, which keeps state of its own: one a process."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate_hz = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0))
        self._blocks: list[npt.NDArray[np.int16]] = []
        self._callback = _Callback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def speak(self, order: dict[str, Any]) -> npt.NDArray[np.int16] | None:
        """Samples, or None if there is no such voice."""
        self._blocks.clear()
        if self.rate_hz <= 0 or self._library.espeak_SetVoiceByName(order["voice"].encode()) != 0:
            return None
        chosen = ((_RATE, "words_per_minute"), (_PITCH, "pitch"), (_RANGE, "pitch_range"))
        for parameter, name in chosen:
            self._library.espeak_SetParameter(parameter, order[name], 0)
        data = order["text"].encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 0, 0, _CHARS_UTF8, None, None)
        self._library.espeak_Synchronize()
        return np.concatenate(self._blocks) if self._blocks else np.zeros(0, np.int16)


def _serve(orders: IO[bytes], replies: IO[bytes]) -> None:
    """Answer one order a line until the other side closes."""
    library = _Library()
    for line in orders:
        samples = library.speak(json.loads(line))
        if samples is None:
            replies.write(_HEAD.pack(0, 0))
        else:
            replies.write(_HEAD.pack(library.rate_hz, len(samples)) + samples.astype("<i2").tobytes())
        replies.flush()


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
