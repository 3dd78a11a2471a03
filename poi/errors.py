"""What can go wrong with places; each message says what to do next."""

from __future__ import annotations


class PoiError(Exception):
    """Base of every error that `poi` raises on purpose."""


class PlacesMissing(PoiError):
    """The region pack holds no place database."""


class PlacesOutdated(PoiError):
    """The place database was written by another version."""


class BadMapFile(PoiError):
    """The OSM extract cannot be read."""


class BadPlaceFile(PoiError):
    """A file of one's own places cannot be read."""


class BadFilter(PoiError):
    """A search was asked for with an option that makes no sense."""


class UnknownDistrict(PoiError):
    """The region has no district or town of that name."""
