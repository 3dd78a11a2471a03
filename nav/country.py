"""Which country a coordinate lies in, its time zone, and the side on which it drives: offline."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

LEFT_HAND_COUNTRIES = frozenset((
    "AG", "AI", "AU", "BB", "BD", "BM", "BN", "BS", "BT", "BW", "CC", "CK", "CX", "CY", "DM", "FJ", "FK",
    "GB", "GD", "GG", "GI", "GY", "HK", "ID", "IE", "IM", "IN", "JE", "JM", "JP", "KE", "KI", "KN", "KY",
    "LC", "LK", "LS", "MO", "MS", "MT", "MU", "MV", "MW", "MY", "MZ", "NA", "NF", "NP", "NR", "NU", "NZ",
    "PG", "PK", "PN", "SB", "SC", "SG", "SH", "SR", "SZ", "TC", "TH", "TK", "TL", "TO", "TT", "TV", "TZ",
    "UG", "VC", "VG", "VI", "WS", "ZA", "ZM", "ZW",
))  # fmt: skip
"""ISO codes of the countries and territories where traffic keeps left."""


def timezone_at(lat: float, lon: float) -> str:
    """Return the IANA time zone at a coordinate, e.g. ``Europe/Andorra``; ``""`` in the open sea."""
    import tzfpy

    name = str(tzfpy.get_tz(lon, lat))
    return "" if name.startswith("Etc/") else name


@cache
def _country_of_timezone() -> dict[str, str]:
    table = files("nav").joinpath("data", "timezone_countries.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[0]: row[1] for row in rows}


def country_at(lat: float, lon: float) -> str:
    """Return the ISO 3166-1 alpha-2 code of the country at a coordinate, ``""`` if unknown."""
    return _country_of_timezone().get(timezone_at(lat, lon), "")


class CountryGrid:
    """Remembers the country of each cell of about two kilometres, so that many look-ups cost little."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], str] = {}

    def at(self, lat: float, lon: float) -> str:
        """Return the country at the middle of the coordinate's cell."""
        cell = (int(lat * 50 // 1), int(lon * 50 // 1))
        found = self._cells.get(cell)
        if found is None:
            found = self._cells[cell] = country_at((cell[0] + 0.5) / 50, (cell[1] + 0.5) / 50)
        return found
