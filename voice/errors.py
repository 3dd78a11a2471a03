"""Errors of the voice package; every message says what to do next."""

from __future__ import annotations

from typing import ClassVar


class VoiceError(Exception):
    """Anything the voice package can refuse to do."""

    exit_code: ClassVar[int] = 1
    """How a command that meets it ends: 1 impossible, 2 wrong input, 3 something needed is missing."""


class BadAudio(VoiceError):
    """The audio cannot be read: not a WAV, cut off, empty, or in a coding nobody writes."""

    exit_code = 2


class VoiceMissing(VoiceError):
    """A voice or speech model that was asked for is not installed."""

    exit_code = 3


class VoiceFailed(VoiceError):
    """A speech engine gave an error on input that should work."""


class NotWanted(VoiceError):
    """Nobody waits any more for what is being made."""
