"""What can go wrong with places; each message says what to do next."""

from __future__ import annotations

from typing import ClassVar


class PoiError(Exception):
    """Base of every error that `poi` raises on purpose."""

    exit_code: ClassVar[int] = 1
    """How a command that meets it ends: 1 impossible, 2 wrong input, 3 something needed is missing."""


class PlacesMissing(PoiError):
    """The region pack holds no place database."""

    exit_code = 3


class PlacesOutdated(PoiError):
    """The place database was written by another version."""

    exit_code = 3


class BadMapFile(PoiError):
    """The OSM extract cannot be read."""

    exit_code = 2


class BadPlaceFile(PoiError):
    """A file of one's own places cannot be read."""

    exit_code = 2


class BadFilter(PoiError):
    """A search was asked for with an option that makes no sense."""

    exit_code = 2


class UnknownDistrict(PoiError):
    """The region has no district or town of that name."""
