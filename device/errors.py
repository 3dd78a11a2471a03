"""The errors of `device`. Every message says what is wrong and what to do next."""

from __future__ import annotations

from typing import ClassVar


class DeviceError(Exception):
    """Base of all errors that `device` raises on purpose."""

    exit_code: ClassVar[int] = 1
    """How a command that meets it ends: 1 impossible, 2 wrong input, 3 something needed is missing."""


class Missing(DeviceError):
    """Something that has to be installed first is not there."""

    exit_code = 3


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

    exit_code = 2


class BadRegionList(DeviceError):
    """A list of regions to build cannot be read."""

    exit_code = 2


class OtherMatrix(DeviceError):
    """What is to go on is a matrix of something else."""

    exit_code = 2


class CannotBind(DeviceError):
    """A port is taken, or its address is not one of this computer's."""


class EngineFailed(DeviceError):
    """An engine process answered with an error."""


class EngineTimeout(EngineFailed):
    """An engine process did not answer within its time limit and was stopped."""


class EngineHung(EngineTimeout):
    """An engine process did nothing at all for two seconds and was stopped."""


class EngineCrashed(EngineFailed):
    """An engine process ended while it was working."""
