"""Errors of the voice package; every message says what to do next."""

from __future__ import annotations


class VoiceError(Exception):
    """Anything the voice package can refuse to do."""


class BadAudio(VoiceError):
    """The audio cannot be read: not a WAV, cut off, empty, or in a coding nobody writes."""


class VoiceMissing(VoiceError):
    """A voice or speech model that was asked for is not installed."""


class VoiceFailed(VoiceError):
    """A speech engine gave an error on input that should work."""
