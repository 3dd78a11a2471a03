"""The errors of `nav`. Every message says what is wrong and what to do next."""

from __future__ import annotations

from typing import ClassVar


class NavError(Exception):
    """Base of all errors that `nav` raises on purpose."""

    exit_code: ClassVar[int] = 1
    """How a command that meets it ends: 1 impossible, 2 wrong input, 3 something needed is missing."""


class BadMapFile(NavError):
    """The map extract is missing, cut, not an OSM file, or holds no roads."""

    exit_code = 2


class RegionNotFound(NavError):
    """No region pack of this name is installed."""

    exit_code = 3


class RegionDamaged(NavError):
    """A file of the region pack is missing or does not have the recorded size."""

    exit_code = 3


class RegionOutdated(NavError):
    """The region pack was built by another version of the format."""

    exit_code = 3


class BadPackFile(NavError):
    """A pack file (`.xgmap`) is cut, damaged, or holds what no pack may hold."""

    exit_code = 2


class PackFileRefused(NavError):
    """A pack file is whole, but not trusted, or not for this region or its present pack."""


class BadName(NavError):
    """A region name holds characters that cannot be a folder name."""

    exit_code = 2


class BadCoordinate(NavError):
    """A latitude or longitude is not a number or out of range."""

    exit_code = 2


class BadRequest(NavError):
    """An option of a routing request is unknown or out of range."""

    exit_code = 2


class PointOutsideRegion(NavError):
    """A point lies outside the area that the region pack covers."""


class PointUnreachable(NavError):
    """There is no road of this profile near enough to a point."""


class NoRoute(NavError):
    """Both points are on roads, but no legal way leads from one to the other."""


class BadLiveData(NavError):
    """The file of closures and live speeds cannot be read."""

    exit_code = 2


class DownloadFailed(NavError):
    """A map extract could not be downloaded."""

    exit_code = 3
