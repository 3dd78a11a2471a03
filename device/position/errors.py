"""The errors of the position sources. Every message says what to do."""


class PositionError(Exception):
    """Base of the errors that a position source raises on purpose."""


class SourceUnavailable(PositionError):
    """The receiver, its device file or its server cannot be opened."""


class BadTrack(PositionError):
    """A recorded track cannot be read or holds no positions."""
