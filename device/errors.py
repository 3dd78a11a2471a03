"""The errors of `device`. Every message says what is wrong and what to do next."""

from __future__ import annotations


class DeviceError(Exception):
    """Base of all errors that `device` raises on purpose."""


class Missing(DeviceError):
    """Something that has to be installed first is not there; the command ends with exit code 3."""


class ModelMissing(Missing):
    """A model is not in the store."""


class ModelDamaged(Missing):
    """A model file does not have the recorded SHA-256; the second argument is the file."""

    def __str__(self) -> str:
        return str(self.args[0])


class DownloadFailed(Missing):
    """A model could not be fetched from any of its sources."""


class NoSpace(Missing):
    """The disk has too little room for what is about to be written."""


class BadSettings(DeviceError):
    """A key of the settings is unknown or has a value out of range."""


class EngineFailed(DeviceError):
    """An engine process answered with an error."""


class EngineTimeout(EngineFailed):
    """An engine process did not answer within its time limit and was stopped."""


class EngineHung(EngineTimeout):
    """An engine process did nothing at all for two seconds and was stopped."""


class EngineCrashed(EngineFailed):
    """An engine process ended while it was working."""
