"""The errors of the position sources. Every message says what to do."""

from device.errors import DeviceError, Missing


class SourceUnavailable(Missing):
    """The receiver, its device file or its server cannot be opened."""


class BadTrack(DeviceError):
    """A recorded track cannot be read or holds no positions."""

    exit_code = 2
