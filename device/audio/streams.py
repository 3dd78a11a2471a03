"""Sound in and out: microphones and speakers that come and go, and recordings played as if they were one."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from device.errors import Missing
from voice.wav_io import RATE_HZ

Samples = npt.NDArray[np.float32]

BLOCK = 512
"""Samples handed on at once: 32 ms at 16 kHz."""

_LIBRARY = "libportaudio.so.2"
_RETRY_S = 1.0
_STALL_S = 2.0
_MAX_BEHIND = 300
_CLIPPING = 0.985
_GAP_WEIGHT = 100
"""A gap in the sound counts for so many blocks, 3.2 s: one now and then is nothing to tell."""


class AudioMissing(Missing):
    """The sound system or the device is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioDevice:
    """One sound device."""

    index: int
    """PortAudio's number."""

    name: str
    """Name as PortAudio gives it."""

    inputs: int
    """Input channels."""

    outputs: int
    """Output channels."""

    rate_hz: int
    """The rate that it prefers."""


def sound_system() -> Any:
    """PortAudio's binding.

    Raises
    ------
    AudioMissing
        If the PortAudio library is not installed.
    """
    try:
        if sys.platform == "linux":
            # Told at once; the binding's own search starts ldconfig and a compiler before it gives up.
            ctypes.CDLL(_LIBRARY)
        import sounddevice
    except (OSError, ImportError) as error:
        raise AudioMissing(
            f"there is no sound system ({error}): install PortAudio, on Debian 'apt install libportaudio2'"
        ) from error
    return sounddevice


def devices(system: Any | None = None) -> list[AudioDevice]:
    """Every sound device that is there now."""
    system = system or sound_system()
    return [
        AudioDevice(
            index=index,
            name=str(entry["name"]),
            inputs=int(entry["max_input_channels"]),
            outputs=int(entry["max_output_channels"]),
            rate_hz=int(entry["default_samplerate"]),
        )
        for index, entry in enumerate(system.query_devices())
    ]


def find_device(name: str, *, output: bool = False, system: Any | None = None) -> AudioDevice:
    """The device whose name contains `name`, or the default one for an empty name.

    Raises
    ------
    AudioMissing
        If there is none; the message lists those that are there.
    """
    system = system or sound_system()
    usable = [entry for entry in devices(system) if (entry.outputs if output else entry.inputs) > 0]
    kind = "speaker" if output else "microphone"
    if not usable:
        raise AudioMissing(f"no {kind} is connected: plug one in; it is looked for again by itself")
    if name:
        matching = [
            entry for entry in usable if name.lower() in entry.name.lower() or name == str(entry.index)
        ]
        if not matching:
            there = ", ".join(entry.name for entry in usable)
            raise AudioMissing(f"no {kind} is called {name!r}; connected: {there}")
        return matching[0]
    default = system.default.device[1 if output else 0]
    return next((entry for entry in usable if entry.index == default), usable[0])


class StreamResampler:
    """Resamples a stream block by block without clicks between the blocks."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream: Any = None
        if from_hz != to_hz:
            import soxr

            self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32")

    def push(self, block: Samples) -> Samples:
        """Resample the next block; the length varies a little from call to call."""
        if self._stream is None:
            return block
        return np.asarray(self._stream.resample_chunk(block), np.float32)


class OffsetFilter:
    """Takes a cheap sound card's constant offset out of a stream: a high-pass far below speech."""

    _POLE = 0.995

    def __init__(self) -> None:
        self._state = np.zeros(1)

    def push(self, block: Samples) -> Samples:
        """Filter the next block."""
        if not len(block):
            return block
        from scipy.signal import lfilter

        filtered, self._state = lfilter([1.0, -1.0], [1.0, -self._POLE], block, zi=self._state)
        return np.asarray(filtered, np.float32)


async def recording(samples: Samples, *, realtime: bool = False) -> AsyncIterator[Samples]:
    """A recording as a stream of blocks.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono at 16 kHz.
    realtime : bool
        Whether to keep the pace of life.
    """
    started = time.monotonic()
    for position in range(0, len(samples), BLOCK):
        if realtime:
            ahead = (position + BLOCK) / RATE_HZ - (time.monotonic() - started)
            if ahead > 0:
                await asyncio.sleep(ahead)
        block = samples[position : position + BLOCK]
        yield block if len(block) == BLOCK else np.pad(block, (0, BLOCK - len(block)))


class SharesPortAudio(Protocol):
    """What the microphone asks the speaker before it starts PortAudio anew."""

    exclusive: threading.RLock
    """Held by who opens or closes: PortAudio is for one thread at a time."""

    def wants_rescan(self) -> bool:
        """Whether it misses its device and the devices of the computer have changed."""
        ...

    def release(self) -> bool:
        """Close the stream; False, and nothing is done, while something is being played."""
        ...


class _Fault:
    """Something about the sound that is wrong again and again: told once, and once when it has passed.

    Parameters
    ----------
    what : str
        In words, for the driver.
    limit : int
        It is told when the wrong blocks, each with its weight, lead the good ones by so many.
    problem, recovered : callable
        As of `Microphone`.
    """

    def __init__(
        self, what: str, limit: int, problem: Callable[[str], None], recovered: Callable[[str], None]
    ) -> None:
        self._what, self._limit = what, limit
        self._problem, self._recovered = problem, recovered
        self._lead, self._told = 0, False

    def see(self, weight: int) -> None:
        """Take note of one block; a weight of 0 is a good one."""
        # Twice the limit at most: what was wrong for an hour is well again as soon as what was for a minute.
        self._lead = min(self._lead + weight, 2 * self._limit) if weight else max(0, self._lead - 1)
        if self._lead >= self._limit and not self._told:
            self._told = True
            self._problem(self._what)
        elif not self._lead and self._told:
            self._told = False
            self._recovered(self._what)


