"""Tag values of the map made fit to show, store and speak, once, when they are read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

LONGEST_NAME = 100
"""Characters of a name that are kept: nobody says or reads more of one while driving."""

LONGEST_VALUE = 255
"""Characters of any other value that are kept, OpenStreetMap's own limit."""

_NAME_KEY = re.compile(
    r"^(?:(?:.+_)?name(?::.*)?|ref|brand(?::\w+)?|operator(?::\w+)?|network|destination.*|addr:.*)$"
)
_PICTURE = re.compile(
    "[\u2600-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u20e3\U0001f000-\U0001faff\U000e0000-\U000e01ef]+"
)
_STACKED = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")
_PARTED = ("Cc", "Zl", "Zp", "Zs")
_DROPPED = ("Cf", "Cs", "Co", "Cn")


def clean_value(value: str, longest: int = LONGEST_VALUE) -> str:
    """Return a value on one line, without control signs, marks of writing direction and pictures.

    Parameters
    ----------
    value
        A tag's value as it stands in the extract.
    longest
        Characters that are kept; a cut goes to the last blank.

    Returns
    -------
    str
        Empty when nothing readable is left.
    """
    if len(value) <= longest and value.isascii() and value.isprintable() and value.strip() == value:
        return value
    value = value[: 4 * longest]
    kept: list[str] = []
    for char in _PICTURE.sub(" ", value):
        category = unicodedata.category(char)
        if category in _PARTED:
            kept.append(" ")
        elif category not in _DROPPED:
            kept.append(char)
    text = _STACKED.sub(r"\1", " ".join("".join(kept).split()))
    if len(text) > longest:
        cut = text[: longest + 1].rpartition(" ")[0]
        text = cut if len(cut) > longest // 2 else text[:longest]
    return text


@lru_cache(maxsize=8192)
def _is_name(key: str) -> bool:
    return "name" in key or _NAME_KEY.match(key) is not None


def clean_tags(tags: Iterable[tuple[str, str]] | Mapping[str, str]) -> dict[str, str]:
    """Return the tags of a map object with clean values; a name without a letter or digit is left out.

    Parameters
    ----------
    tags
        Pairs of key and value.
    """
    pairs = tags.items() if isinstance(tags, Mapping) else tags
    cleaned: dict[str, str] = {}
    for key, value in pairs:
        named = _is_name(key)
        text = clean_value(value, LONGEST_NAME if named else LONGEST_VALUE)
        if text and (not named or any(map(str.isalnum, text))):
            cleaned[key] = text
    return cleaned
