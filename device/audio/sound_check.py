"""The sound check that a driver asks for: plays a tone, listens for it, and says what was found."""

from __future__ import annotations

import asyncio

import numpy as np

from device.audio.speaker import Speaker
from device.audio.streams import Microphone, Samples
from languages.language import load_language
from voice.tts.synthesizer import Clip
from voice.wav_io import RATE_HZ

_TONE_HZ = 1_000
_TONE_S, _BEFORE_S = 0.6, 0.3
_LATE_S = 1.5
"""How late a speaker may be: over Bluetooth, or while a sound server wakes up."""
_BEAT_S = 0.1
_HEARD_DB = 10.0
_SILENT = 1e-6
_LOUD = 0.2


def words(key: str, language: str, **facts: str) -> str:
    """Return a sentence of the sound check."""
    return load_language(language).replies.say(f"check.{key}", **facts)


class SoundCheck:
    """Tries the speaker and the microphone of the running loop.

    Parameters
    ----------
    microphone, speaker
        The devices in use.
    echo_cancelled : bool
        Whether the microphone's source takes our own sound out.
    """

    def __init__(self, microphone: Microphone, speaker: Speaker, *, echo_cancelled: bool = False) -> None:
        self._microphone, self._speaker, self._echo_cancelled = microphone, speaker, echo_cancelled

    def devices(self) -> dict[str, str | None]:
        """Return the names of the devices in use."""
        return {"microphone": self._microphone.device or None, "speaker": self._speaker.device or None}

    async def __call__(self, language: str) -> str:
        """Play the tone, listen until it comes or is overdue, and return what was found in words."""
        blocks: list[Samples] = []
        during = np.zeros(0, np.float32)
        self._microphone.tap = blocks.append
        try:
            await asyncio.sleep(_BEFORE_S)
            before = np.concatenate([during, *blocks])
            blocks.clear()
            self._speaker.play(tone())
            for _ in range(round((_TONE_S + _LATE_S) / _BEAT_S)):
                await asyncio.sleep(_BEAT_S)
                during = np.concatenate([during, *blocks])
                blocks.clear()
                if heard(before, during):
                    break
        finally:
            self._microphone.tap = None
        return report(
            before,
            during,
            microphone=self._microphone.device,
            speaker=self._speaker.device,
            echo_cancelled=self._echo_cancelled,
            language=language,
        )


def tone() -> Clip:
    """Return the test tone."""
    count = int(_TONE_S * RATE_HZ)
    wave = 0.3 * np.sin(2 * np.pi * _TONE_HZ * np.arange(count) / RATE_HZ)
    fade = np.minimum(1.0, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.02 * RATE_HZ))
    return Clip(samples=(wave * fade).astype(np.float32), sample_rate_hz=RATE_HZ, text="", voice="test tone")


def report(
    before: Samples, during: Samples, *, microphone: str, speaker: str, echo_cancelled: bool, language: str
) -> str:
    """Return in words what two recordings, before and during the tone, say about the devices.

    Parameters
    ----------
    before, during : ndarray of float32
        Mono at 16 kHz; empty without a microphone.
    microphone, speaker : str
        Names of the devices; empty for none.
    echo_cancelled : bool
        Whether the tone is expected to be missing.
    language : str
        "zh" or "en".
    """
    if not microphone and not speaker:
        return words("no_devices", language)
    said = [_named("speaker", speaker, language), _named("microphone", microphone, language)]
    if microphone:
        level = float(np.sqrt(np.mean(np.square(before)))) if len(before) else 0.0
        if max(level, float(np.abs(during).max(initial=0.0))) < _SILENT:
            said.append(words("silent", language))
        elif speaker:
            said += [words("noisy", language)] if level > _LOUD else []
            missed = "cancelled" if echo_cancelled else "not_heard"
            said.append(words("heard" if heard(before, during) else missed, language))
    joiner = load_language(language).settings.joiner
    return joiner.join(said)


def heard(before: Samples, during: Samples) -> bool:
    """Whether the tone stands out of what was there before it."""
    return bool(20 * np.log10((_at_tone(during) + 1e-9) / (_at_tone(before) + 1e-9)) > _HEARD_DB)


def _named(kind: str, name: str, language: str) -> str:
    # What stands in brackets behind the name is the driver's address, not for ears.
    short = name.split(":")[0].split("(")[0].strip()
    return words(kind, language, name=short) if name else words(f"no_{kind}", language)


def _at_tone(samples: Samples) -> float:
    """Return the strength of the loudest tenth of a second at the tone's pitch."""
    step = RATE_HZ // 10
    turn = np.exp(-2j * np.pi * _TONE_HZ * np.arange(step) / RATE_HZ)
    parts = [samples[start : start + step] for start in range(0, len(samples) - step + 1, step)]
    return max((float(abs(np.dot(part, turn))) / step for part in parts), default=0.0)