class Microphone:
    """A microphone that may be missing, vanish and come back; meanwhile it gives silence at the pace of life.

    Parameters
    ----------
    name : str
        Part of the device's name; empty takes the default.
    problem, recovered : callable
        Told once when something is wrong, in words, and when it is well again.
    other : optional
        The speaker that shares PortAudio: new devices are seen only after PortAudio was started anew, which
        closes its stream too.
    system : optional
        PortAudio's binding; a test passes its own.
    """

    def __init__(
        self,
        name: str = "",
        *,
        problem: Callable[[str], None],
        recovered: Callable[[str], None],
        other: SharesPortAudio | None = None,
        system: Any | None = None,
    ) -> None:
        self._name, self._system, self._other = name, system, other
        self._exclusive = other.exclusive if other is not None else threading.RLock()
        self._problem, self._recovered = problem, recovered
        self._trouble = ""
        self._overdriven = _Fault(
            "the microphone is overdriven: lower its input level", 50, problem, recovered
        )
        self._gaps = _Fault(
            "sound of the microphone gets lost: the computer is too busy, or its cable is loose",
            3 * _GAP_WEIGHT,
            problem,
            recovered,
        )
        self.device = ""
        """Name of the device in use; empty while there is none."""
        self.tap: Callable[[Samples], None] | None = None
        """Gets every block that the device gives, at 16 kHz, for the sound check."""

    async def blocks(self) -> AsyncIterator[Samples]:
        """Mono blocks at 16 kHz, for ever."""
        while True:
            async for block in self._until_lost():
                yield block
            self.device = ""
            if self._trouble:
                async for block in recording(np.zeros(int(_RETRY_S * RATE_HZ), np.float32), realtime=True):
                    yield block
            await asyncio.to_thread(self._rescan)

    async def _until_lost(self) -> AsyncIterator[Samples]:
        queue: asyncio.Queue[tuple[Samples, bool]] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def take(data: Any, _frames: int, _time: Any, status: Any) -> None:
            # A driver that hiccups may hand on anything; one NaN would stay in the filters for ever.
            mono = np.clip(np.nan_to_num(np.asarray(data, np.float32)), -1.0, 1.0).mean(axis=1)
            after_gap = bool(getattr(status, "input_overflow", False))
            loop.call_soon_threadsafe(queue.put_nowait, (mono, after_gap))

        opening = loop.run_in_executor(None, self._open, take)
        try:
            stream, device = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unused)
            raise
        except Exception as error:
            self._lost(str(error) or type(error).__name__)
            return
        self._back()
        self.device = device.name
        looked = time.monotonic()
        try:
            resampler, centre = StreamResampler(device.rate_hz, RATE_HZ), OffsetFilter()
            while True:
                try:
                    block, after_gap = await asyncio.wait_for(queue.get(), _STALL_S)
                except TimeoutError:
                    self._lost(f"the microphone {device.name} stopped giving sound; it is looked for again")
                    return
                while queue.qsize() > _MAX_BEHIND:
                    queue.get_nowait()
                    after_gap = True
                self._gaps.see(_GAP_WEIGHT if after_gap else 0)
                self._overdriven.see(int(np.abs(block).max(initial=0.0) > _CLIPPING))
                block = centre.push(resampler.push(block))
                if self.tap is not None:
                    self.tap(block)
                yield block
                if self._other is not None and time.monotonic() - looked > _RETRY_S:
                    looked = time.monotonic()
                    if self._other.wants_rescan():
                        return
                if not stream.active:
                    self._lost(f"the microphone {device.name} is gone; it is looked for again")
                    return
        finally:
            close_stream(stream)

    def _open(self, take: Callable[..., None]) -> tuple[Any, AudioDevice]:
        """Open the device; in a thread, since a sound server may take its time."""
        with self._exclusive:
            system = self._system or sound_system()
            device = find_device(self._name, system=system)
            stream = system.InputStream(
                device=device.index,
                channels=min(2, device.inputs),
                samplerate=device.rate_hz,
                blocksize=device.rate_hz * 32 // 1000,
                dtype="float32",
                callback=take,
            )
            stream.start()
            return stream, device

    def _lost(self, why: str) -> None:
        if not self._trouble:
            self._trouble = why
            self._problem(why)

    def _back(self) -> None:
        if self._trouble:
            self._recovered(self._trouble)
            self._trouble = ""

    def _rescan(self) -> None:
        """PortAudio sees new devices only after it was started again, which closes every stream."""
        with self._exclusive, contextlib.suppress(AudioMissing):
            if self._other is not None and not self._other.release():
                return
            system = self._system or sound_system()
            for step in ("_terminate", "_initialize"):
                if hasattr(system, step):
                    getattr(system, step)()


def _close_unused(opening: asyncio.Future[tuple[Any, AudioDevice]]) -> None:
    """Give back a device that was still being opened when nobody wanted it any more."""
    if not opening.cancelled() and opening.exception() is None:
        close_stream(opening.result()[0])


def close_stream(stream: Any) -> None:
    """Give a device back, also one that is gone."""
    try:
        stream.abort()
        stream.close()
    except Exception:  # PortAudio's error for a device that is gone; there is nothing left to close.
        return
