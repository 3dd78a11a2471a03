"""What brands are called in other languages: McDonald's is 麦当劳 also where the map does not say so."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from poi.text import canonical, has_han, simplified

_KEYS = ("amenity", "shop", "tourism", "leisure", "healthcare")
_ONLY_HAN = re.compile(r"^[\u4e00-\u9fff]{2,8}$")


class BrandNames:
    """The names of brands, each known by all the others of its group."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._groups = groups
        self._group_of: dict[str, int] = {}
        for number, group in enumerate(groups):
            for name in group:
                self._group_of.setdefault(canonical(name), number)

    def others(self, tags: Mapping[str, str]) -> Sequence[str]:
        """Return the names of the brand of a place; empty when it has none that is known.

        Parameters
        ----------
        tags
            OSM tags; `brand` counts first, then the name, which for a branch is often the brand's.
        """
        if not any(key in tags for key in _KEYS):
            return ()
        for key in ("brand", "brand:en", "brand:zh", "name", "name:en", "name:zh", "operator"):
            number = self._group_of.get(canonical(tags[key])) if key in tags else None
            if number is not None:
                return self._groups[number]
        return ()


def chinese_name(names: Sequence[str]) -> str:
    """Return the Chinese name among those of a brand, simplified; empty when there is none."""
    return next((simplified(n) for n in names if has_han(n) and _ONLY_HAN.match(simplified(n))), "")


def load_brands() -> BrandNames:
    """Read the brands that ship with the package."""
    data = json.loads((Path(__file__).parents[1] / "data" / "brands.json").read_text("utf-8"))
    return BrandNames(data["brands"])
