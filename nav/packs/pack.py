"""Region packs on disk, described by `meta.json`."""

from __future__ import annotations

import hashlib
import json
import operator
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from nav.errors import BadName
from nav.packs.formats import known, upgraded_meta

META_FILE = "meta.json"
ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "ODbL-1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What `meta.json` says about a pack."""

    name: str
    format_version: int
    bbox: tuple[float, float, float, float]
    """South, west, north, east of the roads, degrees."""
    source: str
    """File name of the extract."""
    source_sha256: str
    data_date: str
    """Date of the map data, ISO 8601; `` if the extract does not tell."""
    licence: str
    attribution: str
    timezone: str
    """IANA time zone at the middle of the region, `` in the open sea."""
    countries: tuple[str, ...]
    """Countries of the road graph, indexed by its `edge_country`."""
    rules: tuple[str, ...]
    """Texts of the rules of the road graph, indexed by its `edge_rule` and `node_rule`."""
    conditions: tuple[str, ...]
    """Conditions of turns, indexed by `arc_condition`."""
    walk_countries: tuple[str, ...]
    """Countries of the graph of walkers and cyclists."""
    faults: dict[str, int]
    """How many objects have tags that nobody understands, by their kind; they count as absent."""
    counts: dict[str, int]
    """Sizes: nodes, edges, ways, restrictions, missing nodes."""
    files: dict[str, tuple[int, str]]
    """Size in bytes and SHA-256 of each file of the road part."""

    def to_json(self) -> str:
        """Return the text of `meta.json`."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Meta:
        """Read the text of `meta.json`; ValueError, KeyError or TypeError if it is not one."""
        values = upgraded_meta(json.loads(text))
        for key in ("countries", "rules", "conditions", "walk_countries"):
            values[key] = tuple(values[key])
        south, west, north, east = (float(degrees) for degrees in values["bbox"])
        if not (-90 <= south <= north <= 90 and -180 <= west <= east <= 180):
            raise ValueError(f"{values['bbox']} are no bounds of a region")
        values["bbox"] = south, west, north, east
        values["files"] = {
            name: (operator.index(size), str(digest))
            for name, (size, digest) in dict(values["files"]).items()
        }
        try:
            if values["timezone"]:
                ZoneInfo(values["timezone"])
        except OSError as error:
            raise ValueError(f"{values['timezone']!r} is no time zone: {error}") from None
        return cls(**known(values, cls.__dataclass_fields__))


def check_name(name: str) -> str:
    """Return the name if it can be a folder; raise `BadName` otherwise."""
    if not re.fullmatch(r"[\w][\w .()-]{0,79}", name) or name.endswith((".", " ")):
        raise BadName(f"{name!r} cannot be the name of a region: use letters, digits, spaces, - and _")
    return name


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
