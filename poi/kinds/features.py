"""What a place must have, as people say it: 能带孩子的餐厅, "a dog friendly cafe", "a hotel with a pool"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something that a place may have."""

    name: str
    """Its name among our own: "kids"."""
    tags: frozenset[tuple[str, str]]
    """One of these OSM tags tells that a place has it."""
    pattern: re.Pattern[str]
    """How it is said."""
    kinds: frozenset[str]
    """Kinds of place of which it is said; empty for any."""

    def is_told(self, tags: Mapping[str, str]) -> bool:
        """Say whether the tags of a place tell that it has this."""
        return any(_holds(tags.get(key, ""), value) for key, value in self.tags)


def _holds(have: str, wanted: str) -> bool:
    """Compare a tag's values: with one, with "*" for any but none, or with "~" and a part of it."""
    if wanted == "*":
        return have not in ("", "no", "0")
    if wanted.startswith("~"):
        return wanted[1:] in have.casefold()
    return wanted in have.split(";")


@cache
def features() -> dict[str, Feature]:
    """Return what places may have, by name."""
    content = json.loads(files("poi").joinpath("data", "features.json").read_text("utf-8"))
    return {entry["name"]: _made(entry) for entry in content["features"]}


def _made(entry: dict[str, str | list[str]]) -> Feature:
    chinese = "|".join(sorted(map(re.escape, str(entry["zh"]).split("|")), key=len, reverse=True))
    english = "|".join(sorted(map(re.escape, str(entry["en"]).split("|")), key=len, reverse=True))
    pattern = (
        rf"(?:{chinese})(?:的(?:地方)?)?|(?<![a-z])(?:that is |that are |which is )?(?:{english})(?![a-z])"
    )
    return Feature(
        name=str(entry["name"]),
        tags=frozenset(map(_tag, entry["any"])),
        pattern=re.compile(pattern, re.IGNORECASE),
        kinds=frozenset(entry.get("of", ())),
    )


def _tag(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("~" if "~" in text else "=")
    return key, value if sign == "=" else f"~{value}"


def features_in(words: str) -> tuple[str, tuple[str, ...]]:
    """Take what a place must have out of the words of a search.

    Parameters
    ----------
    words
        As said: 能带孩子的餐厅, "dog friendly cafe".

    Returns
    -------
    words : str
        What is left: 餐厅, "cafe".
    names : tuple of str
        Of the features.
    """
    found = []
    for name, feature in features().items():
        without, count = feature.pattern.subn(" ", words)
        if count:
            words = without
            found.append(name)
    return " ".join(words.split()), tuple(found)
